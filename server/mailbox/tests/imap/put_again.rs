//! Putting a copy back onto servers that don't give back what they were given, or don't count as others do.

use crate::house::{again, id, keeping, only, open};
use domain::mail_system::{FoundCopy, MailError, MailSession, Put, Removal};
use testkit::keeping_imap::Manners;

const MEI: &str = "mei@x.test";
const DATE: &str = "02-Feb-2026 01:00:00 +0000";
const MAIL: &str =
    "Received: from a by b\r\nFrom: lin@x.test\r\nMessage-ID: <m@x.test>\r\nSubject: x\r\n\r\nHello\r\n";

/// Located and removed, as the engine does.
async fn taken(session: &mut dyn MailSession) -> FoundCopy {
    let found = only(session.locate(&id("m@x.test")).await.unwrap());
    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
    found
}

#[tokio::test]
async fn what_the_server_changes_is_known_again() {
    let as_it_is = Manners::default();
    for manners in [
        Manners { kept: |raw| format!("X-Gateway: seen\r\n{raw}"), ..as_it_is },
        Manners { size: |size| size + 7, ..as_it_is },
        Manners { kept: |raw| raw.replace("from a by b", "from  a\r\n by b"), size: |_| 4, ..as_it_is },
    ] {
        let (server, system) = keeping(&["INBOX"], manners);
        server.deliver("INBOX", DATE, MAIL);
        let found = taken(open(&system, MEI).await.as_mut()).await;
        let back = again(&found, MAIL.as_bytes(), "k1");
        assert_eq!(open(&system, MEI).await.put(&back).await.unwrap(), Put::Stored);
        assert_eq!(open(&system, MEI).await.put(&back).await.unwrap(), Put::AlreadyThere);
        assert_eq!(server.count("APPEND"), 1);
    }
}

/// Nothing there says the same, so the vault must keep it; and each try would leave one more.
#[tokio::test]
async fn what_the_server_distorts_is_stored_once_and_never_called_the_same() {
    let manners = Manners { kept: |raw| raw.replace("Hello", "[External] Hello"), ..Manners::default() };
    let (server, system) = keeping(&["INBOX"], manners);
    server.deliver("INBOX", DATE, MAIL);
    let found = taken(open(&system, MEI).await.as_mut()).await;
    let back = again(&found, MAIL.as_bytes(), "k1");
    assert_eq!(open(&system, MEI).await.put(&back).await.unwrap(), Put::Stored);
    for _ in 0..2 {
        let error = open(&system, MEI).await.put(&back).await.unwrap_err();
        assert!(matches!(&error, MailError::Other(why) if why.contains("another content")), "{error:?}");
    }
    assert_eq!(server.count("APPEND"), 1);
}

/// Delivered twice, as to a list and to the person, and both taken: the one that is back isn't the other.
#[tokio::test]
async fn a_twin_that_came_another_way_is_put_back_too() {
    let manners = Manners { kept: |raw| format!("X-Gateway: seen\r\n{raw}"), ..Manners::default() };
    let (server, system) = keeping(&["INBOX"], manners);
    let twin = MAIL.replace("from a", "from list");
    server.deliver("INBOX", DATE, MAIL);
    server.deliver("INBOX", DATE, &twin);
    let mut session = open(&system, MEI).await;
    let copies = session.locate(&id("m@x.test")).await.unwrap().copies;
    for copy in &copies {
        assert_eq!(session.remove(&copy.handle).await.unwrap(), Removal::Removed);
    }
    let first = again(&copies[0], MAIL.as_bytes(), "k1");
    assert_eq!(open(&system, MEI).await.put(&first).await.unwrap(), Put::Stored);
    let second = again(&copies[1], twin.as_bytes(), "k2");
    assert_eq!(open(&system, MEI).await.put(&second).await.unwrap(), Put::Stored);
    assert_eq!(open(&system, MEI).await.put(&second).await.unwrap(), Put::AlreadyThere);
    assert_eq!(server.messages("INBOX").len(), 2);
}
