use super::{people::Party, *};
use domain::{
    mail::{NamedAddress, ParsedMail},
    mail_system::FolderName,
    org::{
        Directory, Recipient, RecipientKind,
        import::{Document, parse_toml},
    },
    world::{Clock, Random, World},
};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    io::Cursor,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

const NOW: Timestamp = Timestamp(1_769_994_000_000);
const SEED: u64 = 7;

static MAILS: LazyLock<Vec<DemoMail>> = LazyLock::new(|| mails(SEED, NOW));

struct Fixed(AtomicU64);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(next.iter().cycle()).for_each(|(byte, next)| *byte = *next);
    }
}

fn directory(seed: u64) -> Directory {
    let plan = parse_toml(Document { name: "organisation.toml", text: &organisation(seed) })
        .unwrap_or_else(|problems| panic!("{}", problems[0]));
    let world =
        World { clock: Arc::new(Fixed(AtomicU64::new(1))), random: Arc::new(Fixed(AtomicU64::new(1))) };
    let change = plan.apply(&Directory::default(), &world);
    assert_eq!((change.added, change.people.len()), (61, 61), "60 people and a shared mailbox");
    Directory::new(change.people, change.departments, change.groups)
}

fn hash(seed: u64, mails: &[DemoMail]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(organisation(seed));
    for mail in mails {
        for placement in &mail.placements {
            hash.update(format!("{placement:?}"));
            hash.update(mail.copy(placement));
        }
    }
    hash.finalize().into()
}

#[test]
fn the_same_seed_and_time_give_the_same_bytes() {
    let hash_of = |seed, now| hash(seed, &mails(seed, now));
    assert_eq!(hash(SEED, &MAILS), hash_of(SEED, NOW));
    assert_ne!(hash(SEED, &MAILS), hash_of(SEED + 1, NOW));
    assert_ne!(hash(SEED, &MAILS), hash_of(SEED, Timestamp(NOW.0 + 60_000)));
}

#[test]
fn whenever_it_is_started_the_same_people_write_to_the_same_people() {
    let places = |mail: &DemoMail| -> Vec<(String, FolderName)> {
        mail.placements.iter().map(|place| (place.mailbox.clone(), place.folder.clone())).collect()
    };
    let told = |mails: &[DemoMail]| -> Vec<_> { mails.iter().map(places).collect() };
    let later = Timestamp(NOW.0 + 10 * 86_400_000 + 12_345_678);
    assert_eq!(told(&MAILS), told(&mails(SEED, later)));
}

#[test]
fn the_organisation_is_imported_as_it_is_meant() {
    for seed in 0..20 {
        let directory = directory(seed);
        let depth = directory
            .people()
            .into_iter()
            .filter_map(|person| person.department)
            .map(|id| directory.department_path(id).len());
        assert_eq!(depth.max(), Some(4));
        let heads = directory.people().into_iter().filter(|person| person.manager.is_none()).count();
        assert_eq!(heads, 1, "one tree");
        assert_eq!(directory.people().iter().filter(|person| person.legal_hold).count(), 1);
        for account in accounts() {
            let person = directory.person_by_address(&account.address.parse().unwrap()).unwrap();
            assert_eq!((person.name.as_str(), person.language.tag()), (account.name, account.language));
            assert_eq!(person.roles.first().map_or("", |role| role.code()), account.role);
        }
        let find = |kind| {
            accounts().into_iter().find(|account| account.kind == kind).unwrap().address.parse().unwrap()
        };
        let id = |kind| directory.person_by_address(&find(kind)).unwrap().id;
        let shared = directory.person_by_address(&"tenders@chengyu.example".parse().unwrap()).unwrap().id;
        let acts = |kind| directory.acts_for(id(kind), shared);
        assert!(acts(AccountKind::Employee) && acts(AccountKind::Manager) && !acts(AccountKind::Helpdesk));
        assert_eq!(directory.approvers_of(id(AccountKind::Employee)), [id(AccountKind::Manager)]);
        let boss = directory.people().into_iter().find(|person| person.manager.is_none()).unwrap().id;
        assert_eq!(directory.approvers_of(boss), [id(AccountKind::SecondApprover)]);
        assert_eq!(directory.expand(&[named(&Cast::new(seed).list("all"))]).len(), 59);
    }
}

