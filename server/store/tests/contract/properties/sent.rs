//! The index of sent mail: inserting, hiding, listing. Its words have stories of their own.

use super::{Command, DANGLING, Expected, Said, broken, model::Model, said, sorted, yes};
use crate::builders::{BO, MEI, at, id, mail};
use domain::{
    case::Case,
    ids::PersonId,
    mail::MessageId,
    sent::{Found, Page, SentCase, SentFilter, SentMessage, SentSummary, Total},
    store::{StoreError, Tx},
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
};

properties!(sent_mail: command());

#[derive(Clone, Debug)]
enum Call {
    Cursor(u128),
    SetCursor(u128, u8),
    Locators(u128),
    Insert(Vec<Mail>),
    Hide(Vec<u128>),
    Get(u128),
    List { owner: u128, filter: Filter, page: (u64, u64) },
    ByMessageId(u8),
    Index(u32),
}

/// Its time and Message-ID are shared with others.
#[derive(Clone, Debug)]
struct Mail {
    n: u128,
    owner: u128,
    /// Those of the stage are up to 4.
    locator: u128,
    time: i64,
    message_id: Option<u8>,
}

#[derive(Clone, Debug, Default)]
struct Filter {
    from: Option<i64>,
    until: Option<i64>,
    has_case: Option<bool>,
}

impl Mail {
    fn message(&self) -> SentMessage {
        SentMessage {
            locator: format!("Sent/{}", self.locator),
            sent_at: at(self.time),
            message_id: self.message_id.map(|n| format!("{n}@example.test").parse().unwrap()),
            ..mail(self.n, self.owner, "版本")
        }
    }
}

impl Filter {
    fn parsed(&self) -> SentFilter {
        let (from, until) = (self.from.map(at), self.until.map(at));
        SentFilter { from, until, has_case: self.has_case, ..SentFilter::default() }
    }
}

/// Ids are never given twice (they are random); each call names a place once.
fn insert(owner: u128) -> impl Strategy<Value = Vec<Mail>> {
    let facts = (any::<u32>(), 1..=5_i64, option::of(1..=4_u8));
    btree_map(1..=7_u128, facts, 0..4).prop_map(move |mails| {
        let mail = |(locator, (n, time, message_id)): (u128, (u32, i64, Option<u8>))| Mail {
            n: 100 + u128::from(n),
            owner,
            locator,
            time,
            message_id,
        };
        mails.into_iter().map(mail).collect()
    })
}

