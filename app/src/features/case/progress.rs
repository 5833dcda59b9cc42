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
    case::{Correction, Target, view::CaseView},
    ids::PersonId,
    shared::{
        CaseState, Language, Outcome, TargetState,
        progress::{Progress, ProgressRow},
    },
    time::Timestamp,
};

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
    let (done, total) = (done(view, &tally), tally.total);
    let Grouped { targets, groups } = groups::of(text, view);
    Progress {
        pulse,
        state: headline.title,
        explanation: headline.explanation,
        tone: headline.tone.code().to_owned(),
        done,
        total,
        counted: fl!(text, "live-counted", done = done, total = total),
        finished: view.case.state.is_final(),
        offers: offers(view, reader.person),
        groups: if total > 1 { groups } else { Vec::new() },
        rows: targets.into_iter().take(MOST_ROWS).map(|target| row(view, target, reader)).collect(),
    }
}

fn situation(view: &CaseView, tally: Tally, reader: &Reader) -> Situation {
    Situation {
        state: view.case.state,
        removes: view.case.request.intent.removes(),
        ending: headline::ending(&view.trail),
        approvers: view.approvers.iter().map(|person| person.name.clone()).collect(),
        mine: view.may_decide(reader.person),
        until: show::near(reader.text, view.case.expires_at, reader.now, reader.zone),
        tally,
    }
}

/// While copies are frozen that is what there is to do; later a target is done when it has its outcome.
fn done(view: &CaseView, tally: &Tally) -> usize {
    match view.case.state {
        CaseState::Requested | CaseState::Holding => {
            view.targets.iter().filter(|target| target.task.is_none()).count()
        }
        _ => tally.ended,
    }
}

/// What the page offers besides this look: it is out of date when this changes.
fn offers(view: &CaseView, reader: PersonId) -> String {
    let (withdraw, decide, over) = (view.may_withdraw(), view.may_decide(reader), view.case.state.is_final());
    let waiting = view.case.state == CaseState::AwaitingApproval;
    [("withdraw", withdraw), ("decide", decide), ("waiting", waiting), ("report", over)]
        .into_iter()
        .filter_map(|(name, offered)| offered.then_some(name))
        .collect::<Vec<_>>()
        .join(" ")
}

fn row(view: &CaseView, target: &Target, reader: &Reader) -> ProgressRow {
    let text = reader.text;
    let again = show::near(text, target.due_at, reader.now, reader.zone);
    let said = advice::of(text, target, view.case.request.include_read, &again);
    let correction = correction_of(view, target).and_then(|one| advice::correction(text, one));
    let (correction, tone) = correction.map_or((String::new(), ""), |(said, tone)| (said, tone.code()));
    ProgressRow {
        id: target.id.to_string(),
        name: target.recipient.name.clone(),
        address: target.recipient.address.to_string(),
        label: said.label,
        tone: said.tone.code().to_owned(),
        advice: said.advice,
        facts: advice::facts(text, target),
        correction,
        correction_tone: tone.to_owned(),
    }
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
    fn in_flight_is_what_a_worker_holds_or_must_put_back() {
        let mut leased = target(1, None);
        leased.lease.until = Some(Timestamp(10));
        let mut held = target(2, None);
        (held.state, held.task) = (TargetState::Held, Some(Task::Release));
        assert_eq!(in_flight(&[leased, held, target(3, None)], Timestamp(5)), ["P1", "P2"]);
        assert_eq!(in_flight(&[target(3, None)], Timestamp(5)), Vec::<String>::new());
    }
}
