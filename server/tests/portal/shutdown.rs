//! What holds after the server was told to end.

use crate::support::TestApp;
use domain::{
    store::Store,
    verify::checkpoint::{Checkpoint, texts},
};
use server::demo::AccountKind;
use std::fs;
use store::{Database, Options};

#[tokio::test]
async fn the_last_checkpoint_has_everything_that_was_written() {
    let app = TestApp::start().await;
    app.signed_in(AccountKind::Employee).await;
    let (in_time, dir) = app.end().await;
    assert!(in_time);
    let data = dir.path().join("demo");
    let checkpoints = texts(&fs::read_to_string(data.join("checkpoints.txt")).unwrap());
    let last: Checkpoint = checkpoints.last().unwrap().parse().unwrap();
    let url = format!("sqlite:{}", data.join("recant.db").display());
    let database = Database::open(&url, &Options::default()).await.unwrap();
    let head = database.read().await.unwrap().trail_head().await.unwrap();
    assert!(head.seq > 0);
    assert_eq!(last.size, u64::try_from(head.seq).unwrap());
}
