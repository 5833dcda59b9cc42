//! What one target's row says: a label, what it means, what to do, and what is known beyond that. Pure.

use super::headline::sentences;
use crate::{
    i18n::{Text, fl},
    kit::Tone,
    labels, show,
};
use chrono_tz::Tz;
use domain::{
    case::{Correction, ReadBy, Target, view::CaseView},
    mail_system::{FolderName, ReadEvidence},
    org::RecipientKind,
    shared::{CorrectionState, Outcome, TargetState, Task, Trouble},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub label: String,
    pub tone: Tone,
    pub advice: String,
}

/// What a row depends on beside its target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// Approved, read copies go too.
    pub takes_read: bool,
    /// Its mailbox must not be touched now.
    pub on_hold: bool,
    /// When it is tried next, as shown.
    pub again: &'a str,
}

impl<'a> Around<'a> {
    pub fn of(view: &CaseView, target: &Target, again: &'a str) -> Self {
        Self { takes_read: view.case.request.include_read, on_hold: is_on_hold(view, target), again }
    }
}

pub fn is_on_hold(view: &CaseView, target: &Target) -> bool {
    let owner = target.recipient.person().and_then(|person| view.directory.person(person));
    owner.is_some_and(|owner| owner.legal_hold)
}

pub fn of(text: Text, target: &Target, around: Around) -> Said {
    match (target.outcome, target.task) {
        (Some(outcome), None) => ended(text, outcome, target),
        (_, Some(Task::Release)) if around.on_hold => Said {
            label: fl!(text, "live-release-on-hold"),
            tone: Tone::Warn,
            advice: fl!(text, "live-release-on-hold-means"),
        },
        (_, Some(task)) => under_way(text, task, target, around.again),
        (None, None) => resting(text, target, around.takes_read),
    }
}

fn ended(text: Text, outcome: Outcome, target: &Target) -> Said {
    let held = target.state == TargetState::Held;
    let kept = if held && outcome == Outcome::Failed { fl!(text, "live-failed-held") } else { String::new() };
    let advice = match (outcome, target.detail.trouble) {
        (Outcome::OnLegalHold, None) if held => fl!(text, "outcome-on-legal-hold-held-advice"),
        (Outcome::Failed, Some(trouble)) => {
            sentences(text, [named(text, trouble), given_up(text, trouble), kept])
        }
        (outcome, Some(trouble)) => sentences(
            text,
            [
                labels::outcome_advice(text, outcome),
                named(text, trouble),
                labels::trouble_advice(text, trouble),
            ],
        ),
        (outcome, None) => sentences(text, [labels::outcome_advice(text, outcome), kept]),
    };
    Said { label: labels::outcome(text, outcome), tone: labels::outcome_tone(outcome), advice }
}

/// At the end nothing is tried again by itself, whatever the trouble's usual advice promises.
fn given_up(text: Text, trouble: Trouble) -> String {
    match trouble {
        Trouble::MailSystemDown => fl!(text, "live-given-up-down"),
        Trouble::MailboxFull => fl!(text, "live-given-up-full"),
        Trouble::VaultFull => fl!(text, "live-given-up-vault"),
        // A copy may have been taken before the error.
        Trouble::Internal => fl!(text, "live-given-up-internal"),
        other => labels::trouble_advice(text, other),
    }
}

fn under_way(text: Text, task: Task, target: &Target, again: &str) -> Said {
    let (label, means) = match task {
        Task::Hold => (fl!(text, "live-task-hold"), fl!(text, "live-task-hold-means")),
        Task::Execute => (fl!(text, "live-task-execute"), fl!(text, "live-task-execute-means")),
        Task::Release => (fl!(text, "live-task-release"), fl!(text, "live-task-release-means")),
    };
    match target.detail.trouble.filter(|_| target.attempts > 0) {
        None => Said { label, tone: Tone::Busy, advice: means },
        Some(trouble) => {
            let retry = fl!(text, "live-again", at = again);
            Said { label, tone: Tone::Warn, advice: sentences(text, [named(text, trouble), retry]) }
        }
    }
}

