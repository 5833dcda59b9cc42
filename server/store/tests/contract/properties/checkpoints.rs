//! Signed checkpoints, and which of them the witnesses know.

use super::{Command, Expected, Said, model::Model, said, yes};
use crate::builders::at;
use domain::{
    audit::{Checkpoint, Witness},
    store::Tx,
};
use proptest::{prelude::*, sample::select};

properties!(checkpoints: command());

#[derive(Clone, Debug)]
enum Call {
    Insert(u64, i64),
    Last,
    After(u64, u32),
    Claim { witness: Witness, now: i64, until: i64 },
    Tell { witness: Witness, size: u64, due: i64 },
}

fn command() -> impl Strategy<Value = Call> {
    let (size, time, witness) = (|| 0..8_u64, || 0..8_i64, || select(&[Witness::Web, Witness::Mail]));
    prop_oneof![
        4 => (size(), time()).prop_map(|(size, time)| Call::Insert(size, time)),
        1 => Just(Call::Last),
        1 => (size(), 0..4_u32).prop_map(|(size, limit)| Call::After(size, limit)),
        4 => (witness(), time(), time()).prop_map(|(witness, now, until)| Call::Claim { witness, now, until }),
        2 => (witness(), size(), time()).prop_map(|(witness, size, due)| Call::Tell { witness, size, due }),
    ]
}

fn checkpoint(size: u64, time: i64) -> Checkpoint {
    Checkpoint {
        size,
        root: [u8::try_from(time).unwrap(); 32],
        at: at(time),
        text: format!("第 {time} 次\n"),
    }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Insert(size, time) => said(tx.insert_checkpoint(&checkpoint(*size, *time)).await),
            Self::Last => said(tx.last_checkpoint().await),
            Self::After(size, limit) => said(tx.checkpoints_after(*size, *limit).await),
            Self::Claim { witness, now, until } => {
                said(tx.claim_witness(*witness, at(*now), at(*until)).await)
            }
            Self::Tell { witness, size, due } => said(tx.tell_witness(*witness, *size, at(*due)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        let last = model.checkpoints.values().next_back();
        match self {
            Self::Insert(size, time) => {
                let is_new = !model.checkpoints.contains_key(size);
                model.checkpoints.entry(*size).or_insert_with(|| checkpoint(*size, *time));
                yes(is_new)
            }
            Self::Last => yes(last),
            Self::After(size, limit) => {
                let larger = model.checkpoints.range(size + 1..).map(|(_, checkpoint)| checkpoint);
                yes(larger.take(usize::try_from(*limit).unwrap()).collect::<Vec<_>>())
            }
            Self::Claim { witness, now, until } => {
                let (known, due) = model.witnesses.get_mut(witness.code()).unwrap();
                let news = last.filter(|last| last.size > *known && *due <= at(*now));
                if news.is_some() {
                    *due = at(*until);
                }
                yes(news)
            }
            Self::Tell { witness, size, due } => {
                let told = model.witnesses.get_mut(witness.code()).unwrap();
                // Whoever was slow doesn't take back what another one told.
                if *size > told.0 {
                    *told = (*size, at(*due));
                }
                yes(())
            }
        }
    }

    fn looks() -> Vec<Self> {
        vec![Self::Last, Self::After(0, 100)]
    }
}
