//! How little a look asks for, and that it misses nothing by it.

use crate::house::{id, on_dovecot, on_fake, only, open};
use domain::mail_system::{MailError, MailSession, MailSystem, Removal};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};
use testkit::{
    dovecot::Dovecot,
    fake_imap::{CAPABILITIES, FakeImap, MESSAGE, located},
};

const MEI: &str = "mei@x.test";

/// Folders searched, without the quotes.
fn searched(fake: &FakeImap) -> Vec<String> {
    let folder = |pair: &[String]| {
        let folder = pair[0].strip_prefix("EXAMINE \"")?.split('"').next()?;
        pair[1].starts_with("UID SEARCH").then(|| folder.to_owned())
    };
    // A session that ends meanwhile says so in between.
    let heard: Vec<_> = fake.heard().into_iter().filter(|command| command != "LOGOUT").collect();
    heard.windows(2).filter_map(folder).collect()
}

/// The next UID of each folder.
struct Next {
    inbox: AtomicU32,
    work: AtomicU32,
}

/// The message is in the inbox; `Work` has mail, `Old` has none. It tells all states at once.
fn tells_states() -> (FakeImap, Arc<Next>) {
    let next = Arc::new(Next { inbox: AtomicU32::new(6), work: AtomicU32::new(3) });
    let (told, in_work) = (next.clone(), AtomicBool::new(false));
    let fake = FakeImap::start(move |command| {
        let [inbox, work] = [&told.inbox, &told.work].map(|next| next.load(Ordering::SeqCst));
        if command.starts_with("EXAMINE") {
            in_work.store(command.contains("Work"), Ordering::SeqCst);
        }
        match command.split(' ').take(2).collect::<Vec<_>>().as_slice() {
            ["AUTHENTICATE", ..] => Some(format!(
                "$T OK [CAPABILITY {CAPABILITIES} LIST-EXTENDED SPECIAL-USE LIST-STATUS] in\r\n"
            )),
            ["LIST", ..] => Some(format!(
                "* LIST () \"/\" INBOX\r\n* STATUS INBOX (MESSAGES 1 UIDVALIDITY 7 UIDNEXT {inbox})\r\n\
                 * LIST () \"/\" Work\r\n* STATUS Work (MESSAGES 2 UIDVALIDITY 8 UIDNEXT {work})\r\n\
                 * LIST () \"/\" Old\r\n* STATUS Old (MESSAGES 0 UIDVALIDITY 9 UIDNEXT 1)\r\n$T OK\r\n"
            )),
            ["EXAMINE", "\"INBOX\""] => Some(format!(
                "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {inbox}] x\r\n* OK [HIGHESTMODSEQ 100] x\r\n$T OK in\r\n"
            )),
            ["EXAMINE", "\"Work\""] => Some(format!(
                "* 2 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n* OK [UIDNEXT {work}] x\r\n$T OK in\r\n"
            )),
            ["UID", "SEARCH"] if in_work.load(Ordering::SeqCst) => Some("* SEARCH\r\n$T OK\r\n".into()),
            _ => None,
        }
    })
    .unwrap();
    (fake, next)
}

#[tokio::test]
async fn only_folders_into_which_something_came_are_searched_again() {
    let (fake, next) = tells_states();
    let system = on_fake(&fake);
    let mut session = open(&system, MEI).await;
    let located = session.locate(&id("other@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.searched.len(), located.skipped.len()), (0, 3, 0));
    assert_eq!(searched(&fake), ["Work", "INBOX"], "nothing is in Old");
    for _ in 0..2 {
        let located = session.locate(&id("other@x.test")).await.unwrap();
        assert_eq!((located.copies.len(), located.searched.len()), (0, 3));
        session = open(&system, MEI).await;
    }
    assert_eq!(searched(&fake).len(), 2, "also in a session of its own");
    next.work.store(4, Ordering::SeqCst);
    session.locate(&id("other@x.test")).await.unwrap();
    assert_eq!(searched(&fake), ["Work", "INBOX", "Work"]);
    only(session.locate(&id("m@x.test")).await.unwrap());
    only(session.locate(&id("m@x.test")).await.unwrap());
    assert_eq!(searched(&fake)[3..], ["Work", "INBOX", "INBOX"], "where it stands is looked up each time");
}

#[tokio::test]
async fn what_was_just_taken_is_looked_for_again_only_where_something_came() {
    let (fake, next) = tells_states();
    let system = on_fake(&fake);
    let mut session = open(&system, MEI).await;
    let found = only(session.locate(&id("m@x.test")).await.unwrap());
    assert_eq!(found.content.as_deref(), Some(MESSAGE.as_bytes()), "nothing more to ask for");
    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
    let before = fake.heard().len();
    let located = session.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.searched.len()), (0, 3));
    assert_eq!(fake.heard()[before..].len(), 1, "one list of all states: {:?}", &fake.heard()[before..]);
    assert_eq!(searched(&fake), ["Work", "INBOX"]);
    next.inbox.store(7, Ordering::SeqCst);
    assert_eq!(session.locate(&id("m@x.test")).await.unwrap().copies, []);
    assert_eq!(searched(&fake), ["Work", "INBOX", "INBOX"]);
    let mut other = open(&system, MEI).await;
    next.inbox.store(6, Ordering::SeqCst);
    assert_eq!(other.locate(&id("m@x.test")).await.unwrap().copies, []);
    assert_eq!(searched(&fake).len(), 4, "another session takes nobody's word for it");
}

