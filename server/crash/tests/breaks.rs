//! A check that can't fail proves nothing: each bug that is injected on purpose is found, and called by the
//! invariant it breaks.
#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use rstest::rstest;
use std::process::{Command, Output};

fn crash(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crash")).args(arguments).output().unwrap()
}

#[rstest]
#[case::forget_approvals("forget-approvals", &["I1"])]
#[case::remove_more("remove-more", &["I2"])]
#[case::forget_vault("forget-vault", &["I3", "I4"])]
#[case::forget_flags("forget-flags", &["I3"])]
#[case::lose_put("lose-put", &["I6"])]
#[case::forget_entries("forget-entries", &["I9"])]
#[case::remove_late("remove-late", &["I5"])]
#[case::send_twice("send-twice", &["I6"])]
#[case::settle_twice("settle-twice", &["I7"])]
#[case::forget_holds("forget-holds", &["I8"])]
#[case::answer_wrongly("answer-wrongly", &["I10"])]
fn a_bug_is_found(#[case] bug: &str, #[case] invariants: &[&str]) {
    // Whether the bug has its chance in so short a time is chance; three courses of events without one are not.
    let mut seeds = ["1", "2", "3"].into_iter();
    let output = loop {
        let output = crash(&["--kills", "10", "--break", bug, "--seed", seeds.next().unwrap()]);
        if !output.status.success() || seeds.len() == 0 {
            break output;
        }
    };
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "{told}");
    for invariant in invariants {
        assert!(told.lines().any(|line| line.starts_with(&format!("{invariant}: "))), "{invariant}:\n{told}");
    }
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("kills ") && !last.ends_with("violations 0"), "{last}");
}

#[test]
fn too_few_kills_are_refused_at_once() {
    let output = crash(&["--kills", "7"]);
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("7 kills can't reach every fail point"), "{told}");
}
