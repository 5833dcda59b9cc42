//! Searching: the same on both databases as by looking at every message.

use crate::{
    bed::Bed,
    builders::{BO, MEI, at, case, id, mail, named},
};
use domain::{
    search::{Search, parse},
    sent::{Page, SentFilter, SentMessage, Total},
    store::{Store as _, StoreError, Tx},
};
use std::time::Duration;
use store::{Database, Options};

stories!(
    what_is_searched_is_found,
    only_own_mail_is_found,
    conversations_are_shown_whole,
    hits_that_were_looked_at_come_in_pages,
    many_hits_are_counted_so_far,
    rows_from_before_become_searchable,
    words_outlive_the_move_into_parts,
    every_part_of_chinese_is_found,
    what_has_no_room_in_the_index_is_found,
);

const ALL: Page = Page { index: 0, size: 10_000 };

fn filter(query: &str) -> SentFilter {
    let parsed = parse(query);
    assert_eq!(parsed.problems, [], "{query}");
    SentFilter { search: Search::new(&parsed.query, at(1_000_000), chrono_tz::UTC), ..SentFilter::default() }
}

async fn found(tx: &mut Box<dyn Tx>, query: &str) -> Vec<u128> {
    let found = tx.list_sent(Bed::mei(), &filter(query), ALL).await.unwrap();
    assert_eq!(found.total, Total::Exactly(found.rows.len() as u64), "{query}");
    found.rows.iter().map(|row| row.message.id.0.as_u128()).collect()
}

fn quote(n: u128) -> SentMessage {
    let mut quote = mail(n, MEI, "ÄRGER with the Quote");
    quote.to = vec![named("Zoë", "zoe@other.test")];
    quote.attachments.clear();
    quote.text = "请查收附件，内部审批单不要外发。100% of a_b".into();
    quote.size = 6_000_000;
    quote
}

/// In [`what_is_searched_is_found`].
const FOUND: &[(&str, &[u128])] = &[
    ("合同", &[1]),
    ("合", &[1]),
    ("合同终", &[1]),
    ("同合", &[]),
    ("审批", &[2]),
    ("审批单", &[2]),
    ("审批外", &[]),
    ("ärger", &[2]),
    ("ZOË", &[2]),
    ("OTHER.test", &[2]),
    ("quote 外发", &[2]),
    ("quote 合同", &[]),
    ("quote OR 合同", &[2, 1]),
    ("-合同", &[3, 2]),
    ("-(合同 OR 外发)", &[3]),
    ("-\"审批单不要\"", &[3, 1]),
    ("\"审批单不要\" OR filename:pdf", &[2, 1]),
    ("p2@example", &[2, 1]),
    ("p2@example.test", &[2, 1]),
    ("to:zoe@other.test", &[2]),
    ("to:p2", &[]),
    ("cc:p2", &[2, 1]),
    ("from:林美", &[2, 1]),
    ("100%", &[2]),
    ("a_b", &[2]),
    ("it's OR %", &[]),
    ("", &[3, 2, 1]),
    ("has:attachment", &[1]),
    ("-has:attachment", &[3, 2]),
    ("larger:5M", &[2]),
    ("smaller:5M -合同", &[3]),
    ("larger:5M OR 合同", &[2, 1]),
    ("-(larger:5M 外发)", &[3, 1]),
    ("is:recalled", &[1]),
    ("-is:recalled", &[3, 2]),
    ("before:1970-01-02", &[3, 2, 1]),
    ("after:1970-01-02", &[]),
    ("newer_than:300h", &[3, 2, 1]),
    ("rfc822msgid:2@example.test", &[2]),
    ("-rfc822msgid:2@example.test", &[3, 1]),
    ("quotezoë", &[]),
    ("quo", &[2]),
    ("\"quo\"", &[]),
];

async fn what_is_searched_is_found(bed: Bed) {
    let mut bare = mail(3, MEI, "");
    (bare.message_id, bare.from, bare.text) = (None, None, String::new());
    (bare.references, bare.to, bare.cc, bare.attachments) = (vec![], vec![], vec![], vec![]);
    bed.with_mails(&[mail(1, MEI, "合同终稿"), quote(2), bare]).await;
    let (case, targets) = case(1, 1);
    let mut tx = bed.write().await;
    tx.insert_case(&case, &targets, &[]).await.unwrap();
    for (query, hits) in FOUND {
        assert_eq!(found(&mut tx, query).await, *hits, "{query}");
    }
}

async fn only_own_mail_is_found(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "合同"), mail(2, BO, "合同"), mail(3, BO, "note")]).await;
    let mut tx = bed.read().await;
    for query in ["合同", "-note", "合同 OR note", "contract", "", "larger:1 OR note", "contract in:thread"]
    {
        assert_eq!(found(&mut tx, query).await, [1], "{query}");
    }
}

