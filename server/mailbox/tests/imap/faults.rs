//! What goes wrong between two programs: each fault ends in an error that says what to do, never in a lost mail.

use crate::house::{folder, fresh, id, in_clear, on_fake, only, open, plain, system};
use domain::mail_system::{CopyHandle, Flags, FoundCopy, MailError, MailSession, MailSystem, Removal};
use mailbox::imap::{ImapConfig, Login, Tls};
use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use testkit::fake_imap::{CAPABILITIES, CUT, FakeImap, MESSAGE, located};

const MEI: &str = "mei@x.test";

/// One command is answered in another way, each time.
fn but(start: &'static str, answer: impl Into<String>) -> FakeImap {
    let answer = answer.into();
    FakeImap::start(move |command| command.starts_with(start).then(|| answer.clone())).unwrap()
}

async fn session(fake: &FakeImap) -> Box<dyn MailSession> {
    open(&on_fake(fake), MEI).await
}

async fn found(session: &mut dyn MailSession) -> FoundCopy {
    only(session.locate(&id("m@x.test")).await.unwrap())
}

async fn refused(fake: &FakeImap) -> MailError {
    on_fake(fake).open(&MEI.parse().unwrap()).await.err().expect("an error")
}

fn passing(error: &MailError) -> bool {
    matches!(error, MailError::Unavailable { .. })
}

/// Nothing that expunges more than one message was ever said.
fn harmless(fake: &FakeImap) {
    for command in fake.heard() {
        let word = command.split(' ').next().unwrap_or_default();
        assert!(!["EXPUNGE", "CLOSE", "DELETE", "RENAME"].contains(&word), "{command}");
    }
}

fn position(fake: &FakeImap, start: &str) -> Option<usize> {
    fake.heard().iter().position(|command| command.starts_with(start))
}

#[tokio::test]
async fn a_healthy_server_serves() {
    let fake = FakeImap::start(|_| None).unwrap();
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    assert_eq!(session.fetch(&copy.handle).await.unwrap(), MESSAGE.as_bytes());
    assert_eq!(session.remove(&copy.handle).await.unwrap(), Removal::Removed);
    assert_eq!(session.locate(&id("m@x.test")).await.unwrap().copies, []);
    let (select, store) = (position(&fake, "SELECT"), position(&fake, "UID STORE 5 (UNCHANGEDSINCE 99)"));
    assert!(select < store && store < position(&fake, "UID EXPUNGE 5"), "{:?}", fake.heard());
    assert!(position(&fake, "UNSELECT").is_some());
    harmless(&fake);
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_literal() {
    let fake = but("UID FETCH 5 (UID BODY.PEEK[])", format!("* 1 FETCH (UID 5 BODY[] {{90}}\r\nFrom: {CUT}"));
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    let error = session.fetch(&copy.handle).await.unwrap_err();
    assert!(passing(&error), "{error:?}");
    assert!(passing(&session.remove(&copy.handle).await.unwrap_err()), "nothing more is sent on it");
    assert_eq!(position(&fake, "UID STORE"), None);
}

#[tokio::test]
async fn a_goodbye_has_its_reason() {
    let fake = but("UID SEARCH", format!("* BYE [UNAVAILABLE] Server is shutting down\r\n{CUT}"));
    let error = session(&fake).await.locate(&id("m@x.test")).await.unwrap_err();
    assert!(passing(&error) && error.to_string().contains("shutting down"), "{error}");
    let fake = FakeImap::greeting("* BYE overloaded\r\n", |_| None).unwrap();
    assert!(passing(&refused(&fake).await));
}

#[tokio::test]
async fn too_many_sessions_and_throttling_are_for_later() {
    let limit = "$T NO [LIMIT] Maximum number of connections from user+IP exceeded\r\n";
    let error = refused(&but("AUTHENTICATE", limit)).await;
    assert!(passing(&error), "{error:?}");
    let fake = but("EXAMINE", "$T NO [THROTTLED] Suggested Backoff Time: 3000 milliseconds\r\n");
    let error = session(&fake).await.locate(&id("m@x.test")).await.unwrap_err();
    assert!(matches!(error, MailError::Unavailable { retry_after: Some(wait), .. } if wait.as_secs() == 3));
}

#[tokio::test]
async fn a_folder_that_is_broken_is_told_and_the_others_are_searched() {
    let listed = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Broken\r\n$T OK\r\n";
    let fake = FakeImap::start(move |command| match command {
        "LIST \"\" \"*\"" => Some(listed.to_owned()),
        command if command.contains("Broken") => Some("$T NO [SERVERBUG] 索引损坏\r\n".into()),
        _ => None,
    })
    .unwrap();
    let located = session(&fake).await.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.skipped.len()), (1, 1), "never silently");
    assert!(located.skipped[0].reason.contains("索引损坏"), "{:?}", located.skipped);
    assert_eq!(located.searched, [folder("INBOX")]);
}

