use super::{tokens::CUT, *};
use crate::{
    ids::{PersonId, SentId},
    mail::{Attachment, Fingerprint, NamedAddress},
    mail_system::FolderName,
    sent::{SentMessage, SentSummary},
    time::Timestamp,
};
use proptest::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_795_500_000_000); // 2026-11-24 06:00 UTC
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

fn somebody(name: &str, address: &str) -> NamedAddress {
    NamedAddress { name: name.into(), address: address.parse().unwrap() }
}

fn mail() -> SentMessage {
    SentMessage {
        id: SentId(Uuid::from_u128(1)),
        owner: PersonId(Uuid::from_u128(2)),
        folder: FolderName("Sent".into()),
        locator: "Sent/1".into(),
        message_id: "m1@example.test".parse().ok(),
        references: vec!["root@example.test".parse().unwrap()],
        subject: "采购合同终稿 Contract v3".into(),
        sent_at: NOW.minus(std::time::Duration::from_hours(49)),
        from: Some(somebody("林青", "lin.qing@example.test")),
        to: vec![somebody("Zhang Wei", "zhang@example.test")],
        cc: vec![somebody("", "team@example.test")],
        bcc: vec![somebody("Boss", "boss@other.test")],
        attachments: vec![Attachment {
            name: "report_v2.pdf".into(),
            content_type: "application/pdf".into(),
            size: 7,
        }],
        text: "请查收附件，内部审\n批单不要外发。Quarterly numbers for 2026Q3.".into(),
        fingerprint: Fingerprint([0; 32]),
        size: 6_000_000,
    }
}

fn row() -> SentSummary {
    SentSummary { message: mail(), case: None }
}

fn search(text: &str) -> Search {
    Search::new(&parse(text).query, NOW, ZONE)
}

/// As a database with an index of words would find it.
fn is_found(wanted: &Wanted, row: &SentSummary, words: &HashSet<String>) -> bool {
    let message = &row.message;
    match wanted {
        Wanted::All(parts) => parts.iter().all(|part| is_found(part, row, words)),
        Wanted::Any(parts) => parts.iter().any(|part| is_found(part, row, words)),
        Wanted::Not(inner) => !is_found(inner, row, words),
        Wanted::Word(word) => words.contains(word),
        Wanted::Since(moment) => message.sent_at >= *moment,
        Wanted::Before(moment) => message.sent_at < *moment,
        Wanted::Larger(bytes) => message.size > *bytes,
        Wanted::Smaller(bytes) => message.size < *bytes,
        Wanted::HasCase => row.case.is_some(),
        Wanted::MessageId(id) => message.message_id.as_ref() == Some(id),
    }
}

const FOUND: &[&str] = &[
    "合",
    "合同",
    "购合同",
    "采购合同",
    "审批单",
    "合同终稿",
    "report_v2.pdf",
    "v2",
    "report",
    "REPORT",
    "repo",
    "zhang@example.test",
    "zhang",
    "zha",
    "example.test",
    "from:林青",
    "to:zhang",
    "to:zhang@example.test",
    "to:zhang@exam",
    "to:@example.test",
    "cc:team",
    "bcc:boss@other.test",
    "subject:合同",
    "主题：“合同终稿”",
    "filename:pdf",
    "附件名：report_v2",
    "有附件",
    "has:attachment",
    "2026",
    "q3",
    "\"Contract v3\"",
    "\"内部审批单不要外发\"",
    "before:2026-11-23",
    "after:2026-11-22",
    "older_than:2d",
    "newer_than:3d",
    "older_than:2026-11-23",
    "larger:5M",
    "smaller:7M",
    "rfc822msgid:<m1@example.test>",
    "-is:recalled",
    "合同 OR 协议",
    "协议 | 合同",
    "合同 -草稿",
    "合同 －草稿",
    "（合同 或 协议） 最近：7天",
    "nothing OR (合同 zhang)",
    "subject:(contract 合同)",
    "",
    "&",
    "-(a OR b)",
];