#[tokio::test]
async fn what_was_refused_to_go_is_searched_for_again() {
    let fake = FakeImap::start(|command| {
        command.starts_with("UID STORE").then(|| "$T OK [MODIFIED 5] somebody was faster\r\n".into())
    })
    .unwrap();
    let mut session = open(&on_fake(&fake), MEI).await;
    let found = only(session.locate(&id("m@x.test")).await.unwrap());
    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Changed);
    only(session.locate(&id("m@x.test")).await.unwrap());
}

/// Met in both, it is there in one: else it would be taken for two copies, and come back twice.
async fn stands_in_one_place(session: &mut dyn MailSession, here: &str, no_more: &str) {
    let copies = session.locate(&id("m@x.test")).await.unwrap().copies;
    let in_folder = |name: &str| copies.iter().find(|copy| copy.folder.0 == name).unwrap();
    assert_eq!((copies.len(), in_folder(here).content.as_deref()), (2, Some(MESSAGE.as_bytes())));
    assert_eq!(in_folder(no_more).content, None);
    assert!(matches!(session.fetch(&in_folder(no_more).handle).await, Err(MailError::Gone)));
}

#[tokio::test]
async fn a_copy_that_moves_while_we_look_is_read_where_it_stands() {
    let (moved, in_work) = (AtomicBool::new(false), AtomicBool::new(false));
    let fake = FakeImap::start(move |command| {
        let is_moved = moved.load(Ordering::SeqCst);
        if command.starts_with("EXAMINE") {
            in_work.store(command.contains("Work"), Ordering::SeqCst);
        }
        let (count, next) = if is_moved { (1, 6) } else { (0, 5) };
        match command.split(' ').take(2).collect::<Vec<_>>().as_slice() {
            ["LIST", ..] => Some("* LIST () \"/\" INBOX\r\n* LIST () \"/\" Work\r\n$T OK\r\n".into()),
            // The inbox was searched last: now its owner acts.
            ["UNSELECT"] => {
                moved.store(true, Ordering::SeqCst);
                None
            }
            ["EXAMINE", "\"Work\""] => Some(format!(
                "* {count} EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n* OK [UIDNEXT {next}] x\r\n$T OK in\r\n"
            )),
            ["STATUS", "\"Work\""] => {
                Some(format!("* STATUS Work (MESSAGES {count} UIDVALIDITY 8 UIDNEXT {next})\r\n$T OK\r\n"))
            }
            ["UID", "FETCH"] if is_moved && !in_work.load(Ordering::SeqCst) => Some("$T OK\r\n".into()),
            _ => None,
        }
    })
    .unwrap();
    let mut session = open(&on_fake(&fake), MEI).await;
    stands_in_one_place(session.as_mut(), "Work", "INBOX").await;
}

/// Of a folder that is open it tells how it was when it was opened; into this one a second copy comes.
fn never_leaves(from_the_start: bool) -> FakeImap {
    let came = AtomicBool::new(false);
    FakeImap::start(move |command| {
        let has_come = came.load(Ordering::SeqCst);
        match command.split(' ').take(3).collect::<Vec<_>>().as_slice() {
            ["UNSELECT"] if from_the_start || has_come => Some("$T NO not now\r\n".into()),
            ["STATUS", ..] => Some("* STATUS INBOX (MESSAGES 1 UIDVALIDITY 7 UIDNEXT 6)\r\n$T OK\r\n".into()),
            ["UID", "EXPUNGE", ..] => {
                came.store(true, Ordering::SeqCst);
                None
            }
            ["EXAMINE", ..] if has_come => {
                Some("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 7] x\r\n$T OK in\r\n".into())
            }
            ["UID", "SEARCH", "HEADER"] if has_come => Some("* SEARCH 6\r\n$T OK\r\n".into()),
            ["UID", "FETCH", "6"] => Some(located("").replacen("UID 5", "UID 6", 1) + "$T OK\r\n"),
            _ => None,
        }
    })
    .unwrap()
}

#[tokio::test]
async fn a_folder_that_cannot_be_left_is_opened_anew() {
    for from_the_start in [true, false] {
        let fake = never_leaves(from_the_start);
        let mut session = open(&on_fake(&fake), MEI).await;
        let found = only(session.locate(&id("m@x.test")).await.unwrap());
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
        let second = only(session.locate(&id("m@x.test")).await.unwrap());
        assert_ne!(second.handle, found.handle, "another one came in that moment");
    }
}

