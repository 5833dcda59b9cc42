//! One module an area: `page.rs` (server only) · `api.rs` (server functions) · `islands.rs` · `form.rs` (pure).

pub mod account;
pub mod admin;
pub mod approvals;
pub mod ask;
pub mod case;
pub mod helpdesk;
pub mod message;
pub mod sent;
pub mod sign_in;
