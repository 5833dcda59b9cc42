//! Before anybody presses a button: what is found in the time there is, and what isn't.

use crate::office::{Office, address, between::Between};
use async_trait::async_trait;
use domain::{
    case::CaseMessage,
    forecast::{Finding, forecast},
    mail_system::{FolderName, MailError},
    sent::{Page, SentFilter},
    sent_index,
};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// So many mailboxes open, and then none any more.
struct Stuck(AtomicUsize);

#[async_trait]
impl Between for Stuck {
    async fn opening(&self) -> Result<(), MailError> {
        let more = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if more.is_err() { pending().await } else { Ok(()) }
    }
}

#[tokio::test]
async fn what_is_found_in_time_is_told_and_the_rest_is_not_waited_for() {
    let office = Office::open().await;
    office.send(&["bob", "cho"], "bob@office.test, cho@office.test, client@out.test").await;
    let ann = office.who("ann").await;
    sent_index::refresh(&office.portal, &ann).await.unwrap();
    let page = Page { index: 0, size: 1 };
    let listing = office.store_read().await.list_sent(ann.id, &SentFilter::default(), page).await.unwrap();
    let sent = &listing.rows[0].message;
    let directory = office.portal.directory().await.unwrap();
    let recipients = directory.expand(sent.recipients());
    assert_eq!(recipients.len(), 3);
    let portal = office.with(Arc::new(Stuck(AtomicUsize::new(1))));
    let message = CaseMessage::of(sent, &ann);
    let prospects = forecast(&portal, &directory, &message, recipients, Duration::from_millis(300)).await;
    let of = |who: &str| &prospects.iter().find(|one| one.recipient.address == address(who)).unwrap().finding;
    assert_eq!(*of("bob"), Finding::Unread { folder: FolderName::inbox() });
    assert_eq!(*of("cho"), Finding::NotLooked);
    assert_eq!(prospects[2].finding, Finding::Outside, "known without a look");
}
