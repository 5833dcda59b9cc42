//! Whose mail it is, whose mailbox, and how much may go without a second person.

use crate::office::{Office, RECALL, address, between::Between, work};
use async_trait::async_trait;
use domain::{
    case::{
        Case,
        ask::{self, AskError},
        draft::DraftForm,
        request::{self, RequestError},
    },
    ids::{DraftId, SentId},
    mail::EmailAddress,
    mail_system::Flags,
    org::Person,
    sent::{Page, SentFilter},
    sent_index,
    shared::{ApprovalReason, CaseState, Intent, ReasonKind, Trouble, Verdict},
    store::StoreError,
};
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex};

pub const SEEN: Flags = Flags {
    seen: true,
    answered: false,
    flagged: false,
    deleted: false,
    draft: false,
    recent: false,
    keywords: Vec::new(),
    opened_at: None,
};

/// All that lies in a person's Sent folder, newest first.
pub async fn sent(office: &Office, person: &Person) -> Vec<SentId> {
    sent_index::refresh(&office.portal, person).await.unwrap();
    let page = Page { index: 0, size: 9 };
    let listing = office.store_read().await.list_sent(person.id, &SentFilter::default(), page).await.unwrap();
    listing.rows.into_iter().map(|row| row.message.id).collect()
}

fn recall(recipients: Vec<EmailAddress>) -> DraftForm {
    DraftForm {
        intent: Intent::Recall,
        recipients,
        include_read: false,
        reason: ReasonKind::Other,
        note: String::new(),
        subject: String::new(),
        text: String::new(),
    }
}

pub async fn ask_some(
    office: &Office,
    who: &Person,
    sent: SentId,
    people: &[String],
) -> Result<Case, RequestError> {
    let recipients = people.iter().map(|name| address(name)).collect();
    let draft: DraftId = office.portal.world.id();
    ask::save(&office.portal, who, draft, sent, recall(recipients)).await.unwrap();
    let number = request::request(&office.portal, who, draft).await?;
    Ok(office.case(number).await)
}

#[tokio::test]
async fn a_mail_of_somebody_else_is_nobodys_to_recall_but_its_authors() {
    let office = Office::open().await;
    let mail = office.send(&["bob", "cho"], "bob@office.test, cho@office.test").await;
    // Bob lays what he was sent into his own Sent folder.
    office.put("bob", "Sent", &SEEN, &mail.delivered("bob"), "copied").await;
    let bob = office.who("bob").await;
    let [id] = sent(&office, &bob).await[..] else { panic!("it lies there") };
    assert!(!ask::shown(&office.portal, &bob, id).await.unwrap().is_theirs);
    assert!(matches!(ask::offer(&office.portal, &bob, id).await, Err(AskError::NotFound)));
    let draft: DraftId = office.portal.world.id();
    let saved = ask::save(&office.portal, &bob, draft, id, recall(vec![address("cho")])).await;
    assert!(matches!(saved, Err(AskError::NotFound)), "{saved:?}");
    // Even where the draft is there.
    let mut tx = office.store_write().await;
    let form = recall(vec![address("cho")]);
    let saved = domain::case::draft::Draft {
        id: draft,
        owner: bob.id,
        sent: id,
        form,
        updated_at: office.portal.world.now(),
    };
    tx.save_draft(&saved).await.unwrap();
    tx.commit().await.unwrap();
    let asked = request::request(&office.portal, &bob, draft).await;
    assert!(matches!(asked, Err(RequestError::NotFound)), "{asked:?}");
    assert_eq!(office.copies("cho", &mail).await.len(), 1);
}

#[tokio::test]
async fn many_small_cases_about_a_mail_are_a_large_one() {
    let office = Office::open().await;
    let names = office.hire(14).await;
    let everybody: Vec<&str> = names.iter().map(String::as_str).collect();
    office.send(&everybody, "everybody@office.test").await;
    let ann = office.who("ann").await;
    let [id] = sent(&office, &ann).await[..] else { panic!("one mail") };

    let first = ask_some(&office, &ann, id, &names[..8]).await.unwrap();
    assert!(!first.decision.needs_approval());
    work(&office.portal).await;
    assert_eq!(office.case(first.number).await.state, CaseState::Finished);

    let again = ask_some(&office, &ann, id, &names[..8]).await.unwrap();
    assert!(!again.decision.needs_approval(), "the same mailboxes");
    work(&office.portal).await;

    let second = ask_some(&office, &ann, id, &names[8..]).await.unwrap();
    assert_eq!(second.decision.reasons, [ApprovalReason::ManyMailboxes]);
    assert_ne!(second.state, CaseState::Executing);
}

