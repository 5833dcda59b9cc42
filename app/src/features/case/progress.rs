//! One look at a case, in the reader's language: what page and stream show alike. Pure.

use super::{
    advice,
    groups::{self, Grouped},
    headline::{self, Situation},
    tally::Tally,
};
use crate::{
    i18n::{Text, fl},
    show,
};
use chrono_tz::Tz;
use domain::{
    case::{Correction, Target, rules, view::CaseView},
    ids::{PersonId, TargetId},
    shared::{
        CaseState, Language, Outcome, TargetState,
        progress::{Progress, ProgressRow},
    },
    time::Timestamp,
};
use std::collections::HashMap;

/// Who reads, and in which words.
#[derive(Clone, Copy)]
pub struct Reader {
    pub text: Text,
    pub person: PersonId,
    pub zone: Tz,
    pub now: Timestamp,
}

impl Reader {
    pub fn is_chinese(&self) -> bool {
        self.text.language == Language::Chinese
    }
}

/// More rows than that would make the page too heavy to be live; the report has them all.
pub const MOST_ROWS: usize = 500;

pub fn snapshot(view: &CaseView, pulse: String, reader: &Reader) -> Progress {
    let text = reader.text;
    let tally = Tally::of(&view.targets, &view.corrections);
    let headline = headline::of(text, &situation(view, tally, reader));
    let Count { done, total, said } = count(text, view, &tally);
    let Grouped { targets, groups } = groups::of(text, view);
    Progress {
        pulse,
        state: headline.title,
        explanation: headline.explanation,
        tone: headline.tone.code().to_owned(),
        done,
        total,
        counted: said,
        finished: view.case.state.is_final(),
        offers: offers(view, reader.person),
        groups: if tally.total > 1 { groups } else { Vec::new() },
        rows: targets.into_iter().take(MOST_ROWS).map(|target| row(view, target, reader)).collect(),
    }
}

fn situation(view: &CaseView, tally: Tally, reader: &Reader) -> Situation {
    Situation {
        state: view.case.state,
        removes: view.case.request.intent.removes(),
        freezes: view.case.freezes(),
        ending: headline::ending(&view.trail),
        approvers: view.approvers.iter().map(|person| person.name.clone()).collect(),
        mine: view.may_decide(reader.person),
        until: show::near(reader.text, view.case.expires_at, reader.now, reader.zone),
        tally,
    }
}

struct Count {
    done: usize,
    /// The same as long as the state is: the live view writes only what is done.
    total: usize,
    said: String,
}

/// While copies are frozen that is what there is to do; later a target is done when it has its outcome. When mail goes
/// back each has one already, and what counts is the mailboxes it was taken from.
fn count(text: Text, view: &CaseView, tally: &Tally) -> Count {
    let rests = |target: &&Target| target.task.is_none();
    let (done, total) = match view.case.state {
        CaseState::Requested | CaseState::Holding => (view.targets.iter().filter(rests).count(), tally.total),
        CaseState::Restoring | CaseState::Restored => {
            let concerned: Vec<&Target> = view.targets.iter().filter(|target| goes_back(target)).collect();
            let (done, total) = (concerned.iter().copied().filter(rests).count(), concerned.len());
            return Count { done, total, said: fl!(text, "restore-counted", done = done, total = total) };
        }
        _ => (tally.ended, tally.total),
    };
    Count { done, total, said: fl!(text, "live-counted", done = done, total = total) }
}

/// Looked at when mail goes back, before and after.
fn goes_back(target: &Target) -> bool {
    target.outcome == Some(Outcome::Restored) || rules::on_restore(target.outcome).is_some()
}

/// What the page offers besides this look: it is out of date when this changes.
fn offers(view: &CaseView, reader: PersonId) -> String {
    let state = view.case.state;
    let offers = [
        ("withdraw", view.may_withdraw()),
        ("decide", view.may_decide(reader)),
        ("restore", view.may_ask_restore()),
        ("take-back", view.may_drop_restore()),
        ("waiting", state.awaits_decision()),
        ("report", state.is_final()),
    ];
    offers.into_iter().filter_map(|(name, offered)| offered.then_some(name)).collect::<Vec<_>>().join(" ")
}

fn row(view: &CaseView, target: &Target, reader: &Reader) -> ProgressRow {
    let text = reader.text;
    let again = show::near(text, target.due_at, reader.now, reader.zone);
    let said = advice::of(text, target, advice::Around::of(view, target, &again));
    let correction = correction_of(view, target).and_then(|one| advice::correction(text, one));
    let (correction, tone) = correction.map_or((String::new(), ""), |(said, tone)| (said, tone.code()));
    ProgressRow {
        id: target.id.to_string(),
        name: target.recipient.name.clone(),
        address: target.recipient.address.to_string(),
        label: said.label,
        tone: said.tone.code().to_owned(),
        advice: said.advice,
        facts: advice::facts(text, target, reader.zone),
        correction,
        correction_tone: tone.to_owned(),
    }
}

