//! The rules of production under a model checker: two cases, two approvers, three recipients and two workers, in
//! every order in which they can meet, with crashes, lost leases, legal holds, stops and owners who read and delete.
//!
//! The rows, mailboxes and the engine's order of steps are modelled; what is decided in a step is decided by
//! `domain::case::{state, rules, effects, outcome}`.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod invariants;
mod people;
mod recall;
mod sending;
mod setting;
mod worker;
mod world;

use domain::shared::Intent;
use invariants::{GOES_ON, INVARIANTS};
use recall::Recall;
use rstest::rstest;
use setting::{AskedFor, Broken, Recipient, Setting};
use stateright::{Checker, HasDiscoveries, Model};
use std::collections::BTreeSet;

const RECALL: AskedFor =
    AskedFor { intent: Intent::Recall, include_read: false, needs_approval: true, freeze_first: true };
const REPLACE: AskedFor = AskedFor { intent: Intent::RecallAndReplace, include_read: true, ..RECALL };
const UNREAD: Recipient = Recipient { case: 0, inside: true, stranger: false, can_look: true };
const OUTSIDE: Recipient = Recipient { inside: false, can_look: false, ..UNREAD };

/// A recall that freezes first and goes outside, too; beside it a replacement of somebody else's mail.
fn two_cases(troubles: u8) -> Setting {
    Setting::of([RECALL, REPLACE], [UNREAD, OUTSIDE, Recipient { case: 1, ..UNREAD }], troubles)
}

/// The other case isn't asked for. A message that only looks like the recalled one lies beside it.
fn one_case(asked: AskedFor, troubles: u8) -> Setting {
    let beside = Recipient { stranger: true, ..UNREAD };
    let setting = Setting::of([asked, asked], [beside, OUTSIDE, Recipient { case: 1, ..UNREAD }], troubles);
    Setting { keys: 1, ..setting }
}

#[test]
fn all_invariants_hold() {
    let checker = Recall(two_cases(1)).checker().threads(2).spawn_bfs().join();
    let states = checker.unique_state_count();
    checker.assert_properties();
    println!("states {states}, properties ok");
    assert!(states >= 1_000_000);
}

/// Fewer people, more that goes wrong in one run.
#[rstest]
#[case::recall(RECALL)]
#[case::replacement(REPLACE)]
#[case::without_approval(AskedFor { needs_approval: false, ..REPLACE })]
#[case::correction_only(AskedFor { intent: Intent::CorrectOnly, ..RECALL })]
fn troubles_seldom_come_alone(#[case] asked: AskedFor) {
    let checker = Recall(one_case(asked, 2)).checker().threads(2).spawn_bfs().join();
    for name in INVARIANTS.into_iter().chain([GOES_ON]) {
        checker.assert_no_discovery(name);
    }
    println!("states {}, properties ok", checker.unique_state_count());
}

/// Each invariant is watched: a wrong decision breaks it, and the checker shows how.
#[rstest]
#[case(1, Broken::StaleDigest)]
#[case(1, Broken::SelfApproval)]
#[case(2, Broken::AnyContent)]
#[case(2, Broken::OldNumbers)]
#[case(3, Broken::RemoveBeforeVault)]
#[case(3, Broken::UnfencedSeal)]
#[case(3, Broken::LateRemoval)]
#[case(3, Broken::LateNote)]
#[case(4, Broken::NoLookAgain)]
#[case(4, Broken::SendWithoutIntent)]
#[case(5, Broken::WithdrawalUnseen)]
#[case(5, Broken::SwitchUnseen)]
#[case(6, Broken::SendAgain)]
#[case(6, Broken::FinishUnsent)]
#[case(6, Broken::PutAndSend)]
#[case(6, Broken::RefusalBelieved)]
#[case(7, Broken::FenceIgnored)]
#[case(7, Broken::TargetForgotten)]
#[case(8, Broken::LegalHoldUnseen)]
#[case(9, Broken::EffectUnrecorded)]
#[case(10, Broken::KeyIgnored)]
fn a_wrong_decision_is_caught(#[case] invariant: usize, #[case] broken: Broken) {
    let name = INVARIANTS[invariant - 1];
    let (asked, troubles) = match broken {
        Broken::PutAndSend => (REPLACE, 1),
        Broken::RefusalBelieved => (REPLACE, 2),
        _ => (RECALL, 1),
    };
    let model = Recall(one_case(asked, troubles).broken(broken)).checker().threads(2);
    let checker = model.finish_when(HasDiscoveries::AllOf(BTreeSet::from([name]))).spawn_bfs().join();
    let path = checker.assert_any_discovery(name).into_actions();
    println!("{broken:?} breaks {name} in {} acts: {path:?}", path.len());
}
