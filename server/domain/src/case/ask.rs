//! Writing a request: what the form offers, what was typed, what it would mean.

mod files;
mod weighing;

pub use files::{MAX_UPLOADS, attach, detach};
pub(super) use weighing::{about, decide};

use super::{
    CaseMessage, TargetsDigest,
    draft::{Draft, DraftForm, Upload},
};
use crate::{
    ids::{CaseId, DraftId, SentId},
    org::{Directory, Person, Recipient},
    policy::Decision,
    portal::Portal,
    sent::SentMessage,
    store::{StoreError, Tx},
    vault::SealError,
};
use shared::CaseNumber;
use std::collections::HashSet;
use thiserror::Error;

pub const MAX_NOTE: usize = 2_000;
pub const MAX_SUBJECT: usize = 300;
pub const MAX_TEXT: usize = 50_000;

/// Unfinished requests of a person.
const MAX_DRAFTS: u64 = 200;

#[derive(Debug, Error)]
pub enum AskError {
    /// Or it is somebody else's: the answer is the same.
    #[error("there is no such message or request")]
    NotFound,
    /// The request has been made already.
    #[error("this has become case {0}")]
    Done(CaseNumber),
    #[error("the files are larger than {0} bytes together")]
    TooLarge(u64),
    #[error("more than {MAX_UPLOADS} files")]
    TooMany,
    #[error("the files of all unfinished requests are larger than {0} bytes together")]
    TooMuchUnfinished(u64),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What stands in the way of a request; each has its sentence beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    NoRecipients,
    /// A chosen address isn't among the mail's recipients (any more).
    UnknownRecipients,
    /// The intent needs a mail to send.
    CorrectionMissing,
    SubjectMissing,
    NoteTooLong,
    SubjectTooLong,
    TextTooLong,
    /// Without Message-ID no copy can be found; a correction is still possible.
    NoMessageId,
    /// It needs approval, and nobody can give it.
    NobodyCanApprove,
}

/// A message of one's own, or of a mailbox one acts for, with everyone it went to.
#[derive(Clone, Debug)]
pub struct Offer {
    pub message: SentMessage,
    /// Whose mailbox it was sent from.
    pub owner: Person,
    pub recipients: Vec<Recipient>,
    /// False: it lies in that Sent folder, but somebody else wrote it. It can be looked at, and no more.
    pub is_theirs: bool,
}

/// What a draft would do.
#[derive(Clone, Debug)]
pub struct Preview {
    pub draft: Draft,
    pub message: SentMessage,
    /// Whose mailbox it was sent from.
    pub owner: Person,
    /// The chosen ones.
    pub recipients: Vec<Recipient>,
    pub uploads: Vec<Upload>,
    pub decision: Decision,
    /// Who will be asked; empty when nobody needs to be.
    pub approvers: Vec<Person>,
    pub problems: Vec<Problem>,
    pub digest: TargetsDigest,
    /// It was requested already.
    pub case: Option<CaseNumber>,
}

/// `person`: who asks, here and below.
pub async fn offer(portal: &Portal, person: &Person, sent: SentId) -> Result<Offer, AskError> {
    let offer = shown(portal, person, sent).await?;
    if offer.is_theirs { Ok(offer) } else { Err(AskError::NotFound) }
}

/// Also a mail that lies there and was written by somebody else.
pub async fn shown(portal: &Portal, person: &Person, sent: SentId) -> Result<Offer, AskError> {
    let directory = portal.directory().await?;
    let message = portal.store.read().await?.sent(sent).await?;
    let (message, owner) = filed(&directory, person, message)?;
    let recipients = directory.expand(message.recipients());
    let is_theirs = wrote(&directory, person, &message);
    Ok(Offer { message, owner, recipients, is_theirs })
}

/// With whose mailbox it lies in; only where this person may act for that, as things are now.
fn filed(
    directory: &Directory,
    person: &Person,
    message: Option<SentMessage>,
) -> Result<(SentMessage, Person), AskError> {
    let message = message.filter(|message| directory.acts_for(person.id, message.owner));
    let message = message.ok_or(AskError::NotFound)?;
    let owner = directory.person(message.owner).cloned().ok_or(AskError::NotFound)?;
    Ok((message, owner))
}

/// Anybody can put anything into a Sent folder: what counts is the author that all copies name.
fn wrote(directory: &Directory, person: &Person, message: &SentMessage) -> bool {
    let author = message.from.as_ref().and_then(|from| directory.person_by_address(&from.address));
    author.is_some_and(|author| directory.acts_for(person.id, author.id))
}

