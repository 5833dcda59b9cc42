//! A transaction that knows what it will make durable, and may take the worker with it.
//!
//! Methods are passed on by a list, one line each: what it writes (empty: nothing that counts), its name, its
//! arguments. A method that the port gains doesn't compile until it is here, and what it writes must be named
//! in `points` before the campaign runs again.

use super::Shared;
use crate::{
    breaks::Bug,
    points::{self, Moment},
};
use async_trait::async_trait;
use domain::{
    audit,
    case::{
        Approval, Case, CaseFilter, CaseRow, CopyRecord, Correction, Detail, Lease, SealedCopy, Target,
        draft::{Draft, Upload},
    },
    engine_switch::{InFlight, Switch},
    ids::{CaseId, CopyId, CorrectionId, DraftId, PersonId, SentId, TargetId, UploadId},
    mail::MessageId,
    notify::Notification,
    org::{Department, Directory, Group, Person},
    sent::{Found, Listing, Page, SentFilter, SentMessage},
    shared::{CaseNumber, CopyState, CorrectionState, Language, Outcome, Role, Task},
    store::{
        Audit, Cases, Checkpoints, Corrections, Drafts, EngineSwitch, ErasableCase, Finished, KeysBy, Leased,
        Notifications, People, Result, SentMail, Sessions, Targets, Tx, Vault, VaultCare, VaultKeys,
    },
    time::Timestamp,
    vault::{
        KeyId, WrappedKey,
        status::{Bodies, CopyCount, NotPutBack},
    },
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub struct MortalTx {
    inner: Box<dyn Tx>,
    shared: Shared,
    /// Audit actions recorded here, and what is as much.
    actions: BTreeSet<&'static str>,
    /// What else was written.
    writes: BTreeSet<&'static str>,
}

impl MortalTx {
    pub fn new(inner: Box<dyn Tx>, shared: Shared) -> Self {
        Self { inner, shared, actions: BTreeSet::new(), writes: BTreeSet::new() }
    }

    fn writes(&mut self, what: &'static str) {
        if !what.is_empty() {
            self.writes.insert(what);
        }
    }

    /// Entries speak for everything that is written with them.
    fn points(&self) -> Vec<String> {
        let chosen = if self.actions.is_empty() { &self.writes } else { &self.actions };
        chosen.iter().map(|name| format!("commit {}", points::of_commit(name))).collect()
    }

    /// As it is, unless a bug is wanted.
    fn falsified(&self, entry: &audit::NewEntry) -> Vec<audit::NewEntry> {
        if self.shared.has(Bug::ForgetEntries) && entry.action == "copy.held" {
            return Vec::new();
        }
        let mut told = vec![entry.clone()];
        if self.shared.has(Bug::SettleTwice) && entry.action == "target.settled" {
            let mut again = entry.clone();
            again.detail["outcome"] = "failed".into();
            told.push(again);
        }
        told
    }

    fn is_forgotten(&self) -> bool {
        self.shared.has(Bug::ForgetVault) && self.actions.contains("copy.sealed")
    }
}

#[async_trait]
impl Tx for MortalTx {
    async fn commit(self: Box<Self>) -> Result<()> {
        let points = self.points();
        let points: Vec<&str> = points.iter().map(String::as_str).collect();
        self.shared.fate.pass(&points, Moment::Before);
        if self.is_forgotten() {
            return Ok(());
        }
        self.inner.commit().await?;
        self.shared.fate.pass(&points, Moment::After);
        Ok(())
    }
}

macro_rules! passed_on {
    ($port:ident { $($what:literal $name:ident($($arg:ident: $type:ty),*) -> $ok:ty;)* } $($own:tt)*) => {
        #[async_trait]
        impl $port for MortalTx {
            $(async fn $name(&mut self, $($arg: $type),*) -> Result<$ok> {
                let done = self.inner.$name($($arg),*).await?;
                self.writes($what);
                Ok(done)
            })*
            $($own)*
        }
    };
}

passed_on!(People {
    "" directory_version() -> i64;
    "organisation" replace_organisation(people: &[Person], departments: &[Department], groups: &[Group]) -> ();
    "" password_hash(person: PersonId) -> Option<String>;
    "password" set_password_hash(person: PersonId, hash: &str) -> ();
    "password" forget_password(person: PersonId) -> ();
    "language" set_language(person: PersonId, language: Language) -> ();
    "roles" set_roles(person: PersonId, roles: &[Role]) -> ();
}
    async fn directory(&mut self) -> Result<Directory> {
        let directory = self.inner.directory().await?;
        if !self.shared.has(Bug::ForgetHolds) {
            return Ok(directory);
        }
        let free = |person: &&Person| Person { legal_hold: false, ..Person::clone(person) };
        let people = directory.people().iter().map(free).collect();
        let groups = directory.groups().into_iter().cloned().collect();
        Ok(Directory::new(people, Vec::new(), groups))
    }
);

passed_on!(Sessions {
    "" session(key: &[u8; 32], now: Timestamp) -> Option<Vec<u8>>;
    "session" save_session(key: &[u8; 32], person: Option<PersonId>, data: &[u8], expires_at: Timestamp) -> ();
    "session" delete_session(key: &[u8; 32]) -> ();
    "session" delete_sessions_of(person: PersonId, except: Option<&[u8; 32]>) -> ();
    "session" delete_expired_sessions(now: Timestamp) -> u64;
});

passed_on!(SentMail {
    "" sent_cursor(owner: PersonId) -> Option<String>;
    "preparation" set_sent_cursor(owner: PersonId, cursor: &str) -> ();
    "" sent_locators(owner: PersonId) -> Vec<(String, SentId)>;
    "preparation" insert_sent(messages: &[SentMessage]) -> ();
    "preparation" hide_sent(ids: &[SentId]) -> ();
    "" sent(id: SentId) -> Option<SentMessage>;
    "" list_sent(owner: PersonId, filter: &SentFilter, page: Page) -> Found;
    "preparation" index_sent(limit: u32) -> u64;
    "" sent_by_message_id(id: &MessageId) -> Vec<SentMessage>;
});

passed_on!(Drafts {
    "preparation" save_draft(draft: &Draft) -> ();
    "" draft(id: DraftId) -> Option<Draft>;
    "preparation" delete_old_drafts(before: Timestamp) -> u64;
    "preparation" delete_surplus_drafts(owner: PersonId, most: u64) -> u64;
    "" attached_by(owner: PersonId) -> u64;
    "preparation" insert_upload(upload: &Upload, sealed: &[u8]) -> ();
    "preparation" delete_upload(draft: DraftId, upload: UploadId) -> ();
    "" uploads(draft: DraftId) -> Vec<Upload>;
    "" upload_content(upload: UploadId) -> Option<Vec<u8>>;
});

passed_on!(Cases {
    "serial" next_case_serial(year: u16) -> u32;
    "" order_requests(year: u16) -> ();
    "case" insert_case(case: &Case, targets: &[Target], corrections: &[Correction]) -> ();
    "" case_by_number(number: CaseNumber) -> Option<Case>;
    "" cases_of_sent(sent: SentId) -> Vec<Case>;
    "case" update_case(case: &Case) -> Case;
    "" list_cases(filter: &CaseFilter, page: Page) -> Listing<CaseRow>;
    "" cases_at_work(now: Timestamp) -> Vec<Case>;
    "" approvals(case: CaseId) -> Vec<Approval>;
}
    async fn case(&mut self, id: CaseId) -> Result<Option<Case>> {
        let mut case = self.inner.case(id).await?;
        if let Some(case) = case.as_mut().filter(|_| self.shared.has(Bug::AnswerWrongly)) {
            case.number = CaseNumber::new(case.number.year(), case.number.serial() + 1_000_000);
        }
        Ok(case)
    }

    async fn insert_approval(&mut self, approval: &Approval) -> Result<()> {
        if self.shared.has(Bug::ForgetApprovals) {
            return Ok(());
        }
        self.inner.insert_approval(approval).await
    }
);

passed_on!(Targets {
    "" targets(case: CaseId) -> Vec<Target>;
    "" target(id: TargetId) -> Option<Target>;
    "" leases(ids: &[TargetId]) -> HashMap<TargetId, (Lease, Option<Task>)>;
    "" lock_targets(ids: &[TargetId]) -> ();
    "" lock_targets_of(case: CaseId) -> ();
    "renewal" renew_targets(leases: &[Leased], lease_until: Timestamp) -> HashMap<TargetId, Option<Task>>;
    "target" finish_targets(finished: &[Finished]) -> ();
    "target" assign(ids: &[TargetId], task: Option<Task>, outcome: Option<Outcome>, now: Timestamp) -> ();
    "" case_pulse(case: CaseId) -> String;
    "" stuck_targets(task: Task, attempts: u32) -> Vec<Target>;
    "" open_tasks(case: CaseId) -> u64;
}
    async fn claim_targets(&mut self, holder: &str, now: Timestamp, lease_until: Timestamp, limit: u32) -> Result<Vec<Target>> {
        let claimed = self.inner.claim_targets(holder, now, lease_until, limit).await?;
        if !claimed.is_empty() {
            self.writes("claim");
        }
        Ok(claimed)
    }

    /// In a group with others it has no entry of its own that would speak for it.
    async fn postpone_target(&mut self, id: TargetId, fence: i64, detail: &Detail, attempts: u32, due_at: Timestamp, now: Timestamp) -> Result<()> {
        self.inner.postpone_target(id, fence, detail, attempts, due_at, now).await?;
        self.actions.insert("postponement");
        Ok(())
    }

    async fn prolong_leases(&mut self, holder: &str, rows: &[Uuid], until: Timestamp) -> Result<u64> {
        let prolonged = self.inner.prolong_leases(holder, rows, until).await?;
        if prolonged > 0 {
            self.writes("renewal");
        }
        Ok(prolonged)
    }
);

passed_on!(Vault {
    "copy" insert_copies(copies: &[SealedCopy]) -> ();
    "" copies(target: TargetId) -> Vec<CopyRecord>;
    "" copy_content(copy: CopyId) -> Option<(Vec<u8>, Vec<u8>)>;
    "copy" set_copy_states(states: &[(CopyId, CopyState)]) -> ();
    "vault" empty_vault(case: CaseId) -> ();
});

passed_on!(VaultKeys {
    "preparation" vault_key(owner: Uuid, fresh: &WrappedKey) -> WrappedKey;
    "" existing_vault_key(owner: Uuid) -> Option<WrappedKey>;
    "" keys_in_use() -> Vec<(Option<KeyId>, u64)>;
    "" wrapped_keys(by: KeysBy, after: Option<Uuid>, limit: u32) -> Vec<(Uuid, WrappedKey)>;
    "key" replace_key(owner: Uuid, old: &WrappedKey, new: &WrappedKey) -> bool;
    "" retired_keys() -> Vec<KeyId>;
    "key" retire_keys(keys: &[KeyId]) -> ();
    "key" destroy_key(case: CaseId) -> bool;
});

passed_on!(VaultCare {
    "" erasable(before: Timestamp, only: Option<CaseId>, limit: u32) -> Vec<ErasableCase>;
    "" count_erasable(before: Timestamp) -> u64;
    "" copy_counts() -> Vec<CopyCount>;
    "" body_counts() -> Bodies;
    "" oldest_kept() -> Option<(CaseNumber, Timestamp)>;
    "" not_put_back() -> Vec<NotPutBack>;
});

passed_on!(EngineSwitch {
    "" engine_switch() -> Switch;
    "switch" turn_engine(running: bool, by: Option<PersonId>, at: Timestamp, reason: &str) -> bool;
    "" in_flight(now: Timestamp) -> Vec<InFlight>;
    "switch" note_in_flight(in_flight: &[InFlight]) -> ();
});

passed_on!(Corrections {
    "correction" save_correction_content(case: CaseId, sealed: &[u8]) -> ();
    "" correction_content(case: CaseId) -> Option<Vec<u8>>;
    "" corrections(case: CaseId) -> Vec<Correction>;
    "" correction_of(target: TargetId) -> Option<Correction>;
    "correction" update_correction(correction: &Correction, fence: Option<i64>) -> ();
    "correction" settle_planned(case: CaseId, state: CorrectionState, now: Timestamp) -> u64;
    "" correction(id: CorrectionId) -> Option<Correction>;
}
    async fn claim_corrections(&mut self, holder: &str, now: Timestamp, lease_until: Timestamp, limit: u32) -> Result<Vec<Correction>> {
        let claimed = self.inner.claim_corrections(holder, now, lease_until, limit).await?;
        if !claimed.is_empty() {
            self.writes("claim");
        }
        Ok(claimed)
    }
);

passed_on!(Notifications {
    "notification" insert_notifications(notifications: &[Notification]) -> u64;
    "" notifications(case: CaseId) -> Vec<Notification>;
    "notification" update_notification(notification: &Notification, fence: i64) -> ();
}
    async fn claim_notifications(&mut self, holder: &str, now: Timestamp, lease_until: Timestamp, limit: u32) -> Result<Vec<Notification>> {
        let claimed = self.inner.claim_notifications(holder, now, lease_until, limit).await?;
        if !claimed.is_empty() {
            self.writes("claim");
        }
        Ok(claimed)
    }
);

passed_on!(Audit {
    "" trail_head() -> audit::Head;
    "" has_acted_after(size: u64, actions: &[&'static str]) -> bool;
    "" trail_of(case: CaseId) -> Vec<audit::Entry>;
    "" trail_after(seq: i64, limit: u32) -> Vec<audit::Entry>;
}
    async fn record(&mut self, entry: &audit::NewEntry) -> Result<()> {
        self.actions.insert(entry.action);
        for told in self.falsified(entry) {
            self.inner.record(&told).await?;
        }
        Ok(())
    }
);

passed_on!(Checkpoints {
    "checkpoint" insert_checkpoint(checkpoint: &audit::Checkpoint) -> bool;
    "" last_checkpoint() -> Option<audit::Checkpoint>;
    "" checkpoints_after(size: u64, limit: u32) -> Vec<audit::Checkpoint>;
    "checkpoint" claim_witness(witness: audit::Witness, now: Timestamp, until: Timestamp) -> Option<audit::Checkpoint>;
    "checkpoint" tell_witness(witness: audit::Witness, size: u64, due_at: Timestamp) -> ();
});
