//! Requests being written, with their files and keys.

use super::{Command, DANGLING, Expected, Said, broken, model::Model, said, yes};
use crate::builders::{MEI, at, draft, id, wrapped};
use domain::{
    case::draft::{Draft, Upload},
    ids::DraftId,
    store::{StoreError, Tx},
};
use proptest::prelude::*;
use std::cmp::Reverse;
use uuid::Uuid;

properties!(drafts: command());

/// Numbers 1 and 2 have become cases.
#[derive(Clone, Debug)]
enum Call {
    Save {
        n: u128,
        sent: u128,
        time: i64,
    },
    Get(u128),
    DeleteOld(i64),
    DeleteSurplus(u64),
    AttachedBy(u128),
    Attach {
        n: u128,
        draft: u128,
        bytes: u8,
    },
    Detach {
        draft: u128,
        n: u128,
    },
    Uploads(u128),
    Content(u128),
    /// It is sealed with a key of its own.
    Key(u128),
    KeyOf(u128),
}

fn command() -> impl Strategy<Value = Call> {
    let (n, upload) = (|| 1..=4_u128, || 1..=5_u128);
    // Nothing is mail number 5.
    let sent = prop_oneof![9 => 1..=4_u128, 1 => Just(5)];
    prop_oneof![
        5 => (n(), sent, 0..6_i64).prop_map(|(n, sent, time)| Call::Save { n, sent, time }),
        1 => n().prop_map(Call::Get),
        2 => (0..7_i64).prop_map(Call::DeleteOld),
        1 => (0..4_u64).prop_map(Call::DeleteSurplus),
        1 => (1..=2_u128).prop_map(Call::AttachedBy),
        4 => (upload(), n(), any::<u8>()).prop_map(|(n, draft, bytes)| Call::Attach { n, draft, bytes }),
        2 => (n(), upload()).prop_map(|(draft, n)| Call::Detach { draft, n }),
        1 => n().prop_map(Call::Uploads),
        1 => upload().prop_map(Call::Content),
        2 => n().prop_map(Call::Key),
        1 => n().prop_map(Call::KeyOf),
    ]
}

fn written(n: u128, sent: u128, time: i64) -> Draft {
    let mut draft = draft(n, sent);
    draft.form.note = format!("第 {time} 次");
    Draft { updated_at: at(time), ..draft }
}

fn upload(n: u128, draft: u128, bytes: u8) -> Upload {
    let size = u64::from(bytes);
    Upload {
        id: id(n),
        draft: id(draft),
        name: format!("{bytes}.txt"),
        content_type: "text/plain".into(),
        size,
    }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Save { n, sent, time } => said(tx.save_draft(&written(*n, *sent, *time)).await),
            Self::Get(n) => said(tx.draft(id(*n)).await),
            Self::DeleteOld(before) => said(tx.delete_old_drafts(at(*before)).await),
            Self::DeleteSurplus(most) => said(tx.delete_surplus_drafts(id(MEI), *most).await),
            Self::AttachedBy(owner) => said(tx.attached_by(id(*owner)).await),
            Self::Attach { n, draft, bytes } => {
                said(tx.insert_upload(&upload(*n, *draft, *bytes), &[*bytes]).await)
            }
            Self::Detach { draft, n } => said(tx.delete_upload(id(*draft), id(*n)).await),
            Self::Uploads(draft) => said(tx.uploads(id(*draft)).await),
            Self::Content(n) => said(tx.upload_content(id(*n)).await),
            Self::Key(n) => said(tx.vault_key(Uuid::from_u128(*n), &wrapped(1, b"key")).await),
            Self::KeyOf(n) => said(tx.existing_vault_key(Uuid::from_u128(*n)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Save { sent: 5, .. } => broken(DANGLING),
            Self::Save { n, sent, time } => {
                model.drafts.retain(|draft| draft.id != id(*n));
                model.drafts.push(written(*n, *sent, *time));
                yes(())
            }
            Self::Get(n) => yes(model.drafts.iter().find(|draft| draft.id == id(*n))),
            Self::DeleteOld(before) => yes(model.delete_old_drafts(*before)),
            Self::DeleteSurplus(most) => yes(model.delete_surplus_drafts(*most)),
            Self::AttachedBy(owner) => yes(model.attached_by(*owner)),
            Self::Attach { n, draft, bytes } => {
                if model.uploads.iter().any(|(upload, _)| upload.id == id(*n)) {
                    return broken(StoreError::Conflict("the upload"));
                }
                if !model.drafts.iter().any(|known| known.id == id(*draft)) {
                    return broken(DANGLING);
                }
                model.uploads.push((upload(*n, *draft, *bytes), Some(vec![*bytes])));
                yes(())
            }
            Self::Detach { draft, n } => {
                model.uploads.retain(|(upload, _)| (upload.draft, upload.id) != (id(*draft), id(*n)));
                yes(())
            }
            Self::Uploads(draft) => {
                let all = model.uploads.iter().map(|(upload, _)| upload);
                yes(all.filter(|upload| upload.draft == id(*draft)).collect::<Vec<_>>())
            }
            Self::Content(n) => {
                let found = model.uploads.iter().find(|(upload, _)| upload.id == id(*n));
                yes(found.and_then(|(_, sealed)| sealed.clone()))
            }
            Self::Key(n) => {
                let first = model.keys.entry(Uuid::from_u128(*n)).or_insert_with(|| wrapped(1, b"key"));
                yes(first)
            }
            Self::KeyOf(n) => yes(model.keys.get(&Uuid::from_u128(*n))),
        }
    }

    fn looks() -> Vec<Self> {
        let of_draft = (1..=4).flat_map(|n| [Self::Get(n), Self::Uploads(n), Self::KeyOf(n)]);
        of_draft.chain((1..=5).map(Self::Content)).collect()
    }
}

impl Model {
    /// Those that never became a case, touched last comes first. All are of one person.
    fn open_drafts(&self) -> Vec<&Draft> {
        let mut open: Vec<_> = self.drafts.iter().filter(|draft| draft.id.0.as_u128() > 2).collect();
        open.sort_by_key(|draft| Reverse((draft.updated_at, draft.id.0)));
        open
    }

    fn delete_old_drafts(&mut self, before: i64) -> u64 {
        let old = self.open_drafts().into_iter().filter(|draft| draft.updated_at < at(before));
        self.delete_drafts(&old.map(|draft| draft.id).collect::<Vec<_>>())
    }

    fn delete_surplus_drafts(&mut self, most: u64) -> u64 {
        let surplus = self.open_drafts().into_iter().skip(usize::try_from(most).unwrap());
        self.delete_drafts(&surplus.map(|draft| draft.id).collect::<Vec<_>>())
    }

    /// With all that belongs to them.
    fn delete_drafts(&mut self, which: &[DraftId]) -> u64 {
        self.drafts.retain(|draft| !which.contains(&draft.id));
        self.uploads.retain(|(upload, _)| !which.contains(&upload.draft));
        for draft in which {
            self.keys.remove(&draft.0);
        }
        which.len() as u64
    }

    fn attached_by(&self, owner: u128) -> u64 {
        let open = self.open_drafts();
        let is_theirs =
            |upload: &Upload| open.iter().any(|draft| draft.id == upload.draft && draft.owner == id(owner));
        self.uploads.iter().filter(|(upload, _)| is_theirs(upload)).map(|(upload, _)| upload.size).sum()
    }
}
