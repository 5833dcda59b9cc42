use crate::{
    bed::Bed,
    builders::{at, id},
};
use domain::{
    audit::{Actor, NewEntry, Verifier},
    store::Store,
};
use serde_json::json;

stories!(
    the_trail_is_a_chain,
    entries_are_never_changed,
    a_dropped_transaction_leaves_no_gap,
    eight_writers_make_one_chain,
);

fn entry(n: i64, case: Option<u128>) -> NewEntry {
    NewEntry {
        at: at(n),
        actor: if n % 2 == 0 { Actor::System } else { Actor::Person(id(1)) },
        action: "case.requested",
        case: case.map(id),
        target: case.map(id),
        detail: json!({ "n": n, "why": "合同\0" }),
    }
}

async fn verify(bed: &Bed) -> i64 {
    let mut verifier = Verifier::default();
    for entry in bed.read().await.trail_after(0, 1000).await.unwrap() {
        verifier.check(&entry).unwrap();
    }
    verifier.head().0
}

async fn the_trail_is_a_chain(bed: Bed) {
    let mut tx = bed.write().await;
    let mut written = Vec::new();
    for n in 1..=4 {
        written.push(tx.record(&entry(n, (n > 2).then_some(7))).await.unwrap());
    }
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
