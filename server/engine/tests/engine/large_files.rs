//! Corrections and replacements with large files: memory stays bounded, however many there are and however long a relay
//! or a mail system takes.

use crate::office::{Ask, Office, RECALL, between::Between, slow_mailer::SlowMailer};
use async_trait::async_trait;
use domain::{
    case::{ask, request},
    mail_system::MailError,
    portal::Portal,
    shared::{CaseNumber, CaseState, CorrectionState, Intent, Outcome, Verdict},
};
use engine::{Engine, Tuning, Waker};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

const MEGABYTE: usize = 1 << 20;
const MANY: usize = 12;
const MEMORY: u32 = 16 << 20;
/// What everything takes that isn't held back.
const A_WHILE: Duration = Duration::from_secs(2);

async fn ask_with_a_file(office: &Office, ask: Ask) -> CaseNumber {
    let ann = office.who("ann").await;
    let draft = office.draft(&office.portal, &ann, ask).await;
    let file = vec![b'x'; MEGABYTE];
    ask::attach(&office.portal, &ann, draft, "right.bin", "application/octet-stream", &file).await.unwrap();
    let number = request::request(&office.portal, &ann, draft).await.unwrap();
    office.settle().await;
    office.decide(number, Verdict::Approved).await;
    number
}

async fn run(portal: Arc<Portal>, stop: &CancellationToken) -> JoinHandle<()> {
    let enlisted = portal.store.enlist("one").await.unwrap();
    let tuning = Tuning { memory: MEMORY, ..Tuning::default() };
    tokio::spawn(Engine::tuned(portal, Waker::default(), "one".into(), tuning).run(enlisted, stop.clone()))
}

async fn until(reached: impl AsyncFn() -> bool) {
    let reached = async {
        while !reached().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), reached).await.unwrap();
}

#[tokio::test]
async fn letters_that_wait_for_a_relay_stay_within_their_memory() {
    let office = Office::open().await;
    let clients: Vec<_> = (0..MANY).map(|n| format!("client{n}@out.test")).collect();
    office.send(&[], &clients.join(", ")).await;
    let number = ask_with_a_file(&office, Ask { text: "Sorry.", ..RECALL }).await;

    let mailer = Arc::new(SlowMailer::new(office.portal.mailer.clone()));
    let stop = CancellationToken::new();
    let running = run(office.sending(mailer.clone()), &stop).await;
    until(async || mailer.most_bytes_in_hand() > MEGABYTE).await;
    sleep(A_WHILE).await;
    mailer.gate.add_permits(100);
    until(async || office.case(number).await.state == CaseState::Finished).await;
    stop.cancel();
    running.await.unwrap();

    let most = mailer.most_bytes_in_hand();
    assert!(most <= MEMORY as usize / 2, "{most} bytes of letters at one time");
    let corrections = office.corrections(number).await;
    assert!(corrections.iter().all(|correction| correction.state == CorrectionState::Sent));
    assert_eq!(corrections.len(), MANY);
}

/// Mailboxes take replacements when they are let.
struct Gate {
    let_in: Semaphore,
    waiting: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl Between for Gate {
    async fn putting(&self) -> Result<(), MailError> {
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(waiting, Ordering::SeqCst);
        self.let_in.acquire().await.unwrap().forget();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_small_mail_is_replaced_by_a_large_one_in_many_mailboxes() {
    let office = Office::open().await;
    let names = office.hire(MANY).await;
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    office.send(&names, "everybody@office.test").await;
    let intent = Intent::RecallAndReplace;
    let number = ask_with_a_file(&office, Ask { intent, text: "This one.", ..RECALL }).await;

    let [waiting, most] = Default::default();
    let gate = Arc::new(Gate { let_in: Semaphore::new(0), waiting, most });
    let stop = CancellationToken::new();
    let running = run(office.with(gate.clone()), &stop).await;
    until(async || gate.most.load(Ordering::SeqCst) > 0).await;
    sleep(A_WHILE).await;
    gate.let_in.add_permits(100);
    until(async || office.case(number).await.state == CaseState::Finished).await;
    stop.cancel();
    running.await.unwrap();

    let most = gate.most.load(Ordering::SeqCst);
    assert!(most * 4 * MEGABYTE <= MEMORY as usize, "{most} replacements at one time");
    for name in names {
        assert_eq!(office.outcome(number, name).await, Some(Outcome::ReplacedUnread), "{name}");
    }
}
