use super::{file::CheckpointFile, *};
use crate::{
    commands::demo::{Folder, organisation},
    config::Config,
    wiring,
};
use anyhow::Error;
use axum::{Router, http::StatusCode, routing::post};
use domain::{
    audit::{Actor, NewEntry},
    verify::{
        checkpoint::{Checkpoint, texts},
        trail::{Claim, Trail},
    },
};
use engine::Waker;
use std::{fs, path::PathBuf, sync::Mutex};
use tempfile::TempDir;
use testkit::world::TestClock;

struct Server {
    portal: Portal,
    audit: Audit,
    clock: Arc<TestClock>,
    dir: TempDir,
}

impl Server {
    /// With the entries in its trail that making the organisation leaves there.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(&dir.path().join("demo")).unwrap();
        organisation(&folder, dir.path()).await.unwrap();
        let config = Config::load(&folder.at("recant.toml"), []).unwrap_or_else(|found| panic!("{found}"));
        let database = wiring::database(&config).await.unwrap();
        let (world, clock) = testkit::world::world(1);
        let portal = wiring::portal(&config, &database, world, Arc::new(Waker::default())).unwrap();
        Self { portal, audit: config.audit.unwrap(), clock, dir }
    }

    fn file(&self) -> CheckpointFile {
        CheckpointFile::new(self.audit.checkpoint_file.clone())
    }

    async fn round(&self, when: When) -> Result<(), Error> {
        round(&self.portal, &self.audit, &mut self.file(), when).await
    }

    async fn acts(&self, action: &'static str) {
        let at = self.portal.world.now();
        let detail = serde_json::Value::Null;
        let entry =
            NewEntry { at, actor: Actor::System, action, case: None, target: None, detail, sealed: None };
        let mut tx = self.portal.store.write().await.unwrap();
        tx.record(&entry).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sizes of the checkpoints in this file; all of them believed, and fitting the trail.
    async fn kept(&self, file: &PathBuf) -> Vec<u64> {
        let texts = texts(&fs::read_to_string(file).unwrap());
        let entries = self.portal.store.read().await.unwrap().trail_after(0, 1000).await.unwrap();
        let facts = entries.iter().map(|entry| entry.as_exported().fact()).collect();
        let claims = texts.iter().map(|text| Claim { text: text.clone(), file: None }).collect();
        let report = Trail { facts, claims, ..Trail::default() }.examine(&[self.audit.signer.key().unwrap()]);
        assert_eq!(report.findings, []);
        texts.iter().map(|text| text.parse::<Checkpoint>().unwrap().size).collect()
    }
}

#[tokio::test]
async fn checkpoints_follow_the_work() {
    let server = Server::new().await;
    let file = server.audit.checkpoint_file.clone();
    server.round(When::Due).await.unwrap();
    server.round(When::Due).await.unwrap();
    assert_eq!(server.kept(&file).await, [1], "nothing new, nothing signed");
    server.acts("copy.held").await;
    server.round(When::Due).await.unwrap();
    assert_eq!(server.kept(&file).await, [1], "not yet");
    server.clock.advance(checkpoint::EVERY);
    server.round(When::Due).await.unwrap();
    server.acts("case.finished").await;
    server.round(When::Due).await.unwrap();
    assert_eq!(server.kept(&file).await, [1, 2, 3], "the end of a case is signed at once");
    server.acts("copy.held").await;
    server.round(When::Now).await.unwrap();
    assert_eq!(server.kept(&file).await, [1, 2, 3, 4]);
}

/// Each has its own file; a server that comes later, or lost its file, catches up.
#[tokio::test]
async fn servers_of_one_database_have_the_same_checkpoints() {
    let server = Server::new().await;
    let other = server.dir.path().join("other.txt");
    let mut file = CheckpointFile::new(other.clone());
    for _ in 0..3 {
        server.acts("copy.held").await;
        server.round(When::Now).await.unwrap();
        round(&server.portal, &server.audit, &mut file, When::Now).await.unwrap();
    }
    fs::write(&other, "torn").unwrap();
    round(&server.portal, &server.audit, &mut CheckpointFile::new(other.clone()), When::Now).await.unwrap();
    assert_eq!(server.kept(&other).await, [2, 3, 4]);
    assert_eq!(server.kept(&server.audit.checkpoint_file).await, [2, 3, 4]);
}

#[tokio::test]
async fn a_database_that_was_rolled_back_is_not_signed() {
    let server = Server::new().await;
    let ahead = server.audit.signer.sign(&format!("recant.demo/trail\n9\n{}=\n", "A".repeat(43))).unwrap();
    fs::write(&server.audit.checkpoint_file, &ahead).unwrap();
    let error = server.round(When::Now).await.unwrap_err();
    assert!(error.to_string().contains("rolled back"), "{error:#}");
    assert_eq!(server.portal.store.read().await.unwrap().last_checkpoint().await.unwrap(), None);
    assert_eq!(fs::read_to_string(&server.audit.checkpoint_file).unwrap(), ahead);
}

/// Answers 503 once, and takes everything after that.
async fn witness() -> (String, Arc<Mutex<Vec<String>>>) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let keeps = heard.clone();
    let answer = move |text: String| async move {
        let mut heard = keeps.lock().unwrap();
        heard.push(text);
        if heard.len() == 1 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/checkpoint", listener.local_addr().unwrap());
    let router = Router::new().route("/checkpoint", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

#[tokio::test]
async fn witnesses_hear_of_the_newest_checkpoint_until_they_take_it() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = Server::new().await;
    let (url, heard) = witness().await;
    server.audit.witness_url = Some(url.parse().unwrap());
    server.audit.witness_mail = Some("witness@outside.example".parse().unwrap());
    let mails = || fs::read_dir(server.dir.path().join("demo/outbox")).map_or(0, Iterator::count);
    server.round(When::Now).await.unwrap();
    witness::round(&server.portal, &server.audit).await;
    witness::round(&server.portal, &server.audit).await;
    assert_eq!((heard.lock().unwrap().len(), mails()), (1, 1), "refused, and not asked again at once");
    server.acts("case.closed").await;
    server.round(When::Due).await.unwrap();
    server.clock.advance(checkpoint::EVERY);
    witness::round(&server.portal, &server.audit).await;
    witness::round(&server.portal, &server.audit).await;
    let newest = server.portal.store.read().await.unwrap().last_checkpoint().await.unwrap().unwrap();
    assert_eq!(newest.size, 2);
    assert_eq!(heard.lock().unwrap()[1..], [newest.text]);
    assert_eq!(mails(), 1, "mails come seldom");
    server.clock.advance(checkpoint::EVERY * 15);
    witness::round(&server.portal, &server.audit).await;
    assert_eq!((heard.lock().unwrap().len(), mails()), (2, 2));
}