/// More folders than are searched in one go.
#[tokio::test]
async fn a_copy_that_moves_between_two_rounds_of_a_look_is_read_where_it_stands() {
    let (moved, open_folder) = (AtomicBool::new(false), Mutex::new(String::new()));
    let fake = FakeImap::start(move |command| {
        let folder = command.split('"').nth(1).unwrap_or_default().to_owned();
        let is_moved = moved.load(Ordering::SeqCst);
        let (first, last) = (folder == "F00", folder == "INBOX");
        match command.split(' ').take(2).collect::<Vec<_>>().as_slice() {
            ["LIST", ..] => {
                let others: Vec<_> = (0..20).map(|n| format!("* LIST () \"/\" F{n:02}\r\n")).collect();
                Some(format!("{}* LIST () \"/\" INBOX\r\n$T OK\r\n", others.concat()))
            }
            ["EXAMINE", ..] => {
                if last {
                    moved.store(true, Ordering::SeqCst);
                }
                *open_folder.lock().unwrap() = folder;
                let count = u8::from(first || last);
                Some(format!(
                    "* {count} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 6] x\r\n$T OK in\r\n"
                ))
            }
            ["STATUS", ..] => {
                Some(format!("* STATUS {folder} (MESSAGES 1 UIDVALIDITY 7 UIDNEXT 6)\r\n$T OK\r\n"))
            }
            ["UID", "FETCH"] if is_moved && *open_folder.lock().unwrap() == "F00" => Some("$T OK\r\n".into()),
            _ => None,
        }
    })
    .unwrap();
    let mut session = open(&on_fake(&fake), MEI).await;
    stands_in_one_place(session.as_mut(), "INBOX", "F00").await;
}

#[tokio::test]
async fn a_message_that_came_as_nothing_is_read_again() {
    for nothing in ["NIL", "\"\""] {
        let fake = FakeImap::start(move |command| {
            let whole = format!("BODY[]<0> {nothing} FLAGS");
            command.contains("BODY.PEEK[]<0.").then(|| located("").replacen("FLAGS", &whole, 1) + "$T OK\r\n")
        })
        .unwrap();
        let mut session = open(&on_fake(&fake), MEI).await;
        let found = only(session.locate(&id("m@x.test")).await.unwrap());
        assert_eq!(found.content, None);
        assert_eq!(session.fetch(&found.handle).await.unwrap(), MESSAGE.as_bytes());
    }
}

#[tokio::test]
async fn a_message_that_comes_back_is_found_wherever_it_was_missed() {
    let Some(dovecot) = Dovecot::start(&[MEI]).unwrap() else { return };
    let mail = "From: lin@x.test\r\nMessage-ID: <m@x.test>\r\nSubject: x\r\n\r\nHello\r\n";
    let system = on_dovecot(&dovecot);
    let mut session = open(&system, MEI).await;
    let mut client = dovecot.client(MEI).unwrap();
    assert_eq!(session.locate(&id("m@x.test")).await.unwrap().copies, []);
    for turn in 0..3 {
        dovecot.deliver("lin@x.test", &[MEI], mail.as_bytes()).unwrap();
        client.select("INBOX").unwrap();
        let uid = client.mails().unwrap()[0].uid;
        if turn > 0 {
            client.move_to(uid, "Sent").unwrap();
        }
        let found = only(session.locate(&id("m@x.test")).await.unwrap());
        assert_eq!(found.folder.0, if turn > 0 { "Sent" } else { "INBOX" });
        let mut other = open(&system, MEI).await;
        let same = only(other.locate(&id("m@x.test")).await.unwrap());
        assert_eq!(other.remove(&same.handle).await.unwrap(), Removal::Removed);
        assert_eq!(session.locate(&id("m@x.test")).await.unwrap().copies, []);
        assert_eq!(other.locate(&id("m@x.test")).await.unwrap().copies, []);
    }
    assert!(system.exists(&MEI.parse().unwrap()).await.unwrap());
}

/// Answers to several commands in one go come in the server's own order.
#[tokio::test]
async fn a_server_that_mixes_answers_up_is_asked_one_by_one() {
    let mixed = AtomicBool::new(false);
    let fake = FakeImap::start(move |command| {
        let first = command.starts_with("EXAMINE") && !mixed.swap(true, Ordering::SeqCst);
        first.then(|| "$T9 OK that was another one\r\n".to_owned())
    })
    .unwrap();
    let system = on_fake(&fake);
    let error = open(&system, MEI).await.locate(&id("m@x.test")).await.unwrap_err();
    assert!(error.is_passing(), "{error:?}");
    only(open(&system, MEI).await.locate(&id("m@x.test")).await.unwrap());
}
