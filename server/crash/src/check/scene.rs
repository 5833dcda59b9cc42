//! Everything there is, read once.

use super::Moment;
use crate::{
    files::{self, Found, Spot},
    journal::{self, Line},
    letters::Letters,
    office::{BOSS, MAILBOXES, address},
};
use anyhow::{Context, Result};
use domain::{
    audit::Entry,
    case::{Approval, Case, CaseFilter, CopyRecord, Correction, Target},
    ids::{CopyId, PersonId},
    mail::MessageId,
    notify::Notification,
    sent::Page,
    shared::CaseState,
    store::{Store, Tx},
    vault::MasterKey,
};
use serde_json::Value;
use std::{collections::BTreeMap, fs};

pub struct Scene<'a> {
    pub letters: &'a Letters,
    pub mailboxes: BTreeMap<&'static str, Vec<Found>>,
    /// Mails to outsiders.
    pub outbox: Vec<Found>,
    pub cases: Vec<CaseFile>,
    pub journal: Vec<Line>,
    pub boss: PersonId,
    pub at_rest: bool,
}

pub struct CaseFile {
    pub case: Case,
    pub targets: Vec<Target>,
    pub corrections: Vec<Correction>,
    pub notifications: Vec<Notification>,
    pub approvals: Vec<Approval>,
    pub copies: Vec<Kept>,
    pub trail: Vec<Entry>,
}

pub struct Kept {
    pub record: CopyRecord,
    /// As it would go back; None when the vault no longer has it.
    pub raw: Option<Vec<u8>>,
}

const ALL: Page = Page { index: 0, size: 10_000 };

impl<'a> Scene<'a> {
    pub async fn gather(moment: &Moment<'a>, store: &dyn Store) -> Result<Self> {
        let mut mailboxes = BTreeMap::new();
        for name in MAILBOXES {
            mailboxes.insert(name, files::all(&moment.place.maildir(name))?);
        }
        let mut tx = store.read().await?;
        let boss = tx.directory().await?.person_by_address(&address(BOSS).parse()?).context(BOSS)?.id;
        let filter = CaseFilter { from: Some(moment.since), ..CaseFilter::default() };
        let key = moment.place.master_key()?;
        let mut cases = Vec::new();
        for row in tx.list_cases(&filter, ALL).await?.rows {
            cases.push(case_file(tx.as_mut(), row.case, &key).await?);
        }
        Ok(Self {
            letters: moment.letters,
            mailboxes,
            outbox: outbox(moment)?,
            cases,
            journal: journal::read(&moment.place.journal())?,
            boss,
            at_rest: moment.at_rest,
        })
    }

    pub fn found(&self, owner: &str) -> &[Found] {
        self.mailboxes.get(owner).map_or(&[], Vec::as_slice)
    }
}

async fn case_file(tx: &mut dyn Tx, case: Case, key: &MasterKey) -> Result<CaseFile> {
    let targets = tx.targets(case.id).await?;
    let mut copies = Vec::new();
    for target in &targets {
        for record in tx.copies(target.id).await? {
            let raw = content(tx, &case, record.id, key).await.with_context(|| case.number.to_string())?;
            copies.push(Kept { record, raw });
        }
    }
    Ok(CaseFile {
        targets,
        corrections: tx.corrections(case.id).await?,
        notifications: tx.notifications(case.id).await?,
        approvals: tx.approvals(case.id).await?,
        copies,
        trail: tx.trail_of(case.id).await?,
        case,
    })
}

/// What the vault would give back, opened as the engine opens it.
async fn content(tx: &mut dyn Tx, case: &Case, copy: CopyId, key: &MasterKey) -> Result<Option<Vec<u8>>> {
    let Some(wrapped) = tx.existing_vault_key(case.id.0).await? else { return Ok(None) };
    let Some((header, body)) = tx.copy_content(copy).await? else { return Ok(None) };
    let key = key.unwrap(case.id.0, &wrapped)?;
    let mut raw = key.open(&[b"header", copy.0.as_bytes().as_slice()].concat(), &header)?;
    raw.extend(key.open(b"body", &body)?);
    Ok(Some(raw))
}

fn outbox(moment: &Moment<'_>) -> Result<Vec<Found>> {
    let mut mails = Vec::new();
    let Ok(entries) = fs::read_dir(moment.place.outbox()) else { return Ok(mails) };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "eml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let spot = Spot { folder: String::new(), sub: "new", name };
            mails.push(Found { spot, bytes: fs::read(path)?, received: 0 });
        }
    }
    Ok(mails)
}

impl CaseFile {
    pub fn message_id(&self) -> &str {
        self.case.message.message_id.as_ref().map_or("", |id| id.as_str())
    }

    /// Message-IDs of everything that is sent because of the case.
    pub fn mails(&self) -> impl Iterator<Item = &MessageId> {
        let corrections = self.corrections.iter().map(|correction| &correction.message_id);
        corrections.chain(self.notifications.iter().map(|notification| &notification.message_id))
    }

    pub fn notified(&self, id: &str) -> bool {
        self.notifications.iter().any(|notification| notification.id.to_string() == id)
    }

    pub fn target_of(&self, mailbox: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.address().local() == mailbox)
    }

    /// How many entries of this action name this thing in this field of their detail.
    pub fn entries(&self, action: &str, field: &str, id: &str) -> usize {
        let same = |entry: &&Entry| entry.action == action && detail(entry)[field] == id;
        self.trail.iter().filter(same).count()
    }

    /// It came to acting on the approval.
    pub fn was_executed(&self) -> bool {
        use CaseState as S;
        let state = self.case.state;
        matches!(
            state,
            S::Approved | S::Executing | S::Finished | S::RestoreRequested | S::Restoring | S::Restored
        )
    }

    pub fn has(&self, action: &str) -> bool {
        self.trail.iter().any(|entry| entry.action == action)
    }
}

pub fn detail(entry: &Entry) -> Value {
    serde_json::from_str(&entry.detail).unwrap_or_default()
}