/// Each target's, for who goes through all of them.
pub fn corrections(view: &CaseView) -> HashMap<TargetId, &Correction> {
    view.corrections.iter().map(|correction| (correction.target, correction)).collect()
}

pub fn correction_of<'a>(view: &'a CaseView, target: &Target) -> Option<&'a Correction> {
    view.corrections.iter().find(|correction| correction.target == target.id)
}

/// Mailboxes where something is still going on, or may be, by name.
pub fn in_flight(targets: &[Target], now: Timestamp) -> Vec<String> {
    let busy = |target: &&Target| {
        let leased = target.lease.until.is_some_and(|until| until > now);
        leased
            || (target.task.is_some()
                && target.state == TargetState::Held
                && target.outcome != Some(Outcome::Restored))
    };
    let names = targets.iter().filter(busy);
    names
        .map(|target| match target.recipient.name.as_str() {
            "" => target.recipient.address.to_string(),
            name => name.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, person, target};
    use super::*;
    use domain::shared::Task;

    fn view(state: CaseState, targets: Vec<Target>) -> CaseView {
        let mut view = sample::view(targets, vec![]);
        view.case.state = state;
        view
    }

    fn reader() -> Reader {
        Reader {
            text: Text::of(Language::Chinese),
            person: person(1),
            zone: chrono_tz::Asia::Shanghai,
            now: Timestamp(0),
        }
    }

    #[test]
    fn a_look_counts_and_names_what_the_page_offers() {
        let targets = vec![target(1, Some(Outcome::RemovedUnread)), target(2, None)];
        let look = snapshot(&view(CaseState::Executing, targets.clone()), "7".into(), &reader());
        assert_eq!((look.done, look.total, look.finished, look.offers.as_str()), (1, 2, false, ""));
        assert_eq!(look.counted, "2 个收件对象，1 个已处理");
        let waiting = snapshot(&view(CaseState::AwaitingApproval, targets), "8".into(), &reader());
        assert_eq!(waiting.offers, "withdraw waiting");
        let over = snapshot(&view(CaseState::Closed, vec![]), "9".into(), &reader());
        assert!(over.finished && over.offers == "report");
    }

    #[test]
    fn freezing_is_counted_by_what_is_left_to_freeze() {
        let mut busy = target(1, None);
        busy.task = Some(Task::Hold);
        let look = snapshot(&view(CaseState::Holding, vec![busy, target(2, None)]), "1".into(), &reader());
        assert_eq!((look.done, look.total), (1, 2));
    }

    #[test]
    fn going_back_is_counted_by_the_mailboxes_it_was_taken_from() {
        let mut busy = target(1, Some(Outcome::RemovedUnread));
        busy.task = Some(Task::Release);
        let outside = target(3, Some(Outcome::Outside));
        let targets = vec![busy, target(2, Some(Outcome::Restored)), outside.clone()];
        let look = snapshot(&view(CaseState::Restoring, targets), "1".into(), &reader());
        assert_eq!((look.done, look.total, look.counted.as_str()), (1, 2, "2 个邮箱，1 个已处理"));
        let back = vec![target(1, Some(Outcome::Restored)), target(2, Some(Outcome::Restored)), outside];
        let look = snapshot(&view(CaseState::Restored, back), "2".into(), &reader());
        assert_eq!((look.done, look.total, look.finished), (2, 2, true));
    }

    /// What the live view compares: each step of putting back must bring another page.
    #[test]
    fn every_step_of_putting_back_offers_something_else() {
        let offers = |state, restorable| {
            let mut view = view(state, vec![]);
            view.restorable = restorable;
            offers(&view, person(1))
        };
        let steps = [
            offers(CaseState::Finished, true),
            offers(CaseState::RestoreRequested, true),
            offers(CaseState::Restoring, false),
            offers(CaseState::Restored, false),
        ];
        assert_eq!(steps, ["restore report", "take-back waiting", "", "report"]);
    }

    #[test]
    fn in_flight_is_what_a_worker_holds_or_must_put_back() {
        let mut leased = target(1, None);
        leased.lease.until = Some(Timestamp(10));
        let mut held = target(2, None);
        (held.state, held.task) = (TargetState::Held, Some(Task::Release));
        assert_eq!(in_flight(&[leased, held, target(3, None)], Timestamp(5)), ["P1", "P2"]);
        assert_eq!(in_flight(&[target(3, None)], Timestamp(5)), Vec::<String>::new());
    }
}
