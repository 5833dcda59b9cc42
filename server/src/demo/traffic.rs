//! Two months of mail: who writes to whom about what, who answers, who passes it on.
//! Knows nothing of mailboxes: where the copies lie is `placement`'s.

use super::{
    accounts::{ACCOUNTS, AccountKind},
    calendar,
    dice::Dice,
    files::{Enclosure, enclosure},
    letter::Letter,
    people::{Cast, Party},
    phrases::{Audience, Filling, Phrases, Topic, fitting},
    recipients::Round,
    wording::{greeting, joined, message_id, quotation, signature},
};
use domain::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    Person(usize),
    Outsider(usize),
}

/// One mail and what became of it as far as the thread tells.
#[derive(Clone, Debug)]
pub struct Post {
    pub letter: Letter,
    pub author: Author,
    /// Index in both languages' topics.
    pub topic: usize,
    /// People.
    pub answered_by: Vec<usize>,
}

pub struct Traffic<'a> {
    pub cast: &'a Cast,
    pub chinese: Phrases,
    pub english: Phrases,
    now: Timestamp,
    pub dice: Dice,
    /// People, the fixed accounts more often: theirs are the mailboxes that are looked into.
    starters: Vec<usize>,
}

/// What stays the same from its first mail to its last.
struct Thread {
    topic: Topic,
    index: usize,
    /// Index of subject and first sentence.
    variant: usize,
    filling: Filling,
    english: bool,
    /// Not said yet.
    replies: Vec<String>,
}

impl<'a> Traffic<'a> {
    pub fn new(cast: &'a Cast, seed: u64, now: Timestamp) -> Self {
        let mut starters: Vec<usize> =
            (0..cast.people.len()).filter(|person| !cast.people[*person].on_hold).collect();
        for account in ACCOUNTS {
            let more = if account.kind == AccountKind::Employee { 5 } else { 2 };
            starters.extend(std::iter::repeat_n(cast.account(account.kind), more));
        }
        let dice = Dice::new(seed, "traffic");
        Self { cast, chinese: Phrases::chinese(), english: Phrases::english(), now, dice, starters }
    }

    /// Whole threads until there are about `count` mails, none of them newer than the stories.
    pub fn posts(&mut self, count: usize) -> Vec<Post> {
        let mut posts = Vec::with_capacity(count + 5);
        while posts.len() < count {
            let thread = self.thread();
            posts.extend(thread);
        }
        posts.truncate(count);
        posts
    }

    fn thread(&mut self) -> Vec<Post> {
        let starter = *self.dice.pick(&self.starters);
        let english = self.cast.people[starter].english;
        let index = self.choose_topic(starter, english);
        let topic = self.phrases(english).topics[index].clone();
        let round = self.round(starter, &topic);
        let sent = calendar::moment(self.now, &mut self.dice);
        let variant = self.dice.index(topic.subjects.len());
        let mut dice = Dice::new(self.dice.next(), "slots");
        let filling = self.phrases(english).filling(sent, round.client.as_deref(), &mut dice);
        let mut replies: Vec<String> =
            fitting(&topic.replies, variant).into_iter().map(|text| filling.fill(text)).collect();
        self.dice.shuffle(&mut replies);
        let mut thread = Thread { topic, index, variant, filling, english, replies };
        let mut posts = vec![self.opening(round, &thread, sent)];
        let likely = match thread.topic.audience {
            Audience::All => 12,
            Audience::Department => 35,
            Audience::Team => 50,
            _ => 66,
        };
        while posts.len() < 6 && self.dice.chance(likely) {
            let Some(next) = self.reply(&mut posts, &mut thread) else { break };
            posts.push(next);
        }
        if posts[0].letter.to.len() + posts[0].letter.cc.len() < 4 && self.dice.chance(9) {
            posts.extend(self.forward(&posts[0], english));
        }
        posts
    }

    pub fn phrases(&self, english: bool) -> &Phrases {
        if english { &self.english } else { &self.chinese }
    }

    fn opening(&mut self, round: Round, thread: &Thread, sent: Timestamp) -> Post {
        let from = self.party(round.author).clone();
        let first = thread.filling.fill(&thread.topic.first[thread.variant]);
        let mut body: Vec<String> = fitting(&thread.topic.body, thread.variant)
            .into_iter()
            .map(|text| thread.filling.fill(text))
            .collect();
        for _ in 0..self.dice.below(3) {
            // At least one stays, and the order, too: some follow from one another.
            if body.len() > 1 {
                body.remove(self.dice.index(body.len()));
            }
        }
        body.truncate(3);
        let greeting = greeting(&round.to, &first, thread.english);
        let text = joined(&[greeting, first, body.join("\n\n"), signature(&from, thread.english)]);
        let audience = thread.topic.audience;
        let letter = Letter {
            id: self.id(&from),
            from,
            to: round.to,
            cc: round.cc,
            bcc: round.bcc,
            date: sent,
            subject: thread.filling.fill(&thread.topic.subjects[thread.variant]),
            html: matches!(audience, Audience::All | Audience::Supplier) || self.dice.chance(12),
            enclosures: self.enclosures(thread, &text, &body),
            text,
            references: Vec::new(),
            answers: false,
        };
        Post { letter, author: round.author, topic: thread.index, answered_by: Vec::new() }
    }

