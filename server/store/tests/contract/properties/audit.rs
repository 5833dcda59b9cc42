//! The trail: entries get the next places with the commit, or with the first look at them; a dropped one leaves no gap.

use super::{Command, Expected, Said, model::Model, said, yes};
use crate::builders::{at, id};
use domain::{
    audit::{Actor, Entry, NewEntry, findings},
    store::Tx,
};
use proptest::{option, prelude::*, sample::select};
use serde_json::json;

properties!(audit: command());

#[derive(Clone, Debug)]
enum Call {
    Record {
        time: i64,
        by: Option<u128>,
        action: &'static str,
        case: Option<u128>,
        sealed: Option<u8>,
    },
    Head,
    OfCase(u128),
    After(i64, u32),
    HasActed(u64, Vec<&'static str>),
    /// By the rules of an outsider.
    Examine,
}

const ACTIONS: &[&str] = &["case.requested", "copy.held", "case.closed"];

fn command() -> impl Strategy<Value = Call> {
    let action = || select(ACTIONS);
    let facts = (0..8_i64, option::of(1..=2_u128), action(), option::of(1..=2_u128), option::of(any::<u8>()));
    prop_oneof![
        8 => facts.prop_map(|(time, by, action, case, sealed)| Call::Record { time, by, action, case, sealed }),
        1 => Just(Call::Head),
        1 => (1..=2_u128).prop_map(Call::OfCase),
        1 => (0..9_i64, 0..5_u32).prop_map(|(seq, limit)| Call::After(seq, limit)),
        1 => (0..9_u64, prop::collection::vec(action(), 0..3)).prop_map(|(size, actions)| Call::HasActed(size, actions)),
        1 => Just(Call::Examine),
    ]
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Record { time, by, action, case, sealed } => {
                said(tx.record(&entry(*time, *by, action, *case, *sealed)).await)
            }
            Self::Head => said(tx.trail_head().await),
            Self::OfCase(case) => said(tx.trail_of(id(*case)).await),
            Self::After(seq, limit) => said(tx.trail_after(*seq, *limit).await),
            Self::HasActed(size, actions) => said(tx.has_acted_after(*size, actions).await),
            Self::Examine => said(tx.trail_after(0, 1000).await.map(|entries| findings(&entries).len())),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        let after = |seq: i64| move |entry: &&Entry| entry.seq > seq;
        match self {
            Self::Record { time, by, action, case, sealed } => {
                let entry = model.head.append(&entry(*time, *by, action, *case, *sealed));
                model.trail.push(entry);
                yes(())
            }
            Self::Head => yes(&model.head),
            Self::OfCase(case) => {
                yes(model.trail.iter().filter(|entry| entry.case == Some(id(*case))).collect::<Vec<_>>())
            }
            Self::After(seq, limit) => {
                let limit = usize::try_from(*limit).unwrap();
                yes(model.trail.iter().filter(after(*seq)).take(limit).collect::<Vec<_>>())
            }
            Self::HasActed(size, actions) => {
                let mut later = model.trail.iter().filter(after(i64::try_from(*size).unwrap()));
                yes(later.any(|entry| actions.contains(&entry.action.as_str())))
            }
            Self::Examine => yes(0),
        }
    }

    fn looks() -> Vec<Self> {
        vec![Self::After(0, 1000), Self::Head, Self::Examine]
    }
}

fn entry(
    time: i64,
    by: Option<u128>,
    action: &'static str,
    case: Option<u128>,
    sealed: Option<u8>,
) -> NewEntry {
    NewEntry {
        at: at(time),
        actor: by.map_or(Actor::System, |by| Actor::Person(id(by))),
        action,
        case: case.map(id),
        target: case.map(id),
        detail: json!({ "why": "合同", "time": time }),
        sealed: sealed.map(|byte| vec![byte; 3]),
    }
}
