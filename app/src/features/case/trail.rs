//! The audit trail as a timeline: acts of people and milestones. Single copies are only counted. Pure.

use super::progress::Reader;
use crate::{
    i18n::{Text, fl},
    kit::{Moment, Tone},
    labels, show,
};
use chrono_tz::Tz;
use domain::{
    audit::Entry,
    case::{Approval, Case, view::CaseView},
    ids::PersonId,
    org::Directory,
    shared::{Act, Verdict},
    time::Timestamp,
};
use std::collections::HashMap;

/// What the timeline is written from, besides the entries.
pub struct Told<'a> {
    pub case: &'a Case,
    pub approvals: &'a [Approval],
    pub directory: &'a Directory,
    /// Comments are for those who read mail.
    pub comments: bool,
    pub zone: Tz,
    pub now: Timestamp,
}

impl<'a> Told<'a> {
    pub fn of(view: &'a CaseView, reader: &Reader) -> Self {
        Self {
            case: &view.case,
            approvals: &view.approvals,
            directory: &view.directory,
            comments: view.access.reads_mail(),
            zone: reader.zone,
            now: reader.now,
        }
    }
}

impl Told<'_> {
    pub fn name(&self, person: Option<PersonId>, text: Text) -> String {
        match person {
            None => fl!(text, "cases-system"),
            Some(id) => match self.directory.person(id) {
                Some(person) => person.name.clone(),
                None => fl!(text, "cases-somebody"),
            },
        }
    }
}

pub fn timeline(text: Text, trail: &[Entry], told: &Told<'_>) -> Vec<Moment> {
    // A long trail is counted once.
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let moments = trail.iter().filter_map(|entry| {
        let said = say(text, &|action| counts.get(action).copied().unwrap_or(0), entry, told);
        *counts.entry(&entry.action).or_default() += 1;
        let (tone, title, detail) = said?;
        let when = (show::machine(entry.at, told.zone), show::near(text, entry.at, told.now, told.zone));
        Some(Moment { tone, at: when, title, detail })
    });
    moments.collect()
}

/// `done`: how often that was done before.
fn say(
    text: Text,
    done: &dyn Fn(&str) -> usize,
    entry: &Entry,
    told: &Told<'_>,
) -> Option<(Tone, String, String)> {
    let name = told.name(entry.actor, text);
    let plain = |tone, title| Some((tone, title, String::new()));
    match entry.action.as_str() {
        "case.requested" => Some(requested(text, entry, name, told)),
        "case.holding" => plain(Tone::Busy, fl!(text, "cases-told-holding")),
        "case.awaiting_approval" => {
            let detail = match done("copy.held") {
                0 => String::new(),
                copies => fl!(text, "cases-told-held", copies = copies),
            };
            Some((Tone::Warn, fl!(text, "cases-told-awaiting"), detail))
        }
        "approval.given" => Some(decided(text, entry, &name, told)),
        "case.approved" if done("approval.given") == 0 => plain(Tone::Good, fl!(text, "cases-told-free")),
        "case.executing" => plain(Tone::Busy, fl!(text, "cases-told-executing")),
        "case.expired" => plain(Tone::Bad, fl!(text, "cases-told-expired")),
        "case.withdrawn" => plain(Tone::Plain, fl!(text, "cases-told-withdrawn", name = name)),
        "case.releasing" if told.case.freezes() => plain(Tone::Busy, fl!(text, "cases-told-releasing")),
        "case.finished" => {
            let (copies, sent) = (done("copy.held"), done("correction.sent") + done("copy.replaced"));
            let detail = fl!(text, "cases-told-finished-detail", copies = copies, sent = sent);
            // What it brought is the headline's to judge.
            Some((Tone::Plain, fl!(text, "cases-told-finished"), detail))
        }
        "case.closed" => {
            let copies = done("copy.released");
            let back = told.case.freezes().then(|| fl!(text, "cases-told-closed-detail", copies = copies));
            let detail = back.unwrap_or_default();
            Some((Tone::Plain, fl!(text, "cases-told-closed"), detail))
        }
        "vault.emptied" => plain(Tone::Plain, fl!(text, "cases-told-vault-emptied")),
        "vault.erased" => plain(Tone::Plain, fl!(text, "cases-told-vault-erased")),
        "vault.destroyed" => plain(Tone::Plain, fl!(text, "cases-told-vault-destroyed")),
        "correction.failed" | "correction.unconfirmed" if done(&entry.action) == 0 => {
            plain(Tone::Bad, fl!(text, "cases-told-correction-lost"))
        }
        _ => putting_back(text, entry, &name, told, done),
    }
}