    /// Always one where the text speaks of it.
    fn enclosures(&mut self, thread: &Thread, text: &str, body: &[String]) -> Vec<Enclosure> {
        let files = fitting(&thread.topic.files, thread.variant);
        let promised = ["附件", "附上", "奉上", "attached"].iter().any(|word| text.contains(word));
        if files.is_empty() || !(promised || self.dice.chance(35)) {
            return Vec::new();
        }
        let file = thread.filling.fill(self.dice.pick::<&str>(&files));
        let (kind, name) = file.split_once(' ').unwrap_or(("pdf", &file));
        enclosure(kind, name, body, &mut self.dice).into_iter().collect()
    }

    /// Somebody who got the last mail answers it; None when there is nobody, nothing left to say, or it would be
    /// too new.
    fn reply(&mut self, posts: &mut [Post], thread: &mut Thread) -> Option<Post> {
        let starter = posts.first()?.author;
        let last = posts.last_mut()?;
        let author = self.respondent(last)?;
        let date = calendar::answer(last.letter.date, self.now, &mut self.dice)?;
        let mut thanks = Dice::new(self.dice.next(), "thanks");
        // Whoever asked can't give the answers.
        let words = if author == starter {
            self.phrases(thread.english).thanks(&mut thanks)
        } else {
            thread.replies.pop()?
        };
        if let Author::Person(person) = author {
            last.answered_by.push(person);
        }
        let from = self.party(author).clone();
        let all = last.letter.to.iter().chain(&last.letter.cc);
        let others = all.filter(|party| **party != from && **party != last.letter.from).cloned();
        let to_all = thread.topic.audience != Audience::All && self.dice.chance(60);
        let text = [words, signature(&from, thread.english), quotation(&last.letter, thread.english)];
        let subject = last.letter.subject.trim_start_matches("回复：").trim_start_matches("Re: ");
        let letter = Letter {
            id: self.id(&from),
            to: vec![last.letter.from.clone()],
            cc: if to_all { others.collect() } else { Vec::new() },
            bcc: Vec::new(),
            date,
            subject: format!("{}{subject}", if thread.english { "Re: " } else { "回复：" }),
            text: joined(&text),
            html: false,
            enclosures: Vec::new(),
            references: [last.letter.references.as_slice(), std::slice::from_ref(&last.letter.id)].concat(),
            answers: true,
            from,
        };
        Some(Post { letter, author, topic: last.topic, answered_by: Vec::new() })
    }

    fn respondent(&mut self, last: &Post) -> Option<Author> {
        let cast = self.cast;
        let mut who: Vec<Author> = cast.expand(&last.letter.to).into_iter().map(Author::Person).collect();
        let outside =
            (0..cast.outsiders.len()).filter(|index| last.letter.to.contains(&cast.outsiders[*index].party));
        who.extend(outside.map(Author::Outsider));
        who.retain(|author| *author != last.author);
        if who.is_empty() { None } else { Some(*self.dice.pick(&who)) }
    }

    /// One of the recipients passes the mail on, with what was attached.
    fn forward(&mut self, post: &Post, english: bool) -> Option<Post> {
        let person = *self.cast.expand(post.letter.to.iter()).first()?;
        let to = self.colleagues(person, 100);
        let date = calendar::answer(post.letter.date, self.now, &mut self.dice)?;
        let from = self.cast.people[person].party.clone();
        let note = if english { "For your information." } else { "转给你看一下，供参考。" };
        let text = [note.to_owned(), signature(&from, english), quotation(&post.letter, english)];
        let letter = Letter {
            id: self.id(&from),
            to,
            cc: Vec::new(),
            bcc: Vec::new(),
            date,
            subject: format!("{}{}", if english { "Fwd: " } else { "转发：" }, post.letter.subject),
            text: joined(&text),
            html: false,
            references: vec![post.letter.id.clone()],
            answers: false,
            enclosures: post.letter.enclosures.clone(),
            from,
        };
        Some(Post { letter, author: Author::Person(person), topic: post.topic, answered_by: Vec::new() })
    }

    fn party(&self, author: Author) -> &'a Party {
        match author {
            Author::Person(person) => &self.cast.people[person].party,
            Author::Outsider(outsider) => &self.cast.outsiders[outsider].party,
        }
    }

    fn id(&mut self, from: &Party) -> String {
        message_id(&mut self.dice, from)
    }
}
