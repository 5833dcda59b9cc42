//! Our case, from the click to its end: everything as in production, in this process.

use crate::{
    company::{BOSS, draft, hire, portal, reaches, who},
    house::House,
    process,
};
use domain::{
    case::{decide, request},
    mail::MessageId,
    portal::Portal,
    shared::{CaseState, Verdict},
    time::Timestamp,
};
use engine::{Engine, Waker};
use std::{path::Path, sync::Arc};
use store::{Database, Options};
use testkit::world::running;
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

pub struct Ours {
    portal: Arc<Portal>,
    stop: CancellationToken,
    engine: JoinHandle<()>,
}

/// One case.
pub struct Recall {
    /// From the click to the end, approved at once when everything was held.
    pub seconds: f64,
    pub cpu_seconds: f64,
    /// From the click until a copy was gone from its mailbox, sealed, looked for again and written down: of each
    /// unread one, in milliseconds.
    pub hidden: Vec<u64>,
}

impl Ours {
    pub async fn open(house: &House, folder: &Path) -> Self {
        let url = format!("sqlite://{}", folder.join("recant.db").display());
        let database = Database::open(&url, &Options::default()).await.unwrap();
        database.migrate().await.unwrap();
        let waker = Waker::default();
        let mail = Arc::new(house.system());
        let portal = portal(
            folder.join("outbox"),
            Arc::new(database),
            mail,
            running(house.colleagues.len() as u64),
            Arc::new(waker.clone()),
        );
        hire(&portal, house.colleagues.len()).await;
        let enlisted = portal.store.enlist("bench").await.unwrap();
        let stop = CancellationToken::new();
        let engine = Engine::new(portal.clone(), waker, "bench".into());
        let engine = tokio::spawn(engine.run(enlisted, stop.clone()));
        Self { portal, stop, engine }
    }

    pub async fn recall(&self, id: &MessageId, house: &House) -> Recall {
        let portal = &self.portal;
        let (chief, draft) = draft(portal, id, true).await;
        let boss = who(portal, BOSS).await;
        let before = portal.store.read().await.unwrap().trail_head().await.unwrap().seq;
        let (start, cpu, click) = (Instant::now(), process::cpu_seconds(), portal.world.now());
        let number = request::request(portal, &chief, draft).await.unwrap();
        let held = reaches(portal, number, CaseState::AwaitingApproval).await;
        decide::decide(portal, &boss, number, Verdict::Approved, "", held.digest).await.unwrap();
        reaches(portal, number, CaseState::Finished).await;
        let (seconds, cpu_seconds) = (start.elapsed().as_secs_f64(), process::cpu_seconds() - cpu);
        let hidden = self.hidden(before, click, house).await;
        Recall { seconds, cpu_seconds, hidden }
    }

    /// By the engine's own record, read in pieces: after `seq`. Every copy must have ended as removed.
    async fn hidden(&self, mut seq: i64, click: Timestamp, house: &House) -> Vec<u64> {
        let (mut held, mut removed, mut approved) = (Vec::new(), 0, None);
        let mut tx = self.portal.store.read().await.unwrap();
        loop {
            let entries = tx.trail_after(seq, 1_000).await.unwrap();
            let Some(last) = entries.last() else { break };
            seq = last.seq;
            for entry in &entries {
                match entry.action.as_str() {
                    "copy.held" if approved.is_none() => held.push(entry.at.since(click)),
                    "approval.given" => approved = Some(entry.at),
                    "target.settled" if entry.detail.contains("removed_") => removed += 1,
                    _ => {}
                }
            }
        }
        assert_eq!(removed, house.colleagues.len(), "each mailbox ends with its copy removed");
        assert_eq!(held.len(), house.colleagues.len() - house.readers(), "all unread ones were hidden first");
        held.iter().map(|span| u64::try_from(span.as_millis()).unwrap()).collect()
    }

    pub async fn close(self) {
        self.stop.cancel();
        self.engine.await.unwrap();
    }
}
