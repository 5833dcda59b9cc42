use super::*;
use domain::{
    mail_system::FolderName,
    shared::{Language, Trouble},
};

const PLAN: Plan = Plan {
    intent: Intent::Recall,
    include_read: false,
    has_letter: true,
    needs_approval: true,
    freezes: true,
};

fn said(language: Language, plan: Plan, counts: Counts, letters: usize) -> Vec<String> {
    lines(Text::of(language), plan, counts, letters).into_iter().map(|line| line.sentence).collect()
}

fn read() -> Finding {
    Finding::Read { folder: FolderName::inbox(), unread: false, logged: false }
}

fn unread() -> Finding {
    Finding::Unread { folder: FolderName::inbox() }
}

#[test]
fn the_sentences_of_a_recall_that_needs_approval() {
    let counts = Counts { unread: 37, read: 4, outside: 2, ..Counts::default() };
    assert_eq!(
        said(Language::Chinese, PLAN, counts, 6),
        [
            "37 份未读副本会在几秒内从邮箱里消失（先冻结）；审批通过之前，随时可以原样放回。",
            "4 份已读副本不会动。",
            "2 位外部收件人：无法撤回，会收到下面的更正邮件。",
            "审批通过后，更正邮件会发给 6 位收件人。未读就被收回的人不会收到。",
        ]
    );
}

#[test]
fn one_is_one_in_english() {
    let counts = Counts { unread: 1, read: 1, not_found: 1, outside: 1, hold: 1, trouble: 1, not_looked: 0 };
    for sentence in said(Language::English, PLAN, counts, 1) {
        assert!(!sentence.contains("copies") && !sentence.contains("recipients "), "{sentence}");
        assert!(sentence.contains('1'), "{sentence}");
    }
    let counts = Counts { unread: 2, read: 2, not_found: 2, outside: 2, hold: 2, trouble: 2, not_looked: 0 };
    for sentence in said(Language::English, PLAN, counts, 2) {
        assert!(sentence.contains('2') && !sentence.contains("1 "), "{sentence}");
    }
}

#[test]
fn what_does_not_occur_is_not_said() {
    let silent = Plan { has_letter: false, ..PLAN };
    assert_eq!(said(Language::Chinese, silent, Counts::default(), 0), Vec::<String>::new());
    assert_eq!(
        said(Language::Chinese, PLAN, Counts::default(), 0),
        ["按现在的情况，没有人需要另外收到更正邮件。"]
    );
}

#[test]
fn outsiders_without_a_letter_are_a_warning() {
    let silent = Plan { has_letter: false, ..PLAN };
    let lines = lines(Text::of(Language::English), silent, Counts { outside: 1, ..Counts::default() }, 0);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].tone, Tone::Warn);
}

#[test]
fn a_correction_alone_removes_nothing() {
    let plan = Plan { intent: Intent::CorrectOnly, needs_approval: false, freezes: false, ..PLAN };
    let sentences = said(Language::Chinese, plan, Counts { unread: 3, outside: 1, ..Counts::default() }, 4);
    assert_eq!(sentences, ["原邮件留在原处，不会从任何邮箱里移走。", "更正邮件马上发给 4 位收件人。"]);
    let later = said(Language::Chinese, Plan { needs_approval: true, ..plan }, Counts::default(), 4);
    assert_eq!(later[1], "审批通过后，更正邮件会发给 4 位收件人。", "nobody's copy is taken back");
}

#[test]
fn only_those_the_recall_does_not_reach_get_the_letter() {
    let everyone = [
        unread(),
        read(),
        Finding::Outside,
        Finding::NotFound { searched: 3 },
        Finding::Trouble(Trouble::MailboxMissing),
    ];
    let count = |plan| letters(plan, &everyone);
    assert_eq!(count(PLAN), 4);
    assert_eq!(count(Plan { include_read: true, ..PLAN }), 4, "who has read it hears of it");
    let replace = Plan { intent: Intent::RecallAndReplace, include_read: true, ..PLAN };
    assert_eq!(count(replace), 3, "who finds the replacement in its place needs no second mail");
    assert_eq!(count(Plan { intent: Intent::CorrectOnly, ..PLAN }), 5);
    assert_eq!(count(Plan { has_letter: false, ..PLAN }), 0);
}

#[test]
fn the_button_says_what_it_does() {
    let text = Text::of(Language::Chinese);
    assert_eq!(button(text, PLAN), "先冻结，并提交审批");
    assert_eq!(button(text, Plan { needs_approval: false, ..PLAN }), "立即撤回");
    assert_eq!(button(text, Plan { intent: Intent::CorrectOnly, freezes: false, ..PLAN }), "提交审批");
}

#[test]
fn what_was_not_looked_at_is_told_and_nothing_is_promised_for_it() {
    let counts = Counts { unread: 2, not_looked: 7, ..Counts::default() };
    let sentences = said(Language::Chinese, Plan { needs_approval: false, ..PLAN }, counts, 0);
    assert_eq!(sentences.len(), 2, "{sentences:?}");
    assert!(sentences[1].contains("还有 7 个邮箱没来得及查看"), "{sentences:?}");
}