async fn conversations_are_shown_whole(bed: Bed) {
    let linked = |n: u128, subject: &str, references: &[&str]| SentMessage {
        references: references.iter().map(|id| id.parse().unwrap()).collect(),
        ..mail(n, MEI, subject)
    };
    bed.with_mails(&[
        linked(1, "start", &[]),
        linked(2, "reply", &["1@example.test"]),
        linked(3, "again 合同终稿", &["1@example.test", "2@example.test"]),
        linked(4, "alone", &[]),
        linked(5, "to others", &["X@else.test"]),
        linked(6, "more", &["X@else.test", "5@example.test"]),
        linked(7, "other", &["x@else.test"]),
        SentMessage { message_id: None, ..linked(8, "nameless", &[]) },
    ])
    .await;
    let mut tx = bed.read().await;
    for (query, hits) in [
        ("in:thread reply", &[3, 2, 1][..]),
        ("subject:\"合同终稿\" in:thread", &[3, 2, 1]),
        ("alone in:thread", &[4]),
        ("more in:thread", &[6, 5]),
        ("rfc822msgid:2@example.test in:thread", &[3, 2, 1]),
        ("nothing in:thread", &[]),
        ("nameless in:thread", &[8]),
        // Looked at, as the index can't tell.
        ("\"to others\" in:thread", &[6, 5]),
        ("\"others to\" in:thread", &[]),
        ("in:thread", &[8, 7, 6, 5, 4, 3, 2, 1]),
    ] {
        assert_eq!(found(&mut tx, query).await, hits, "{query}");
    }
}

async fn hits_that_were_looked_at_come_in_pages(bed: Bed) {
    // The index can't tell 一二三 from 一二 and 二三 apart.
    let subject = |n: u128| if n.is_multiple_of(3) { "一二，二三" } else { "一二三" };
    let mails: Vec<_> = (1..=300).map(|n| mail(n, MEI, subject(n))).collect();
    bed.with_mails(&mails).await;
    let mut tx = bed.read().await;
    let (mut seen, mut totals) = (Vec::new(), Vec::new());
    for index in 0..5 {
        let found = tx.list_sent(id(MEI), &filter("一二三"), Page { index, size: 50 }).await.unwrap();
        seen.extend(found.rows.iter().map(|row| row.message.id.0.as_u128()));
        totals.push(found.total);
    }
    let all: Vec<u128> = (1..=300_u128).rev().filter(|n| !n.is_multiple_of(3)).collect();
    assert_eq!(seen, all);
    assert!(matches!(totals[0], Total::About(rows) if rows > 200 && rows < 300), "{totals:?}");
    assert_eq!(totals[4], Total::Exactly(200));
}

async fn many_hits_are_counted_so_far(bed: Bed) {
    let mails: Vec<_> = (1..=5_001).map(|n| mail(n, MEI, "x")).collect();
    bed.with_mails(&mails).await;
    let mut tx = bed.read().await;
    let page = Page { index: 1, size: 25 };
    for query in ["", "x", "\"x\""] {
        let found = tx.list_sent(id(MEI), &filter(query), page).await.unwrap();
        assert_eq!((found.total, found.rows[0].message.id), (Total::MoreThan(5_000), id(4_976)), "{query}");
    }
    // No machine does that in a millisecond.
    let hasty = Options { search_limit: Duration::from_millis(1), ..Options::default() };
    let hasty = Database::open(&bed.url, &hasty).await.unwrap();
    let stopped = hasty.read().await.unwrap().list_sent(id(MEI), &filter("x"), page).await;
    assert!(matches!(stopped, Err(StoreError::TooSlow)), "{stopped:?}");
    hasty.close().await;
}

async fn rows_from_before_become_searchable(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "合同"), mail(2, BO, "合同"), mail(3, MEI, "合同")]).await;
    forget_words(&bed).await;
    let mut tx = bed.write().await;
    assert_eq!(found(&mut tx, "合同").await, []);
    assert_eq!(found(&mut tx, "in:thread").await, []);
    assert_eq!(tx.index_sent(2).await.unwrap(), 2);
    assert_eq!(tx.index_sent(2).await.unwrap(), 1);
    assert_eq!(tx.index_sent(2).await.unwrap(), 0);
    assert_eq!(found(&mut tx, "合同").await, [3, 1]);
    assert_eq!(found(&mut tx, "合同 in:thread").await, [3, 1]);
    tx.insert_sent(&[mail(4, MEI, "合同")]).await.unwrap();
    assert_eq!(tx.index_sent(2).await.unwrap(), 0);
    assert_eq!(found(&mut tx, "合同").await, [4, 3, 1]);
}

