//! People, mails and cases for the stories. Ids are small numbers, times seconds.

use crate::bed::Bed;
use domain::{
    case::{
        Case, CaseMessage, CopyRecord, Correction, Detail, Lease, Request, SealedCopy, Target, TargetsDigest,
        draft::{Draft, DraftForm},
    },
    ids::{CaseId, DraftId, PersonId},
    mail::{Attachment, EmailAddress, Fingerprint, NamedAddress},
    mail_system::{Flags, FolderName},
    org::{Person, Recipient, RecipientKind},
    policy::Decision,
    sent::SentMessage,
    shared::{
        CaseNumber, CaseState, CopyState, CorrectionState, Intent, Language, ReasonKind, TargetState, Task,
    },
    time::Timestamp,
    vault::{MasterKey, WrappedKey},
};
use uuid::Uuid;

pub const MEI: u128 = 1;
pub const BO: u128 = 2;

pub fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

pub fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

pub fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

pub fn named(name: &str, text: &str) -> NamedAddress {
    NamedAddress { name: name.into(), address: address(text) }
}

pub fn person(n: u128, name: &str) -> Person {
    Person {
        id: id(n),
        name: name.into(),
        address: address(&format!("p{n}@example.test")),
        aliases: vec![],
        department: None,
        manager: None,
        language: Language::Chinese,
        roles: vec![],
        active: true,
        legal_hold: false,
        delegates: vec![],
    }
}

pub fn mail(n: u128, owner: u128, subject: &str) -> SentMessage {
    SentMessage {
        id: id(n),
        owner: id(owner),
        folder: FolderName("Sent".into()),
        locator: format!("Sent/{n}"),
        message_id: Some(format!("{n}@example.test").parse().unwrap()),
        references: vec!["first@example.test".parse().unwrap()],
        subject: subject.into(),
        sent_at: at(i64::try_from(n).unwrap()),
        from: Some(named("林美", "p1@example.test")),
        to: vec![named("Client", "buyer@client.test")],
        cc: vec![named("", "p2@example.test")],
        bcc: vec![],
        attachments: vec![Attachment {
            name: "合同.pdf".into(),
            content_type: "application/pdf".into(),
            size: 7,
        }],
        text: "Please find the contract attached.".into(),
        fingerprint: Fingerprint([7; 32]),
        size: 4096,
    }
}

pub fn draft(n: u128, sent: u128) -> Draft {
    Draft {
        id: DraftId(Uuid::from_u128(n)),
        owner: id(MEI),
        sent: id(sent),
        form: DraftForm {
            intent: Intent::RecallAndReplace,
            recipients: vec![address("buyer@client.test")],
            include_read: true,
            reason: ReasonKind::WrongAttachment,
            note: "内部审批单".into(),
            subject: "Correction".into(),
            text: "Sorry.".into(),
        },
        updated_at: at(100),
    }
}

/// About mail `n`, with as many targets as asked; each has a task to hold, due at once.
pub fn case(n: u128, targets: u128) -> (Case, Vec<Target>) {
    let sent = mail(n, MEI, "合同");
    let targets = (0..targets).map(|at| target(n, at)).collect();
    (about(&sent, CaseNumber::new(2026, u32::try_from(n).unwrap())), targets)
}

fn about(sent: &SentMessage, number: CaseNumber) -> Case {
    let message = CaseMessage {
        sent: sent.id,
        owner: Some(sent.owner),
        from: named("林美", "p1@example.test"),
        folder: sent.folder.clone(),
        message_id: sent.message_id.clone(),
        references: vec![],
        subject: sent.subject.clone(),
        sent_at: sent.sent_at,
        fingerprint: sent.fingerprint,
        size: sent.size,
    };
    let request = Request {
        intent: Intent::Recall,
        include_read: false,
        reason: ReasonKind::WrongVersion,
        note: String::new(),
        has_correction: false,
    };
    Case {
        id: CaseId(sent.id.0),
        number,
        version: 1,
        requester: id(MEI),
        digest: TargetsDigest::of(&message, &request, &[]),
        message,
        request,
        state: CaseState::Requested,
        decision: Decision { version: 1, reasons: vec![], freeze_first: true },
        created_at: at(i64::from(number.serial())),
        expires_at: at(86_400),
        decided_at: None,
        ended_at: None,
        restoration: None,
    }
}

fn target(case: u128, place: u128) -> Target {
    Target {
        id: id(case * 1_000_000 + place),
        case: id(case),
        recipient: Recipient {
            kind: if place == 0 { RecipientKind::Outside } else { RecipientKind::Inside(id(BO)) },
            name: "收件人".into(),
            address: address(&format!("r{place}@example.test")),
            via: vec![address("all@example.test")],
        },
        state: TargetState::Waiting,
        outcome: None,
        detail: Detail::default(),
        task: Some(Task::Hold),
        lease: Lease::default(),
        attempts: 0,
        due_at: at(0),
        updated_at: at(0),
    }
}

pub fn correction(target: &Target) -> Correction {
    Correction {
        id: id(target.id.0.as_u128()),
        case: target.case,
        target: target.id,
        to: named("收件人", target.address().as_str()),
        message_id: format!("{}@recant.test", target.id).parse().unwrap(),
        state: CorrectionState::Planned,
        in_place: false,
        attempts: 0,
        due_at: at(0),
        lease: Lease::default(),
        problem: String::new(),
        sent_at: None,
    }
}

pub fn copy(n: u128, target: &Target, body: Option<&[u8]>) -> SealedCopy {
    SealedCopy {
        record: CopyRecord {
            id: id(n),
            case: target.case,
            target: target.id,
            state: CopyState::Vaulted,
            folder: FolderName("INBOX/合同".into()),
            flags: Flags {
                seen: true,
                keywords: vec!["$label1".into()],
                opened_at: Some(at(3)),
                ..Flags::default()
            },
            received_at: at(50),
            size: 1234,
        },
        header: format!("sealed header {n}").into_bytes(),
        body_name: [9; 32],
        body: body.map(<[u8]>::to_vec),
    }
}

/// By the master key that is 32 times this byte.
pub fn wrapped(by: u8, bytes: &[u8]) -> WrappedKey {
    WrappedKey { by: Some(MasterKey::new([by; 32]).first_id()), bytes: bytes.to_vec() }
}

impl Bed {
    /// Mei and Bo, and their mails of these numbers.
    pub async fn with_mails(&self, mails: &[SentMessage]) {
        let mut tx = self.write().await;
        tx.replace_organisation(&[person(MEI, "林美"), person(BO, "Bo")], &[], &[]).await.unwrap();
        tx.insert_sent(mails).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Mei's case `n`, as [`case`] describes it, and everything it stands on.
    pub async fn with_case(&self, n: u128, targets: u128) -> (Case, Vec<Target>) {
        let (case, targets) = case(n, targets);
        self.with_mails(&[mail(n, MEI, "合同")]).await;
        let mut tx = self.write().await;
        tx.insert_case(&case, &targets, &[]).await.unwrap();
        tx.commit().await.unwrap();
        (case, targets)
    }

    pub fn mei() -> PersonId {
        id(MEI)
    }
}
