//! Cases: the request about one sent message, its targets, its copies, its decisions (design.md §3, §4).

mod digest;
pub mod draft;
mod model;
pub mod state;

pub use digest::TargetsDigest;
pub use model::{
    Approval, Case, CaseFilter, CaseMessage, CaseRow, CopyRecord, Correction, Detail, Lease, Request, SealedCopy, Target,
};
