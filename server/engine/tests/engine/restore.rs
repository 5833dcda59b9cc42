//! A finished recall undone: only by an approval of its own, only while the vault keeps the copies, and exactly.

use crate::{
    authors::{SEEN, ask_some, sent},
    office::{Ask, Office, RECALL, hours, work},
    stories::on_postgres,
};
use domain::{
    case::{
        decide::{DecideError, decide},
        request::RequestError,
        restore::{self, RestoreError},
        view,
    },
    shared::{CaseNumber, CaseState, CopyState, Outcome, Verdict},
    vault::retention::erase_due,
};

async fn offices() -> Vec<Office> {
    [Some(Office::open().await), on_postgres().await].into_iter().flatten().collect()
}

async fn ask(office: &Office, number: CaseNumber) -> Result<(), RestoreError> {
    restore::ask(&office.portal, &office.who("ann").await, number, "it was the right one").await
}

async fn verdict(office: &Office, number: CaseNumber, verdict: Verdict) -> Result<(), DecideError> {
    let boss = office.who("boss").await;
    let seen = view::view(&office.portal, &boss, number).await.unwrap().unwrap().digest();
    decide(&office.portal, &boss, number, verdict, "because", seen).await.map(drop)
}

#[tokio::test]
async fn a_finished_recall_goes_back_exactly() {
    for office in offices().await {
        let mail = office.send(&["bob", "cho"], "bob@office.test, cho@office.test, client@out.test").await;
        office.reads("cho", &mail).await;
        let before = office.copies("bob", &mail).await;
        let request = Ask { include_read: true, text: "Sorry.", ..RECALL };
        let number = office.ask(&office.portal, request).await;
        office.settle().await;
        office.decide(number, Verdict::Approved).await;
        office.settle().await;
        assert_eq!(office.case(number).await.state, CaseState::Finished);
        let ended = office.case(number).await.ended_at;

        ask(&office, number).await.unwrap();
        office.settle().await;
        assert_eq!(office.case(number).await.state, CaseState::RestoreRequested);
        assert!(office.copies("bob", &mail).await.is_empty(), "nothing moves before the decision");

        verdict(&office, number, Verdict::Approved).await.unwrap();
        office.settle().await;
        assert_eq!(office.case(number).await.state, CaseState::Restored);
        assert_eq!(office.case(number).await.ended_at, ended, "its time in the vault began when it finished");
        let after = office.copies("bob", &mail).await;
        assert_eq!(after.len(), 1);
        assert_eq!(
            (&after[0].1, &after[0].0.flags, after[0].0.received_at),
            (&before[0].1, &before[0].0.flags, before[0].0.received_at)
        );
        assert_eq!(office.copies("cho", &mail).await.len(), 1);
        for name in ["bob", "cho"] {
            assert_eq!(office.outcome(number, name).await, Some(Outcome::Restored), "{name}");
        }
        assert_eq!(office.outcome(number, "client").await, Some(Outcome::Outside), "it stays what it was");
        let mut tx = office.store_read().await;
        for target in office.targets(number).await {
            for copy in tx.copies(target.id).await.unwrap() {
                assert_eq!(copy.state, CopyState::Released);
                assert_eq!(tx.copy_content(copy.id).await.unwrap(), None, "not in both");
            }
        }
        office.trail_is_whole().await;
    }
}

#[tokio::test]
async fn a_finished_recall_stays_without_an_approval_of_its_own() {
    for office in offices().await {
        let mail = office.send(&["bob"], "bob@office.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        let (ann, boss) = (office.who("ann").await, office.who("boss").await);
        let empty = restore::ask(&office.portal, &ann, number, " ").await;
        assert!(matches!(empty, Err(RestoreError::NoteMissing)), "{empty:?}");
        let strange = restore::ask(&office.portal, &office.who("cho").await, number, "me too").await;
        assert!(matches!(strange, Err(RestoreError::Decide(DecideError::NotFound))), "{strange:?}");

        ask(&office, number).await.unwrap();
        let own =
            decide(&office.portal, &ann, number, Verdict::Approved, "", office.case(number).await.digest);
        assert!(matches!(own.await, Err(DecideError::NotFound)));
        // Bound to the recall, not to its undoing.
        let recall = office.case(number).await.digest;
        let other = decide(&office.portal, &boss, number, Verdict::Approved, "", recall).await;
        assert!(matches!(other, Err(DecideError::OtherTargets)), "{other:?}");

        verdict(&office, number, Verdict::Refused).await.unwrap();
        assert_eq!(office.case(number).await.state, CaseState::Finished);
        ask(&office, number).await.unwrap();
        restore::drop_request(&office.portal, &ann, number).await.unwrap();
        assert_eq!(office.case(number).await.state, CaseState::Finished);
        ask(&office, number).await.unwrap();
        office.clock.advance(hours(25));
        work(&office.portal).await;
        assert_eq!(office.case(number).await.state, CaseState::Finished, "nobody decided");
        assert!(office.copies("bob", &mail).await.is_empty());
        assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
    }
}

#[tokio::test]
async fn what_is_erased_cannot_be_restored() {
    let office = Office::open().await;
    office.send(&["bob"], "bob@office.test").await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    ask(&office, number).await.unwrap();
    office.clock.advance(hours(31 * 24));
    assert_eq!(erase_due(&office.portal).await.unwrap(), 0, "asked for: kept until it is decided");
    work(&office.portal).await;
    assert_eq!(erase_due(&office.portal).await.unwrap(), 1);
    let late = ask(&office, number).await;
    assert!(matches!(late, Err(RestoreError::NothingKept)), "{late:?}");
}

/// Of two, one could put back what the other is about to take: also where the mail lies in a Sent folder twice.
#[tokio::test]
async fn a_restore_and_another_case_about_the_mail_exclude_each_other() {
    for office in offices().await {
        let mail = office.send(&["bob"], "bob@office.test").await;
        office.put("ann", "Sent", &SEEN, mail.raw.as_bytes(), "twice").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        let (ann, bob) = (office.who("ann").await, ["bob".to_owned()]);
        let case = office.case(number).await;
        let rows = sent(&office, &ann).await;
        let other = rows.into_iter().find(|row| *row != case.message.sent).unwrap();
        let second = ask_some(&office, &ann, other, &bob).await.unwrap();
        let early = ask(&office, number).await;
        assert!(matches!(early, Err(RestoreError::AlreadyOpen(open)) if open == second.number), "{early:?}");
        assert_eq!(office.case(number).await.state, CaseState::Finished, "nothing was asked for");

        office.settle().await;
        ask(&office, number).await.unwrap();
        let blocked = async || {
            let third = ask_some(&office, &ann, other, &bob).await;
            assert!(matches!(third, Err(RequestError::AlreadyOpen(open)) if open == number), "{third:?}");
        };
        blocked().await;
        verdict(&office, number, Verdict::Approved).await.unwrap();
        blocked().await;
        office.settle().await;
        assert_eq!(office.copies("bob", &mail).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_restore_and_another_case_at_the_same_time_one_is_asked_for() {
    for office in offices().await {
        office.send(&["bob"], "bob@office.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        let (ann, bob) = (office.who("ann").await, ["bob".to_owned()]);
        let message = office.case(number).await.message.sent;
        for _ in 0..10 {
            let other = ask_some(&office, &ann, message, &bob);
            let (restore, other) = tokio::join!(ask(&office, number), other);
            assert!(restore.is_ok() != other.is_ok(), "{restore:?} {other:?}");
            if restore.is_ok() {
                restore::drop_request(&office.portal, &ann, number).await.unwrap();
            }
            office.settle().await;
        }
    }
}
