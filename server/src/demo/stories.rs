//! The two stories that must always work (design.md §1), and a small third one, among the newest mails.
//! Those three are sent by the demo's employee; a fourth by the mailbox that her team shares.

use super::{
    accounts::{ACCOUNTS, AccountKind},
    calendar,
    dice::Dice,
    files::enclosure,
    letter::Letter,
    people::{Cast, Party},
    phrases::{Filling, Topic, fitting, topics},
    placement::{DemoMail, Placement, delivered, folder, sent_copy},
    wording::{joined, message_id, signature},
};
use domain::{
    mail_system::{Flags, FolderName},
    time::Timestamp,
};

#[derive(Clone, Debug)]
pub struct Stories {
    /// An internal document went to a client, with the contract.
    pub contract: Story,
    /// A draft went to the whole company.
    pub policy: Story,
    /// Three colleagues, all unread: needs nobody's approval.
    pub schedule: Story,
    /// A price list that went to colleagues from the shared mailbox.
    pub tender: Story,
}

/// What a check has to know about one of them.
#[derive(Clone, Debug)]
pub struct Story {
    /// Without angle brackets.
    pub message_id: String,
    pub subject: String,
    pub sender: String,
    pub sent_at: Timestamp,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    /// Of `to` and `cc`, those without a mailbox here.
    pub outside: Vec<String>,
    pub attachments: Vec<String>,
    /// Every delivered copy; one in the sender's own inbox, too, when the sender is on a list. Not the Sent copy.
    pub copies: Vec<StoryCopy>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryCopy {
    pub mailbox: String,
    pub folder: FolderName,
    pub seen: bool,
}

struct Teller<'a> {
    cast: &'a Cast,
    topics: Vec<Topic>,
    now: Timestamp,
    dice: Dice,
}

/// The same in every call with the same arguments.
pub fn stories(seed: u64, now: Timestamp) -> Stories {
    let cast = Cast::new(seed);
    let [contract, policy, schedule, tender] =
        told(&cast, seed, now).map(|(letter, mail)| story(&cast, &letter, &mail));
    Stories { contract, policy, schedule, tender }
}

pub(super) fn told(cast: &Cast, seed: u64, now: Timestamp) -> [(Letter, DemoMail); 4] {
    let topics = topics(include_str!("data/stories.txt"));
    let mut teller = Teller { cast, topics, now, dice: Dice::new(seed, "stories") };
    [teller.contract(), teller.policy(), teller.schedule(), teller.tender()]
}