/// Nothing to do here before somebody decides.
fn resting(text: Text, target: &Target, takes_read: bool) -> Said {
    let detail = &target.detail;
    let say = |label, tone, advice| Said { label, tone, advice };
    if target.recipient.kind == RecipientKind::Outside {
        return say(labels::outcome(text, Outcome::Outside), Tone::Plain, fl!(text, "live-outside-means"));
    }
    if target.state == TargetState::Held {
        let read = match (detail.read_copies, takes_read) {
            (0, _) => String::new(),
            (_, true) => fl!(text, "live-held-read-goes"),
            (_, false) => fl!(text, "live-held-read-stays"),
        };
        let advice = sentences(text, [fl!(text, "live-held-means"), read]);
        return say(labels::target_state(text, TargetState::Held), Tone::Busy, advice);
    }
    // No decision finds out who that is.
    if let Some(trouble @ Trouble::UnknownAddress) = detail.trouble {
        return say(labels::trouble(text, trouble), Tone::Warn, labels::trouble_advice(text, trouble));
    }
    if let Some(trouble) = detail.trouble {
        let advice = sentences(text, [named(text, trouble), fl!(text, "live-tried-after-decision")]);
        return say(fl!(text, "live-not-held"), Tone::Warn, advice);
    }
    if detail.seen_there {
        let advice = if takes_read { fl!(text, "live-read-goes") } else { fl!(text, "live-read-stays") };
        return say(fl!(text, "live-read"), Tone::Warn, advice);
    }
    if !detail.searched.is_empty() {
        return say(fl!(text, "live-not-yet-found"), Tone::Warn, fl!(text, "live-not-yet-found-means"));
    }
    say(labels::target_state(text, TargetState::Waiting), Tone::Plain, String::new())
}

fn named(text: Text, trouble: Trouble) -> String {
    fl!(text, "live-trouble", trouble = labels::trouble(text, trouble))
}

/// Folder, reading and how it is known, group, where we looked. Joined by middle dots; may be empty.
pub fn facts(text: Text, target: &Target, zone: Tz) -> String {
    let detail = &target.detail;
    let mut facts = Vec::new();
    if let Some(found) = &detail.folder {
        facts.push(fl!(text, "live-fact-folder", folder = folder(text, found)));
    }
    if detail.read_copies > 0 {
        facts.push(fl!(text, "live-fact-read", copies = detail.read_copies));
    }
    match target.read_by() {
        Some(ReadBy::Mark) => facts.push(fl!(text, "live-fact-read-mark")),
        Some(ReadBy::Log(at)) => {
            facts.push(fl!(text, "live-fact-read-log", at = show::minute(text, at, zone)));
        }
        None => {}
    }
    if detail.evidence == ReadEvidence::LogUnreadable {
        facts.push(fl!(text, "live-fact-log-unreadable"));
    }
    if detail.strangers > 0 {
        facts.push(fl!(text, "live-fact-strangers", copies = detail.strangers));
    }
    if !detail.searched.is_empty() {
        facts.push(searched(text, target));
    }
    if !detail.skipped.is_empty() {
        let skipped: Vec<String> = detail.skipped.iter().map(|part| folder(text, &part.folder)).collect();
        facts.push(fl!(text, "live-fact-skipped", folders = show::first_few(text, &skipped)));
    }
    if !target.recipient.via.is_empty() {
        let via: Vec<String> = target.recipient.via.iter().map(ToString::to_string).collect();
        facts.push(fl!(text, "live-fact-via", groups = via.join(" › ")));
    }
    facts.join(" · ")
}

/// Names only where nothing was found: the folders of other people are their own business.
fn searched(text: Text, target: &Target) -> String {
    let folders: Vec<String> = target.detail.searched.iter().map(|name| folder(text, name)).collect();
    let none = !target.detail.seen_there || target.outcome == Some(Outcome::AlreadyGone);
    if none {
        let names =
            folders.join(if text.language == domain::shared::Language::Chinese { "、" } else { ", " });
        fl!(text, "live-fact-searched-names", count = folders.len(), folders = names)
    } else {
        fl!(text, "live-fact-searched", count = folders.len())
    }
}

pub fn folder(text: Text, name: &FolderName) -> String {
    if name.is_inbox() { fl!(text, "live-inbox") } else { name.to_string() }
}

/// Where this target's correction stands. None: there is none to speak of.
pub fn correction(text: Text, correction: &Correction) -> Option<(String, Tone)> {
    let tone = labels::correction_tone(correction.state);
    let said = match correction.state {
        CorrectionState::Sent if correction.in_place => fl!(text, "live-correction-in-place"),
        CorrectionState::Unneeded => return None,
        state => fl!(text, "live-correction", state = labels::correction(text, state)),
    };
    Some((said, tone))
}

#[cfg(test)]
mod tests {
    use super::super::sample::target;
    use super::*;
    use domain::{case::Detail, shared::Language, time::Timestamp};

    const ZH: Language = Language::Chinese;

    fn said(target: &Target) -> Said {
        of(Text::of(ZH), target, Around { again: "今天 10:05", ..Around::default() })
    }

    #[test]
    fn a_final_failure_promises_no_retry() {
        let mut failed = target(1, Some(Outcome::Failed));
        failed.detail.trouble = Some(Trouble::MailSystemDown);
        let said = said(&failed);
        assert_eq!(said.tone, Tone::Bad);
        assert!(
            said.advice.contains("邮件系统没有响应") && !said.advice.contains("自动重试"),
            "{}",
            said.advice
        );
    }