#[tokio::test]
async fn a_full_mailbox_takes_nothing_back() {
    let fake = but("APPEND", "$T NO [OVERQUOTA] 邮箱已满\r\n");
    let mut session = session(&fake).await;
    let inbox = folder("INBOX");
    let other = "Message-ID: <other@x.test>\r\n\r\nx\r\n";
    let error = session.put(&fresh("k", &inbox, &Flags::default(), other.as_bytes())).await.unwrap_err();
    assert!(matches!(&error, MailError::Full(why) if why.contains("邮箱已满")), "{error:?}");
}

#[tokio::test]
async fn uids_that_mean_other_messages_now_are_not_touched() {
    let fake = but(
        "SELECT",
        "* 1 EXISTS\r\n* OK [UIDVALIDITY 8] new\r\n* OK [UIDNEXT 6] x\r\n* OK [HIGHESTMODSEQ 1] x\r\n$T OK [READ-WRITE] in\r\n",
    );
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    assert_eq!(session.remove(&copy.handle).await.unwrap(), Removal::Changed);
    assert_eq!(position(&fake, "UID STORE"), None);
}

#[tokio::test]
async fn garbage_between_the_answers_is_passed_over_and_garbage_in_them_is_told() {
    let noise = "* 17 EXISTS\r\n* XLIST (((\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* OK [\u{e9}\u{e9}] hm\r\n%$#@!\r\n* SEARCH 5\r\n$T OK\r\n";
    let mut unmoved = session(&but("UID SEARCH", noise)).await;
    assert_eq!(found(unmoved.as_mut()).await.size, MESSAGE.len() as u64);
    let fake = but("UID FETCH 5 (UID FLAGS", "* 1 FETCH (UID 5 FLAGS (\\Seen\r\n$T OK\r\n");
    let located = session(&fake).await.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.skipped.len()), (0, 1), "one copy less, and nobody the wiser?");
}

#[tokio::test]
async fn an_endless_answer_fills_no_memory() {
    let fake = but("UID FETCH 5 (UID BODY.PEEK[])", "* 1 FETCH (UID 5 BODY[] {99999999999}\r\nx");
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    let error = session.fetch(&copy.handle).await.unwrap_err();
    assert!(error.to_string().contains("99999999999"), "{error}");
}

#[tokio::test]
async fn headers_beyond_ascii_are_matched_as_they_are_read() {
    let header = "Message-ID: <m\u{fffd}@x.test>\r\n\r\n";
    let answer = format!(
        "* 1 FETCH (UID 5 FLAGS () INTERNALDATE \" 2-Feb-2026 09:00:00 +0800\" RFC822.SIZE 9 BODY[HEADER.FIELDS (MESSAGE-ID)] {{{}}}\r\n{header})\r\n$T OK\r\n",
        header.len()
    );
    let fake = but("UID FETCH", answer);
    let mut session = session(&fake).await;
    assert_eq!(session.locate(&id("m\u{fffd}@x.test")).await.unwrap().copies.len(), 1);
    assert!(position(&fake, "UID SEARCH HEADER Message-ID \"@x.test\"").is_some(), "{:?}", fake.heard());
}

#[tokio::test]
async fn strange_folder_names_arrive_as_they_came() {
    let names = ["a \\\"b\\\" \\\\ c", "&mHl27g-", "x) LOGOUT", "已发送"];
    let listed = names.map(|name| format!("* LIST () \"/\" \"{name}\"\r\n")).concat();
    let listed = format!(
        "* LIST (\\Noselect) \"/\" Lists\r\n* LIST () \"/\" INBOX\r\n{listed}* LIST () \"/\" {{3}}\r\nx\ny\r\n$T OK\r\n"
    );
    let fake = but("LIST", listed);
    let searched = session(&fake).await.locate(&id("m@x.test")).await.unwrap().searched;
    let searched: Vec<&str> = searched.iter().map(|name| name.0.as_str()).collect();
    assert_eq!(searched, ["INBOX", "a \"b\" \\ c", "项目", "x) LOGOUT", "已发送", "x\ny"]);
    let opened: Vec<String> =
        fake.heard().into_iter().filter(|command| command.starts_with("EXAMINE")).collect();
    assert_eq!(opened[0], "EXAMINE \"a \\\"b\\\" \\\\ c\" (CONDSTORE)");
    assert_eq!(opened[2], "EXAMINE \"x) LOGOUT\" (CONDSTORE)");
    assert_eq!(opened[4], "EXAMINE {3+}x\ny (CONDSTORE)");
}

