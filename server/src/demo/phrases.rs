//! The texts of the demo, read from `data/*.txt`: topics with their sentences, and what fills the slots.
//! The format is described at the top of `data/texts.zh.txt`.

use super::{calendar, dice::Dice};
use domain::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Team,
    Department,
    All,
    Colleagues,
    Manager,
    /// From us to a client.
    Outside,
    /// From outside to us.
    Supplier,
}

#[derive(Clone, Debug)]
pub struct Topic {
    pub audience: Audience,
    /// Where tidy recipients file it.
    pub folder: String,
    /// Parts of department paths; empty: anybody writes it.
    pub by: Vec<String>,
    pub subjects: Vec<String>,
    /// One for each subject.
    pub first: Vec<String>,
    pub body: Vec<Phrase>,
    pub replies: Vec<Phrase>,
    /// Kind and name: `pdf Report.pdf`.
    pub files: Vec<Phrase>,
    /// Text of an attachment, and of the one that must not go out; in the stories only.
    pub lines: Vec<String>,
    pub secret: Vec<String>,
}

/// A text and the subjects that it goes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub text: String,
    /// Digits, `1` for the first subject; empty: all.
    fits: String,
}

/// Those that go with the subject of this index, in their order.
pub fn fitting(phrases: &[Phrase], subject: usize) -> Vec<&str> {
    let digit = char::from_digit(u32::try_from(subject + 1).unwrap_or(0), 10).unwrap_or('0');
    let fits = phrases.iter().filter(|phrase| phrase.fits.is_empty() || phrase.fits.contains(digit));
    fits.map(|phrase| phrase.text.as_str()).collect()
}

impl Topic {
    fn new(audience: Audience, folder: &str) -> Self {
        Self {
            audience,
            folder: folder.to_owned(),
            by: Vec::new(),
            subjects: Vec::new(),
            first: Vec::new(),
            body: Vec::new(),
            replies: Vec::new(),
            files: Vec::new(),
            lines: Vec::new(),
            secret: Vec::new(),
        }
    }

    fn add(&mut self, key: &str, text: &str) {
        let (key, fits) = key.split_once(':').unwrap_or((key, ""));
        let phrase = || Phrase { text: text.to_owned(), fits: fits.to_owned() };
        match key {
            "by" => self.by = text.split(' ').map(str::to_owned).collect(),
            "subject" => self.subjects.push(text.to_owned()),
            "first" => self.first.push(text.to_owned()),
            "body" => self.body.push(phrase()),
            "reply" => self.replies.push(phrase()),
            "file" => self.files.push(phrase()),
            "line" => self.lines.push(text.to_owned()),
            "secret" => self.secret.push(text.to_owned()),
            _ => {}
        }
    }
}

/// Everything that is said in one language.
pub struct Phrases {
    pub topics: Vec<Topic>,
    slots: Vec<(String, Vec<String>)>,
    english: bool,
}

impl Phrases {
    pub fn chinese() -> Self {
        Self { topics: topics(include_str!("data/texts.zh.txt")), slots: slots("zh"), english: false }
    }

    pub fn english() -> Self {
        Self { topics: topics(include_str!("data/texts.en.txt")), slots: slots("en"), english: true }
    }

    /// What this thread's slots are filled with: the same wherever a slot occurs in it.
    pub fn filling(&self, sent: Timestamp, client: Option<&str>, dice: &mut Dice) -> Filling {
        let mut values: Vec<(String, String)> =
            self.slots.iter().map(|(slot, options)| (slot.clone(), dice.pick(options).clone())).collect();
        if let Some(client) = client {
            values.retain(|(slot, _)| slot != "client");
            values.push(("client".to_owned(), client.to_owned()));
        }
        let later =
            Timestamp::from_secs(sent.secs() + i64::try_from(dice.between(3, 14)).unwrap_or(3) * 86_400);
        let amount = format!("{},{}00", dice.between(12, 380), dice.between(1, 9));
        let made = [
            ("date", calendar::day(later, self.english)),
            ("week", calendar::week(sent).to_string()),
            ("time", format!("{}:{}", dice.between(9, 20), dice.pick(&["00", "15", "30", "45"]))),
            ("amount", if self.english { format!("CNY {amount}") } else { format!("{amount} 元") }),
            ("percent", format!("{}%", dice.between(3, 24))),
            ("n", dice.between(4, 12).to_string()),
            ("version", format!("V{}.{}", dice.between(1, 5), dice.between(0, 9))),
        ];
        values.extend(made.map(|(slot, value)| (slot.to_owned(), value)));
        Filling(values)
    }

