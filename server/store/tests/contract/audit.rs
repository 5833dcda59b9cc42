use crate::{
    bed::Bed,
    builders::{at, id},
};
use domain::{
    audit::{Actor, Checkpoint, Head, NewEntry, Witness, findings},
    store::Store,
    verify::tree::Frontier,
};
use serde_json::json;

stories!(
    the_trail_is_a_chain,
    entries_are_never_changed,
    a_dropped_transaction_leaves_no_gap,
    eight_writers_make_one_chain,
    entries_wait_for_the_commit,
    a_tree_is_grown_over_old_entries,
    what_was_done_since_is_known,
    checkpoints_are_kept_once,
    a_witness_is_told_by_one,
);

fn entry(n: i64, case: Option<u128>) -> NewEntry {
    NewEntry {
        at: at(n),
        actor: if n % 2 == 0 { Actor::System } else { Actor::Person(id(1)) },
        action: "case.requested",
        case: case.map(id),
        target: case.map(id),
        detail: json!({ "n": n, "why": "合同\0" }),
        sealed: (n % 3 == 0).then(|| vec![0, 255, 7]),
    }
}

/// How many entries there are; all of them sound, and the tree over them the one that is kept.
async fn verify(bed: &Bed) -> i64 {
    let mut tx = bed.read().await;
    let entries = tx.trail_after(0, 1000).await.unwrap();
    assert_eq!(findings(&entries), []);
    let mut head = Head::default();
    for entry in &entries {
        head.grow(entry);
    }
    assert_eq!(tx.trail_head().await.unwrap(), head);
    head.seq
}

async fn the_trail_is_a_chain(bed: Bed) {
    let mut tx = bed.write().await;
    let new: Vec<NewEntry> = (1..=4).map(|n| entry(n, (n > 2).then_some(7))).collect();
    for entry in &new {
        tx.record(entry).await.unwrap();
    }
    let mut head = Head::default();
    let written: Vec<_> = new.iter().map(|entry| head.append(entry)).collect();
    assert_eq!(tx.trail_after(0, 100).await.unwrap(), written, "seen at once by whoever wrote them");
    tx.commit().await.unwrap();
    let mut tx = bed.read().await;
    assert_eq!(tx.trail_after(0, 100).await.unwrap(), written);
    assert_eq!(tx.trail_after(1, 2).await.unwrap(), written[1..3]);
    assert_eq!(tx.trail_of(id(7)).await.unwrap(), written[2..]);
    assert_eq!(tx.trail_of(id(8)).await.unwrap(), []);
    assert_eq!(verify(&bed).await, 4);
}

/// Not even with a database shell, short of dropping the triggers first.
async fn entries_are_never_changed(bed: Bed) {
    let mut tx = bed.write().await;
    tx.record(&entry(1, None)).await.unwrap();
    tx.commit().await.unwrap();
    let columns = "seq, at, actor, action, case_id, target_id, detail, previous, hash";
    let mut attempts = vec![
        "UPDATE audit_entry SET action = 'nothing.happened'".to_owned(),
        "DELETE FROM audit_entry".to_owned(),
        format!("INSERT INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry"),
    ];
    if bed.url.starts_with("sqlite:") {
        attempts.push(format!("INSERT OR REPLACE INTO audit_entry ({columns}) SELECT seq, 0, actor, action, case_id, target_id, detail, previous, hash FROM audit_entry"));
    } else {
        attempts.push("TRUNCATE audit_entry".to_owned());
    }
    for attempt in attempts {
        assert!(bed.by_hand(&attempt).await.is_err(), "{attempt}");
    }
    assert_eq!(verify(&bed).await, 1);
}

async fn a_dropped_transaction_leaves_no_gap(bed: Bed) {
    for n in 1..=3 {
        let mut tx = bed.write().await;
        tx.record(&entry(n, None)).await.unwrap();
        if n != 2 {
            tx.commit().await.unwrap();
        }
    }
    assert_eq!(verify(&bed).await, 2);
}