    #[test]
    fn what_was_frozen_before_a_legal_hold_is_not_called_untouched() {
        let mut held = target(1, Some(Outcome::OnLegalHold));
        assert!(said(&held).advice.contains("没有做任何改动"));
        held.state = TargetState::Held;
        let told = said(&held).advice;
        assert!(told.contains("保存在保险库里") && !told.contains("没有做任何改动"), "{told}");
    }

    #[test]
    fn what_waits_for_the_end_of_a_legal_hold_is_not_under_way() {
        let mut waiting = target(1, None);
        (waiting.state, waiting.task) = (TargetState::Held, Some(Task::Release));
        assert_eq!(said(&waiting).label, "正在放回");
        let told = of(Text::of(ZH), &waiting, Around { on_hold: true, ..Around::default() });
        assert_eq!((told.label.as_str(), told.tone), ("等待保全解除", Tone::Warn));
    }

    #[test]
    fn a_retry_says_when() {
        let mut busy = target(1, None);
        busy.task = Some(Task::Execute);
        busy.attempts = 2;
        busy.detail.trouble = Some(Trouble::MailSystemDown);
        assert_eq!(said(&busy).advice, "邮件系统没有响应。今天 10:05 会自动再试。");
        busy.attempts = 0;
        assert_eq!(said(&busy).tone, Tone::Busy);
    }

    #[test]
    fn before_the_decision_frozen_read_and_missing_are_told_apart() {
        let mut held = target(1, None);
        held.state = TargetState::Held;
        let mut read = target(2, None);
        read.detail.seen_there = true;
        let mut missing = target(3, None);
        missing.detail.searched = vec![FolderName::inbox()];
        let labels = [&held, &read, &missing].map(|target| said(target).label);
        assert_eq!(labels, ["已冻结", "已读，没有冻结", "还没有找到"]);
    }

    #[test]
    fn an_address_that_nobody_has_is_not_said_to_be_tried_again() {
        let mut unknown = target(1, None);
        unknown.recipient.kind = RecipientKind::Unknown;
        unknown.detail.trouble = Some(Trouble::UnknownAddress);
        let not_tried = said(&unknown);
        assert_eq!(not_tried.label, "通讯录里没有这个地址");
        assert!(!not_tried.advice.contains("再试"), "{}", not_tried.advice);
        unknown.detail.trouble = Some(Trouble::MailSystemDown);
        assert!(said(&unknown).advice.contains("批准后会再试"));
    }

    #[test]
    fn where_we_looked_is_named_when_nothing_was_found() {
        let mut missing = target(1, Some(Outcome::NotFound));
        missing.detail =
            Detail { searched: vec![FolderName::inbox(), FolderName("项目".into())], ..Detail::default() };
        missing.recipient.via = vec!["all@x.test".parse().unwrap()];
        assert_eq!(
            facts(Text::of(ZH), &missing, Tz::UTC),
            "查找过 2 个文件夹：收件箱、项目 · 通过 all@x.test 收到"
        );
        assert_ne!(said(&missing).tone, Tone::Good);
        missing.detail.seen_there = true;
        missing.outcome = Some(Outcome::RemovedUnread);
        assert_eq!(facts(Text::of(ZH), &missing, Tz::UTC), "查找过 2 个文件夹 · 通过 all@x.test 收到");
    }

    #[test]
    fn how_reading_is_known_is_told() {
        let mut left = target(1, Some(Outcome::LeftRead));
        left.detail.read_copies = 1;
        assert_eq!(facts(Text::of(ZH), &left, Tz::UTC), "已读副本 1 份 · 已读依据：邮箱里的已读标记");
        let mut opened = target(1, Some(Outcome::RemovedRead));
        opened.detail.opened_at = Some(Timestamp(1_769_994_000_000));
        assert_eq!(
            facts(Text::of(ZH), &opened, Tz::Asia__Shanghai),
            "已读依据：邮件服务器日志显示 2026年2月2日 09:00 打开过"
        );
        let mut unsure = target(1, Some(Outcome::RemovedUnread));
        unsure.detail.evidence = ReadEvidence::LogUnreadable;
        let said = facts(Text::of(Language::English), &unsure, Tz::UTC);
        assert_eq!(
            said,
            "The mail server’s log couldn’t be read, or not far enough back: only read marks are known"
        );
        unsure.detail.evidence = ReadEvidence::FlagsAndLog;
        assert_eq!(facts(Text::of(ZH), &unsure, Tz::UTC), "");
    }

    #[test]
    fn every_outcome_and_trouble_has_its_words() {
        let around = Around { takes_read: true, again: "10:00", ..Around::default() };
        for language in Language::ALL {
            for outcome in Outcome::ALL {
                for trouble in Trouble::ALL {
                    let mut one = target(1, Some(*outcome));
                    one.detail.trouble = Some(*trouble);
                    assert!(!of(Text::of(language), &one, around).advice.is_empty());
                }
            }
        }
    }
}
