//! Mail that leaves, corrections and notifications alike: each at most once (I6), and the intent is durable before
//! the mail leaves (I4).

use crate::{
    committer::{Committer, Write},
    group::Group,
    retry::{MAX_ATTEMPTS, delay},
};
use async_trait::async_trait;
use domain::{
    audit::NewEntry,
    case::{Case, effects},
    ids::OutgoingId,
    mail::EmailAddress,
    mailer::SendError,
    portal::Portal,
    shared::CorrectionState,
    store::{Result, StoreError, Tx},
    time::Timestamp,
};
use uuid::Uuid;

/// A mail in the outbox, claimed, with the fence of its claim.
#[async_trait]
pub trait Outgoing: Clone + Send + Sync + 'static {
    fn id(&self) -> OutgoingId;
    fn to(&self) -> &EmailAddress;
    fn progress(&self) -> Progress;
    fn set_progress(&mut self, progress: Progress);

    /// None: it needn't be sent any more.
    async fn letter(&self, portal: &Portal, case: &Case) -> Result<Option<Letter>, NoLetter>;

    /// See [`Write::row`].
    fn row(&self) -> Uuid;
    /// [`StoreError::Fenced`] when somebody else has claimed it since.
    async fn save(&self, tx: &mut dyn Tx) -> Result<()>;
    /// What is recorded of the state it has.
    fn entry(&self, at: Timestamp) -> NewEntry;
}

/// How far a mail has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub state: CorrectionState,
    pub attempts: u32,
    pub due_at: Timestamp,
    pub problem: String,
    pub sent_at: Option<Timestamp>,
}

/// Written out, with the sender of its envelope.
pub struct Letter {
    pub from: EmailAddress,
    pub bytes: Vec<u8>,
}

pub enum NoLetter {
    Store(StoreError),
    /// It can't be written, now or later.
    Never(String),
}

impl From<StoreError> for NoLetter {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Hands over what was claimed. It comes with the state it had: `Sending` means that somebody broke off in the middle.
pub async fn post<M: Outgoing>(portal: &Portal, committer: &Committer, case: &Case, mail: M) -> Result<()> {
    let hand = Hand { portal, committer, mail };
    let claimed = hand.mail.progress();
    if claimed.state == CorrectionState::Sending {
        let was_sent = portal.mailer.was_sent(hand.mail.id(), hand.mail.to()).await;
        if let Some(ended) = claimed.clone().broken_off(was_sent, portal.world.now()) {
            return hand.note(ended).await;
        }
    }
    let letter = match hand.mail.letter(portal, case).await {
        Ok(Some(letter)) => letter,
        Ok(None) => return hand.note(claimed.ended(CorrectionState::Unneeded, String::new())).await,
        Err(NoLetter::Store(error)) => return Err(error),
        Err(NoLetter::Never(problem)) => {
            return hand.note(claimed.ended(CorrectionState::Failed, problem)).await;
        }
    };
    let begun = claimed.clone().begun();
    if !hand.begin(begun.clone(), claimed.ended(CorrectionState::Queued, String::new())).await? {
        return Ok(());
    }
    let sent = portal.mailer.send(hand.mail.id(), &letter.from, hand.mail.to(), &letter.bytes).await;
    hand.note(begun.after(sent, portal.world.now())).await
}

/// What handing over one mail works with.
struct Hand<'a, M> {
    portal: &'a Portal,
    committer: &'a Committer,
    mail: M,
}

impl<M: Outgoing> Hand<'_, M> {
    async fn note(&self, progress: Progress) -> Result<()> {
        let mut mail = self.mail.clone();
        mail.set_progress(progress);
        let entry = mail.entry(self.portal.world.now());
        self.committer.write(Noted { mail, entry }).await
    }

    /// The intent. False: the engine was stopped after the claim (I5), and the mail is given back.
    async fn begin(&self, begun: Progress, given_back: Progress) -> Result<bool> {
        let (mut mail, mut back) = (self.mail.clone(), self.mail.clone());
        mail.set_progress(begun);
        back.set_progress(given_back);
        let now = self.portal.world.now();
        let begun = Noted { entry: mail.entry(now), mail };
        let given_back = Noted { entry: back.entry(now), mail: back };
        self.committer.write(Begun { begun, given_back }).await
    }
}

