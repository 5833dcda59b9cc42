//! A company whose chief has just written to everybody. Where its mail and its data lie is up to each bench.

use domain::{
    case::{Case, ask, draft::DraftForm},
    ids::DraftId,
    mail::{EmailAddress, MessageId, NamedAddress},
    mail_system::MailSystem,
    org::{Group, Member, Person},
    portal::{Parts, Portal, Settings, Wake},
    sent::{Page, SentFilter},
    sent_index,
    shared::{CaseNumber, CaseState, Intent, Language, ReasonKind},
    store::Store,
    vault::MasterKey,
    world::World,
};
use mailer::LocalMailer;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often we look whether a case has moved.
const LOOK: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_mins(30);

pub const CHIEF: &str = "chief";
/// Approves what the chief asks for.
pub const BOSS: &str = "boss";

pub fn address(name: &str) -> EmailAddress {
    format!("{name}@bench.test").parse().unwrap()
}

/// Colleagues count from 1.
pub fn colleague(n: usize) -> String {
    format!("p{n}")
}

/// About 4 KB, as most mail without attachments.
pub fn message(id: &MessageId) -> String {
    format!(
        "From: Chief <chief@bench.test>\r\nTo: all@bench.test\r\nSubject: Draft\r\n\
         Date: Mon, 2 Feb 2026 08:59:00 +0800\r\nMessage-ID: <{}>\r\n\r\n{}\r\n",
        id.as_str(),
        "Not finished. ".repeat(280)
    )
}

pub fn portal(
    outbox: PathBuf,
    store: Arc<dyn Store>,
    mail: Arc<dyn MailSystem>,
    world: World,
    engine: Arc<dyn Wake>,
) -> Arc<Portal> {
    Arc::new(Portal::new(Parts {
        store,
        mail: mail.clone(),
        mailer: Arc::new(LocalMailer::new(outbox, mail)),
        wording: Arc::new(testkit::wording::Plain),
        world,
        master_key: MasterKey::new([7; 32]),
        settings: Settings {
            organisation: "Bench".into(),
            public_url: "http://127.0.0.1".into(),
            time_zone: chrono_tz::UTC,
            policy: domain::policy::Policy::default(),
            max_upload: 25_000_000,
            mail_domain: "bench.test".into(),
            retention: std::time::Duration::from_hours(24),
            sender: NamedAddress { name: "Recant".into(), address: address("recant") },
        },
        engine,
    }))
}

/// Chief, boss and so many colleagues; `all@` are the colleagues.
pub async fn hire(portal: &Portal, colleagues: usize) {
    let boss = person(portal, BOSS);
    let chief = Person { manager: Some(boss.id), ..person(portal, CHIEF) };
    let mut people: Vec<Person> = (1..=colleagues).map(|n| person(portal, &colleague(n))).collect();
    let members = people.iter().map(|person| Member::Person(person.id)).collect();
    let all = Group { id: portal.world.id(), address: address("all"), name: "All".into(), members };
    people.extend([boss, chief]);
    let mut tx = portal.store.write().await.unwrap();
    tx.replace_organisation(&people, &[], &[all]).await.unwrap();
    tx.commit().await.unwrap();
}

fn person(portal: &Portal, name: &str) -> Person {
    Person {
        id: portal.world.id(),
        name: name.to_owned(),
        address: address(name),
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

pub async fn who(portal: &Portal, name: &str) -> Person {
    portal.directory().await.unwrap().person_by_address(&address(name)).unwrap().clone()
}

/// The chief has found the mail in the list of sent ones and filled the form: what is left is the button.
pub async fn draft(portal: &Portal, id: &MessageId, include_read: bool) -> (Person, DraftId) {
    let chief = who(portal, CHIEF).await;
    sent_index::refresh(portal, &chief).await.unwrap();
    let page = Page { index: 0, size: 1_000 };
    let mut tx = portal.store.read().await.unwrap();
    let rows = tx.list_sent(chief.id, &SentFilter::default(), page).await.unwrap().rows;
    drop(tx);
    let is_it = |row: &&domain::sent::SentSummary| row.message.message_id.as_ref() == Some(id);
    let sent = rows.iter().find(is_it).unwrap().message.id;
    let offer = ask::offer(portal, &chief, sent).await.unwrap();
    let form = DraftForm {
        intent: Intent::Recall,
        recipients: offer.recipients.into_iter().map(|recipient| recipient.address).collect(),
        include_read,
        reason: ReasonKind::WrongVersion,
        note: String::new(),
        subject: String::new(),
        text: String::new(),
    };
    let draft = ask::save(portal, &chief, portal.world.id(), sent, form).await.unwrap().id;
    (chief, draft)
}

/// The case when it has reached this state.
pub async fn reaches(portal: &Portal, number: CaseNumber, state: CaseState) -> Case {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let reached = async {
        loop {
            look.tick().await;
            let mut tx = portal.store.read().await.unwrap();
            let case = tx.case_by_number(number).await.unwrap().unwrap();
            if case.state == state {
                return case;
            }
        }
    };
    timeout(PATIENCE, reached).await.unwrap()
}
