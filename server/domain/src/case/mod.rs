//! Cases: the request about one sent message, its targets, its copies, its decisions (design.md §3, §4).

pub mod ask;
pub mod correction;
pub mod decide;
mod digest;
pub mod draft;
pub mod effects;
pub mod flow;
pub mod identity;
mod model;
pub mod outcome;
pub mod request;
pub mod restore;
pub mod rules;
pub mod state;
pub mod view;

pub use digest::TargetsDigest;
pub use model::{
    Approval, Case, CaseFilter, CaseMessage, CaseRow, CopyRecord, Correction, Detail, Lease, ReadBy, Request,
    Restoration, SealedCopy, Target,
};