fn named(party: &Party) -> NamedAddress {
    NamedAddress { name: party.name.clone(), address: party.address.parse().unwrap() }
}

#[test]
fn there_is_as_much_and_as_varied_mail_as_promised() {
    let mails = &*MAILS;
    assert_eq!(mails.len(), 2000);
    let ids: HashSet<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    assert_eq!(ids.len(), mails.len());
    let copies: Vec<_> = mails.iter().flat_map(|mail| &mail.placements).collect();
    let bytes: usize = mails.iter().map(|mail| mail.placements.len() * (mail.raw.len() + 300)).sum();
    println!("{} copies, {} MB", copies.len(), bytes / 1_000_000);
    assert!((4_000..20_000).contains(&copies.len()), "{}", copies.len());
    assert!(bytes < 120_000_000, "{bytes}");
    let count = |what: &dyn Fn(&&&Placement) -> bool| copies.iter().filter(what).count();
    let kinds = [
        ("new", count(&|copy| copy.flags.recent)),
        ("shown but unread", count(&|copy| !copy.flags.recent && !copy.flags.seen)),
        ("answered", count(&|copy| copy.flags.answered)),
        ("flagged", count(&|copy| copy.flags.flagged)),
        ("deleted", count(&|copy| copy.folder.0 == "Trash")),
        ("Chinese folders", count(&|copy| !copy.folder.0.is_ascii())),
        ("Work folders", count(&|copy| copy.folder.0.starts_with("Work/"))),
        ("with Bcc", count(&|copy| copy.header.starts_with("Bcc: "))),
        (
            "the employee's sent",
            count(&|copy| copy.folder.0 == "Sent" && copy.mailbox.starts_with("lin.xiaotang")),
        ),
    ];
    println!("{kinds:?}");
    for (what, number) in kinds {
        assert!(number >= 15, "{what}: {number}");
    }
    assert!(mails.iter().all(|mail| mail.sent_at < NOW && NOW.since(mail.sent_at).as_secs() < 69 * 86_400));
}

/// Recall lives by this: a delivered copy is recognised as the mail that was sent.
#[test]
fn every_copy_has_the_identity_of_the_sent_mail() {
    let directory = directory(SEED);
    let mut attachments: HashMap<String, usize> = HashMap::new();
    let mut answers = 0;
    for mail in &*MAILS {
        let written = ParsedMail::read(&mail.raw);
        assert_eq!(
            written.message_id.as_ref().map(domain::mail::MessageId::as_str),
            Some(mail.message_id.as_str())
        );
        assert_eq!(written.subject, mail.subject);
        assert_eq!(written.date, Some(mail.sent_at));
        assert!(written.unreadable_recipients.is_empty() && !written.to.is_empty() && written.bcc.is_empty());
        assert!(written.text.chars().count() > 10);
        answers += usize::from(!written.references.is_empty());
        for attachment in &written.attachments {
            assert!(!attachment.name.is_empty());
            *attachments.entry(attachment.content_type.clone()).or_default() += 1;
        }
        let sender = written.from.clone().unwrap();
        assert_eq!(
            directory.is_ours(&sender.address),
            mail.placements.first().is_some_and(|copy| copy.folder.0 == "Sent")
        );
        let mut recipients: Vec<NamedAddress> = written.recipients().cloned().collect();
        for copy in &mail.placements {
            let read = ParsedMail::read(&mail.copy(copy));
            assert_eq!((read.fingerprint, &read.message_id), (written.fingerprint, &written.message_id));
            assert_eq!(read.attachments, written.attachments);
            if copy.folder.0 == "Sent" {
                recipients.extend(read.bcc);
            } else {
                assert!(read.bcc.is_empty());
            }
        }
        each_has_one_copy(mail, &directory.expand(&recipients));
    }
    println!("{attachments:?}, {answers} answers");
    assert_eq!(attachments.len(), 4);
    assert!(attachments.values().all(|count| *count > 30));
    assert!(answers > 600);
}

