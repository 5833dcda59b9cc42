//! Mails from the portal itself: who is told what, once, and what the sentences are written from.
//!
//! They get into the outbox by the transaction of what they tell of, and go out as corrections do: at most once.
//! Nothing of the mail that a case is about gets into them, neither its subject nor its text.

use crate::{
    case::{Case, Correction, Lease, Target},
    ids::{CaseId, NotificationId, PersonId},
    mail::{MessageId, NamedAddress},
    mailer::{MailContent, OutgoingMail, SendError},
    org::{Directory, Person},
    portal::Portal,
    store::{Result, Tx},
    time::Timestamp,
};
use chrono_tz::Tz;
use shared::{
    CaseNumber, CaseState, CorrectionState, Intent, Language, NotificationKind, Outcome, ReasonKind, Role,
    Task,
};

/// After so many failed tries to put copies back, administrators hear of it. The tries go on.
pub const STUCK_AFTER: u32 = 6;

/// One mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub id: NotificationId,
    /// The same for the same person, thing and case: whoever tells it twice has told it once.
    pub key: String,
    pub case: CaseId,
    pub kind: NotificationKind,
    pub person: PersonId,
    /// As it was when this was written: after a break-off we look where it was sent.
    pub to: NamedAddress,
    pub language: Language,
    pub message_id: MessageId,
    pub created_at: Timestamp,
    /// Never `Planned`.
    pub state: CorrectionState,
    pub attempts: u32,
    pub due_at: Timestamp,
    pub lease: Lease,
    /// Why it isn't sent, in the mail system's words.
    pub problem: String,
    pub sent_at: Option<Timestamp>,
}

/// What the sentences are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    pub kind: NotificationKind,
    pub language: Language,
    /// Who reads it.
    pub to: &'a str,
    pub number: CaseNumber,
    pub requester: &'a str,
    pub intent: Intent,
    pub reason: ReasonKind,
    /// Unread copies are held while somebody decides; otherwise nothing is touched before.
    pub freezes: bool,
    /// The time for a decision ends.
    pub until: Timestamp,
    pub zone: Tz,
    pub counts: Counts,
    /// Where to go on; absolute.
    pub link: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub recipients: usize,
    /// Their copies were taken back or replaced.
    pub taken: usize,
    /// Corrections sent or put in place.
    pub corrected: usize,
    /// Ended as failed, or with a correction that didn't go out for certain.
    pub troubled: usize,
    /// Held copies that can't be put back at present.
    pub stuck: usize,
}

/// Port to the sentences in people's languages.
pub trait Wording: Send + Sync {
    /// The same facts give the same mail.
    fn write(&self, facts: &Facts<'_>) -> MailContent;
}

/// A case has moved by itself from this state: whom does that concern?
pub async fn moved(
    tx: &mut dyn Tx,
    portal: &Portal,
    directory: &Directory,
    from: CaseState,
    case: &Case,
) -> Result<()> {
    let kind = match (from, case.state) {
        (_, CaseState::AwaitingApproval) => NotificationKind::ApprovalWanted,
        // Refusals and withdrawals are acts of people.
        (CaseState::AwaitingApproval, CaseState::Releasing) => NotificationKind::Expired,
        (CaseState::RestoreRequested, CaseState::Finished) => NotificationKind::RestoreExpired,
        (_, CaseState::Restored) => NotificationKind::Restored,
        (_, CaseState::Finished) => NotificationKind::Finished,
        _ => return Ok(()),
    };
    tell(tx, portal, directory, case, kind).await
}

/// Into the outbox, in the caller's transaction.
pub async fn tell(
    tx: &mut dyn Tx,
    portal: &Portal,
    directory: &Directory,
    case: &Case,
    kind: NotificationKind,
) -> Result<()> {
    tx.insert_notifications(&written(portal, directory, case, kind)).await.map(drop)
}

/// One for each whom it concerns.
pub fn written(
    portal: &Portal,
    directory: &Directory,
    case: &Case,
    kind: NotificationKind,
) -> Vec<Notification> {
    concerned(directory, case, kind)
        .into_iter()
        .map(|person| notification(portal, case, kind, person))
        .collect()
}

fn concerned<'a>(directory: &'a Directory, case: &Case, kind: NotificationKind) -> Vec<&'a Person> {
    match kind {
        NotificationKind::ApprovalWanted | NotificationKind::RestoreWanted => {
            let approvers = directory.approvers_of(case.requester);
            approvers.into_iter().filter_map(|id| directory.person(id)).collect()
        }
        NotificationKind::Approved
        | NotificationKind::Refused
        | NotificationKind::Expired
        | NotificationKind::RestoreRefused
        | NotificationKind::RestoreExpired
        | NotificationKind::Restored
        | NotificationKind::Finished => {
            directory.person(case.requester).into_iter().filter(|person| person.active).collect()
        }
        NotificationKind::Stuck => directory.with_role(Role::Administrator),
    }
}

