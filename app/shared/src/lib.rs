//! Words that both the server and the browser know: ids, closed lists, case numbers, error codes.
//!
//! Pure and wasm-safe. It must not know storage, mail or HTML; sentences live in `app/locales`.

mod case_number;
mod codes;
mod language;
pub mod progress;

pub use case_number::{CaseNumber, CaseNumberError};
pub use codes::{
    Act, ApprovalReason, CaseState, CopyState, CorrectionState, Intent, NotificationKind, Outcome,
    ReasonKind, Role, TargetState, Task, Trouble, UnknownCode, Verdict,
};
pub use language::Language;
