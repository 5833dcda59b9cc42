//! The closed lists of design.md §3 and §4, each with the code it is stored and sent under.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// A stored or posted code that this version doesn't know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown {list} {code:?}")]
pub struct UnknownCode {
    pub list: &'static str,
    pub code: String,
}

/// Declares an enum whose variants have one fixed code in forms, database and exports.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(UnknownCode { list: stringify!($name), code: code.to_owned() }),
                }
            }
        }
    };
}

codes! {
    /// What the sender wants done.
    Intent {
        Recall = "recall",
        RecallAndReplace = "recall_and_replace",
        CorrectOnly = "correct_only",
    }
}

codes! {
    /// Why the mail must come back.
    ReasonKind {
        WrongAttachment = "wrong_attachment",
        WrongVersion = "wrong_version",
        WrongRecipients = "wrong_recipients",
        SensitiveContent = "sensitive_content",
        Wording = "wording",
        Other = "other",
    }
}

codes! {
    /// Where a case stands (design.md §4).
    CaseState {
        Requested = "requested",
        Holding = "holding",
        AwaitingApproval = "awaiting_approval",
        Approved = "approved",
        Executing = "executing",
        Finished = "finished",
        Refused = "refused",
        Expired = "expired",
        Withdrawn = "withdrawn",
        Releasing = "releasing",
        Closed = "closed",
        /// Finished, and somebody asks to have the copies put back.
        RestoreRequested = "restore_requested",
        Restoring = "restoring",
        Restored = "restored",
    }
}

codes! {
    /// Where one target stands; how it *ended* is its [`Outcome`].
    TargetState {
        Waiting = "waiting",
        Located = "located",
        Held = "held",
        Removed = "removed",
        Replaced = "replaced",
        Released = "released",
    }
}

codes! {
    /// How a target ended. "Not found" is never a success.
    Outcome {
        RemovedUnread = "removed_unread",
        RemovedRead = "removed_read",
        ReplacedUnread = "replaced_unread",
        ReplacedRead = "replaced_read",
        /// Read before we came, and the request was for unread copies only.
        LeftRead = "left_read",
        /// It was there when we looked first, and the recipient deleted it since.
        AlreadyGone = "already_gone",
        /// Never seen there.
        NotFound = "not_found",
        /// No mailbox of ours.
        Outside = "outside",
        OnLegalHold = "on_legal_hold",
        /// Put back exactly as it was.
        Restored = "restored",
        /// The case ended without approval, and this mailbox had not been touched.
        Untouched = "untouched",
        /// The request was for a correction only; nothing was removed.
        Corrected = "corrected",
        Failed = "failed",
    }
}

codes! {
    /// Where one recipient's correction stands, or a notification.
    CorrectionState {
        /// Written, not yet due: the case isn't approved or the target's outcome isn't known.
        Planned = "planned",
        Queued = "queued",
        /// Handed to the mail system; whether it arrived there isn't known yet.
        Sending = "sending",
        Sent = "sent",
        /// Not needed: the copy was taken back unread, or the case ended without approval.
        Unneeded = "unneeded",
        /// We can't know whether it went out, so it isn't sent again by itself.
        Unconfirmed = "unconfirmed",
        Failed = "failed",
    }
}

codes! {
    /// What the portal tells somebody by mail.
    NotificationKind {
        /// To those who can decide: a case waits for them.
        ApprovalWanted = "approval_wanted",
        Approved = "approved",
        Refused = "refused",
        /// Nobody decided in time.
        Expired = "expired",
        Finished = "finished",
        /// To those who can decide: somebody wants a finished recall undone.
        RestoreWanted = "restore_wanted",
        RestoreRefused = "restore_refused",
        RestoreExpired = "restore_expired",
        Restored = "restored",
        /// To administrators: held copies can't be put back.
        Stuck = "stuck",
    }
}

codes! {
    /// Why a target failed or waits; each has a next step in words.
    Trouble {
        MailboxMissing = "mailbox_missing",
        MailboxDenied = "mailbox_denied",
        MailSystemDown = "mail_system_down",
        MailboxFull = "mailbox_full",
        /// Nothing was removed, because the vault could not keep it.
        VaultFull = "vault_full",
        /// Same Message-ID, other content: not touched.
        ContentDiffers = "content_differs",
        /// One of our domains, but nobody has this address.
        UnknownAddress = "unknown_address",
        /// The mail has no Message-ID to find its copies by.
        NoMessageId = "no_message_id",
        /// Folders or files there could not be read, so a copy may remain.
        PartlyUnreadable = "partly_unreadable",
        /// A mail client changed the copy each time we were about to take it.
        KeptChanging = "kept_changing",
        Internal = "internal",
    }
}

codes! {
    /// Why a request needs somebody's approval.
    ApprovalReason {
        ReadCopies = "read_copies",
        OutsideRecipients = "outside_recipients",
        ManyMailboxes = "many_mailboxes",
        NotRecent = "not_recent",
    }
}

codes! {
    /// What is to be done at a target next. None: nothing.
    Task {
        Hold = "hold",
        Execute = "execute",
        Release = "release",
    }
}

codes! {
    /// Where one delivered copy is (I3).
    CopyState {
        /// Durably in the vault; may still be in the mailbox.
        Vaulted = "vaulted",
        /// In the vault, seen to be gone from the mailbox.
        Held = "held",
        /// Back in the mailbox; the vault's content is destroyed.
        Released = "released",
        /// It changed before it was taken: never left the mailbox; the vault's content is destroyed.
        Left = "left",
    }
}

codes! {
    /// What an approval is about.
    Act {
        Recall = "recall",
        Restore = "restore",
    }
}

codes! {
    /// An approver's decision.
    Verdict {
        Approved = "approved",
        Refused = "refused",
    }
}

codes! {
    /// What a person may do beyond recalling their own mail. Managing comes from the directory, not from here.
    Role {
        /// Decides cases of people who have nobody above them.
        Approver = "approver",
        Helpdesk = "helpdesk",
        Administrator = "administrator",
    }
}

impl Intent {
    pub fn removes(self) -> bool {
        self != Self::CorrectOnly
    }
}

impl CopyState {
    /// The vault no longer keeps it.
    pub fn is_out_of_vault(self) -> bool {
        matches!(self, Self::Released | Self::Left)
    }
}

impl NotificationKind {
    /// What the requester hears of a decision. None: they hear when it is carried out.
    pub fn of_decision(act: Act, verdict: Verdict) -> Option<Self> {
        match (act, verdict) {
            (Act::Recall, Verdict::Approved) => Some(Self::Approved),
            (Act::Recall, Verdict::Refused) => Some(Self::Refused),
            (Act::Restore, Verdict::Approved) => None,
            (Act::Restore, Verdict::Refused) => Some(Self::RestoreRefused),
        }
    }
}

impl CorrectionState {
    /// Something will still happen by itself.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Queued | Self::Sending)
    }
}

impl CaseState {
    /// Nothing will happen any more without a new act.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Finished | Self::Closed | Self::Restored)
    }

    /// Somebody has to decide.
    pub fn awaits_decision(self) -> bool {
        matches!(self, Self::AwaitingApproval | Self::RestoreRequested)
    }

    /// The sender can still take the request back.
    pub fn can_withdraw(self) -> bool {
        matches!(self, Self::Requested | Self::Holding | Self::AwaitingApproval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.code().parse(), Ok(*outcome));
            assert_eq!(outcome.to_string(), outcome.code());
        }
        assert_eq!("gone".parse::<Outcome>(), Err(UnknownCode { list: "Outcome", code: "gone".into() }));
    }
}