#[tokio::test]
async fn a_server_that_lets_us_act_for_anybody_has_no_mailbox_where_there_is_no_inbox() {
    let fake = but("LIST", "$T OK nothing\r\n");
    assert!(matches!(refused(&fake).await, MailError::NoSuchMailbox(_)));
    let fake = but("LIST", "* LIST () \"/\" (((\r\n$T OK\r\n");
    assert!(!matches!(on_fake(&fake).open(&MEI.parse().unwrap()).await, Err(MailError::NoSuchMailbox(_))));
}

#[tokio::test]
async fn folders_that_are_left_out_are_named() {
    let listed =
        "* LIST (\\All) \"/\" All\r\n* LIST () \"/\" Shared/Team\r\n* LIST () \"/\" INBOX\r\n$T OK\r\n";
    let fake = FakeImap::start(move |command| match command.split(' ').next()? {
        "LIST" => Some(listed.to_owned()),
        "NAMESPACE" => Some("* NAMESPACE ((\"\" \"/\")) NIL ((\"Shared/\" \"/\"))\r\n$T OK\r\n".into()),
        _ => None,
    })
    .unwrap();
    let located = session(&fake).await.locate(&id("m@x.test")).await.unwrap();
    let left_out: Vec<&str> = located.left_out.iter().map(|note| note.folder.0.as_str()).collect();
    assert_eq!((left_out, located.copies.len(), located.skipped.len()), (vec!["All", "Shared/Team"], 1, 0));
}

#[tokio::test]
async fn a_server_that_cannot_remove_one_message_is_never_touched() {
    let words = CAPABILITIES.replace("UIDPLUS ", "");
    let fake = but("AUTHENTICATE", format!("$T OK [CAPABILITY {words} MOVE] in\r\n"));
    let mut session = session(&fake).await;
    let error = session.locate(&id("m@x.test")).await.unwrap_err();
    assert!(matches!(&error, MailError::Denied(why) if why.contains("UIDPLUS")), "{error:?}");
    let handle = CopyHandle("7 5 99 494e424f58 ".into());
    assert!(matches!(session.remove(&handle).await, Err(MailError::Denied(_))));
    assert_eq!(position(&fake, "SELECT"), None);
}

#[tokio::test]
async fn nothing_is_said_in_clear_text_after_starttls() {
    let fake = but("STARTTLS", "$T OK begin\r\n* OK [CAPABILITY IMAP4rev1] injected\r\n");
    let config = ImapConfig { tls: Tls::StartTls, ..in_clear(fake.port, plain()) };
    let error = system(config.clone()).open(&MEI.parse().unwrap()).await.err().unwrap();
    assert!(matches!(&error, MailError::Denied(why) if why.contains("clear text")), "{error:?}");
    let fake = FakeImap::greeting("* PREAUTH welcome\r\n", |_| None).unwrap();
    let config = ImapConfig { port: fake.port, ..config };
    assert!(matches!(system(config).open(&MEI.parse().unwrap()).await, Err(MailError::Denied(_))));
    assert_eq!(fake.heard(), Vec::<String>::new());
    let fake = but("STARTTLS", "$T BAD what?\r\n");
    let config = ImapConfig { tls: Tls::StartTls, ..in_clear(fake.port, plain()) };
    assert!(matches!(system(config).open(&MEI.parse().unwrap()).await, Err(MailError::Denied(_))));
    assert!(!fake.heard().iter().any(|command| command.contains("AUTH")), "no secret without TLS");
}

#[tokio::test]
async fn read_in_the_last_moment() {
    let fake = but("UID STORE", "$T OK [MODIFIED 5] somebody was faster\r\n");
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    assert_eq!(session.remove(&copy.handle).await.unwrap(), Removal::Changed);
    assert_eq!(position(&fake, "UID EXPUNGE"), None);
    harmless(&fake);
}

