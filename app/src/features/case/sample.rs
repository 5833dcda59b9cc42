//! Small cases for the tests of this area.

use domain::{
    audit::{Actor, Entry, GENESIS, NewEntry},
    case::{
        Case, CaseMessage, Detail, Lease, Request, Target, TargetsDigest,
        view::{Access, CaseView},
    },
    ids::{CaseId, PersonId, TargetId},
    mail::{Fingerprint, NamedAddress},
    mail_system::FolderName,
    org::{Person, Recipient, RecipientKind},
    policy::Decision,
    shared::{CaseNumber, CaseState, Intent, Language, Outcome, ReasonKind, TargetState},
    time::Timestamp,
};
use uuid::Uuid;

pub const CASE: CaseId = CaseId(Uuid::from_u128(7));

pub fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

pub fn target(n: u128, outcome: Option<Outcome>) -> Target {
    Target {
        id: TargetId(Uuid::from_u128(n)),
        case: CASE,
        recipient: Recipient {
            kind: RecipientKind::Inside(person(n)),
            name: format!("P{n}"),
            address: format!("p{n}@x.test").parse().unwrap(),
            via: vec![],
        },
        state: TargetState::Waiting,
        outcome,
        detail: Detail::default(),
        task: None,
        lease: Lease::default(),
        attempts: 0,
        due_at: Timestamp(0),
        updated_at: Timestamp(0),
    }
}

pub fn entry(seq: i64, action: &'static str) -> Entry {
    told(seq, action, Actor::System, serde_json::Value::Null)
}

pub fn told(seq: i64, action: &'static str, actor: Actor, detail: serde_json::Value) -> Entry {
    let new = NewEntry {
        at: Timestamp(seq * 60_000),
        actor,
        action,
        case: Some(CASE),
        target: None,
        detail,
        sealed: None,
    };
    Entry::chain(seq, GENESIS, &new)
}

pub fn case() -> Case {
    let address: domain::mail::EmailAddress = "p1@x.test".parse().unwrap();
    let message = CaseMessage {
        sent: domain::ids::SentId(Uuid::nil()),
        owner: Some(person(1)),
        from: NamedAddress { name: "P1".into(), address },
        folder: FolderName("Sent".into()),
        message_id: None,
        references: vec![],
        subject: "合同".into(),
        sent_at: Timestamp(0),
        fingerprint: Fingerprint([0; 32]),
        size: 0,
    };
    let request = Request {
        intent: Intent::Recall,
        include_read: false,
        reason: ReasonKind::WrongAttachment,
        note: String::new(),
        has_correction: false,
    };
    let digest = TargetsDigest::of(&message, &request, &[]);
    Case {
        id: CASE,
        number: CaseNumber::new(2026, 42),
        version: 1,
        requester: person(1),
        message,
        request,
        state: CaseState::AwaitingApproval,
        decision: Decision { version: 1, reasons: vec![], freeze_first: true },
        digest,
        created_at: Timestamp(0),
        expires_at: Timestamp(86_400_000),
        decided_at: None,
        ended_at: None,
        restoration: None,
    }
}

pub fn view(targets: Vec<Target>, trail: Vec<Entry>) -> CaseView {
    CaseView {
        access: Access::Requester,
        case: case(),
        targets,
        corrections: vec![],
        approvals: vec![],
        notifications: vec![],
        trail,
        approvers: vec![],
        message: None,
        correction: None,
        directory: std::sync::Arc::default(),
        restorable: false,
    }
}

pub fn somebody(n: u128, name: &str) -> Person {
    Person {
        id: person(n),
        name: name.into(),
        address: format!("p{n}@x.test").parse().unwrap(),
        aliases: vec![],
        department: None,
        manager: None,
        language: Language::English,
        roles: vec![],
        active: true,
        legal_hold: false,
        delegates: vec![],
    }
}
