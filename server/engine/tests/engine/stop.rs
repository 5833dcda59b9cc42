//! The switch, pulled at every possible moment: no mailbox is touched after it, and starting again finishes the work.
//! So with a withdrawal and a legal hold that come between the intent and its effect.

use crate::office::{Ask, Office, RECALL, between::Between, hours};
use async_trait::async_trait;
use domain::{
    audit::Actor,
    case::decide,
    engine_switch::{self, InFlight, SwitchError},
    mail::EmailAddress,
    mail_system::MailError,
    org::Person,
    portal::Portal,
    shared::{CaseNumber, CaseState, CorrectionState, Outcome, Task, Verdict},
    store::{Store, StoreError},
};
use engine::{Engine, Waker};
use futures::future::BoxFuture;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use testkit::world::TestClock;

/// What comes in between; answers what is in flight, or None where it can't be done.
type Pull = Arc<dyn Fn() -> BoxFuture<'static, Option<Vec<InFlight>>> + Send + Sync>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Reading,
    Writing,
}

/// Pulls when the n-th transaction of that kind begins, and lets two seconds pass.
#[derive(Clone)]
struct Hand {
    pull: Pull,
    when: When,
    left: Arc<AtomicU32>,
    clock: Arc<TestClock>,
    /// What was listed; None: not pulled yet.
    listed: Arc<Mutex<Option<Vec<InFlight>>>>,
    /// Copies put back after it.
    late_puts: Arc<AtomicU32>,
    late_removals: Arc<AtomicU32>,
}