/// No CONDSTORE: flags are compared before and after the mark.
fn without_condstore(flags: [&'static str; 3]) -> FakeImap {
    let asked = AtomicUsize::new(0);
    FakeImap::start(move |command| {
        if command.starts_with("AUTHENTICATE") {
            let words = CAPABILITIES.replace("CONDSTORE ", "");
            return Some(format!("$T OK [CAPABILITY {words}] in\r\n"));
        }
        if command.starts_with("EXAMINE") || command.starts_with("SELECT") {
            return Some("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 6] x\r\n$T OK in\r\n".into());
        }
        if command.starts_with("UID FETCH 5 (UID FLAGS INTERNALDATE") {
            return Some(format!("{}$T OK\r\n", located(flags[0])));
        }
        if command == "UID FETCH 5 (UID FLAGS)" {
            let at = asked.fetch_add(1, Ordering::SeqCst) + 1;
            return Some(format!("* 1 FETCH (UID 5 FLAGS ({}))\r\n$T OK\r\n", flags[at.min(2)]));
        }
        None
    })
    .unwrap()
}

#[tokio::test]
async fn read_in_the_last_moment_on_a_server_that_does_not_count_changes() {
    for (flags, removal, stored) in [
        (["", "", "\\Deleted"], Removal::Removed, 1),
        (["", "\\Seen", "\\Seen"], Removal::Changed, 0),
        (["", "", "\\Deleted \\Seen"], Removal::Changed, 2),
        (["Later \\Recent", "\\recent later", "Later \\Deleted"], Removal::Removed, 1),
    ] {
        let fake = without_condstore(flags);
        let mut session = session(&fake).await;
        let copy = found(session.as_mut()).await;
        assert_eq!(session.remove(&copy.handle).await.unwrap(), removal, "{flags:?}");
        let stores = fake.heard().iter().filter(|command| command.starts_with("UID STORE")).count();
        assert_eq!(stores, stored, "a mark that came too late is taken back: {:?}", fake.heard());
        harmless(&fake);
    }
}

#[tokio::test]
async fn what_cannot_be_expunged_loses_its_mark() {
    let fake = but("UID EXPUNGE", "$T NO [NOPERM] Permission denied\r\n");
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    assert!(matches!(session.remove(&copy.handle).await, Err(MailError::Denied(_))));
    assert!(position(&fake, "UID STORE 5 -FLAGS.SILENT (\\Deleted)") > position(&fake, "UID EXPUNGE"));
    // Said to be done, and still there.
    let fake = but("UID EXPUNGE", "$T OK done\r\n");
    let mut session = open(&on_fake(&fake), MEI).await;
    let copy = found(session.as_mut()).await;
    assert!(session.remove(&copy.handle).await.is_err());
    assert!(position(&fake, "UID STORE 5 -FLAGS.SILENT (\\Deleted)").is_some());
}

#[tokio::test]
async fn a_connection_cut_between_mark_and_expunge_leaves_no_mark() {
    let fake = but("UID EXPUNGE", CUT);
    let mut session = session(&fake).await;
    let copy = found(session.as_mut()).await;
    assert!(passing(&session.remove(&copy.handle).await.unwrap_err()));
    let heard = fake.heard();
    let end = &heard[position(&fake, "UID EXPUNGE").unwrap()..];
    assert!(end.iter().any(|command| command == "UID STORE 5 -FLAGS.SILENT (\\Deleted)"), "{end:?}");
    harmless(&fake);
}

/// And the connection that is to take the mark back isn't had.
#[tokio::test]
async fn a_mark_that_stayed_can_be_taken_off_later() {
    let signed_in = AtomicUsize::new(0);
    let fake = FakeImap::start(move |command| {
        let second = command.starts_with("AUTHENTICATE") && signed_in.fetch_add(1, Ordering::SeqCst) == 1;
        (second || command.starts_with("UID EXPUNGE")).then(|| CUT.to_owned())
    })
    .unwrap();
    let mut broken = session(&fake).await;
    let copy = found(broken.as_mut()).await;
    assert!(passing(&broken.remove(&copy.handle).await.unwrap_err()));
    assert_eq!(position(&fake, "UID STORE 5 -FLAGS.SILENT"), None);
    let mut later = session(&fake).await;
    let copy = found(later.as_mut()).await;
    later.unmark(&copy.handle).await.unwrap();
    assert!(position(&fake, "UID STORE 5 -FLAGS.SILENT (\\Deleted)").is_some());
    assert_eq!(fake.heard().last().map(String::as_str), Some("UNSELECT"), "nothing stays open for writing");
    harmless(&fake);
}

#[tokio::test]
async fn a_message_moved_into_a_searched_folder_is_found() {
    let moved = AtomicUsize::new(0);
    let fake = FakeImap::start(move |command| {
        let listed = || "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Work\r\n$T OK\r\n".to_owned();
        match command.split(' ').take(2).collect::<Vec<_>>().as_slice() {
            ["LIST", ..] => Some(listed()),
            ["EXAMINE", "\"INBOX\""] => {
                // While we look at the last folder, the owner moves it from there to the first.
                moved.store(1, Ordering::SeqCst);
                Some("* 0 EXISTS\r\n* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 3] x\r\n$T OK in\r\n".into())
            }
            ["EXAMINE", _] if moved.load(Ordering::SeqCst) == 0 => {
                Some("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 5] x\r\n$T OK in\r\n".into())
            }
            ["STATUS", "\"INBOX\""] => Some("* STATUS INBOX (UIDVALIDITY 9 UIDNEXT 3)\r\n$T OK\r\n".into()),
            ["STATUS", _] => Some("* STATUS Work (UIDVALIDITY 7 UIDNEXT 6)\r\n$T OK\r\n".into()),
            _ => None,
        }
    })
    .unwrap();
    let located = session(&fake).await.locate(&id("m@x.test")).await.unwrap();
    assert_eq!((located.copies.len(), located.skipped.len()), (1, 0));
}

#[tokio::test]
async fn a_token_is_read_each_time_and_a_refused_one_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    fs::write(&file, "first\n").unwrap();
    let fake = but(
        "AUTHENTICATE XOAUTH2 dXNlcj1tZWlAeC50ZXN0AWF1dGg9QmVhcmVyIHNlY29uZAEB",
        "$T NO [AUTHENTICATIONFAILED] expired\r\n",
    );
    let config = in_clear(fake.port, Login::Token { file: file.clone() });
    let system = system(config);
    let mei = MEI.parse().unwrap();
    assert!(system.exists(&mei).await.unwrap());
    fs::write(&file, "second").unwrap();
    let error = system.exists(&mei).await.unwrap_err();
    assert!(passing(&error) && !error.to_string().contains("second"), "{error:?}");
    for bad in ["", "two words", "a\x01b"] {
        fs::write(&file, bad).unwrap();
        assert!(matches!(system.exists(&mei).await, Err(MailError::Denied(_))), "{bad:?}");
    }
    fs::remove_file(&file).unwrap();
    assert!(passing(&system.exists(&mei).await.unwrap_err()), "it may be being renewed");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    let fake = but("UID SEARCH", "* OK still working\r\n");
    let config = ImapConfig { timeout: Duration::from_millis(300), ..in_clear(fake.port, plain()) };
    let error = open(&system(config), MEI).await.locate(&id("m@x.test")).await.unwrap_err();
    assert!(passing(&error), "{error:?}");
}