#[test]
fn what_is_in_a_mail_is_found() {
    for text in FOUND {
        assert!(search(text).matches(&row()), "{text}");
        assert_eq!(parse(text).problems, [], "{text}");
    }
}

const NOT_FOUND: &[&str] = &[
    "林青",
    "lin.qing@example.test",
    "同合",
    "合终",
    "单不外",
    "eport",
    "hang",
    "to:lin",
    "from:zhang",
    "to:hang@example.test",
    "subject:report",
    "\"repo\"",
    "\"v3 contract\"",
    "-合同",
    "is:recalled",
    "before:2026-11-22",
    "newer_than:1d",
    "larger:6M",
    "合同 协议",
    "quarter",
    "rfc822msgid:M1@example.test",
    "filename:合同",
    "-有附件",
    "\"2026\"",
];

#[test]
fn what_is_not_is_not() {
    for text in NOT_FOUND {
        assert!(!search(text).matches(&row()), "{text}");
    }
}

#[test]
fn problems_name_their_place_and_the_rest_is_searched() {
    use Reason::{
        BadDay, BadMessageId, BadSize, BadSpan, MisplacedThread, MissingValue, StrayOr, StrayParenthesis,
        UnclosedParenthesis, UnclosedQuote, UnknownFlag,
    };
    for (text, at, reason, guess) in [
        ("合同 \"终稿", 3..4, UnclosedQuote, "合同 \"终稿\""),
        ("(合同", 0..1, UnclosedParenthesis, "合同"),
        ("合同)", 2..3, StrayParenthesis, "合同"),
        ("OR 合同", 0..2, StrayOr, "合同"),
        ("合同 OR", 3..5, StrayOr, "合同"),
        ("a OR OR b", 5..7, StrayOr, "a OR b"),
        ("a --OR b", 4..6, StrayOr, "a b"),
        ("-或 a", 1..2, StrayOr, "a"),
        ("from: 主题：合同", 0..5, MissingValue, "subject:合同"),
        ("合同 to:", 3..6, MissingValue, "合同"),
        ("合同 after:soon", 9..13, BadDay, "合同"),
        ("最近：多久", 3..5, BadSpan, ""),
        ("larger:big x", 7..10, BadSize, "x"),
        ("has:hope", 4..8, UnknownFlag, ""),
        ("x -in:thread", 2..12, MisplacedThread, "x"),
        ("rfc822msgid:a<b", 12..15, BadMessageId, ""),
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.problems, [Problem { at, reason }], "{text}");
        assert_eq!(parsed.query.to_string(), guess, "{text}");
    }
}

#[test]
fn limits_are_told() {
    let reasons =
        |text: &str| parse(text).problems.into_iter().map(|problem| problem.reason).collect::<Vec<_>>();
    assert_eq!(reasons(&"x".repeat(MAX_LENGTH)), []);
    assert_eq!(reasons(&"合".repeat(MAX_LENGTH + 1)), [Reason::TooLong]);
    assert_eq!(reasons(&"x ".repeat(MAX_TERMS)), []);
    assert_eq!(reasons(&"x ".repeat(MAX_TERMS + 3)), [Reason::TooManyTerms]);
    let nested = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(reasons(&nested(MAX_DEPTH)), []);
    assert!(reasons(&nested(MAX_DEPTH + 1)).contains(&Reason::TooDeep));
    assert!(reasons(&"(".repeat(MAX_LENGTH)).contains(&Reason::TooDeep));
    assert_eq!(reasons(&"-".repeat(MAX_LENGTH)), []);
}

