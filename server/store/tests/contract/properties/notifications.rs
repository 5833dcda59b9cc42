//! What people are told by mail: once, whoever tells it how often.

use super::{
    Command, DANGLING, Expected, Said, broken,
    model::{Model, Outgoing, is_free, is_held, is_open, let_go, prolong, take},
    no, said, yes,
};
use crate::builders::{MEI, at, id, named};
use domain::{
    case::Lease,
    notify::Notification,
    shared::{CorrectionState, Language, NotificationKind},
    store::{StoreError, Tx},
};
use proptest::{
    collection::{btree_set, vec},
    prelude::*,
    sample::select,
};
use std::collections::BTreeSet;

properties!(notifications: command());

/// What is told is one of four things; the numbers are of the rows.
#[derive(Clone, Debug)]
enum Call {
    Insert(Vec<Told>),
    OfCase(u128),
    Claim { holder: &'static str, now: i64, until: i64, limit: u32 },
    Update { n: u128, fence: i64, state: CorrectionState, tries: u32, due: i64 },
    Prolong { holder: &'static str, rows: BTreeSet<u128>, until: i64 },
}

#[derive(Clone, Debug)]
struct Told {
    n: u128,
    key: u8,
    case: u128,
    due: i64,
}

fn command() -> impl Strategy<Value = Call> {
    let (n, time) = (|| 1..=6_u128, || 0..8_i64);
    // No case is number 3.
    let case = prop_oneof![12 => 1..=2_u128, 1 => Just(3)];
    let told = (n(), 1..=4_u8, case, time()).prop_map(|(n, key, case, due)| Told { n, key, case, due });
    let holder = || select(&["one", "other"]);
    prop_oneof![
        5 => vec(told, 0..3).prop_map(Call::Insert),
        1 => (1..=2_u128).prop_map(Call::OfCase),
        5 => (holder(), time(), time(), 0..4_u32)
            .prop_map(|(holder, now, until, limit)| Call::Claim { holder, now, until, limit }),
        4 => (n(), 1..=3_i64, select(CorrectionState::ALL), 0..9_u32, time())
            .prop_map(|(n, fence, state, tries, due)| Call::Update { n, fence, state, tries, due }),
        1 => (holder(), btree_set(n(), 0..7), time())
            .prop_map(|(holder, rows, until)| Call::Prolong { holder, rows, until }),
    ]
}

impl Told {
    fn notification(&self) -> Notification {
        Notification {
            id: id(self.n),
            key: format!("finished:{}", self.key),
            case: id(self.case),
            kind: NotificationKind::Finished,
            person: id(MEI),
            to: named("林美", "p1@example.test"),
            language: Language::English,
            message_id: format!("notification.{}@example.test", self.n).parse().unwrap(),
            created_at: at(1),
            state: CorrectionState::Queued,
            attempts: 0,
            due_at: at(self.due),
            lease: Lease::default(),
            problem: String::new(),
            sent_at: None,
        }
    }
}

fn changed(row: Notification, state: CorrectionState, tries: u32, due: i64) -> Notification {
    let sent_at = (state == CorrectionState::Sent).then(|| at(due));
    let problem = format!("第 {tries} 次");
    Notification { state, attempts: tries, due_at: at(due), problem, sent_at, ..row }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Insert(told) => {
                said(tx.insert_notifications(&told.iter().map(Told::notification).collect::<Vec<_>>()).await)
            }
            Self::OfCase(case) => said(tx.notifications(id(*case)).await),
            Self::Claim { holder, now, until, limit } => {
                said(tx.claim_notifications(holder, at(*now), at(*until), *limit).await)
            }
            Self::Update { n, fence, state, tries, due } => {
                let any = Told { n: *n, key: 9, case: 9, due: 9 }.notification();
                said(tx.update_notification(&changed(any, *state, *tries, *due), *fence).await)
            }
            Self::Prolong { holder, rows, until } => {
                let rows: Vec<_> = rows.iter().map(|n| uuid::Uuid::from_u128(*n)).collect();
                said(tx.prolong_leases(holder, &rows, at(*until)).await)
            }
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        let rows = &mut model.notifications;
        match self {
            Self::Insert(told) => model.tell(told),
            Self::OfCase(case) => {
                let rows = rows.iter().map(|one| &one.row);
                yes(rows.filter(|row| row.case == id(*case)).collect::<Vec<_>>())
            }
            Self::Claim { holder, now, until, limit } => {
                let is_due = |one: &&mut Outgoing<Notification>| {
                    is_open(one.row.state) && one.row.due_at <= at(*now) && is_free(&one.row.lease, at(*now))
                };
                let mut due: Vec<_> = rows.iter_mut().filter(is_due).map(|one| &mut one.row).collect();
                due.sort_by_key(|row| row.due_at);
                due.truncate(usize::try_from(*limit).unwrap());
                for row in &mut due {
                    take(&mut row.lease, holder, at(*until));
                }
                yes(due)
            }
            Self::Update { n, fence, state, tries, due } => {
                let held = |one: &&mut Outgoing<Notification>| {
                    one.row.id == id(*n) && is_held(&one.row.lease, *fence)
                };
                let Some(one) = rows.iter_mut().find(held) else {
                    return no(StoreError::Fenced("the notification"));
                };
                one.row = changed(one.row.clone(), *state, *tries, *due);
                if *state != CorrectionState::Sending {
                    let_go(&mut one.row.lease);
                }
                yes(())
            }
            Self::Prolong { holder, rows: named, until } => {
                let named = rows.iter_mut().filter(|one| named.iter().any(|n| one.row.id == id(*n)));
                let leases = named.map(|one| &mut one.row.lease);
                yes(leases.map(|lease| prolong(lease, holder, at(*until))).sum::<u64>())
            }
        }
    }

    fn looks() -> Vec<Self> {
        vec![Self::OfCase(1), Self::OfCase(2)]
    }
}

impl Model {
    fn tell(&mut self, told: &[Told]) -> Expected {
        let (mut new, mut dangles) = (0_u64, false);
        for notification in told.iter().map(Told::notification) {
            if self.notifications.iter().any(|known| known.row.key == notification.key) {
                continue;
            }
            if self.notifications.iter().any(|known| known.row.id == notification.id) {
                return broken(StoreError::Conflict("the notification"));
            }
            dangles |= self.case(notification.case).is_none();
            self.notifications.push(Outgoing::new(notification));
            new += 1;
        }
        if dangles { broken(DANGLING) } else { yes(new) }
    }
}