/// Keeps what was typed, right or wrong; [`preview`] says what is wrong. Who has begun very many makes room for it with
/// the one that was left alone longest.
pub async fn save(
    portal: &Portal,
    person: &Person,
    id: DraftId,
    sent: SentId,
    form: DraftForm,
) -> Result<Draft, AskError> {
    offer(portal, person, sent).await?;
    let mut tx = portal.store.write().await?;
    if let Some(case) = tx.case(CaseId(id.0)).await? {
        return Err(if case.requester == person.id {
            AskError::Done(case.number)
        } else {
            AskError::NotFound
        });
    }
    let foreign = |draft: &Draft| draft.owner != person.id || draft.sent != sent;
    let known = tx.draft(id).await?;
    if known.as_ref().is_some_and(foreign) {
        return Err(AskError::NotFound);
    }
    let draft = Draft { id, owner: person.id, sent, form, updated_at: portal.world.now() };
    tx.save_draft(&draft).await?;
    if known.is_none() {
        tx.delete_surplus_drafts(person.id, MAX_DRAFTS).await?;
    }
    tx.commit().await?;
    Ok(draft)
}

/// A saved draft of one's own that is not a case yet.
pub async fn draft(portal: &Portal, person: &Person, id: DraftId) -> Result<(Draft, Vec<Upload>), AskError> {
    open_draft(portal.store.read().await?.as_mut(), person, id).await
}

async fn open_draft(tx: &mut dyn Tx, person: &Person, id: DraftId) -> Result<(Draft, Vec<Upload>), AskError> {
    if let Some(case) = tx.case(CaseId(id.0)).await? {
        return Err(if case.requester == person.id {
            AskError::Done(case.number)
        } else {
            AskError::NotFound
        });
    }
    let draft = tx.draft(id).await?.filter(|draft| draft.owner == person.id).ok_or(AskError::NotFound)?;
    let uploads = tx.uploads(id).await?;
    Ok((draft, uploads))
}

/// Everything the last page before the button says.
pub async fn preview(portal: &Portal, person: &Person, id: DraftId) -> Result<Preview, AskError> {
    let directory = portal.directory().await?;
    let mut tx = portal.store.read().await?;
    let draft = tx.draft(id).await?.filter(|draft| draft.owner == person.id).ok_or(AskError::NotFound)?;
    let (message, owner) = filed(&directory, person, tx.sent(draft.sent).await?)?;
    if !wrote(&directory, person, &message) {
        return Err(AskError::NotFound);
    }
    let uploads = tx.uploads(id).await?;
    let case = tx.case(CaseId(id.0)).await?.map(|case| case.number);
    let recipients = chosen(&directory, &message, &draft.form);
    let decision = decide(tx.as_mut(), portal, &message, &draft.form, &recipients).await?;
    drop(tx);
    let approvers = if decision.needs_approval() { approvers(&directory, person) } else { Vec::new() };
    let problems = problems(&message, &draft.form, &recipients, &decision, &approvers);
    let digest = TargetsDigest::of(&CaseMessage::of(&message, &owner), &draft.form.request(), &recipients);
    Ok(Preview { draft, message, owner, recipients, uploads, decision, approvers, problems, digest, case })
}

fn chosen(directory: &Directory, message: &SentMessage, form: &DraftForm) -> Vec<Recipient> {
    let wanted: HashSet<_> = form.recipients.iter().collect();
    let mut recipients = directory.expand(message.recipients());
    recipients.retain(|recipient| wanted.contains(&recipient.address));
    recipients
}

fn approvers(directory: &Directory, person: &Person) -> Vec<Person> {
    directory.approvers_of(person.id).into_iter().filter_map(|id| directory.person(id)).cloned().collect()
}

fn problems(
    message: &SentMessage,
    form: &DraftForm,
    recipients: &[Recipient],
    decision: &Decision,
    approvers: &[Person],
) -> Vec<Problem> {
    use shared::Intent;
    let needs_text = form.intent != Intent::Recall;
    let wanted: HashSet<_> = form.recipients.iter().collect();
    let checks = [
        (recipients.is_empty(), Problem::NoRecipients),
        (!recipients.is_empty() && wanted.len() != recipients.len(), Problem::UnknownRecipients),
        (needs_text && !form.has_correction(), Problem::CorrectionMissing),
        (form.has_correction() && form.subject.trim().is_empty(), Problem::SubjectMissing),
        (form.note.chars().count() > MAX_NOTE, Problem::NoteTooLong),
        (form.subject.chars().count() > MAX_SUBJECT, Problem::SubjectTooLong),
        (form.text.chars().count() > MAX_TEXT, Problem::TextTooLong),
        (form.intent.removes() && message.message_id.is_none(), Problem::NoMessageId),
        (decision.needs_approval() && approvers.is_empty(), Problem::NobodyCanApprove),
    ];
    checks.into_iter().filter_map(|(applies, problem)| applies.then_some(problem)).collect()
}