fn notification(portal: &Portal, case: &Case, kind: NotificationKind, person: &Person) -> Notification {
    let (id, now): (NotificationId, _) = (portal.world.id(), portal.world.now());
    // A recall can be asked to be undone more than once, each time with an end of its own.
    let round = case.restoration.as_ref().map_or_else(String::new, |asked| format!(":{}", asked.at.0));
    Notification {
        id,
        key: format!("{kind}:{}:{}{round}", case.id, person.id),
        case: case.id,
        kind,
        person: person.id,
        to: person.named(),
        language: person.language,
        message_id: MessageId::made("notification", id.0, &portal.settings.mail_domain),
        created_at: now,
        state: CorrectionState::Queued,
        attempts: 0,
        due_at: now,
        lease: Lease::default(),
        problem: String::new(),
        sent_at: None,
    }
}

/// None: it isn't true any more, and needn't be said.
pub async fn content(
    tx: &mut dyn Tx,
    portal: &Portal,
    case: &Case,
    notification: &Notification,
) -> Result<Option<MailContent>> {
    let counts = counts(&tx.targets(case.id).await?, &tx.corrections(case.id).await?);
    let still_true = match notification.kind {
        NotificationKind::ApprovalWanted => case.state == CaseState::AwaitingApproval,
        NotificationKind::RestoreWanted => case.state == CaseState::RestoreRequested,
        NotificationKind::Stuck => counts.stuck > 0,
        _ => true,
    };
    let directory = portal.directory_as_seen(tx).await?;
    let requester = directory.person(case.requester).map_or(&case.message.from.name, |person| &person.name);
    let facts = Facts {
        kind: notification.kind,
        language: notification.language,
        to: &notification.to.name,
        number: case.number,
        requester,
        intent: case.request.intent,
        reason: case.request.reason,
        freezes: case.freezes(),
        until: case.expires_at,
        zone: portal.settings.time_zone,
        counts,
        link: format!("{}{}", portal.settings.public_url, path(notification.kind, case.number)),
    };
    Ok(still_true.then(|| portal.wording.write(&facts)))
}

/// The mail as bytes; the same each time.
pub fn compose(
    portal: &Portal,
    notification: &Notification,
    content: &MailContent,
) -> Result<Vec<u8>, SendError> {
    portal.mailer.compose(&OutgoingMail {
        id: notification.id.into(),
        from: &portal.settings.sender,
        to: &notification.to,
        message_id: &notification.message_id,
        corrects: None,
        references: &[],
        date: notification.created_at,
        automatic: true,
        content,
    })
}

fn counts(targets: &[Target], corrections: &[Correction]) -> Counts {
    let outcomes = |wanted: &[Outcome]| {
        targets
            .iter()
            .filter(|target| target.outcome.is_some_and(|outcome| wanted.contains(&outcome)))
            .count()
    };
    let mails = |wanted: &[CorrectionState]| {
        corrections.iter().filter(|correction| wanted.contains(&correction.state)).count()
    };
    let stuck = |target: &&Target| target.task == Some(Task::Release) && target.attempts >= STUCK_AFTER;
    Counts {
        recipients: targets.len(),
        taken: outcomes(&[
            Outcome::RemovedUnread,
            Outcome::RemovedRead,
            Outcome::ReplacedUnread,
            Outcome::ReplacedRead,
        ]),
        corrected: mails(&[CorrectionState::Sent]),
        troubled: outcomes(&[Outcome::Failed])
            + mails(&[CorrectionState::Failed, CorrectionState::Unconfirmed]),
        stuck: targets.iter().filter(stuck).count(),
    }
}

/// Administrators read no cases.
fn path(kind: NotificationKind, number: CaseNumber) -> String {
    match kind {
        NotificationKind::Finished => format!("/cases/{number}/report"),
        NotificationKind::Stuck => "/admin/doctor".to_owned(),
        _ => format!("/cases/{number}"),
    }
}