async fn eight_writers_make_one_chain(bed: Bed) {
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let db = bed.db.clone();
            tokio::spawn(async move {
                for n in 0..5 {
                    let mut tx = db.write().await.unwrap();
                    tx.record(&entry(writer * 10 + n, None)).await.unwrap();
                    tx.record(&entry(writer * 10 + n, Some(3))).await.unwrap();
                    if n != 3 {
                        tx.commit().await.unwrap();
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(verify(&bed).await, 8 * 4 * 2);
}

/// The trail comes last in a transaction: two that hold each other's rows don't wait for each other there, too.
async fn entries_wait_for_the_commit(bed: Bed) {
    let mut slow = bed.write().await;
    slow.record(&entry(1, None)).await.unwrap();
    if bed.url.starts_with("postgres") {
        let mut quick = bed.write().await;
        quick.record(&entry(2, None)).await.unwrap();
        quick.commit().await.unwrap();
    }
    slow.commit().await.unwrap();
    let last = bed.read().await.trail_after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.at, at(1));
    verify(&bed).await;
}

/// A database from before there was a tree has entries and a tree over none of them.
async fn a_tree_is_grown_over_old_entries(bed: Bed) {
    let mut tx = bed.write().await;
    let new: Vec<NewEntry> = (1..=7).map(|n| entry(n, None)).collect();
    for entry in &new {
        tx.record(entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    let empty = if bed.url.starts_with("sqlite:") { "x''" } else { "''" };
    let forget = format!("UPDATE audit_head SET tree_size = 0, tree = {empty}");
    bed.by_hand(&forget).await.unwrap();
    bed.db.migrate().await.unwrap();
    assert_eq!(verify(&bed).await, 7);
    // And when an older program goes on writing beside this one.
    bed.by_hand(&forget).await.unwrap();
    let mut tx = bed.write().await;
    tx.record(&entry(8, None)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(verify(&bed).await, 8);
}

async fn what_was_done_since_is_known(bed: Bed) {
    let mut tx = bed.write().await;
    for n in [1, 2] {
        tx.record(&entry(n, None)).await.unwrap();
    }
    assert!(tx.has_acted_after(1, &["case.closed", "case.requested"]).await.unwrap());
    assert!(!tx.has_acted_after(2, &["case.requested"]).await.unwrap());
    assert!(!tx.has_acted_after(0, &["case.closed"]).await.unwrap());
}

fn checkpoint(size: u64) -> Checkpoint {
    let root = Frontier::default().root();
    Checkpoint { size, root, at: at(5), text: format!("log\n{size}\n\n— log 签名\n") }
}

async fn checkpoints_are_kept_once(bed: Bed) {
    let mut tx = bed.write().await;
    assert_eq!(tx.last_checkpoint().await.unwrap(), None);
    for size in [2, 9, 5] {
        assert!(tx.insert_checkpoint(&checkpoint(size)).await.unwrap());
    }
    let other = Checkpoint { text: "other".into(), ..checkpoint(9) };
    assert!(!tx.insert_checkpoint(&other).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = bed.read().await;
    assert_eq!(tx.last_checkpoint().await.unwrap(), Some(checkpoint(9)));
    assert_eq!(tx.checkpoints_after(2, 10).await.unwrap(), [checkpoint(5), checkpoint(9)]);
    assert_eq!(tx.checkpoints_after(0, 1).await.unwrap(), [checkpoint(2)]);
}

async fn a_witness_is_told_by_one(bed: Bed) {
    let mut tx = bed.write().await;
    assert_eq!(tx.claim_witness(Witness::Web, at(10), at(70)).await.unwrap(), None, "nothing to tell");
    tx.insert_checkpoint(&checkpoint(3)).await.unwrap();
    assert_eq!(tx.claim_witness(Witness::Web, at(10), at(70)).await.unwrap(), Some(checkpoint(3)));
    assert_eq!(tx.claim_witness(Witness::Web, at(69), at(99)).await.unwrap(), None, "somebody is at it");
    assert_eq!(tx.claim_witness(Witness::Mail, at(69), at(99)).await.unwrap(), Some(checkpoint(3)));
    assert_eq!(tx.claim_witness(Witness::Web, at(70), at(130)).await.unwrap(), Some(checkpoint(3)), "again");
    tx.tell_witness(Witness::Web, 3, at(0)).await.unwrap();
    assert_eq!(tx.claim_witness(Witness::Web, at(200), at(260)).await.unwrap(), None, "it knows");
    tx.insert_checkpoint(&checkpoint(4)).await.unwrap();
    tx.tell_witness(Witness::Web, 2, at(0)).await.unwrap();
    assert_eq!(tx.claim_witness(Witness::Web, at(200), at(260)).await.unwrap(), Some(checkpoint(4)));
}
