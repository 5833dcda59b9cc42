//! What operators are called, in both languages. Names are compared after folding: full-width and capitals count
//! for nothing.

use super::{query::Field, runs::folded};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    In(Field),
    Has,
    Is,
    Within,
    Before,
    After,
    OlderThan,
    NewerThan,
    Larger,
    Smaller,
    MessageId,
}

/// What a word means that isn't searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Attachment,
    Recalled,
    Thread,
}

const OPERATORS: &[(Operator, &[&str])] = &[
    (Operator::In(Field::From), &["from", "发件人", "寄件人", "發件人", "寄件者", "发自"]),
    (Operator::In(Field::To), &["to", "收件人", "收件者", "发给", "發給"]),
    (Operator::In(Field::Cc), &["cc", "抄送", "抄送人", "副本"]),
    (Operator::In(Field::Bcc), &["bcc", "密送", "密送人", "密件抄送", "密件副本"]),
    (Operator::In(Field::Subject), &["subject", "主题", "标题", "主題", "主旨"]),
    (Operator::In(Field::Filename), &["filename", "附件名", "附件", "文件名", "附件名稱", "檔名"]),
    (Operator::Has, &["has", "含", "有"]),
    (Operator::Is, &["is", "状态", "狀態"]),
    (Operator::Within, &["in", "范围", "範圍"]),
    (Operator::Before, &["before", "早于", "早於", "之前"]),
    (Operator::After, &["after", "晚于", "晚於", "之后", "之後"]),
    (Operator::OlderThan, &["older_than", "older", "超过", "超過"]),
    (Operator::NewerThan, &["newer_than", "newer", "最近"]),
    (Operator::Larger, &["larger", "larger_than", "大于", "大於"]),
    (Operator::Smaller, &["smaller", "smaller_than", "小于", "小於"]),
    (Operator::MessageId, &["rfc822msgid", "邮件编号", "郵件編號"]),
];

/// After `has:`, `is:` and `in:`.
const FLAGS: &[(Operator, Flag, &[&str])] = &[
    (Operator::Has, Flag::Attachment, &["attachment", "attachments", "附件"]),
    (Operator::Is, Flag::Recalled, &["recalled", "已撤回", "撤回", "有撤回单"]),
    (Operator::Within, Flag::Thread, &["thread", "会话", "同一会话", "會話"]),
];

/// Whole words that need no colon.
const BARE: &[(Flag, &[&str])] = &[
    (Flag::Attachment, &["有附件", "含附件", "带附件", "帶附件"]),
    (Flag::Recalled, &["已撤回", "有撤回单"]),
    (Flag::Thread, &["同一会话", "整个会话"]),
];

pub(super) fn operator(name: &str) -> Option<Operator> {
    let name = folded(name);
    OPERATORS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(operator, _)| *operator)
}

pub(super) fn flag(operator: Operator, value: &str) -> Option<Flag> {
    let value = folded(value);
    let mut flags = FLAGS.iter().filter(|(of, ..)| *of == operator);
    flags.find(|(.., names)| names.contains(&value.as_str())).map(|(_, flag, _)| *flag)
}

pub(super) fn bare(word: &str) -> Option<Flag> {
    BARE.iter().find(|(_, names)| names.contains(&word)).map(|(flag, _)| *flag)
}

/// Between two terms. Small letters are an ordinary word in English.
pub(super) fn is_or(word: &str) -> bool {
    matches!(word, "OR" | "ＯＲ" | "|" | "｜" | "或" | "或者")
}

/// Says what a blank says.
pub(super) fn is_and(word: &str) -> bool {
    matches!(word, "AND" | "ＡＮＤ")
}