async fn words_outlive_the_move_into_parts(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "合同"), mail(2, BO, "合同"), mail(3, MEI, "合同")]).await;
    if !bed.is_sqlite() {
        let whole = "CREATE TABLE whole AS SELECT sent_id, words FROM sent_search; DROP TABLE sent_search; \
                     ALTER TABLE whole RENAME TO sent_search; ALTER TABLE sent_search ADD PRIMARY KEY (sent_id); \
                     CREATE INDEX sent_search_words ON sent_search USING GIN (words);";
        bed.by_hand(whole).await.unwrap();
    }
    // With all that came after it.
    let before = "DROP INDEX draft_owner; ALTER TABLE target DROP COLUMN person_id; \
                  DELETE FROM _sqlx_migrations WHERE version >= 9;";
    bed.by_hand(before).await.unwrap();
    bed.db.migrate().await.unwrap();
    let mut tx = bed.write().await;
    assert_eq!(found(&mut tx, "合同").await, [3, 1]);
    tx.insert_sent(&[mail(4, MEI, "合同")]).await.unwrap();
    assert_eq!(found(&mut tx, "合同").await, [4, 3, 1]);
}

/// As a database is right after it got an index of words, and conversations.
async fn forget_words(bed: &Bed) {
    let emptied = if bed.url.starts_with("sqlite:") {
        "INSERT INTO sent_search (sent_search) VALUES ('delete-all'); DELETE FROM sent_number;"
    } else {
        "DELETE FROM sent_search;"
    };
    bed.by_hand(&format!("{emptied} UPDATE sent_message SET indexed = false, conversation = NULL;"))
        .await
        .unwrap();
}

/// Against looking at every letter: 10,000 mails of 20 to 80 characters out of 300.
async fn every_part_of_chinese_is_found(bed: Bed) {
    let mut dice = Dice(42);
    let texts: Vec<String> = (0..10_000)
        .map(|_| {
            let length = 20 + dice.below(60);
            (0..length).map(|_| dice.letter()).collect()
        })
        .collect();
    bed.with_mails(&[]).await;
    for (at, some) in texts.chunks(1_000).enumerate() {
        let first = at as u128 * 1_000 + 1;
        let mails: Vec<_> = (first..).zip(some).map(|(n, text)| chinese(n, text)).collect();
        let mut tx = bed.write().await;
        tx.insert_sent(&mails).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = bed.read().await;
    for length in 1..=4 {
        for _ in 0..10 {
            let from = &texts[dice.below(texts.len())];
            let start = dice.below(from.chars().count() - length);
            let part: String = from.chars().skip(start).take(length).collect();
            let numbered = texts.iter().enumerate().rev();
            let hits: Vec<u128> =
                numbered.filter(|(_, text)| text.contains(&part)).map(|(at, _)| at as u128 + 1).collect();
            let mut seen = Vec::new();
            // More than 5,000 are never listed: one character in two halves of the time.
            for (from, until) in [(5_001, 10_001), (1, 5_001)] {
                let half = SentFilter { from: Some(at(from)), until: Some(at(until)), ..filter(&part) };
                let found = tx.list_sent(Bed::mei(), &half, ALL).await.unwrap();
                seen.extend(found.rows.iter().map(|row| row.message.id.0.as_u128()));
            }
            assert!(!hits.is_empty() && seen == hits, "{part}: {} of {}", seen.len(), hits.len());
        }
    }
}

fn chinese(n: u128, text: &str) -> SentMessage {
    SentMessage { attachments: vec![], cc: vec![], text: text.into(), ..mail(n, MEI, "x") }
}

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % end as u64).unwrap()
    }

    fn letter(&mut self) -> char {
        char::from_u32(0x4e00 + u32::try_from(self.below(300)).unwrap()).unwrap()
    }
}

/// More recipients than a row of the index takes, each with a name of its own.
async fn what_has_no_room_in_the_index_is_found(bed: Bed) {
    let name = |n: u64| format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut many = mail(2, MEI, "Everybody");
    many.to = (1..=5000).map(|n| named("", &format!("{}@client.test", name(n)))).collect();
    many.text = "A needleword.".into();
    bed.with_mails(&[mail(1, MEI, "Draft"), many, mail(3, MEI, "Draft")]).await;
    let mut tx = bed.read().await;
    for some in
        ["needleword".to_owned(), name(1), name(5000), format!("to:{}", name(2500)), "everybody".into()]
    {
        assert_eq!(found(&mut tx, &some).await, [2], "{some}");
        assert_eq!(found(&mut tx, &format!("-{some}")).await, [3, 1], "{some}");
        assert_eq!(found(&mut tx, &format!("{some} has:attachment larger:1K")).await, [2], "{some}");
        assert_eq!(found(&mut tx, &format!("{some} in:thread")).await, [3, 2, 1], "{some}");
    }
    assert_eq!(found(&mut tx, "draft").await, [3, 1]);
    assert_eq!(found(&mut tx, "elsewhere").await, []);
}
