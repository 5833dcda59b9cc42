//! Every mail that was ever posted in the office, byte for byte, and where its owner last left it. The driver
//! lives through all deaths, so this is the truth that mailboxes and vault are held against.

use crate::{
    dice::Dice,
    files::{SERIAL, Spot, folder_path},
    office::{DOMAIN, HELD, MAILBOXES, Place, SENDERS},
};
use anyhow::{Context, Result};
use domain::time::Timestamp;
use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, FileTimes},
    io::Write,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the sender's Sent folder: never touched.
    Sent,
    /// A delivered copy: what a recall is after.
    Original,
    /// Another mail that looks like it in one respect: never touched.
    Bystander,
}

#[derive(Clone, Debug)]
pub struct Letter {
    pub serial: usize,
    pub kind: Kind,
    /// Whose mailbox; the part before the `@`.
    pub owner: &'static str,
    pub bytes: Vec<u8>,
    pub spot: Spot,
    pub received: i128,
    /// By its owner, who may well do that.
    pub deleted: bool,
}

#[derive(Default)]
pub struct Letters {
    pub posted: Vec<Letter>,
    /// Message-IDs of corrections that their recipients deleted, with the mailbox.
    pub corrections_deleted: HashMap<(String, String), usize>,
    /// What a client met elsewhere than it had left it.
    pub surprises: Vec<String>,
    mails: usize,
    pub message_ids: HashSet<String>,
}

struct Mail {
    id: String,
    sender: &'static str,
    to: String,
    recipients: Vec<&'static str>,
    at: Timestamp,
}

impl Letters {
    /// A new chapter: the mailboxes are emptied, what was in them no longer matters.
    pub fn forget(&mut self, place: &Place) -> Result<()> {
        for name in MAILBOXES {
            fs::remove_dir_all(place.maildir(name))?;
        }
        place.found()?;
        self.posted.clear();
        self.corrections_deleted.clear();
        self.message_ids.clear();
        Ok(())
    }

    /// Somebody sends a mail: Sent copy, delivered copies, and beside them mails that only look like it.
    pub fn send(&mut self, place: &Place, dice: &Dice, now: Timestamp) -> Result<()> {
        let mail = self.write(dice, now)?;
        let seen = "S";
        self.post(place, Kind::Sent, mail.sender, ".Sent", seen, &mail.content(), &mail)?;
        for owner in mail.recipients.clone() {
            let (folder, flags) = match dice.below(8) {
                0 => ("", seen),
                1 => (".Archive.2026", "FS"),
                2 => (".Archive.2026", ""),
                3 => (".Archive.2026", "FR"),
                4 | 5 => ("", "F"),
                _ => ("", "new"),
            };
            self.post(place, Kind::Original, owner, folder, flags, &mail.content(), &mail)?;
            if dice.chance(40) {
                self.post(place, Kind::Bystander, owner, "", "new", &mail.lookalike(dice), &mail)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, dice: &Dice, at: Timestamp) -> Result<Mail> {
        self.mails += 1;
        let id = format!("{}@{DOMAIN}", self.mails);
        let sender = *dice.pick(&SENDERS).context("senders")?;
        let (to, recipients): (String, Vec<&str>) = match dice.below(5) {
            // Free of approval as long as it is new.
            0 | 1 => (format!("dan@{DOMAIN}, eve@{DOMAIN}"), vec!["dan", "eve"]),
            2 => (format!("team@{DOMAIN}, client@out.test"), vec!["bob", "dan", "eve"]),
            3 => (format!("fay@{DOMAIN}, {HELD}@{DOMAIN}, nil@{DOMAIN}, client@out.test"), vec!["fay", HELD]),
            _ => (format!("all@{DOMAIN}"), MAILBOXES.to_vec()),
        };
        self.message_ids.insert(id.clone());
        Ok(Mail { id, sender, to, recipients, at })
    }

    #[expect(clippy::too_many_arguments, reason = "a letter has that many properties")]
    fn post(
        &mut self,
        place: &Place,
        kind: Kind,
        owner: &'static str,
        folder: &str,
        flags: &str,
        content: &str,
        mail: &Mail,
    ) -> Result<()> {
        let serial = self.posted.len();
        let bytes = format!("Delivered-To: {owner}@{DOMAIN}\r\n{SERIAL}{serial}\r\n{content}").into_bytes();
        let base = format!("{}.L{serial}.office", mail.at.secs());
        let (sub, name) = if flags == "new" { ("new", base) } else { ("cur", format!("{base}:2,{flags}")) };
        let spot = Spot { folder: folder.to_owned(), sub, name };
        // Dates of receipt that a careless restore would not hit by accident.
        let received = i128::from(mail.at.0) - 1_234;
        deliver(&place.maildir(owner), &spot, &bytes, received)?;
        self.posted.push(Letter { serial, kind, owner, bytes, spot, received, deleted: false });
        Ok(())
    }
}

impl Mail {
    fn content(&self) -> String {
        self.with(&self.id, "Not finished.")
    }

    /// The same subject; the same subject and a Message-ID that holds the other; the same Message-ID and other
    /// words.
    fn lookalike(&self, dice: &Dice) -> String {
        match dice.below(3) {
            0 => self.with(&format!("other.{}", self.id), "Not finished."),
            1 => self.with(&format!("{}.example", self.id), "Not finished."),
            _ => self.with(&self.id, "Not finished either."),
        }
    }

    fn with(&self, id: &str, text: &str) -> String {
        format!(
            "From: {sender} <{sender}@{DOMAIN}>\r\nTo: {}\r\nSubject: Draft {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\n\r\n{text}\r\n",
            self.to,
            self.id,
            self.at.utc().to_rfc2822(),
            sender = self.sender,
        )
    }
}

/// As a mail server would: whole in `tmp`, then into its folder.
fn deliver(maildir: &Path, spot: &Spot, bytes: &[u8], received: i128) -> Result<()> {
    for sub in ["tmp", "new", "cur"] {
        fs::create_dir_all(folder_path(maildir, &spot.folder).join(sub))?;
    }
    let draft = maildir.join("tmp").join(spot.name.replace(':', "_"));
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    let received = UNIX_EPOCH + Duration::from_millis(u64::try_from(received)?);
    file.set_times(FileTimes::new().set_modified(received))?;
    Ok(fs::rename(&draft, spot.path(maildir))?)
}