#[tokio::test]
async fn a_second_copy_among_the_sent_mail_opens_no_second_case() {
    let office = Office::open().await;
    let names = office.hire(11).await;
    let mail = office.send(&[], "everybody@office.test").await;
    office.put("ann", "Sent", &SEEN, mail.raw.as_bytes(), "twice").await;
    let ann = office.who("ann").await;
    let [one, other] = sent(&office, &ann).await[..] else { panic!("two rows") };
    let first = ask_some(&office, &ann, one, &names[..6]).await.unwrap();
    let asked = ask_some(&office, &ann, other, &names[6..]).await;
    assert!(matches!(asked, Err(RequestError::AlreadyOpen(number)) if number == first.number), "{asked:?}");
    work(&office.portal).await;
    let second = ask_some(&office, &ann, other, &names[6..]).await.unwrap();
    assert_eq!(second.decision.reasons, [ApprovalReason::ManyMailboxes]);
}

type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// Something happens right before the first transaction that writes.
struct First(Mutex<Option<Hook>>);

#[async_trait]
impl Between for First {
    async fn writing(&self) -> Result<(), StoreError> {
        let hook = self.0.lock().unwrap().take();
        if let Some(hook) = hook {
            hook().await;
        }
        Ok(())
    }
}

/// Two requests for one mail, sent at the same moment: one comes and goes while the other is looked at.
#[tokio::test]
async fn a_case_that_came_between_look_and_case_counts() {
    let office = Arc::new(Office::open().await);
    let names = office.hire(11).await;
    office.send(&[], "everybody@office.test").await;
    let ann = office.who("ann").await;
    let [id] = sent(&office, &ann).await[..] else { panic!("one mail") };
    let drafts: [DraftId; 2] = [office.portal.world.id(), office.portal.world.id()];
    for (draft, some) in drafts.iter().zip([&names[..6], &names[6..]]) {
        let recipients = some.iter().map(|name| address(name)).collect();
        ask::save(&office.portal, &ann, *draft, id, recall(recipients)).await.unwrap();
    }
    let seen = ask::preview(&office.portal, &ann, drafts[1]).await.unwrap();
    assert!(!seen.decision.needs_approval());
    let (other, who) = (office.clone(), ann.clone());
    let hook: Hook = Box::new(move || {
        Box::pin(async move {
            request::request(&other.portal, &who, drafts[0]).await.unwrap();
            work(&other.portal).await;
        })
    });
    let portal = office.with(Arc::new(First(Mutex::new(Some(hook)))));
    let number = request::request(&portal, &ann, drafts[1]).await.unwrap();
    assert_eq!(office.case(number).await.decision.reasons, [ApprovalReason::ManyMailboxes]);
}

#[tokio::test]
async fn a_mail_from_the_future_is_no_recent_one() {
    let office = Office::open().await;
    let raw = "From: ann@office.test\r\nTo: bob@office.test\r\nSubject: Soon\r\n\
        Date: Mon, 2 Feb 2032 08:59:00 +0800\r\nMessage-ID: <9@office.test>\r\n\r\nHello.\r\n";
    office.put("ann", "Sent", &SEEN, raw.as_bytes(), "sent").await;
    let number = office.ask(&office.portal, RECALL).await;
    assert_eq!(office.case(number).await.decision.reasons, [ApprovalReason::NotRecent]);
}

/// Bob marries: another address, the old one is an alias.
async fn rename(office: &Office) {
    let mut bob = office.who("bob").await;
    (bob.aliases, bob.address) = (vec![bob.address], address("robert"));
    let mut tx = office.store_write().await;
    tx.replace_organisation(&[bob], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_held_goes_back_to_a_mailbox_that_was_renamed() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let before = office.copies("bob", &mail).await;
    let number = office.ask(&office.portal, RECALL).await;
    work(&office.portal).await;
    assert!(office.copies("bob", &mail).await.is_empty(), "held");
    rename(&office).await;
    std::fs::rename(office.maildir("bob").parent().unwrap(), office.maildir("robert").parent().unwrap())
        .unwrap();
    office.decide(number, Verdict::Refused).await;
    work(&office.portal).await;
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    let after = office.copies("robert", &mail).await;
    assert_eq!((after.len(), &after[0].1), (1, &before[0].1));
    office.trail_is_whole().await;
}

#[tokio::test]
async fn what_was_held_goes_back_to_a_mailbox_that_is_not_renamed_yet() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    work(&office.portal).await;
    rename(&office).await;
    office.decide(number, Verdict::Refused).await;
    work(&office.portal).await;
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
}

#[tokio::test]
async fn what_was_held_is_not_put_into_the_mailbox_of_a_successor() {
    let office = Office::open().await;
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    work(&office.portal).await;
    assert!(office.copies("bob", &mail).await.is_empty(), "held");
    let (mut leaver, mut successor) = (office.who("bob").await, office.who("cho").await);
    (leaver.active, leaver.address) = (false, "bob@left.invalid".parse().unwrap());
    (successor.id, successor.name, successor.address) =
        (office.portal.world.id(), "Bobby".into(), address("bob"));
    let mut tx = office.store_write().await;
    tx.replace_organisation(&[leaver, successor], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    office.decide(number, Verdict::Refused).await;
    work(&office.portal).await;
    assert!(office.copies("bob", &mail).await.is_empty(), "it isn't theirs");
    let target = office.target(number, "bob").await;
    assert_eq!((target.outcome, target.detail.trouble), (None, Some(Trouble::MailboxMissing)));
}