fn command() -> impl Strategy<Value = Call> {
    let owner = || 1..=2_u128;
    // Nobody is number 3.
    let anybody = prop_oneof![9 => owner(), 1 => Just(3)];
    let filter = (option::of(0..6_i64), option::of(0..6_i64), option::of(any::<bool>()));
    let filter = filter.prop_map(|(from, until, has_case)| Filter { from, until, has_case });
    prop_oneof![
        1 => owner().prop_map(Call::Cursor),
        1 => (anybody.clone(), any::<u8>()).prop_map(|(owner, cursor)| Call::SetCursor(owner, cursor)),
        1 => owner().prop_map(Call::Locators),
        5 => anybody.prop_flat_map(insert).prop_map(Call::Insert),
        2 => vec(1..=5_u128, 0..3).prop_map(Call::Hide),
        1 => (1..=5_u128).prop_map(Call::Get),
        3 => (owner(), filter, (0..3_u64, 1..4_u64))
            .prop_map(|(owner, filter, page)| Call::List { owner, filter, page }),
        1 => (1..=5_u8).prop_map(Call::ByMessageId),
        1 => (0..3_u32).prop_map(Call::Index),
    ]
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Cursor(owner) => said(tx.sent_cursor(id(*owner)).await),
            Self::SetCursor(owner, cursor) => said(tx.set_sent_cursor(id(*owner), &cursor.to_string()).await),
            Self::Locators(owner) => said(sorted(tx.sent_locators(id(*owner)).await)),
            Self::Insert(mails) => {
                said(tx.insert_sent(&mails.iter().map(Mail::message).collect::<Vec<_>>()).await)
            }
            Self::Hide(ids) => said(tx.hide_sent(&ids.iter().copied().map(id).collect::<Vec<_>>()).await),
            Self::Get(n) => said(tx.sent(id(*n)).await),
            Self::List { owner, filter, page: (index, size) } => {
                let page = Page { index: *index, size: *size };
                said(tx.list_sent(id(*owner), &filter.parsed(), page).await)
            }
            Self::Index(limit) => said(tx.index_sent(*limit).await),
            Self::ByMessageId(n) => {
                let wanted = format!("{n}@example.test").parse().unwrap();
                let found = tx.sent_by_message_id(&wanted).await.map(|mut found| {
                    found.sort_by_key(|message| message.id);
                    found
                });
                said(found)
            }
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Cursor(owner) => yes(model.cursors.get(&id(*owner)).cloned()),
            Self::SetCursor(3, _) => broken(DANGLING),
            Self::SetCursor(owner, cursor) => {
                model.cursors.insert(id(*owner), cursor.to_string());
                yes(())
            }
            Self::Locators(owner) => {
                let listed = model.shown(id(*owner));
                let mut places: Vec<_> =
                    listed.map(|message| (message.locator.clone(), message.id)).collect();
                places.sort();
                yes(places)
            }
            Self::Insert(mails) => model.index(mails),
            Self::Hide(ids) => {
                for (message, hidden) in &mut model.sent {
                    *hidden |= ids.contains(&message.id.0.as_u128());
                }
                yes(())
            }
            Self::Get(n) => {
                yes(model.sent.iter().find(|(message, _)| message.id == id(*n)).map(|(message, _)| message))
            }
            Self::List { owner, filter, page } => yes(model.list(id(*owner), filter, *page)),
            // What is inserted has its words at once; mail from before there was an index has a story of its own.
            Self::Index(_) => yes(0_u64),
            Self::ByMessageId(n) => {
                let wanted: Option<MessageId> = Some(format!("{n}@example.test").parse().unwrap());
                let all = model.sent.iter().map(|(message, _)| message);
                let mut found: Vec<_> = all.filter(|message| message.message_id == wanted).collect();
                found.sort_by_key(|message| message.id);
                yes(found)
            }
        }
    }

    fn looks() -> Vec<Self> {
        let all = |owner| Self::List { owner, filter: Filter::default(), page: (0, 100) };
        let of = |owner| [all(owner), Self::Locators(owner), Self::Cursor(owner)];
        [MEI, BO].into_iter().flat_map(of).chain((1..=4).map(Self::ByMessageId)).collect()
    }
}

impl Model {
    fn shown(&self, owner: PersonId) -> impl Iterator<Item = &SentMessage> {
        let shown = self.sent.iter().filter(move |(message, hidden)| message.owner == owner && !hidden);
        shown.map(|(message, _)| message)
    }

    fn index(&mut self, mails: &[Mail]) -> Expected {
        for new in mails.iter().map(Mail::message) {
            let same = |old: &SentMessage| (old.owner, &old.locator) == (new.owner, &new.locator);
            if let Some((_, hidden)) = self.sent.iter_mut().find(|(old, _)| same(old)) {
                *hidden = false;
            } else if self.sent.iter().any(|(old, _)| old.id == new.id) {
                return broken(StoreError::Conflict("the sent message"));
            } else if new.owner == id(3) {
                return broken(DANGLING);
            } else {
                self.sent.push((new, false));
            }
        }
        yes(())
    }

    fn list(&self, owner: PersonId, filter: &Filter, (index, size): (u64, u64)) -> Found {
        let newest = |message: &SentMessage| {
            let about: Vec<&Case> =
                self.cases.iter().filter(|case| case.message.sent == message.id).collect();
            let newest = about.into_iter().max_by_key(|case| (case.created_at, case.number));
            newest.map(|case| SentCase { number: case.number, state: case.state })
        };
        let mut rows: Vec<_> = self
            .shown(owner)
            .filter(|message| filter.from.is_none_or(|from| message.sent_at >= at(from)))
            .filter(|message| filter.until.is_none_or(|until| message.sent_at < at(until)))
            .map(|message| SentSummary { message: message.clone(), case: newest(message) })
            .filter(|row| filter.has_case.is_none_or(|has| row.case.is_some() == has))
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.message.sent_at, row.message.id)));
        let total = Total::Exactly(rows.len() as u64);
        let first = usize::try_from(index * size).unwrap();
        let rows = rows.into_iter().skip(first).take(usize::try_from(size).unwrap()).collect();
        Found { rows, total }
    }
}
