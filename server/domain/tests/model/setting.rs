//! What is checked: who and what there is, how much may go wrong, and which decision is deliberately broken.

use domain::{
    case::TargetsDigest, ids::PersonId, mail::Fingerprint, org::RecipientKind, shared::Intent,
    time::Timestamp,
};

pub const CASES: usize = 2;
pub const TARGETS: usize = 3;
pub const WORKERS: usize = 2;
/// Persons 0 and 1 ask (about case 0 and case 1), 2 and 3 approve.
pub const PERSONS: u8 = 4;
pub const APPROVERS: [u8; 2] = [2, 3];
/// A case's time is over.
pub const EXPIRY: Timestamp = Timestamp(1);

/// What the sender wants; a correction is always written.
#[derive(Clone, Copy, Debug)]
pub struct AskedFor {
    pub intent: Intent,
    pub include_read: bool,
    pub needs_approval: bool,
    pub freeze_first: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Recipient {
    pub case: usize,
    /// With a mailbox of ours, where an unread copy lies.
    pub inside: bool,
    /// Another message with the same Message-ID lies there, too.
    pub stranger: bool,
    /// The way corrections go to them can tell whether one arrived.
    pub can_look: bool,
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub cases: [AskedFor; CASES],
    pub targets: [Recipient; TARGETS],
    /// How many of the cases are asked for.
    pub keys: usize,
    /// Crashes, lost leases, acts of mailbox owners, legal holds, stops, mail errors: so many altogether.
    pub troubles: u8,
    pub broken: Option<Broken>,
    /// Does the stranger count as a copy of the message? By the production fingerprint.
    pub stranger_fits: bool,
}

/// A decision replaced by a wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// An approval of another list of targets counts.
    StaleDigest,
    /// Whoever asks may approve.
    SelfApproval,
    /// The content isn't compared.
    AnyContent,
    /// A handle from before the mailbox was renumbered is used.
    OldNumbers,
    RemoveBeforeVault,
    /// Sealed without asking whether the lease is still held.
    UnfencedSeal,
    /// A worker that was slower than its lease removes all the same.
    LateRemoval,
    /// What a worker says after it lost its lease is written over what is known since.
    LateNote,
    NoLookAgain,
    SendWithoutIntent,
    WithdrawalUnseen,
    SwitchUnseen,
    SendAgain,
    FinishUnsent,
    /// A replacement that may have been stored is sent as mail, too.
    PutAndSend,
    /// A mailbox that refuses the replacement now is taken to have refused it before.
    RefusalBelieved,
    FenceIgnored,
    TargetForgotten,
    LegalHoldUnseen,
    EffectUnrecorded,
    KeyIgnored,
}

impl Setting {
    pub fn is(&self, broken: Broken) -> bool {
        self.broken == Some(broken)
    }

    pub fn of(cases: [AskedFor; CASES], targets: [Recipient; TARGETS], troubles: u8) -> Self {
        let stranger_fits = Fingerprint::of(STRANGER) == Fingerprint::of(MESSAGE);
        Self { cases, targets, keys: CASES, troubles, broken: None, stranger_fits }
    }

    pub fn broken(mut self, broken: Broken) -> Self {
        self.broken = Some(broken);
        self.stranger_fits |= broken == Broken::AnyContent;
        self
    }

    pub fn kind(&self, target: usize) -> RecipientKind {
        if self.targets[target].inside {
            RecipientKind::Inside(person(u8::try_from(target).unwrap() + PERSONS))
        } else {
            RecipientKind::Outside
        }
    }

    pub fn asked(&self, target: usize) -> &AskedFor {
        &self.cases[self.targets[target].case]
    }
}

pub fn person(number: u8) -> PersonId {
    PersonId(uuid::Uuid::from_u128(u128::from(number)))
}

pub fn digest(version: u8) -> TargetsDigest {
    TargetsDigest([version; 32])
}

const MESSAGE: &[u8] =
    b"From: a@office.test\r\nMessage-ID: <1@office.test>\r\nSubject: Plan\r\n\r\nThe plan.\r\n";
const STRANGER: &[u8] =
    b"From: a@office.test\r\nMessage-ID: <1@office.test>\r\nSubject: Plan\r\n\r\nAnother.\r\n";
