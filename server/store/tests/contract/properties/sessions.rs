//! Signed-in browsers.

use super::{Command, DANGLING, Expected, Said, broken, model::Model, said, yes};
use crate::builders::{at, id};
use domain::store::Tx;
use proptest::{option, prelude::*};

properties!(sessions: command());

/// Keys are 32 times one byte, data one byte, times seconds.
#[derive(Clone, Debug)]
enum Call {
    Get { key: u8, now: i64 },
    Save { key: u8, person: Option<u128>, data: u8, expires: i64 },
    Delete(u8),
    DeleteOf { person: u128, except: Option<u8> },
    DeleteExpired(i64),
}

fn command() -> impl Strategy<Value = Call> {
    let (key, secs) = (|| 1..=4_u8, || 0..6_i64);
    // Nobody is number 3.
    let person = || prop_oneof![9 => 1..=2_u128, 1 => Just(3)];
    prop_oneof![
        2 => (key(), secs()).prop_map(|(key, now)| Call::Get { key, now }),
        5 => (key(), option::of(person()), any::<u8>(), secs())
            .prop_map(|(key, person, data, expires)| Call::Save { key, person, data, expires }),
        1 => key().prop_map(Call::Delete),
        1 => (person(), option::of(key())).prop_map(|(person, except)| Call::DeleteOf { person, except }),
        1 => secs().prop_map(Call::DeleteExpired),
    ]
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Get { key, now } => said(tx.session(&[*key; 32], at(*now)).await),
            Self::Save { key, person, data, expires } => {
                said(tx.save_session(&[*key; 32], person.map(id), &[*data], at(*expires)).await)
            }
            Self::Delete(key) => said(tx.delete_session(&[*key; 32]).await),
            Self::DeleteOf { person, except } => {
                said(tx.delete_sessions_of(id(*person), except.map(|key| [key; 32]).as_ref()).await)
            }
            Self::DeleteExpired(now) => said(tx.delete_expired_sessions(at(*now)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        let sessions = &mut model.sessions;
        match self {
            Self::Get { key, now } => {
                let live = sessions.get(&[*key; 32]).filter(|(_, _, expires)| *expires > at(*now));
                yes(live.map(|(_, data, _)| data.clone()))
            }
            Self::Save { person: Some(3), .. } => broken(DANGLING),
            Self::Save { key, person, data, expires } => {
                sessions.insert([*key; 32], (person.map(id), vec![*data], at(*expires)));
                yes(())
            }
            Self::Delete(key) => {
                sessions.remove(&[*key; 32]);
                yes(())
            }
            Self::DeleteOf { person, except } => {
                let spared = except.map(|key| [key; 32]);
                sessions.retain(|key, (whose, _, _)| *whose != Some(id(*person)) || Some(*key) == spared);
                yes(())
            }
            Self::DeleteExpired(now) => {
                let before = sessions.len();
                sessions.retain(|_, (_, _, expires)| *expires > at(*now));
                yes((before - sessions.len()) as u64)
            }
        }
    }

    fn looks() -> Vec<Self> {
        (1..=4).map(|key| Self::Get { key, now: 0 }).collect()
    }
}