#[test]
fn a_query_is_written_as_it_is_typed() {
    for (text, written) in [
        ("发件人：林青 收件人:zhang 抄送：a 密送:b", "from:林青 to:zhang cc:a bcc:b"),
        ("a b|c", "a b|c"),
        ("a b | c", "a b OR c"),
        ("(a b) OR c", "(a b) OR c"),
        ("-(a OR b) -(-c)", "-(a OR b) c"),
        ("report(1).pdf (x)", "report(1).pdf x"),
        ("subject:(a OR \"b c\")", "subject:a OR subject:\"b c\""),
        ("早于：2026年11月1日 晚于:昨天", "before:2026-11-01 after:yesterday"),
        ("大于：1500KB 小于:2G", "larger:1500K smaller:2G"),
        ("合同 in:thread", "合同 in:thread"),
        ("带附件 AND 已撤回", "has:attachment is:recalled"),
        ("Re: 12:30 http://x.test", "Re: 12:30 http://x.test"),
    ] {
        assert_eq!(parse(text).query.to_string(), written, "{text}");
    }
}

#[test]
fn the_calendar_counts_months_and_the_zone_its_days() {
    let at = |text: &str| match search(text).wanted() {
        Wanted::Since(moment) | Wanted::Before(moment) => moment.utc().to_rfc3339(),
        other => panic!("{other:?}"),
    };
    assert_eq!(at("after:2026-11-24"), "2026-11-23T16:00:00+00:00");
    assert_eq!(at("before:today"), "2026-11-23T16:00:00+00:00");
    assert_eq!(at("after:yesterday"), "2026-11-22T16:00:00+00:00");
    assert_eq!(at("newer_than:9m"), "2026-02-24T06:00:00+00:00");
    assert_eq!(at("newer_than:1y"), "2025-11-24T06:00:00+00:00");
    assert_eq!(at("older_than:2w"), "2026-11-10T06:00:00+00:00");
    assert!(search("newer_than:9999y").matches(&row()));
}

fn shown(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() })
        .collect()
}

#[test]
fn hits_are_shown_where_they_stand() {
    let marked = |query: &str, text: &str| shown(&search(query).marked(Field::Subject, text));
    assert_eq!(marked("合同 cont -终稿", "合同终稿 ＣＯＮＴract，合同"), "[合同]终稿 [ＣＯＮＴ]ract，[合同]");
    assert_eq!(marked("\"contract v3\"", "Contract, v3!"), "[Contract, v3]!");
    assert_eq!(marked("to:合同", "合同"), "合同");
    assert_eq!(marked("同终 合同", "<b>合同终稿</b>"), "<b>[合同终]稿</b>");
    assert_eq!(marked("审批单", "审\n批单"), "[审\n批单]");
    assert_eq!(marked("", "合同"), "合同");

    let text = format!("{} 内部审\n批单 {}", "前面的话 ".repeat(30), "后面".repeat(200));
    let snippet = shown(&search("审批").snippet(&text));
    assert!(snippet.starts_with("… 前面的话") && snippet.ends_with("后面…"), "{snippet}");
    assert!(snippet.contains("内部[审 批]单") && snippet.chars().count() < 160, "{snippet}");
    assert_eq!(search("nothing").snippet(&text), []);
}

/// Short texts of a small alphabet, so that hits happen.
fn text() -> impl Strategy<Value = String> {
    let letters = prop::sample::select("合同终稿签 \n,ab1.@_-(é)Ａﾊﾞ㈱가\u{301}".chars().collect::<Vec<_>>());
    prop::collection::vec(letters, 0..24).prop_map(|letters| letters.into_iter().collect())
}

/// What means something in a query, between blanks.
const SIGNS: &str = "OR ＯＲ 或 | AND - -- －( ( （ ) \" “ ： ＂ from: 主题： to: 发给： cc:( filename: has: has:attachment \
    有附件 before:2026-11-01 before:today after: newer_than:3d 最近： older_than:2026-11-01 larger:1M smaller: in: \
    in:thread 同一会话 is: -is:recalled rfc822msgid: （from: 或者( a(1) x:y";

