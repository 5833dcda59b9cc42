//! A server with mailboxes, and what tests ask of it.

use domain::{
    mail::MessageId,
    mail_system::{Flags, FolderName, FoundCopy, Located, MailSession, MailSystem, NewCopy},
    time::Timestamp,
};
use mailbox::imap::{ImapConfig, ImapSystem, Login, Tls};
use std::time::Duration;
use testkit::{
    cyrus::Cyrus,
    dovecot::Dovecot,
    fake_imap::FakeImap,
    keeping_imap::{KeepingImap, Manners},
};
use zeroize::Zeroizing;

pub const RECEIVED: Timestamp = Timestamp(1_769_994_000_000);

pub fn plain() -> Login {
    let (admin, password) = Dovecot::ADMIN;
    Login::plain(admin, password)
}

pub fn master() -> Login {
    let (admin, password) = Dovecot::ADMIN;
    Login::Master { admin: admin.into(), separator: '*', password: Zeroizing::new(password.into()) }
}

pub fn over_tls(dovecot: &Dovecot, login: Login) -> ImapConfig {
    let authority = Some(dovecot.authority().unwrap());
    ImapConfig { port: dovecot.imaps_port, authority, ..ImapConfig::new("localhost", login) }
}

pub fn in_clear(port: u16, login: Login) -> ImapConfig {
    ImapConfig {
        port,
        tls: Tls::None,
        timeout: Duration::from_secs(20),
        ..ImapConfig::new("127.0.0.1", login)
    }
}

pub fn system(config: ImapConfig) -> ImapSystem {
    ImapSystem::new(config).unwrap()
}

pub fn on_dovecot(dovecot: &Dovecot) -> ImapSystem {
    system(over_tls(dovecot, plain()))
}

/// As one of `proxyservers`, in the name of the mailbox's owner.
pub fn on_cyrus(cyrus: &Cyrus) -> ImapSystem {
    let (admin, password) = Cyrus::ADMIN;
    system(in_clear(cyrus.imap_port, Login::plain(admin, password)))
}

pub fn on_fake(fake: &FakeImap) -> ImapSystem {
    system(ImapConfig { timeout: Duration::from_secs(2), ..in_clear(fake.port, plain()) })
}

/// A server with these folders, and our way there.
pub fn keeping(folders: &[&str], manners: Manners) -> (KeepingImap, ImapSystem) {
    let server = KeepingImap::start(folders, manners).unwrap();
    let system = system(in_clear(server.fake.port, plain()));
    (server, system)
}

pub async fn open(system: &dyn MailSystem, user: &str) -> Box<dyn MailSession> {
    system.open(&user.parse().unwrap()).await.unwrap()
}

pub fn id(text: &str) -> MessageId {
    text.parse().unwrap()
}

pub fn folder(name: &str) -> FolderName {
    FolderName(name.into())
}

pub fn mail(id: &str) -> String {
    format!("From: lin@x.test\r\nMessage-ID: <{id}>\r\nSubject: x\r\n\r\nHello 你好\r\n")
}

pub fn only(located: Located) -> FoundCopy {
    assert_eq!(located.skipped, []);
    let [copy] = <[FoundCopy; 1]>::try_from(located.copies).expect("one copy");
    copy
}

/// As the engine puts back what it found.
pub fn again<'a>(found: &'a FoundCopy, bytes: &'a [u8], key: &'a str) -> NewCopy<'a> {
    NewCopy { key, bytes, folder: &found.folder, flags: &found.flags, received_at: found.received_at }
}

pub fn fresh<'a>(key: &'a str, folder: &'a FolderName, flags: &'a Flags, bytes: &'a [u8]) -> NewCopy<'a> {
    NewCopy { key, bytes, folder, flags, received_at: RECEIVED }
}