fn each_has_one_copy(mail: &DemoMail, recipients: &[Recipient]) {
    assert!(recipients.iter().all(|recipient| recipient.kind != RecipientKind::Unknown));
    let inside: HashSet<String> = recipients
        .iter()
        .filter(|recipient| recipient.person().is_some())
        .map(|recipient| recipient.address.to_string())
        .collect();
    let delivered: Vec<&String> =
        mail.placements.iter().filter(|copy| copy.folder.0 != "Sent").map(|copy| &copy.mailbox).collect();
    assert!(delivered.iter().all(|mailbox| inside.contains(*mailbox)));
    assert_eq!(delivered.iter().collect::<HashSet<_>>().len(), delivered.len(), "one copy each");
}

#[test]
fn both_stories_wait_to_be_played() {
    let stories = stories(SEED, NOW);
    let all = &*MAILS;
    let minutes = |story: &Story| NOW.since(story.sent_at).as_secs() / 60;
    for story in [&stories.contract, &stories.policy, &stories.schedule] {
        assert_eq!(story.sender, "lin.xiaotang@chengyu.example");
        assert!(minutes(story) < 30);
        let mail = all.iter().find(|mail| mail.message_id == story.message_id).unwrap();
        assert_eq!(mail.placements.len(), story.copies.len() + 1);
        assert_eq!(mail.subject, story.subject);
    }
    assert_eq!(all.last().unwrap().message_id, stories.schedule.message_id, "the newest of all");

    let Story { outside, cc, copies, attachments, .. } = &stories.contract;
    assert_eq!((outside.len(), cc.len(), copies.len(), attachments.len()), (1, 3, 3, 2));
    assert_eq!(copies.iter().filter(|copy| copy.seen).count(), 1);
    assert!(attachments[1].contains("内部审批"));

    let Story { to, copies, attachments, .. } = &stories.policy;
    assert_eq!((to.as_slice(), copies.len()), (["all@chengyu.example".to_owned()].as_slice(), 59));
    assert_eq!(copies.iter().filter(|copy| copy.seen).count(), 10, "nine, and the sender's own");
    assert_eq!(copies.iter().filter(|copy| copy.folder.0 == "Trash").count(), 1);
    assert_eq!(copies.iter().filter(|copy| copy.folder.0 == "制度/待读").count(), 1);
    assert!(attachments[0].contains("草稿"));

    let Story { to, copies, outside, .. } = &stories.schedule;
    assert_eq!((to.len(), copies.len(), outside.len()), (3, 3, 0));
    assert!(copies.iter().all(|copy| !copy.seen && copy.folder.is_inbox()));

    let Story { sender, copies, attachments, .. } = &stories.tender;
    assert_eq!((sender.as_str(), copies.len(), attachments.len()), ("tenders@chengyu.example", 2, 1));
}

#[test]
fn the_stories_attachments_open() {
    let stories = stories(SEED, NOW);
    let all = &*MAILS;
    let mail = all.iter().find(|mail| mail.message_id == stories.contract.message_id).unwrap();
    let message = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    let files: Vec<&[u8]> = message.attachments().map(mail_parser::MessagePart::contents).collect();
    assert!(files[0].starts_with(b"%PDF-1.4") && files[0].ends_with(b"%%EOF\n"));
    let archive = zip::ZipArchive::new(Cursor::new(files[1])).unwrap();
    assert!(archive.index_for_name("word/document.xml").is_some());
}

#[test]
fn who_started_a_thread_is_answered_in_it() {
    let all = &*MAILS;
    let known: HashMap<String, Timestamp> =
        all.iter().map(|mail| (mail.message_id.clone(), mail.sent_at)).collect();
    for mail in all {
        let read = ParsedMail::read(&mail.raw);
        for reference in read.references {
            assert!(known.get(reference.as_str()).is_some_and(|earlier| *earlier < mail.sent_at));
        }
    }
}