fn query() -> impl Strategy<Value = String> {
    let signs: Vec<&str> = SIGNS.split_whitespace().collect();
    let sign = prop::sample::select(signs).prop_map(str::to_owned);
    let word = prop_oneof![text(), "[合同终稿ab1]{1,4}", sign];
    let blank = prop::sample::select(vec!["", " ", "　"]);
    prop::collection::vec((word, blank), 0..12)
        .prop_map(|words| words.into_iter().map(|(word, blank)| [word, blank.to_string()].concat()).collect())
}

/// Each takes a few microseconds: more than the usual 256, unless somebody asks for a number.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: 2000, ..usual } }
}

/// Different from the first digit on.
fn spread(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[test]
fn what_has_no_room_in_the_index_is_told() {
    let words = |mail: &SentMessage| tokens(mail).into_iter().collect::<HashSet<String>>();
    assert!(!words(&mail()).contains(CUT));
    let mut many = mail();
    many.to = (1..=5000).map(|n| somebody("", &format!("{:016x}@x.test", spread(n)))).collect();
    many.subject = "quarterly".into();
    many.text = "needleword".into();
    let found = words(&many);
    assert!(found.contains("needleword") && found.contains("quarterly") && found.contains(CUT));
    assert!(found.iter().map(String::len).sum::<usize>() < 1 << 20);
    // A text that has too many words itself leaves room for the subject.
    let mut long = mail();
    // Each digit begins a word of its own.
    let digits = |n| spread(n).to_string().chars().flat_map(|digit| [digit, 'x']).collect::<String>();
    long.text = (1..=2500).map(|n| digits(n) + " ").collect();
    let found = words(&long);
    assert!(found.contains("采购") && found.contains("zhang") && found.contains(CUT));
    assert!(found.iter().map(String::len).sum::<usize>() < 1 << 20);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_understood_somehow(text in ".{0,600}") {
        let parsed = parse(&text);
        let length = text.chars().count();
        for problem in parsed.problems {
            prop_assert!(problem.at.start < problem.at.end && problem.at.end <= length, "{:?}", problem);
        }
    }

    #[test]
    fn written_and_read_again_it_is_the_same(text in query()) {
        let parsed = parse(&text);
        let written = parsed.query.to_string();
        if written.chars().count() <= MAX_LENGTH {
            let again = parse(&written);
            prop_assert_eq!(&again.query, &parsed.query, "{} → {}", text, written);
            prop_assert_eq!(again.problems, vec![], "{} → {}", text, written);
        }
    }

    /// The index loses nothing, and where the search says so, it finds nothing else.
    #[test]
    fn the_index_finds_all_that_fits(query in query(), subject in text(), body in text(), file in text(), name in text()) {
        let mut row = row();
        row.message.subject = subject;
        row.message.text = body;
        row.message.attachments[0].name = file;
        row.message.to[0].name = name;
        let words: HashSet<String> = tokens(&row.message).into_iter().collect();
        let search = search(&query);
        let (found, fits) = (is_found(&search.wanted(), &row, &words), search.matches(&row));
        prop_assert!(found || !fits, "{query}");
        prop_assert!(found == fits || !search.is_exact(), "{query}");
    }

    /// Whatever part of a Chinese text somebody types.
    #[test]
    fn every_part_of_a_chinese_text_is_found(text in "[\u{4e00}-\u{4e20}]{1,30}", at in 0_usize..30, length in 1_usize..6) {
        let letters: Vec<char> = text.chars().collect();
        let start = at % letters.len();
        let part: String = letters[start..].iter().take(length).collect();
        let mut row = row();
        row.message.text = text;
        prop_assert!(search(&part).matches(&row), "{part}");
    }

    #[test]
    fn marking_changes_no_letter(query in query(), text in text()) {
        let pieces = search(&query).marked(Field::Subject, &text);
        prop_assert_eq!(pieces.into_iter().map(|piece| piece.text).collect::<String>(), text);
        search(&query).snippet(&query);
    }
}
