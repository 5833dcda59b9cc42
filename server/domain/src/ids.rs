//! Identifiers of stored things: UUID version 7 (RFC 9562), one type a table, so that they can't be mixed up.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    PersonId, DepartmentId, GroupId, SentId, DraftId, UploadId, CaseId, TargetId,
    /// One delivered copy of a case.
    CopyId,
    CorrectionId, ApprovalId, NotificationId,
    /// A mail of ours on its way out: the id of its correction or notification.
    OutgoingId,
}

impl From<CorrectionId> for OutgoingId {
    fn from(id: CorrectionId) -> Self {
        Self(id.0)
    }
}

impl From<NotificationId> for OutgoingId {
    fn from(id: NotificationId) -> Self {
        Self(id.0)
    }
}