#[tokio::test]
async fn a_missing_folder_is_made_and_subscribed() {
    let tries = AtomicUsize::new(0);
    let fake = FakeImap::start(move |command| {
        let first = command.starts_with("APPEND") && tries.fetch_add(1, Ordering::SeqCst) == 0;
        first.then(|| "$T NO [TRYCREATE] it has just gone\r\n".to_owned())
    })
    .unwrap();
    let mut session = session(&fake).await;
    let bytes = b"Message-ID: <other@x.test>\r\n\r\nx\r\n";
    let place = folder("项目/neu");
    session.put(&fresh("k", &place, &Flags::default(), bytes)).await.unwrap();
    let made: Vec<String> = fake.heard().into_iter().filter(|command| command.contains("&mHl27g-")).collect();
    let words: Vec<&str> = made.iter().filter_map(|command| command.split(' ').next()).collect();
    assert_eq!(words, ["CREATE", "SUBSCRIBE", "APPEND", "CREATE", "SUBSCRIBE", "APPEND"]);
}

#[tokio::test]
async fn passwords_go_to_no_other_machine_in_clear_text() {
    // An address of this machine that isn't its own loopback, if it has one.
    let Some(address) = own_address() else { return };
    let listener = std::net::TcpListener::bind((address, 0)).unwrap();
    let config =
        ImapConfig { host: address.to_string(), ..in_clear(listener.local_addr().unwrap().port(), plain()) };
    let error = system(config).open(&MEI.parse().unwrap()).await.err().unwrap();
    assert!(matches!(error, MailError::Denied(_)), "{error:?}");
}

fn own_address() -> Option<std::net::IpAddr> {
    // Nothing is sent: the kernel only says which address it would send from.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_loopback())
}