    /// What the author of a thread says to an answer.
    pub fn thanks(&self, dice: &mut Dice) -> String {
        let options = self.slots.iter().find(|(slot, _)| slot == "thanks");
        options.map(|(_, options)| dice.pick(options).clone()).unwrap_or_default()
    }
}

pub struct Filling(pub Vec<(String, String)>);

impl Filling {
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (slot, value) in &self.0 {
            filled = filled.replace(&format!("{{{slot}}}"), value);
        }
        closed_up(&filled)
    }
}

/// Without the blanks that set a slot off, where Chinese stands on both sides.
fn closed_up(text: &str) -> String {
    let chinese = |c: Option<&char>| c.is_some_and(|c| ('\u{3001}'..='\u{ffef}').contains(c));
    let chars: Vec<char> = text.chars().collect();
    let stays = |index: &usize| {
        chars[*index] != ' ' || !(chinese(chars.get(index.wrapping_sub(1))) && chinese(chars.get(index + 1)))
    };
    (0..chars.len()).filter(stays).map(|index| chars[index]).collect()
}

/// Lines of other files that aren't comments, split into words.
pub fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub fn topics(text: &str) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    for line in rows(text) {
        let Some((key, rest)) = line.split_once(' ') else { continue };
        if key == "topic" {
            let (audience, folder) = rest.split_once(' ').unwrap_or((rest, ""));
            topics.push(Topic::new(audience_of(audience), folder));
        } else if let Some(topic) = topics.last_mut() {
            topic.add(key, rest);
        }
    }
    topics
}

fn audience_of(word: &str) -> Audience {
    match word {
        "team" => Audience::Team,
        "department" => Audience::Department,
        "all" => Audience::All,
        "manager" => Audience::Manager,
        "outside" => Audience::Outside,
        "supplier" => Audience::Supplier,
        _ => Audience::Colleagues,
    }
}

fn slots(language: &str) -> Vec<(String, Vec<String>)> {
    let mut slots: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows(include_str!("data/slots.txt")) {
        let mut words = row.splitn(3, ' ');
        let (Some(slot), Some(tag), Some(value)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        if tag != language {
            continue;
        }
        match slots.iter_mut().find(|(name, _)| name == slot) {
            Some((_, values)) => values.push(value.to_owned()),
            None => slots.push((slot.to_owned(), vec![value.to_owned()])),
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_what_a_mail_needs_and_every_slot_is_known() {
        for phrases in [Phrases::chinese(), Phrases::english()] {
            assert!(phrases.topics.len() >= 15);
            let mut dice = Dice::new(1, "test");
            let filling = phrases.filling(Timestamp::from_secs(1_769_994_000), None, &mut dice);
            for topic in &phrases.topics {
                assert_eq!(topic.subjects.len(), topic.first.len());
                assert!(!topic.folder.is_empty());
                for subject in 0..topic.subjects.len() {
                    let texts = [fitting(&topic.body, subject), fitting(&topic.replies, subject)];
                    assert!(texts.iter().all(|texts| !texts.is_empty()), "{} {subject}", topic.folder);
                }
                let phrases = [&topic.body, &topic.replies, &topic.files]
                    .into_iter()
                    .flatten()
                    .map(|phrase| &phrase.text);
                for text in topic.subjects.iter().chain(&topic.first).chain(phrases) {
                    let filled = filling.fill(text);
                    assert!(!filled.contains(['{', '}']), "{filled}");
                }
            }
        }
    }

    #[test]
    fn blanks_around_chinese_slots_are_closed_up() {
        let filling = Filling(vec![("x".into(), "灯塔计划".into()), ("n".into(), "7".into())]);
        assert_eq!(filling.fill("重点是 {x} 的 {n} 项"), "重点是灯塔计划的 7 项");
    }

    #[test]
    fn there_are_many_different_paragraphs() {
        for phrases in [Phrases::chinese(), Phrases::english()] {
            let topics = &phrases.topics;
            let mut texts: Vec<&String> = topics.iter().flat_map(|topic| &topic.first).collect();
            texts.extend(
                topics
                    .iter()
                    .flat_map(|topic| topic.body.iter().chain(&topic.replies))
                    .map(|phrase| &phrase.text),
            );
            texts.sort();
            texts.dedup();
            assert!(texts.len() >= 120, "{}", texts.len());
        }
    }
}