impl Teller<'_> {
    fn contract(&mut self) -> (Letter, DemoMail) {
        let client = self.cast.outsiders[0].party.clone();
        let cc = [self.member("east", 2), self.member("east", 3), self.member("legal", 0)];
        let letter = self.letter(0, vec![client], cc.to_vec(), 6);
        let mut copies = self.delivered(&letter);
        read(&mut copies[0]);
        told_as(letter, copies)
    }

    fn policy(&mut self) -> (Letter, DemoMail) {
        let letter = self.letter(1, vec![self.cast.list("all")], Vec::new(), 19);
        let mut copies = self.delivered(&letter);
        let known: Vec<&str> = ACCOUNTS.iter().map(|account| account.address).collect();
        let mut others: Vec<usize> =
            (0..copies.len()).filter(|index| !known.contains(&copies[*index].mailbox.as_str())).collect();
        self.dice.shuffle(&mut others);
        others.truncate(9);
        for index in &others {
            read(&mut copies[*index]);
        }
        if let [tidy, done, ..] = others.as_slice() {
            copies[*tidy].folder = folder("制度/待读");
            copies[*done].folder = folder("Trash");
        }
        copies.iter_mut().filter(|copy| copy.mailbox == letter.from.address).for_each(read);
        told_as(letter, copies)
    }

    fn schedule(&mut self) -> (Letter, DemoMail) {
        let to = [self.member("east", 2), self.member("east", 4), self.member("support", 0)];
        let letter = self.letter(2, to.to_vec(), Vec::new(), 3);
        let copies = self.delivered(&letter);
        told_as(letter, copies)
    }

    fn tender(&mut self) -> (Letter, DemoMail) {
        let to = [self.member("legal", 1), self.member("delivery", 0)];
        let from = self.cast.tenders.party.clone();
        let letter = self.letter_from(from, 3, to.to_vec(), Vec::new(), 12);
        let copies = self.delivered(&letter);
        told_as(letter, copies)
    }

    fn member(&self, list: &str, place: usize) -> Party {
        let unit = self.cast.units.iter().find(|unit| unit.list == list);
        let person = unit.and_then(|unit| unit.people.get(place)).copied().unwrap_or(0);
        self.cast.people[person].party.clone()
    }

    fn letter(&mut self, topic: usize, to: Vec<Party>, cc: Vec<Party>, minutes_ago: i64) -> Letter {
        let from = self.cast.people[self.cast.account(AccountKind::Employee)].party.clone();
        self.letter_from(from, topic, to, cc, minutes_ago)
    }

    fn letter_from(
        &mut self,
        from: Party,
        topic: usize,
        to: Vec<Party>,
        cc: Vec<Party>,
        minutes_ago: i64,
    ) -> Letter {
        let topic = &self.topics[topic];
        let date = Timestamp::from_secs(self.now.secs() - minutes_ago * 60);
        let filling = Filling(vec![("year".to_owned(), calendar::year(date).to_string())]);
        let mut text: Vec<String> = topic
            .first
            .iter()
            .map(String::as_str)
            .chain(fitting(&topic.body, 0))
            .map(|part| filling.fill(part))
            .collect();
        text.push(signature(&from, false));
        let contents = [&topic.lines, &topic.secret];
        let files = fitting(&topic.files, 0).into_iter().zip(contents).filter_map(|(file, lines)| {
            let (kind, name) = file.split_once(' ')?;
            enclosure(kind, name, lines, &mut self.dice)
        });
        let enclosures = files.collect();
        Letter {
            id: message_id(&mut self.dice, &from),
            from,
            to,
            cc,
            bcc: Vec::new(),
            date,
            subject: topic.subjects.concat(),
            text: joined(&text),
            html: false,
            enclosures,
            references: Vec::new(),
            answers: false,
        }
    }

    fn delivered(&mut self, letter: &Letter) -> Vec<Placement> {
        let people = self.cast.expand(letter.named());
        let address = |person: usize| &self.cast.people[person].party.address;
        people.into_iter().map(|person| delivered(letter, address(person), &mut self.dice)).collect()
    }
}

fn told_as(letter: Letter, mut copies: Vec<Placement>) -> (Letter, DemoMail) {
    copies.insert(0, sent_copy(&letter));
    let mail = DemoMail::new(&letter, copies);
    (letter, mail)
}

fn read(copy: &mut Placement) {
    copy.flags = Flags { seen: true, ..Flags::default() };
}

fn story(cast: &Cast, letter: &Letter, mail: &DemoMail) -> Story {
    let addresses =
        |parties: &[Party]| -> Vec<String> { parties.iter().map(|party| party.address.clone()).collect() };
    let (to, cc) = (addresses(&letter.to), addresses(&letter.cc));
    let outsider =
        |address: &&String| cast.outsiders.iter().any(|outsider| outsider.party.address == **address);
    let copies = mail.placements.iter().skip(1).map(|copy| StoryCopy {
        mailbox: copy.mailbox.clone(),
        folder: copy.folder.clone(),
        seen: copy.flags.seen,
    });
    Story {
        message_id: letter.id.clone(),
        subject: letter.subject.clone(),
        sender: letter.from.address.clone(),
        sent_at: letter.date,
        outside: to.iter().chain(&cc).filter(outsider).cloned().collect(),
        attachments: letter.enclosures.iter().map(|enclosure| enclosure.name.clone()).collect(),
        copies: copies.collect(),
        to,
        cc,
    }
}