impl Hand {
    async fn watch(&self, when: When) {
        if self.when == when && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let pulled = (self.pull)().await;
            *self.listed.lock().unwrap() = pulled;
            // By then nothing may begin any more, whatever a worker was told just before (I5).
            self.clock.advance(Duration::from_secs(2));
        }
    }

    fn effect(&self, late: &AtomicU32) {
        if self.listed.lock().unwrap().is_some() {
            late.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn late(&self) -> u32 {
        self.late_puts.load(Ordering::SeqCst) + self.late_removals.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Between for Hand {
    async fn reading(&self) -> Result<(), StoreError> {
        self.watch(When::Reading).await;
        Ok(())
    }

    async fn writing(&self) -> Result<(), StoreError> {
        self.watch(When::Writing).await;
        Ok(())
    }

    async fn removing(&self, _: &EmailAddress) -> Result<(), MailError> {
        self.effect(&self.late_removals);
        Ok(())
    }

    async fn putting(&self) -> Result<(), MailError> {
        self.effect(&self.late_puts);
        Ok(())
    }
}

/// Works until nothing moves, with the pull at the given moment, if it comes.
async fn work_with(office: &Office, pull: Pull, when: When, moment: u32) -> (Hand, Arc<Portal>) {
    let hand = Hand {
        pull,
        when,
        left: Arc::new(AtomicU32::new(moment)),
        clock: office.clock.clone(),
        listed: Arc::default(),
        late_puts: Arc::default(),
        late_removals: Arc::default(),
    };
    let portal = office.with(Arc::new(hand.clone()));
    rest(&portal).await;
    (hand, portal)
}

fn stopping(office: &Office) -> Pull {
    let (store, world) = (office.store.clone(), office.portal.world.clone());
    Arc::new(move || {
        let (store, world) = (store.clone(), world.clone());
        Box::pin(async move {
            Some(engine_switch::stop(store.as_ref(), &world, Actor::System, "a test").await.unwrap())
        })
    })
}

/// None: that moment never came.
async fn work_until_stopped(office: &Office, when: When, moment: u32) -> Option<Vec<InFlight>> {
    let (hand, portal) = work_with(office, stopping(office), when, moment).await;
    assert_eq!(hand.late(), 0, "a mailbox was changed after the stop at {moment}");
    let listed = hand.listed.lock().unwrap().take();
    if listed.is_some() {
        // Longer than any lease: nobody takes it up.
        office.clock.advance(hours(1));
        rest(&portal).await;
        assert_eq!(hand.late(), 0, "taken up while stopped, stopped at {moment}");
    }
    listed
}

async fn rest(portal: &Arc<Portal>) {
    let engine = Engine::new(portal.clone(), Waker::default(), "stopped".into());
    for _ in 0..50 {
        if !engine.turn().await.unwrap() {
            return;
        }
    }
    panic!("it doesn't come to rest");
}

/// Another hand writes of the decision: its writes would fall between the permission for a copy and its return by chance.
async fn take_mail_about_it(office: &Office) {
    let mut tx = office.store_write().await;
    let now = office.portal.world.now();
    assert!(!tx.claim_notifications("another", now, now.plus(hours(9)), 9).await.unwrap().is_empty());
    tx.commit().await.unwrap();
}

async fn start_again(office: &Office) {
    engine_switch::start_here(&office.portal, Actor::System).await.unwrap();
    office.settle().await;
    office.trail_is_whole().await;
}

/// The permission is read right before the removal: a stop that comes after the intent is seen there.
#[tokio::test]
async fn no_copy_is_taken_after_a_stop_that_follows_the_intent() {
    for moment in 1.. {
        let office = Office::open().await;
        let mail = office.send(&["bob"], "bob@office.test").await;
        office.ask(&office.portal, RECALL).await;
        if work_until_stopped(&office, When::Reading, moment).await.is_none() {
            assert!(moment > 6, "the count reaches past the whole story");
            break;
        }
        start_again(&office).await;
        assert!(office.copies("bob", &mail).await.is_empty(), "stopped at {moment}");
    }
}

#[tokio::test]
async fn no_copy_is_taken_after_a_withdrawal() {
    for moment in 1.. {
        let office = Office::open().await;
        let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        let (portal, ann) = (office.portal.clone(), office.who("ann").await);
        let pull: Pull = Arc::new(move || {
            let (portal, ann) = (portal.clone(), ann.clone());
            Box::pin(async move { decide::withdraw(&portal, &ann, number).await.ok().map(|_| Vec::new()) })
        });
        let (hand, _) = work_with(&office, pull, When::Reading, moment).await;
        assert_eq!(hand.late_removals.load(Ordering::SeqCst), 0, "withdrawn at {moment}");
        if hand.listed.lock().unwrap().is_none() {
            assert!(moment > 6, "the count reaches past the whole story");
            break;
        }
        office.settle().await;
        assert_eq!(office.copies("bob", &mail).await.len(), 1, "withdrawn at {moment}");
        office.trail_is_whole().await;
    }
}

#[tokio::test]
async fn no_copy_is_taken_after_a_legal_hold() {
    let mut untouched = 0;
    for moment in 1.. {
        let office = Office::open().await;
        let mail = office.send(&["bob"], "bob@office.test").await;
        office.ask(&office.portal, RECALL).await;
        let (store, bob) = (office.store.clone(), office.who("bob").await);
        let pull: Pull = Arc::new(move || {
            let (store, bob) = (store.clone(), Person { legal_hold: true, ..bob.clone() });
            Box::pin(async move {
                let mut tx = store.write().await.unwrap();
                tx.replace_organisation(&[bob], &[], &[]).await.unwrap();
                tx.commit().await.unwrap();
                Some(Vec::new())
            })
        });
        let (hand, _) = work_with(&office, pull, When::Reading, moment).await;
        assert_eq!(hand.late_removals.load(Ordering::SeqCst), 0, "held at {moment}");
        if hand.listed.lock().unwrap().is_none() {
            break;
        }
        untouched += office.copies("bob", &mail).await.len();
        office.trail_is_whole().await;
    }
    assert!(untouched > 2, "the hold came before the removal some times: {untouched}");
}

#[tokio::test]
async fn no_copy_is_taken_after_a_stop() {
    let mut listed_before_removal = false;
    for moment in 1.. {
        let office = Office::open().await;
        let mail = office.send(&["bob"], "bob@office.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        let Some(listed) = work_until_stopped(&office, When::Writing, moment).await else {
            assert!(moment > 6, "the count reaches past the whole story");
            break;
        };
        if !office.copies("bob", &mail).await.is_empty() {
            for flying in &listed {
                listed_before_removal = true;
                assert_eq!((flying.case, flying.task), (number, Some(Task::Execute)));
            }
        }
        start_again(&office).await;
        assert_eq!(office.case(number).await.state, CaseState::Finished, "stopped at {moment}");
        assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread), "stopped at {moment}");
        assert!(office.copies("bob", &mail).await.is_empty());
    }
    assert!(listed_before_removal);
}

#[tokio::test]
async fn no_copy_is_put_back_after_a_stop() {
    for moment in 1.. {
        let office = Office::open().await;
        let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        office.decide(number, Verdict::Refused).await;
        take_mail_about_it(&office).await;
        if work_until_stopped(&office, When::Writing, moment).await.is_none() {
            assert!(moment > 3, "the count reaches past the whole story");
            break;
        }
        start_again(&office).await;
        assert_eq!(office.case(number).await.state, CaseState::Closed, "stopped at {moment}");
        assert_eq!(office.copies("bob", &mail).await.len(), 1, "stopped at {moment}");
    }
}

async fn asked_and_approved(office: &Office) -> CaseNumber {
    office.send(&[], "client@out.test").await;
    let number = office.ask(&office.portal, Ask { text: "Sorry.", ..RECALL }).await;
    office.settle().await;
    office.decide(number, Verdict::Approved).await;
    number
}

#[tokio::test]
async fn a_correction_that_was_claimed_is_given_back() {
    let office = Office::open().await;
    let number = asked_and_approved(&office).await;
    let mut tx = office.store.write().await.unwrap();
    let now = office.portal.world.now();
    let claimed = tx.claim_corrections("w", now, now.plus(hours(1)), 9).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    let listed = engine_switch::stop(office.store.as_ref(), &office.portal.world, Actor::System, "a test")
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].case, listed[0].target, listed[0].task), (number, claimed.target, None));
    office.settle().await;
    assert!(office.outbox().is_empty());
    office.clock.advance(hours(2));
    start_again(&office).await;
    assert_eq!(office.outbox().len(), 1);
    assert_eq!(office.corrections(number).await[0].state, CorrectionState::Sent);
}

