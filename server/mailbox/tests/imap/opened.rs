//! What Dovecot's own log says of messages that were opened (plugin `mail_log`).

use crate::house::{id, on_dovecot, only, open, over_tls, plain, system};
use domain::mail_system::{MailError, MailSystem, ReadEvidence};
use mailbox::imap::ImapConfig;
use std::path::PathBuf;
use testkit::dovecot::Dovecot;

const BOTH: [&str; 2] = ["mei@x.test", "lin@x.test"];
/// Longer than Dovecot writes out.
const LONG: &str = "PH0PR10MB5581ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789A@namprd10.prod.outlook.com";

fn logged(dovecot: &Dovecot, log: PathBuf) -> impl MailSystem + use<> {
    let check = Some("lin@x.test".parse().unwrap());
    system(ImapConfig { read_log: Some(log), check, ..over_tls(dovecot, plain()) })
}

#[tokio::test]
async fn a_mail_that_was_opened_and_marked_as_unread_was_read() {
    let Some(dovecot) = Dovecot::start(&BOTH).unwrap() else { return };
    for id in ["m@x.test", LONG] {
        let mail = format!("From: a@x.test\r\nMessage-ID: <{id}>\r\n\r\nHello\r\n");
        dovecot.deliver("a@x.test", &BOTH, mail.as_bytes()).unwrap();
    }
    let system = logged(&dovecot, dovecot.log_file());
    assert_eq!(system.capabilities().read_evidence, ReadEvidence::FlagsAndLog);
    system.check().await.unwrap();
    let mut session = open(&system, "mei@x.test").await;
    let unread = session.locate(&id("m@x.test")).await.unwrap();
    assert_eq!(unread.evidence, ReadEvidence::FlagsAndLog);
    assert!(!only(unread).flags.is_read());

    let mut mei = dovecot.client("mei@x.test").unwrap();
    mei.select("INBOX").unwrap();
    for uid in [1, 2] {
        mei.store(uid, "+FLAGS (\\Seen)").unwrap();
        mei.store(uid, "-FLAGS (\\Seen)").unwrap();
    }
    mei.store(2, "+FLAGS ($Later)").unwrap();
    dovecot.says("$Later").unwrap();
    for id in [id("m@x.test"), id(LONG)] {
        let opened = only(session.locate(&id).await.unwrap());
        assert!(!opened.flags.seen && opened.flags.is_read(), "{opened:?}");
        // Written in whole seconds, both.
        assert!(opened.flags.opened_at.unwrap() >= opened.received_at);
        let mut other = open(&system, "lin@x.test").await;
        assert!(!only(other.locate(&id).await.unwrap()).flags.is_read(), "it was somebody else");
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_read_stops_nothing() {
    let Some(dovecot) = Dovecot::start(&BOTH).unwrap() else { return };
    dovecot.deliver("a@x.test", &BOTH, b"From: a@x.test\r\nMessage-ID: <m@x.test>\r\n\r\nHello\r\n").unwrap();
    let system = logged(&dovecot, PathBuf::from("/nowhere/mail.log"));
    let located = open(&system, "mei@x.test").await.locate(&id("m@x.test")).await.unwrap();
    assert_eq!(located.evidence, ReadEvidence::LogUnreadable);
    assert_eq!(located.copies.len(), 1);
    let told = system.check().await.unwrap_err();
    assert!(matches!(&told, MailError::Denied(why) if why.contains("/nowhere/mail.log")), "{told:?}");
    let without = on_dovecot(&dovecot);
    assert_eq!(without.capabilities().read_evidence, ReadEvidence::Flags);
    let located = open(&without, "mei@x.test").await.locate(&id("m@x.test")).await.unwrap();
    assert_eq!(located.evidence, ReadEvidence::Flags);
}
