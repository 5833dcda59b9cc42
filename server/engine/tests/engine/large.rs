//! Large mail in many mailboxes: memory stays bounded by what is worked on side by side, not by the case.

use crate::office::{Mail, Office, RECALL};
use domain::{
    mail_system::Flags,
    org::{Group, Member, Person},
    shared::{CaseState, Verdict},
    store::Store,
};

const MAILBOXES: usize = 50;
const MEGABYTES: usize = 30;
/// The engine takes about 96 MB of messages in hand; each is there raw, sealed, and as the database driver has it.
const BOUND_MB: usize = 700;

#[tokio::test]
async fn thirty_megabytes_in_fifty_mailboxes() {
    let office = Office::open().await;
    crowd(&office).await;
    let line = "0123456789abcdef".repeat(60) + "\r\n";
    let body = line.repeat(MEGABYTES * 1024 * 1024 / line.len());
    let raw = format!(
        "From: ann <ann@office.test>\r\nTo: crowd@office.test, client@out.test\r\nSubject: Large\r\nDate: Mon, 2 Feb 2026 08:59:30 +0800\r\nMessage-ID: <2@office.test>\r\n\r\n{body}"
    );
    let mail = Mail { id: "2@office.test".parse().unwrap(), raw };
    office.put("ann", "Sent", &Flags::default(), mail.raw.as_bytes(), "sent").await;
    for n in 0..MAILBOXES {
        office.put(&name(n), "INBOX", &Flags::default(), &mail.delivered(&name(n)), "mail").await;
    }
    let number = office.ask(&office.portal, RECALL).await;
    let before = peak_mb();
    office.settle().await;
    assert_eq!(office.case(number).await.state, CaseState::AwaitingApproval);
    for n in 0..MAILBOXES {
        assert!(office.copies(&name(n), &mail).await.is_empty());
    }
    office.decide(number, Verdict::Refused).await;
    office.settle().await;
    let peak = peak_mb();
    let targets = office.targets(number).await;
    let troubles: Vec<_> = targets.iter().filter_map(|target| target.detail.trouble).collect();
    assert_eq!(troubles, [], "nothing had to be tried again");
    println!("{MAILBOXES} × {MEGABYTES} MB held and put back: peak memory {peak} MB, {before} MB before");
    assert_eq!(office.case(number).await.state, CaseState::Closed);
    for n in [0, MAILBOXES / 2, MAILBOXES - 1] {
        assert!(office.copies(&name(n), &mail).await[0].1 == mail.delivered(&name(n)), "{}", name(n));
    }
    assert!(peak < BOUND_MB, "{peak} MB");
}

fn name(n: usize) -> String {
    format!("p{n}")
}

/// Fifty more people, with mailboxes, in one group.
async fn crowd(office: &Office) {
    let model = office.who("dan").await;
    let mut people: Vec<Person> = Vec::new();
    for n in 0..MAILBOXES {
        for sub in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(office.maildir(&name(n)).join(sub)).unwrap();
        }
        let address = format!("{}@office.test", name(n)).parse().unwrap();
        people.push(Person { id: office.portal.world.id(), name: name(n), address, ..model.clone() });
    }
    let members = people.iter().map(|person| Member::Person(person.id)).collect();
    let group = Group {
        id: office.portal.world.id(),
        address: "crowd@office.test".parse().unwrap(),
        name: "Crowd".into(),
        members,
    };
    let mut tx = office.store.write().await.unwrap();
    tx.replace_organisation(&people, &[], &[group]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Of this process, ever.
fn peak_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap() / 1024
}
