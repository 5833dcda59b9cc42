//! What the vault keeps after a case has ended, and for how long. On both databases.

use crate::{
    office::{Office, RECALL, hours},
    stories::on_postgres,
};
use domain::{
    case::view,
    engine_switch,
    shared::{CaseNumber, CaseState, Outcome, Verdict},
    store::Store,
    vault::{retention::erase_due, status},
};

/// 30 days, as the office has them, to the last second.
const ALMOST: u64 = 30 * 24 - 1;

async fn offices() -> Vec<Office> {
    [Some(Office::open().await), on_postgres().await].into_iter().flatten().collect()
}

/// (Case keys, bodies).
async fn kept(office: &Office) -> (u64, u64) {
    let mut tx = office.store.read().await.unwrap();
    let keys = tx.keys_in_use().await.unwrap();
    (keys.iter().map(|(_, count)| count).sum(), tx.body_counts().await.unwrap().count)
}

async fn erased(office: &Office, number: CaseNumber) -> usize {
    let case = office.case(number).await;
    let trail = office.store.read().await.unwrap().trail_of(case.id).await.unwrap();
    trail.iter().filter(|entry| entry.action == "vault.erased").count()
}

#[tokio::test]
async fn a_finished_recall_is_erased_when_its_time_is_over() {
    for office in offices().await {
        office.send(&["bob"], "bob@office.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        assert_eq!(office.outcome(number, "bob").await, Some(Outcome::RemovedUnread));
        assert_eq!(kept(&office).await, (1, 1));
        office.clock.advance(hours(ALMOST));
        assert_eq!(erase_due(&office.portal).await.unwrap(), 0);
        office.clock.advance(hours(2));

        engine_switch::stop(
            office.store.as_ref(),
            &office.portal.world,
            domain::audit::Actor::System,
            "wait",
        )
        .await
        .unwrap();
        assert_eq!(erase_due(&office.portal).await.unwrap(), 0, "a stop keeps everything as it is");
        engine_switch::start_here(&office.portal, domain::audit::Actor::System).await.unwrap();

        let (one, other) = tokio::join!(erase_due(&office.portal), erase_due(&office.portal));
        assert_eq!(one.unwrap() + other.unwrap(), 1, "once, whoever is first");
        assert_eq!(kept(&office).await, (0, 0));
        assert_eq!(erased(&office, number).await, 1);
        assert_eq!(erase_due(&office.portal).await.unwrap(), 0);
        let seen = view::view(&office.portal, &office.who("ann").await, number).await.unwrap();
        assert_eq!(
            seen.unwrap().targets[0].outcome,
            Some(Outcome::RemovedUnread),
            "what happened stays known"
        );
        office.trail_is_whole().await;
    }
}

#[tokio::test]
async fn what_went_back_is_emptied_at_once_and_loses_its_key_later() {
    for office in offices().await {
        office.send(&["bob"], "bob@office.test, client@out.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        office.decide(number, Verdict::Refused).await;
        office.settle().await;
        assert_eq!(office.case(number).await.state, CaseState::Closed);
        assert_eq!(kept(&office).await, (1, 0));
        office.clock.advance(hours(ALMOST + 2));
        assert_eq!(erase_due(&office.portal).await.unwrap(), 1);
        assert_eq!(kept(&office).await, (0, 0));
    }
}

#[tokio::test]
async fn what_cannot_go_back_is_kept_for_ever_and_named() {
    for office in offices().await {
        let mail = office.send(&["bob"], "bob@office.test, client@out.test").await;
        let number = office.ask(&office.portal, RECALL).await;
        office.settle().await;
        let away = office.folder.path().join("away");
        std::fs::rename(office.maildir("bob"), &away).unwrap();
        office.decide(number, Verdict::Refused).await;
        office.settle().await;
        office.clock.advance(hours(90 * 24));
        office.settle().await;
        assert_eq!(office.case(number).await.state, CaseState::Releasing);
        assert_eq!(erase_due(&office.portal).await.unwrap(), 0);
        assert_eq!(kept(&office).await, (1, 1));
        let portal = &office.portal;
        let look = async || {
            let (store, key) = (portal.store.as_ref(), &portal.master_key);
            status::status(store, key, portal.settings.retention, portal.world.now()).await.unwrap()
        };
        let status = look().await;
        assert!(status.needs_a_human());
        assert_eq!(status.not_put_back[0].case, number);
        assert_eq!((status.to_erase, status.due), (0, 0));

        std::fs::rename(&away, office.maildir("bob")).unwrap();
        office.clock.advance(hours(1));
        office.settle().await;
        assert_eq!(office.case(number).await.state, CaseState::Closed);
        assert_eq!(office.copies("bob", &mail).await.len(), 1);
        let status = look().await;
        assert!(!status.needs_a_human());
        assert_eq!((status.to_erase, status.due, status.next[0].0), (1, 0, number));
    }
}