/// Claimed together, sent one after the other: those that hadn't begun wait.
#[tokio::test]
async fn nothing_is_sent_after_a_stop() {
    for moment in 1.. {
        let office = Office::open().await;
        let number = asked_and_approved(&office).await;
        let Some(listed) = work_until_stopped(&office, When::Writing, moment).await else { break };
        let sent = office.outbox().len();
        assert!(sent == 0 || !listed.is_empty() || office.corrections(number).await[0].sent_at.is_some());
        start_again(&office).await;
        assert_eq!(office.outbox().len(), 1, "once, stopped at {moment}");
        assert_eq!(office.case(number).await.state, CaseState::Finished);
    }
}

#[tokio::test]
async fn a_stop_needs_a_reason_and_is_recorded_once() {
    let office = Office::open().await;
    let (store, world) = (office.store.as_ref(), &office.portal.world);
    let boss = Actor::Person(office.who("boss").await.id);
    let stop = async |reason: &str| engine_switch::stop(store, world, boss, reason).await;
    assert!(matches!(stop("  ").await, Err(SwitchError::ReasonMissing)));
    assert!(matches!(stop(&"长".repeat(501)).await, Err(SwitchError::ReasonTooLong)));
    assert!(matches!(engine_switch::start(store, world, boss).await, Err(SwitchError::Already)));
    assert_eq!(stop(" 邮件系统升级 ").await.unwrap(), []);
    assert!(matches!(stop("again").await, Err(SwitchError::Already)));
    engine_switch::start(store, world, boss).await.unwrap();
    let trail = office.store.read().await.unwrap().trail_after(0, 99).await.unwrap();
    let told: Vec<_> = trail.iter().map(|entry| (entry.action.as_str(), entry.actor)).collect();
    let by = Some(office.who("boss").await.id);
    assert_eq!(told, [("engine.stopped", by), ("engine.started", by)]);
    assert!(trail[0].detail.contains("邮件系统升级"));
}
