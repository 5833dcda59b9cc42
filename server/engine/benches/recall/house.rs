//! The company's mail server: mailboxes that are in use, what arrives in them, and what is still there.

use crate::company::{BOSS, CHIEF, address, colleague, message};
use domain::mail::MessageId;
use mailbox::imap::{ImapConfig, ImapSystem, Login, Tls};
use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::Path,
};
use tempfile::TempDir;
use testkit::dovecot::Dovecot;

/// Mail that lies in each mailbox already. Junk is empty.
const OTHERS: [(&str, usize); 4] = [("", 6), (".Archive", 2), (".Sent", 2), (".Trash", 1)];
/// In one transaction of LMTP.
const RECIPIENTS: usize = 100;
const COLLEAGUES: &str = "p*@bench.test";

pub struct House {
    pub dovecot: Dovecot,
    pub colleagues: Vec<String>,
    pub tls: bool,
    /// What `doveadm` is to read.
    files: TempDir,
}

impl House {
    /// None: there is no Dovecot here, and it was said.
    pub fn open(place: &Path, mailboxes: usize, tls: bool) -> Option<Self> {
        let colleagues: Vec<String> = (1..=mailboxes).map(|n| address(&colleague(n)).to_string()).collect();
        let (chief, boss) = (address(CHIEF).to_string(), address(BOSS).to_string());
        let mut users: Vec<&str> = colleagues.iter().map(String::as_str).collect();
        users.extend([chief.as_str(), boss.as_str()]);
        let dovecot = Dovecot::tuned(&users, place).unwrap()?;
        let files = TempDir::new_in(place).unwrap();
        let house = Self { dovecot, colleagues, tls, files };
        house.furnish();
        Some(house)
    }

    fn furnish(&self) {
        let root = self.dovecot.mail_root();
        let owner = fs::metadata(&root).unwrap().uid();
        let own = |path: &Path| chown(path, Some(owner), Some(owner)).unwrap();
        for user in &self.colleagues {
            let maildir = self.dovecot.maildir(user);
            for (folder, mails) in OTHERS {
                let folder = maildir.join(folder);
                for sub in ["cur", "new", "tmp"] {
                    fs::create_dir_all(folder.join(sub)).unwrap();
                    own(&folder.join(sub));
                }
                own(&folder);
                for n in 0..mails {
                    let text = format!(
                        "From: {user}\nSubject: Other\nMessage-ID: <other-{n}@bench.test>\n\n{}\n",
                        "Something else. ".repeat(60)
                    );
                    let file = folder.join(format!("cur/170000000{n}.M1P{n}.bench,S={}:2,S", text.len()));
                    fs::write(&file, text).unwrap();
                    own(&file);
                }
            }
            maildir.ancestors().skip(1).take_while(|folder| *folder != root).for_each(own);
        }
    }

    /// One copy to each colleague, and one in the chief's Sent folder. A third has read it, a fifth has filed it.
    pub fn deliver(&self, id: &MessageId) {
        let (raw, chief) = (message(id), address(CHIEF).to_string());
        for some in self.colleagues.chunks(RECIPIENTS) {
            let some: Vec<&str> = some.iter().map(String::as_str).collect();
            self.dovecot.deliver(&chief, &some, raw.as_bytes()).unwrap();
        }
        let sent = self.file("sent", &raw);
        self.dovecot.doveadm(&["save", "-u", &chief, "-m", "Sent", &sent]).unwrap();
        let id = id.bracketed();
        let it = ["mailbox", "INBOX", "header", "message-id", &id];
        let (readers, filers) = (self.file("readers", &self.each(3)), self.file("filers", &self.each(5)));
        self.dovecot.doveadm(&[&["flags", "add", "-F", &readers, "\\Seen"], &it[..]].concat()).unwrap();
        self.dovecot.doveadm(&[&["move", "-F", &filers, "Archive"], &it[..]].concat()).unwrap();
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.files.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Every so manieth colleague, a line each.
    fn each(&self, step: usize) -> String {
        let some: Vec<&str> =
            self.colleagues.iter().skip(step - 1).step_by(step).map(String::as_str).collect();
        some.join("\n") + "\n"
    }

    pub fn readers(&self) -> usize {
        self.colleagues.len() / 3
    }

    /// Copies in all mailboxes but the chief's, in whatever folder.
    pub fn left(&self, id: &MessageId) -> usize {
        let query = ["search", "-u", COLLEAGUES, "header", "message-id", &id.bracketed()];
        self.dovecot.doveadm(&query).unwrap().lines().count()
    }

    /// `doveadm expunge` in all folders of all colleagues.
    pub fn expunge(&self, id: &MessageId) {
        let query = ["expunge", "-u", COLLEAGUES, "mailbox", "*", "header", "message-id", &id.bracketed()];
        self.dovecot.doveadm(&query).unwrap();
    }

    /// As a server is configured in production.
    pub fn system(&self) -> ImapSystem {
        let (admin, password) = Dovecot::ADMIN;
        let login = Login::plain(admin, password);
        let config = if self.tls {
            let authority = Some(self.dovecot.authority().unwrap());
            ImapConfig { port: self.dovecot.imaps_port, authority, ..ImapConfig::new("localhost", login) }
        } else {
            let port = self.dovecot.imap_port;
            ImapConfig { port, tls: Tls::None, ..ImapConfig::new("127.0.0.1", login) }
        };
        ImapSystem::new(config).unwrap()
    }
}
