//! What the policy decides by: what is asked for, and what was before about the same mail.

use crate::{
    case::{Case, draft::DraftForm, rules},
    ids::PersonId,
    org::{Recipient, RecipientKind},
    policy::{self, Decision, Facts},
    portal::Portal,
    sent::SentMessage,
    store::{StoreError, Tx},
    time::Timestamp,
};
use std::{collections::HashSet, time::Duration};

const CLOCKS_DIFFER: Duration = Duration::from_mins(5);

/// By what was asked for before, too: many small cases about one mail are a large one.
pub async fn decide(
    tx: &mut dyn Tx,
    portal: &Portal,
    message: &SentMessage,
    form: &DraftForm,
    recipients: &[Recipient],
) -> Result<Decision, StoreError> {
    let mut mailboxes: HashSet<PersonId> = recipients.iter().filter_map(Recipient::person).collect();
    let before = if form.intent.removes() { about(tx, message).await? } else { Vec::new() };
    for case in before.iter().filter(|case| rules::takes_mail(case)) {
        let targets = tx.targets(case.id).await?;
        mailboxes.extend(targets.iter().filter_map(|target| target.recipient.person()));
    }
    let facts = Facts {
        include_read: form.intent.removes() && form.include_read,
        // An address of ours that nobody has may lead anywhere.
        outside: recipients
            .iter()
            .filter(|recipient| !matches!(recipient.kind, RecipientKind::Inside(_)))
            .count(),
        mailboxes: mailboxes.len(),
        age: age(portal.world.now(), message.sent_at),
    };
    Ok(policy::decide(&portal.settings.policy, &facts))
}

/// All cases about this mail, also where it lies in Sent folders more than once.
pub async fn about(tx: &mut dyn Tx, message: &SentMessage) -> Result<Vec<Case>, StoreError> {
    let mut cases = tx.cases_of_sent(message.id).await?;
    let Some(id) = &message.message_id else { return Ok(cases) };
    let alike = tx.sent_by_message_id(id).await?;
    for other in
        alike.iter().filter(|other| other.id != message.id && other.fingerprint == message.fingerprint)
    {
        cases.extend(tx.cases_of_sent(other.id).await?);
    }
    Ok(cases)
}

/// The sender's clock says when the mail was sent. One that is ahead of ours, by more than clocks differ, says nothing.
fn age(now: Timestamp, sent_at: Timestamp) -> Duration {
    if sent_at.since(now) > CLOCKS_DIFFER { Duration::MAX } else { now.since(sent_at) }
}
