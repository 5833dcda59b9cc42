//! Where the copies of a mail lie, and what their owners did with them since.

use super::{
    calendar,
    dice::Dice,
    letter::Letter,
    people::{Cast, DOMAIN},
    traffic::{Author, Post, Traffic},
};
use domain::{
    mail_system::{Flags, FolderName},
    time::Timestamp,
};
use std::fmt::Write;

/// One mail and all its copies.
#[derive(Clone, Debug)]
pub struct DemoMail {
    /// Without angle brackets.
    pub message_id: String,
    pub subject: String,
    pub sent_at: Timestamp,
    /// As its author wrote it, less Bcc; the end of every copy.
    pub raw: Vec<u8>,
    pub placements: Vec<Placement>,
}

/// One copy in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its owner's address.
    pub mailbox: String,
    pub folder: FolderName,
    pub flags: Flags,
    pub received_at: Timestamp,
    /// Header lines of this copy alone: trace of a delivered one, Bcc of the sent one.
    pub header: String,
}

impl DemoMail {
    pub fn copy(&self, placement: &Placement) -> Vec<u8> {
        [placement.header.as_bytes(), &self.raw].concat()
    }

    pub fn new(letter: &Letter, placements: Vec<Placement>) -> Self {
        Self {
            message_id: letter.id.clone(),
            subject: letter.subject.clone(),
            sent_at: letter.date,
            raw: letter.raw(),
            placements,
        }
    }
}

pub fn folder(name: &str) -> FolderName {
    FolderName(name.to_owned())
}

/// The author's own copy, with Bcc.
pub fn sent_copy(letter: &Letter) -> Placement {
    Placement {
        mailbox: letter.from.address.clone(),
        folder: folder("Sent"),
        flags: Flags { seen: true, ..Flags::default() },
        received_at: letter.date,
        header: letter.bcc_line(),
    }
}

/// As it comes in: in the inbox, and no client has shown it yet.
pub fn delivered(letter: &Letter, mailbox: &str, dice: &mut Dice) -> Placement {
    let after = i64::try_from(dice.between(1, 6)).unwrap_or(1);
    let received_at = Timestamp::from_secs(letter.date.secs() + after);
    let sender = &letter.from.address;
    let stamp = calendar::utc(received_at);
    // Writing into a String can't fail.
    let mut header = format!("Return-Path: <{sender}>\nDelivered-To: {mailbox}\n");
    let _ = write!(
        header,
        "Received: from mx1.{DOMAIN} ([192.0.2.10])\n by store1.{DOMAIN} with LMTP id {:012X}\n for <{mailbox}>; {stamp}\n",
        dice.below(1 << 48)
    );
    if let Some((_, host)) = sender.split_once('@').filter(|(_, host)| *host != DOMAIN) {
        let client = dice.between(2, 250);
        let _ = write!(
            header,
            "Received: from mail.{host} ([198.51.100.{client}])\n by mx1.{DOMAIN} with ESMTPS; {stamp}\n"
        );
    }
    let flags = Flags { recent: true, ..Flags::default() };
    Placement { mailbox: mailbox.to_owned(), folder: FolderName::inbox(), flags, received_at, header }
}

/// Places every copy of a mail; those deleted for good have none.
pub fn place(post: &Post, cast: &Cast, traffic: &Traffic<'_>, now: Timestamp, dice: &mut Dice) -> DemoMail {
    let letter = &post.letter;
    let mut placements = Vec::new();
    if matches!(post.author, Author::Person(_)) {
        placements.push(sent_copy(letter));
    }
    for person in cast.expand(letter.named()) {
        let mut copy = delivered(letter, &cast.people[person].party.address, dice);
        let answered = post.answered_by.contains(&person);
        let own = post.author == Author::Person(person);
        let phrases = if cast.people[person].english { &traffic.english } else { &traffic.chinese };
        let filed = filed_under(&phrases.topics[post.topic].folder, person, cast.people[person].english);
        if age(&mut copy, answered || own, answered, &filed, now, dice) {
            placements.push(copy);
        }
    }
    DemoMail::new(letter, placements)
}

/// Half of the people keep their folders below one.
fn filed_under(topic: &str, person: usize, english: bool) -> FolderName {
    match (person.is_multiple_of(2), english) {
        (true, true) => folder(&format!("Work/{topic}")),
        (true, false) => folder(&format!("工作/{topic}")),
        (false, _) => folder(topic),
    }
}

/// What happened since it came. False: it is gone for good.
fn age(
    copy: &mut Placement,
    seen: bool,
    answered: bool,
    filed: &FolderName,
    now: Timestamp,
    dice: &mut Dice,
) -> bool {
    let hours = now.since(copy.received_at).as_secs() / 3600;
    let read = match hours {
        0..2 => 30,
        2..24 => 72,
        24..96 => 90,
        _ => 97,
    };
    if !seen && !dice.chance(read) {
        // Shown in a list, but not opened, or not even that.
        copy.flags.recent = dice.chance(70);
        return true;
    }
    copy.flags = Flags { seen: true, answered, flagged: dice.chance(5), ..Flags::default() };
    if answered || copy.flags.flagged {
        return true;
    }
    match dice.below(100) {
        0..4 => return false,
        4..11 => copy.folder = folder("Trash"),
        11..29 if hours > 3 => copy.folder = filed.clone(),
        _ => {}
    }
    true
}
