//! A worker that dies at every possible point: nothing is lost, nothing is doubled, and the next one ends it.

use crate::office::{
    Ask, Office, address, hours,
    mortal::{Life, MortalMail, MortalStore},
    work,
};
use domain::{
    mail_system::{Flags, MailSystem},
    shared::{CaseState, CorrectionState, Intent, Outcome, Verdict},
};
use engine::{Engine, Waker};
use std::{sync::Arc, time::Duration};

const REPLACE: Ask = Ask { intent: Intent::RecallAndReplace, include_read: true, text: "The right one." };

/// Works with a life of `calls` calls; afterwards the clock passes the lease. True: it lived to the end.
async fn work_and_die(office: &Office, calls: u32, after_effect: bool) -> bool {
    let life = Life::new(calls, after_effect);
    let lives = life.clone();
    let mortal = office.through(Box::new(move |store, mail| {
        (Arc::new(MortalStore(store, lives.clone())), Arc::new(MortalMail(mail, lives)))
    }));
    let engine = Engine::new(mortal, Waker::default(), "mortal".into());
    while engine.turn().await.unwrap_or(false) {}
    office.clock.advance(Duration::from_mins(6));
    !life.is_over()
}

/// I3: every original is in its mailbox or in the vault.
async fn nothing_is_lost(
    office: &Office,
    mail: &crate::office::Mail,
    number: domain::shared::CaseNumber,
    moment: &str,
) {
    for target in office.targets(number).await.iter().filter(|target| target.recipient.person().is_some()) {
        let name = target.recipient.address.local();
        let there = office.copies(name, mail).await.len();
        let mut tx = domain::store::Store::read(office.store.as_ref()).await.unwrap();
        let copies = tx.copies(target.id).await.unwrap();
        let mut kept = 0;
        for copy in &copies {
            if !copy.state.is_out_of_vault() && tx.copy_content(copy.id).await.unwrap().is_some() {
                kept += 1;
            }
        }
        let had = usize::from(["bob", "cho"].contains(&name));
        assert!(there + kept >= had, "{name} lost a copy, {moment}");
    }
}

async fn start(office: &Office) -> (crate::office::Mail, domain::shared::CaseNumber) {
    let mail = office.send(&["bob"], "bob@office.test, cho@office.test, client@out.test").await;
    office
        .put("cho", "INBOX", &Flags { seen: true, ..Flags::default() }, &mail.delivered("cho"), "cho")
        .await;
    let number = office.ask(&office.portal, REPLACE).await;
    (mail, number)
}

#[tokio::test]
async fn dying_on_the_way_to_approval_and_replacement() {
    for after_effect in [false, true] {
        for calls in 1.. {
            let office = Office::open().await;
            let (mail, number) = start(&office).await;
            let moment = format!("died at call {calls}, after effect: {after_effect}");
            let lived = work_and_die(&office, calls, after_effect).await;
            nothing_is_lost(&office, &mail, number, &moment).await;
            work(&office.portal).await;
            assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval, "{moment}");
            assert!(office.copies("bob", &mail).await.is_empty(), "{moment}");

            office.decide(number, Verdict::Approved).await;
            let lived = work_and_die(&office, calls, after_effect).await && lived;
            nothing_is_lost(&office, &mail, number, &moment).await;
            work(&office.portal).await;
            all_replaced_once(&office, &mail, number, &moment).await;
            if lived {
                assert!(calls > 10, "the count reaches past the whole story");
                break;
            }
        }
    }
}

async fn all_replaced_once(
    office: &Office,
    mail: &crate::office::Mail,
    number: domain::shared::CaseNumber,
    moment: &str,
) {
    assert_eq!(office.case(number).await.state, CaseState::Finished, "{moment}");
    for (name, outcome) in [("bob", Outcome::ReplacedUnread), ("cho", Outcome::ReplacedRead)] {
        assert_eq!(office.outcome(number, name).await, Some(outcome), "{name}, {moment}");
        assert!(office.copies(name, mail).await.is_empty(), "{name}, {moment}");
        let corrections = office.corrections(number).await;
        let correction =
            corrections.iter().find(|correction| correction.to.address == address(name)).unwrap();
        assert_eq!(correction.state, CorrectionState::Sent, "{name}, {moment}");
        let replacement = crate::office::Mail { id: correction.message_id.clone(), raw: String::new() };
        assert_eq!(office.copies(name, &replacement).await.len(), 1, "{name} has exactly one, {moment}");
    }
    assert_eq!(office.outbox().len(), 1, "{moment}");
    office.trail_is_whole().await;
}

/// I6: whoever deletes a replacement at once, before a dying worker has noted it, doesn't get it again.
#[tokio::test]
async fn what_its_owner_deleted_is_not_put_again() {
    let mut unsure = 0;
    for calls in 1.. {
        let office = Office::open().await;
        let (_, number) = start(&office).await;
        work(&office.portal).await;
        office.decide(number, Verdict::Approved).await;
        let lived = work_and_die(&office, calls, true).await;
        let deleted = delete_replacement(&office, number).await;
        work(&office.portal).await;
        let correction = bobs_correction(&office, number).await;
        let replacement = crate::office::Mail { id: correction.message_id, raw: String::new() };
        let there = office.copies("bob", &replacement).await.len();
        assert_eq!(there, usize::from(!deleted), "died at call {calls}");
        unsure += usize::from(correction.state == CorrectionState::Unconfirmed);
        if lived {
            assert_eq!(correction.state, CorrectionState::Sent);
            break;
        }
    }
    assert!(unsure > 0, "no death came between the put and its record");
}

async fn bobs_correction(office: &Office, number: domain::shared::CaseNumber) -> domain::case::Correction {
    let corrections = office.corrections(number).await;
    corrections.into_iter().find(|correction| correction.to.address == address("bob")).unwrap()
}

/// True: it was there.
async fn delete_replacement(office: &Office, number: domain::shared::CaseNumber) -> bool {
    let id = bobs_correction(office, number).await.message_id;
    let mut session = office.mail.open(&address("bob")).await.unwrap();
    let located = session.locate(&id).await.unwrap();
    for copy in &located.copies {
        session.remove(&copy.handle).await.unwrap();
    }
    !located.copies.is_empty()
}

#[tokio::test]
async fn dying_on_the_way_back() {
    for after_effect in [false, true] {
        for calls in 1.. {
            let office = Office::open().await;
            let (mail, number) = start(&office).await;
            let before = office.copies("bob", &mail).await;
            let moment = format!("died at call {calls}, after effect: {after_effect}");
            let lived = work_and_die(&office, calls, after_effect).await;
            nothing_is_lost(&office, &mail, number, &moment).await;
            work(&office.portal).await;
            office.decide(number, Verdict::Refused).await;
            let lived = work_and_die(&office, calls, after_effect).await && lived;
            nothing_is_lost(&office, &mail, number, &moment).await;
            work(&office.portal).await;
            office.clock.advance(hours(1));
            work(&office.portal).await;
            let after = office.copies("bob", &mail).await;
            assert_eq!(after.len(), 1, "exactly one copy is back, {moment}");
            assert_eq!(
                (&after[0].1, &after[0].0.flags, after[0].0.received_at),
                (&before[0].1, &before[0].0.flags, before[0].0.received_at),
                "{moment}"
            );
            assert_eq!(office.outcome(number, "bob").await, Some(Outcome::Restored), "{moment}");
            assert_eq!(office.case(number).await.state, CaseState::Closed, "{moment}");
            if lived {
                break;
            }
        }
    }
}
