//! The rules of recalling mail: what is asked, who must agree, what may be touched, how it ended.
//!
//! Services take their ports ([`store::Store`], [`mail_system::MailSystem`], [`mailer::Mailer`]) and their
//! clock and randomness ([`world::World`]) as arguments. No web, database or network code lives here.

pub mod account;
pub mod admin;
pub mod allowance;
pub mod audit;
pub mod case;
pub mod checkpoint;
pub mod doctor;
pub mod engine_switch;
pub mod forecast;
pub mod hex;
pub mod ids;
pub mod look;
pub mod mail;
pub mod mail_system;
pub mod mailer;
pub mod notify;
pub mod org;
pub mod password;
pub mod policy;
pub mod portal;
pub mod search;
pub mod sent;
pub mod sent_index;
pub mod store;
pub mod time;
pub mod vault;
pub mod world;

pub use shared;
pub use verify;
