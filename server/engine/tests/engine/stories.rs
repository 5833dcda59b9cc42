//! The two stories and their ways out, on real Maildirs, on both databases.

use crate::office::{Ask, Office, RECALL, address, hours};
use domain::{
    case::{decide, decide::DecideError, request},
    mail_system::Flags,
    shared::{CaseState, CorrectionState, Intent, Outcome, TargetState, Trouble, Verdict},
};
use testkit::postgres::Postgres;

/// Each story is told twice: on SQLite and on Postgres.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(super::Office::open().await).await; })+ }
        mod postgres { $(#[tokio::test] async fn $name() { if let Some(office) = super::on_postgres().await { super::$name(office).await; } })+ }
    };
}

pub async fn on_postgres() -> Option<Office> {
    let server = Postgres::shared().unwrap()?;
    Some(Office::on(Some(server.create_database().unwrap())).await)
}

stories! {
    a_free_recall_needs_nobody, held_at_once_then_approved, refused_goes_back_exactly, withdrawn_goes_back,
    expired_goes_back, replaced_in_place, read_copies_stay_unless_asked_for, moved_and_deleted_copies_are_told_apart,
    another_mail_with_the_same_id_is_left_alone, legal_hold_is_never_touched, missing_and_unreadable_mailboxes_are_named,
    only_the_manager_decides_and_on_what_they_saw, asking_twice_makes_one_case, correct_only_touches_nothing,
    the_senders_own_sent_copy_stays,
}

async fn a_free_recall_needs_nobody(office: Office) {
    let mail = office.send(&["bob", "cho"], "bob@office.test, cho@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    for name in ["bob", "cho"] {
        assert_eq!(office.outcome(number, name).await, Some(Outcome::RemovedUnread));
        assert!(office.copies(name, &mail).await.is_empty());
    }
    office.trail_is_whole().await;
}

async fn held_at_once_then_approved(office: Office) {
    let mail = office.send(&["bob", "cho"], "bob@office.test, cho@office.test, client@out.test").await;
    office.reads("cho", &mail).await;
    let ask = Ask { text: "Please delete the file. Sorry.", ..RECALL };
    let number = office.ask(&office.portal, ask).await;
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    assert!(office.copies("bob", &mail).await.is_empty(), "held before anybody decided");
    assert_eq!(office.copies("cho", &mail).await.len(), 1, "read: not held");
    assert!(office.outbox().is_empty(), "nobody hears of it before the decision");

    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    let outcome = async |name| office.outcome(number, name).await.unwrap();
    assert_eq!(
        [outcome("bob").await, outcome("cho").await, outcome("client").await],
        [Outcome::RemovedUnread, Outcome::LeftRead, Outcome::Outside]
    );
    let outbox = office.outbox();
    assert_eq!(outbox.len(), 1, "one mail to the client");
    for header in ["To: client@out.test", "In-Reply-To: <1@office.test>", "Supersedes: <1@office.test>"] {
        assert!(outbox[0].contains(header), "{header} in\n{}", outbox[0]);
    }
    let sent = office
        .corrections(number)
        .await
        .into_iter()
        .map(|correction| (correction.to.address.local().to_owned(), correction.state));
    let sent: std::collections::BTreeMap<_, _> = sent.collect();
    assert_eq!(sent["bob"], CorrectionState::Unneeded);
    assert_eq!(sent["cho"], CorrectionState::Sent);
}

async fn refused_goes_back_exactly(office: Office) {
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let flags = Flags { flagged: true, keywords: vec!["maildir:a".into()], ..Flags::default() };
    office.put("cho", "项目/2026", &flags, &mail.delivered("cho"), "cho").await;
    // `cho` got it, too: a second copy of bob's, in a folder.
    office.put("bob", "项目/2026", &flags, &mail.delivered("bob again"), "bob2").await;
    let facts = |copies: Vec<(domain::mail_system::FoundCopy, Vec<u8>)>| {
        let mut facts: Vec<_> = copies
            .into_iter()
            .map(|(copy, raw)| (copy.folder, format!("{:?}", copy.flags), copy.received_at, raw))
            .collect();
        facts.sort();
        facts
    };
    let before = facts(office.copies("bob", &mail).await);
    assert_eq!(before.len(), 2);
    let number = office.ask(&office.portal, Ask { text: "Sorry", ..RECALL }).await;
    office.settle().await;
    assert!(office.copies("bob", &mail).await.is_empty());
    office.decide(number, Verdict::Refused).await;
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    assert_eq!(facts(office.copies("bob", &mail).await), before);
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Restored));
    assert_eq!(office.outcome(number, "client").await, Some(Outcome::Untouched));
    assert!(office.outbox().is_empty());
    let mut tx = domain::store::Store::read(office.store.as_ref()).await.unwrap();
    let case = office.case(number).await;
    assert_eq!(tx.body_counts().await.unwrap().count, 0, "nothing stays in the vault");
    assert!(tx.existing_vault_key(case.id.0).await.unwrap().is_some(), "the trail may still need the key");
    drop(tx);
    office.trail_is_whole().await;
}

