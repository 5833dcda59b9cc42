//! The whole database as plain lists, in the order of insertion. What a call does to them stands in the files of
//! the ports; here is what several of them need.

use domain::{
    audit::{Checkpoint, Entry, Head},
    case::{
        Approval, Case, CopyRecord, Correction, Lease, Target,
        draft::{Draft, Upload},
    },
    engine_switch::Switch,
    ids::{CaseId, DepartmentId, PersonId},
    notify::Notification,
    org::{Department, Group, Member, Person},
    sent::SentMessage,
    shared::{CorrectionState, Task},
    time::Timestamp,
    vault::{KeyId, WrappedKey},
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Clone)]
pub struct Model {
    pub people: BTreeMap<PersonId, Person>,
    pub passwords: BTreeMap<PersonId, String>,
    pub departments: BTreeMap<DepartmentId, Department>,
    pub groups: Vec<Group>,
    pub directory_version: i64,
    pub sessions: BTreeMap<[u8; 32], (Option<PersonId>, Vec<u8>, Timestamp)>,
    pub cursors: BTreeMap<PersonId, String>,
    /// And whether it is hidden.
    pub sent: Vec<(SentMessage, bool)>,
    pub drafts: Vec<Draft>,
    pub uploads: Vec<(Upload, Option<Vec<u8>>)>,
    pub serials: BTreeMap<u16, u32>,
    pub cases: Vec<Case>,
    pub approvals: Vec<Approval>,
    pub targets: Vec<OfTarget>,
    pub bodies: BTreeMap<(CaseId, [u8; 32]), Vec<u8>>,
    pub copies: Vec<Kept>,
    /// The sender's text, by case.
    pub contents: BTreeMap<CaseId, Vec<u8>>,
    pub corrections: Vec<Outgoing<Correction>>,
    pub notifications: Vec<Outgoing<Notification>>,
    pub switch: Switch,
    pub keys: BTreeMap<Uuid, WrappedKey>,
    pub retired: BTreeSet<KeyId>,
    pub trail: Vec<Entry>,
    pub head: Head,
    pub checkpoints: BTreeMap<u64, Checkpoint>,
    /// What each knows, and when it may be told more.
    pub witnesses: BTreeMap<&'static str, (u64, Timestamp)>,
}

#[derive(Clone)]
pub struct OfTarget {
    pub row: Target,
    /// The task its worker knows of.
    pub known: Option<Task>,
    /// How often it was changed visibly.
    pub changes: i64,
}

/// A mail in the outbox, and how often it was changed visibly.
#[derive(Clone)]
pub struct Outgoing<T> {
    pub row: T,
    pub changes: i64,
}

#[derive(Clone)]
pub struct Kept {
    pub record: CopyRecord,
    pub header: Option<Vec<u8>>,
    pub body_name: Option<[u8; 32]>,
}

impl OfTarget {
    pub fn new(row: Target) -> Self {
        Self { row, known: None, changes: 0 }
    }
}

impl<T> Outgoing<T> {
    pub fn new(row: T) -> Self {
        Self { row, changes: 0 }
    }
}

impl Default for Model {
    fn default() -> Self {
        let running = Switch {
            running: true,
            changed_by: None,
            changed_at: Timestamp(0),
            reason: String::new(),
            in_flight: vec![],
        };
        Self {
            people: BTreeMap::new(),
            passwords: BTreeMap::new(),
            departments: BTreeMap::new(),
            groups: vec![],
            directory_version: 0,
            sessions: BTreeMap::new(),
            cursors: BTreeMap::new(),
            sent: vec![],
            drafts: vec![],
            uploads: vec![],
            serials: BTreeMap::new(),
            cases: vec![],
            approvals: vec![],
            targets: vec![],
            bodies: BTreeMap::new(),
            copies: vec![],
            contents: BTreeMap::new(),
            corrections: vec![],
            notifications: vec![],
            switch: running,
            keys: BTreeMap::new(),
            retired: BTreeSet::new(),
            trail: vec![],
            head: Head::default(),
            checkpoints: BTreeMap::new(),
            witnesses: ["web", "mail"].map(|witness| (witness, (0, Timestamp(0)))).into(),
        }
    }
}

/// Nobody has it now.
pub fn is_free(lease: &Lease, now: Timestamp) -> bool {
    lease.until.is_none_or(|until| until <= now)
}

/// The writer has it still.
pub fn is_held(lease: &Lease, fence: i64) -> bool {
    lease.holder.is_some() && lease.fence == fence
}

pub fn take(lease: &mut Lease, holder: &str, until: Timestamp) {
    *lease = Lease { holder: Some(holder.to_owned()), until: Some(until), fence: lease.fence + 1 };
}

pub fn let_go(lease: &mut Lease) {
    *lease = Lease { holder: None, until: None, fence: lease.fence };
}

pub fn prolong(lease: &mut Lease, holder: &str, until: Timestamp) -> u64 {
    let mine = lease.holder.as_deref() == Some(holder) && lease.until.is_some_and(|old| old < until);
    if mine {
        lease.until = Some(until);
    }
    u64::from(mine)
}

/// May be claimed once it is due.
pub fn is_open(state: CorrectionState) -> bool {
    matches!(state, CorrectionState::Queued | CorrectionState::Sending)
}

impl Model {
    pub fn case(&self, id: CaseId) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// Something refers to what isn't there, where that is looked at with the commit only.
    pub fn dangles(&self) -> bool {
        let person = |id: &PersonId| self.people.contains_key(id);
        let department = |id: &DepartmentId| self.departments.contains_key(id);
        let people = self.people.values().all(|one| {
            one.manager.as_ref().is_none_or(person) && one.department.as_ref().is_none_or(department)
        });
        let departments = self.departments.values().all(|one| one.parent.as_ref().is_none_or(department));
        let members = self.groups.iter().flat_map(|group| &group.members).all(|member| match member {
            Member::Person(id) => person(id),
            Member::Group(id) => self.groups.iter().any(|group| group.id == *id),
            Member::Outside(_) => true,
        });
        let contents = self.contents.keys().all(|case| self.case(*case).is_some());
        !(people && departments && members && contents)
    }
}