fn requested(text: Text, entry: &Entry, name: String, told: &Told<'_>) -> (Tone, String, String) {
    let intent = labels::intent(text, told.case.request.intent);
    let title = match mailbox(entry) {
        Some(mailbox) => {
            let mailbox = told.name(Some(mailbox), text);
            fl!(text, "cases-told-requested-for", name = name, intent = intent, mailbox = mailbox)
        }
        None => fl!(text, "cases-told-requested", name = name, intent = intent),
    };
    (Tone::Plain, title, fl!(text, "cases-told-targets", targets = number(entry, "targets")))
}

/// What follows when somebody asks to have a finished recall undone.
fn putting_back(
    text: Text,
    entry: &Entry,
    name: &str,
    told: &Told<'_>,
    done: &dyn Fn(&str) -> usize,
) -> Option<(Tone, String, String)> {
    let plain = |tone, title| Some((tone, title, String::new()));
    match entry.action.as_str() {
        "case.restore_requested" => {
            let asked = told.case.restoration.as_ref().filter(|asked| told.comments && asked.at == entry.at);
            let note = asked.map(|asked| asked.note.clone()).unwrap_or_default();
            Some((Tone::Warn, fl!(text, "restore-told-requested", name = name), note))
        }
        "case.restore_dropped" => match entry.actor {
            None => plain(Tone::Bad, fl!(text, "restore-told-expired")),
            Some(person) if person == told.case.requester => {
                plain(Tone::Plain, fl!(text, "restore-told-dropped", name = name))
            }
            // The decision says it.
            Some(_) => None,
        },
        "case.restoring" => plain(Tone::Busy, fl!(text, "restore-told-restoring")),
        "case.restored" => {
            let detail = fl!(text, "restore-told-copies", copies = done("copy.released"));
            Some((Tone::Plain, fl!(text, "restore-told-restored"), detail))
        }
        _ => None,
    }
}

/// What one entry means, for who reads them all: as in the timeline, and the effects on single copies.
pub fn meaning(text: Text, before: &[Entry], entry: &Entry, told: &Told<'_>) -> Option<String> {
    match entry.action.as_str() {
        "copy.sealed" => Some(fl!(text, "restore-told-copy-sealed")),
        "copy.held" => Some(fl!(text, "restore-told-copy-held")),
        "copy.left" => Some(fl!(text, "restore-told-copy-left")),
        "copy.returning" => Some(fl!(text, "restore-told-copy-returning")),
        "copy.released" => Some(fl!(text, "restore-told-copy-released")),
        "copy.reshaped" => Some(fl!(text, "restore-told-copy-reshaped")),
        _ => {
            let done = |action: &str| before.iter().filter(|entry| entry.action == action).count();
            say(text, &done, entry, told).map(|(_, title, _)| title)
        }
    }
}

fn decided(text: Text, entry: &Entry, name: &str, told: &Told<'_>) -> (Tone, String, String) {
    let approved = field(entry, "verdict").is_some_and(|verdict| verdict == Verdict::Approved.code());
    let given = told
        .approvals
        .iter()
        .find(|given| Some(given.approver) == entry.actor && given.decided_at == entry.at);
    let comment = given.filter(|_| told.comments).map(|given| given.comment.clone()).unwrap_or_default();
    let back = field(entry, "act").is_some_and(|act| act == Act::Restore.code());
    match (back, approved) {
        (false, true) => (Tone::Good, fl!(text, "cases-told-approved", name = name), comment),
        (false, false) => (Tone::Bad, fl!(text, "cases-told-refused", name = name), comment),
        (true, true) => (Tone::Good, fl!(text, "restore-told-approved", name = name), comment),
        (true, false) => (Tone::Bad, fl!(text, "restore-told-refused", name = name), comment),
    }
}

fn field(entry: &Entry, name: &str) -> Option<serde_json::Value> {
    serde_json::from_str::<serde_json::Value>(&entry.detail).ok()?.get(name).cloned()
}

/// The one somebody asked for who isn't its owner.
fn mailbox(entry: &Entry) -> Option<PersonId> {
    field(entry, "mailbox").and_then(|value| serde_json::from_value(value).ok())
}