async fn withdrawn_goes_back(office: Office) {
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert!(office.copies("bob", &mail).await.is_empty());
    decide::withdraw(&office.portal, &office.who("ann").await, number).await.unwrap();
    office.settle().await;
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    let again = decide::withdraw(&office.portal, &office.who("ann").await, number).await;
    assert!(matches!(again, Err(DecideError::MovedOn(CaseState::Closed))));
}

async fn expired_goes_back(office: Office) {
    let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    office.clock.advance(hours(24));
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
    let case = office.case(number).await;
    let late =
        decide::decide(&office.portal, &office.who("boss").await, number, Verdict::Approved, "", case.digest)
            .await;
    assert!(matches!(late, Err(DecideError::MovedOn(_))));
}

async fn replaced_in_place(office: Office) {
    let mail = office.send(&["bob"], "all@office.test").await;
    office.put("cho", "Projects", &Flags::default(), &mail.delivered("cho"), "cho").await;
    office
        .put("dan", "INBOX", &Flags { seen: true, ..Flags::default() }, &mail.delivered("dan"), "dan")
        .await;
    let ask = Ask { intent: Intent::RecallAndReplace, include_read: true, text: "This is the right one." };
    let number = office.ask(&office.portal, ask).await;
    office.settle().await;
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    let corrections = office.corrections(number).await;
    for (name, folder, outcome) in [
        ("bob", "INBOX", Outcome::ReplacedUnread),
        ("cho", "Projects", Outcome::ReplacedUnread),
        ("dan", "INBOX", Outcome::ReplacedRead),
    ] {
        assert_eq!(office.outcome(number, name).await, Some(outcome), "{name}");
        assert!(office.copies(name, &mail).await.is_empty());
        let correction =
            corrections.iter().find(|correction| correction.to.address == address(name)).unwrap();
        assert!(correction.in_place);
        let replacement = crate::office::Mail { id: correction.message_id.clone(), raw: String::new() };
        let copies = office.copies(name, &replacement).await;
        assert_eq!(copies.len(), 1, "{name} got exactly one");
        assert_eq!((copies[0].0.folder.0.as_str(), copies[0].0.flags.seen), (folder, false));
        assert_eq!(copies[0].0.received_at.0, office.portal.world.now().0 - 60_000);
    }
    assert_eq!(office.outbox().len(), 1, "the outsider in the group got it by mail");
    // boss never had a copy: not found isn't a success, and the right version reaches her by mail.
    assert_eq!(office.outcome(number, "boss").await, Some(Outcome::NotFound));
    let boss = corrections.iter().find(|correction| correction.to.address == address("boss")).unwrap();
    assert_eq!((boss.state, boss.in_place), (CorrectionState::Sent, false));
}

async fn read_copies_stay_unless_asked_for(office: Office) {
    let mail = office.send(&["bob"], "bob@office.test").await;
    office.reads("bob", &mail).await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::LeftRead));
    assert_eq!(office.copies("bob", &mail).await.len(), 1);

    let number = office.ask(&office.portal, Ask { include_read: true, ..RECALL }).await;
    office.settle().await;
    assert_eq!(
        office.case(number).await.state,
        CaseState::AwaitingApproval,
        "reading someone's read mail away needs approval"
    );
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedRead));
    assert!(office.copies("bob", &mail).await.is_empty());
}

async fn moved_and_deleted_copies_are_told_apart(office: Office) {
    let mail = office.send(&["cho"], "bob@office.test, cho@office.test, client@out.test").await;
    office
        .put("bob", "INBOX", &Flags { seen: true, ..Flags::default() }, &mail.delivered("bob"), "bob")
        .await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    // bob had read it; while the approval is awaited he deletes it for good.
    let (copy, _) = office.copies("bob", &mail).await.remove(0);
    let mut session =
        domain::mail_system::MailSystem::open(office.mail.as_ref(), &address("bob")).await.unwrap();
    session.remove(&copy.handle).await.unwrap();
    drop(session);
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::AlreadyGone));
}

async fn another_mail_with_the_same_id_is_left_alone(office: Office) {
    let mail = office.send(&[], "bob@office.test").await;
    let other = String::from_utf8(mail.delivered("bob")).unwrap().replace("Not finished", "Something else");
    office.put("bob", "INBOX", &Flags::default(), other.as_bytes(), "other").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Failed));
    assert_eq!(office.targets(number).await[0].detail.trouble, Some(Trouble::ContentDiffers));
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
}