impl Progress {
    /// About to be handed over.
    fn begun(self) -> Self {
        Self { state: CorrectionState::Sending, attempts: self.attempts + 1, ..self }
    }

    /// Somebody broke off while it was handed over; `was_sent` is what looking told. None: it surely isn't out.
    fn broken_off(self, was_sent: Option<bool>, now: Timestamp) -> Option<Self> {
        Some(match effects::after_breaking_off(was_sent)? {
            CorrectionState::Sent => self.sent(now),
            state => {
                let problem = "broken off while it was handed over; it may have arrived";
                self.ended(state, problem.to_owned())
            }
        })
    }

    /// What follows from how handing over ended.
    fn after(self, sent: Result<(), SendError>, now: Timestamp) -> Self {
        match sent {
            Ok(()) => self.sent(now),
            Err(SendError::Unknown(problem)) => self.ended(CorrectionState::Unconfirmed, problem),
            Err(SendError::Later(problem)) if self.attempts < MAX_ATTEMPTS => {
                let due_at = now.plus(delay(self.attempts, None));
                Self { due_at, ..self.ended(CorrectionState::Queued, problem) }
            }
            Err(SendError::Later(problem) | SendError::Never(problem)) => {
                self.ended(CorrectionState::Failed, problem)
            }
        }
    }

    fn sent(self, now: Timestamp) -> Self {
        Self { sent_at: Some(now), ..self.ended(CorrectionState::Sent, String::new()) }
    }

    fn ended(self, state: CorrectionState, problem: String) -> Self {
        Self { state, problem, ..self }
    }
}

struct Noted<M> {
    mail: M,
    entry: NewEntry,
}

#[async_trait]
impl<M: Outgoing> Write for Noted<M> {
    type Answer = ();

    fn row(&self) -> Uuid {
        self.mail.row()
    }

    async fn run(&self, tx: &mut dyn Tx, _: &mut Group) -> Result<()> {
        self.mail.save(tx).await?;
        tx.record(&self.entry).await
    }
}

struct Begun<M> {
    begun: Noted<M>,
    /// Written instead when the engine is stopped.
    given_back: Noted<M>,
}

#[async_trait]
impl<M: Outgoing> Write for Begun<M> {
    type Answer = bool;

    fn row(&self) -> Uuid {
        self.begun.row()
    }

    async fn run(&self, tx: &mut dyn Tx, group: &mut Group) -> Result<bool> {
        let runs = tx.engine_switch().await?.running;
        if runs {
            self.begun.run(tx, group).await?;
        } else {
            self.given_back.run(tx, group).await?;
        }
        Ok(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::CorrectionState::{Failed, Queued, Sending, Sent, Unconfirmed};

    const NOW: Timestamp = Timestamp(1_000_000);

    fn sending(attempts: u32) -> Progress {
        Progress { state: Sending, attempts, due_at: NOW, problem: String::new(), sent_at: None }
    }

    #[test]
    fn only_what_surely_was_not_sent_is_tried_again() {
        let after = |sent, attempts| sending(attempts).after(sent, NOW).state;
        assert_eq!(after(Ok(()), 1), Sent);
        assert_eq!(after(Err(SendError::Later("busy".into())), 1), Queued);
        assert_eq!(after(Err(SendError::Later("busy".into())), MAX_ATTEMPTS), Failed);
        assert_eq!(after(Err(SendError::Never("no such user".into())), 1), Failed);
        assert_eq!(after(Err(SendError::Unknown("hung up".into())), 1), Unconfirmed);
        assert!(sending(1).after(Err(SendError::Later(String::new())), NOW).due_at > NOW);
    }

    #[test]
    fn what_was_broken_off_is_looked_at_first() {
        let ended = |was_sent| sending(1).broken_off(was_sent, NOW).map(|ended| (ended.state, ended.sent_at));
        assert_eq!(ended(Some(true)), Some((Sent, Some(NOW))));
        assert_eq!(ended(None), Some((Unconfirmed, None)));
        assert_eq!(ended(Some(false)), None, "handed over once more");
    }
}