fn number(entry: &Entry, name: &str) -> u64 {
    field(entry, name).and_then(|value| value.as_u64()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{case, entry, person, told as entry_by};
    use super::*;
    use domain::{
        audit::Actor,
        case::Request,
        shared::{Intent, Language},
    };
    use serde_json::json;

    fn titles(trail: &[Entry], approvals: &[Approval], comments: bool) -> Vec<(String, String)> {
        titles_of(&case(), trail, approvals, comments)
    }

    fn titles_of(
        case: &Case,
        trail: &[Entry],
        approvals: &[Approval],
        comments: bool,
    ) -> Vec<(String, String)> {
        let directory = Directory::default();
        let told = Told {
            case,
            approvals,
            directory: &directory,
            comments,
            zone: chrono_tz::Asia::Shanghai,
            now: Timestamp(0),
        };
        let moments = timeline(Text::of(Language::Chinese), trail, &told);
        moments.into_iter().map(|moment| (moment.title, moment.detail)).collect()
    }

    #[test]
    fn acts_and_milestones_stand_out_and_copies_are_counted() {
        let trail = [
            entry_by(1, "case.requested", Actor::System, json!({ "targets": 3 })),
            entry(2, "case.holding"),
            entry(3, "copy.sealed"),
            entry(4, "copy.held"),
            entry(5, "target.settled"),
            entry(6, "case.awaiting_approval"),
            entry_by(7, "approval.given", Actor::Person(person(9)), json!({ "verdict": "approved" })),
            entry(8, "case.approved"),
            entry(9, "case.executing"),
            entry(10, "case.finished"),
        ];
        let told = titles(&trail, &[], true);
        assert_eq!(told.len(), 6, "{told:?}");
        assert_eq!(told[0].1, "3 个收件对象");
        assert_eq!(told[2].1, "已冻结 1 份副本");
        assert_eq!(told[5].1, "收回 1 份副本，发出 0 封更正邮件");
    }

    #[test]
    fn frozen_copies_go_back_only_where_there_were_some() {
        let trail = [entry(1, "case.expired"), entry(2, "case.releasing"), entry(3, "case.closed")];
        let told = titles(&trail, &[], true);
        assert_eq!((told[1].0.as_str(), told[2].1.as_str()), ("开始放回冻结的副本", "放回 0 份副本"));
        let correction =
            Case { request: Request { intent: Intent::CorrectOnly, ..case().request }, ..case() };
        let told = titles_of(&correction, &trail, &[], true);
        let ended: Vec<&str> = told.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(ended, ["规定时间内没有人审批", "结束"]);
        assert_eq!(told[1].1, "");
    }

    #[test]
    fn putting_back_is_told_from_the_request_to_the_end() {
        let (ann, boss) = (Actor::Person(case().requester), Actor::Person(person(9)));
        let verdict = |seq, verdict: &str| {
            entry_by(seq, "approval.given", boss, json!({ "act": "restore", "verdict": verdict }))
        };
        let asked = |seq| entry_by(seq, "case.restore_requested", ann, json!(null));
        let dropped = |seq, actor| entry_by(seq, "case.restore_dropped", actor, json!(null));
        let trail = [
            asked(1),
            dropped(2, ann),
            asked(3),
            dropped(4, Actor::System),
            asked(5),
            verdict(6, "refused"),
            dropped(7, boss),
            asked(8),
            verdict(9, "approved"),
            entry(10, "case.restoring"),
            entry(11, "copy.returning"),
            entry(12, "copy.released"),
            entry(13, "case.restored"),
        ];
        let told = titles(&trail, &[], true);
        let said: Vec<&str> = told.iter().map(|(title, _)| title.as_str()).collect();
        assert!(
            said[1].ends_with("取消了放回申请") && said[3].starts_with("规定时间内没有人审批"),
            "{said:?}"
        );
        assert!(said[5].ends_with("不同意把邮件放回去"), "{said:?}");
        assert!(said[6].ends_with("申请把邮件放回去"), "a refusal is told once: {said:?}");
        assert!(said[7].ends_with("同意把邮件放回去"), "{said:?}");
        assert_eq!(told.last().unwrap().1, "放回 1 份副本");
        assert_eq!(told.len(), 10);
    }

    #[test]
    fn who_reads_all_entries_is_told_of_single_copies_too() {
        let (case, directory) = (case(), Directory::default());
        let told = Told {
            case: &case,
            approvals: &[],
            directory: &directory,
            comments: false,
            zone: chrono_tz::UTC,
            now: Timestamp(0),
        };
        let says = |action| meaning(Text::of(Language::English), &[], &entry(1, action), &told);
        assert_eq!(says("copy.returning").as_deref(), Some("A copy is about to go back to its mailbox"));
        assert_eq!(says("case.restoring").as_deref(), Some("The mail began to go back"));
        assert_eq!(says("target.settled"), None);
    }

    #[test]
    fn the_comment_of_a_refusal_is_for_those_who_read_mail() {
        let refused =
            entry_by(1, "approval.given", Actor::Person(person(9)), json!({ "verdict": "refused" }));
        let approval = Approval {
            id: domain::ids::ApprovalId(uuid::Uuid::nil()),
            case: super::super::sample::CASE,
            approver: person(9),
            act: Act::Recall,
            verdict: Verdict::Refused,
            comment: "先和客户说清楚".into(),
            digest: case().digest,
            decided_at: refused.at,
        };
        let trail = [refused];
        assert_eq!(titles(&trail, std::slice::from_ref(&approval), true)[0].1, "先和客户说清楚");
        assert_eq!(titles(&trail, &[approval], false)[0].1, "");
    }
}