async fn legal_hold_is_never_touched(office: Office) {
    let mail = office.send(&["bob"], "bob@office.test").await;
    let mut bob = office.who("bob").await;
    bob.legal_hold = true;
    let mut tx = domain::store::Store::write(office.store.as_ref()).await.unwrap();
    tx.replace_organisation(&[bob], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::OnLegalHold));
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
    assert_eq!(office.case(number).await.state, CaseState::Finished);
}

async fn missing_and_unreadable_mailboxes_are_named(office: Office) {
    let to = "bob@office.test, cho@office.test, dan@office.test, nobody@office.test";
    office.send(&["cho"], to).await;
    std::fs::remove_dir_all(office.maildir("bob")).unwrap();
    // Permissions don't stop root, who may run the tests; a way that leads in a circle stops everybody.
    std::fs::remove_dir_all(office.maildir("dan")).unwrap();
    std::os::unix::fs::symlink("Maildir", office.maildir("dan")).unwrap();
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    office.decide(number, Verdict::Approved).await;
    office.settle().await;
    let trouble = async |name: &str| {
        let targets = office.targets(number).await;
        let target = targets.into_iter().find(|target| target.recipient.address.local() == name).unwrap();
        (target.outcome.unwrap(), target.detail.trouble)
    };
    assert_eq!(trouble("bob").await, (Outcome::Failed, Some(Trouble::MailboxMissing)));
    assert_eq!(trouble("dan").await, (Outcome::Failed, Some(Trouble::MailboxDenied)));
    assert_eq!(trouble("nobody").await, (Outcome::Failed, Some(Trouble::UnknownAddress)));
    assert_eq!(trouble("cho").await, (Outcome::RemovedUnread, None));
}

async fn only_the_manager_decides_and_on_what_they_saw(office: Office) {
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    let digest = office.case(number).await.digest;
    for name in ["ann", "bob"] {
        let tried =
            decide::decide(&office.portal, &office.who(name).await, number, Verdict::Approved, "", digest)
                .await;
        assert!(matches!(tried, Err(DecideError::NotFound)), "{name}");
    }
    let boss = office.who("boss").await;
    let other = domain::case::TargetsDigest([0; 32]);
    let tried = decide::decide(&office.portal, &boss, number, Verdict::Approved, "", other).await;
    assert!(matches!(tried, Err(DecideError::OtherTargets)));
    let tried = decide::decide(&office.portal, &boss, number, Verdict::Refused, "  ", digest).await;
    assert!(matches!(tried, Err(DecideError::CommentMissing)));
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    office.decide(number, Verdict::Approved).await;
    let twice = decide::decide(&office.portal, &boss, number, Verdict::Refused, "no", digest).await;
    assert!(matches!(twice, Err(DecideError::MovedOn(_))));
}

async fn asking_twice_makes_one_case(office: Office) {
    office.send(&["bob"], "bob@office.test, client@out.test").await;
    let ann = office.who("ann").await;
    let draft = office.draft(&office.portal, &ann, RECALL).await;
    let (one, two) = tokio::join!(
        request::request(&office.portal, &ann, draft),
        request::request(&office.portal, &ann, draft)
    );
    assert_eq!(one.unwrap(), two.unwrap());
    let another = office.draft(&office.portal, &ann, RECALL).await;
    let second = request::request(&office.portal, &ann, another).await;
    assert!(matches!(second, Err(request::RequestError::AlreadyOpen(_))), "two recalls for one message");
    let boss = office.who("boss").await;
    assert!(matches!(
        request::request(&office.portal, &boss, draft).await,
        Err(request::RequestError::NotFound)
    ));
}

async fn correct_only_touches_nothing(office: Office) {
    let mail = office.send(&["bob"], "bob@office.test").await;
    let ask = Ask { intent: Intent::CorrectOnly, include_read: false, text: "A word was wrong." };
    let number = office.ask(&office.portal, ask).await;
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::Finished);
    assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Corrected));
    assert_eq!(office.copies("bob", &mail).await.len(), 1);
    assert_eq!(office.corrections(number).await[0].state, CorrectionState::Sent);
}

async fn the_senders_own_sent_copy_stays(office: Office) {
    let mail = office.send(&["ann", "bob"], "ann@office.test, bob@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert_eq!(office.outcome(number, "ann").await, Some(Outcome::RemovedUnread));
    assert!(office.copies("ann", &mail).await.is_empty());
    let mut session =
        domain::mail_system::MailSystem::open(office.mail.as_ref(), &address("ann")).await.unwrap();
    let located = session.locate(&mail.id).await.unwrap();
    assert_eq!(located.copies.len(), 1);
    assert_eq!(office.targets(number).await[0].state, TargetState::Removed);
}
