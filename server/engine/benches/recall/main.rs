//! `./dev bench recall`: one mail in many mailboxes on a real Dovecot, got back in three ways in turn: by a case of
//! ours (every copy sealed, verified, and able to go back), by the script an administrator would write, and by
//! `doveadm expunge`. Each has a message of its own in the same mailboxes, several rounds. The last line is JSON.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a command line that reports, or stops where it is"
)]

#[path = "../company/mod.rs"]
mod company;
mod house;
mod ours;
mod process;
mod script;

use domain::mail::MessageId;
use house::House;
use ours::Ours;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Command, exit},
    time::Instant,
};
use testkit::dovecot::Dovecot;
use tokio::runtime::Runtime;

struct Asked {
    mailboxes: usize,
    rounds: usize,
    tls: bool,
}

#[derive(Clone, Copy)]
enum Way {
    Ours,
    Script,
    Doveadm,
}

/// Over all rounds.
#[derive(Default)]
struct Sums {
    ours: f64,
    script: f64,
    doveadm: f64,
    cpu: f64,
    /// Milliseconds, of each unread copy.
    hidden: Vec<u64>,
}

fn main() {
    let asked = asked();
    let place = place();
    let Some(house) = House::open(&place, asked.mailboxes, asked.tls) else { exit(1) };
    // As if mail clients had been there before: folders made and subscribed to, indexes written.
    assert_eq!(script::purge(&house, &"nothing@bench.test".parse().unwrap()).0, 0);
    let folder = tempfile::tempdir_in(&place).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ours = runtime.block_on(Ours::open(&house, folder.path()));
    println!(
        "{} mailboxes, {}; copies a second",
        asked.mailboxes,
        if asked.tls { "TLS" } else { "in the clear on loopback" }
    );
    println!("{:<8} {:>10} {:>10} {:>10}", "round", "ours", "script", "doveadm");
    let mut sums = Sums::default();
    for round in 1..=asked.rounds {
        let mut ways = [Way::Ours, Way::Script, Way::Doveadm];
        ways.rotate_left((round - 1) % 3);
        let before = (sums.ours, sums.script, sums.doveadm);
        for way in ways {
            one(way, round, &house, &ours, &runtime, &mut sums);
        }
        let rate = |sum: f64, before: f64| asked.copies() / (sum - before);
        println!(
            "{round:<8} {:>10.0} {:>10.0} {:>10.0}",
            rate(sums.ours, before.0),
            rate(sums.script, before.1),
            rate(sums.doveadm, before.2)
        );
    }
    runtime.block_on(ours.close());
    report(&asked, sums);
}

/// Delivered, got back in one way, and nothing is left.
fn one(way: Way, round: usize, house: &House, ours: &Ours, runtime: &Runtime, sums: &mut Sums) {
    let id: MessageId = format!("{}-{round}@bench.test", way.name()).parse().unwrap();
    house.deliver(&id);
    assert_eq!(house.left(&id), house.colleagues.len(), "one copy in each mailbox");
    // What was written before isn't anybody's to wait for.
    assert!(Command::new("sync").status().unwrap().success());
    match way {
        Way::Ours => {
            let recall = runtime.block_on(ours.recall(&id, house));
            sums.ours += recall.seconds;
            sums.cpu += recall.cpu_seconds;
            sums.hidden.extend(recall.hidden);
        }
        Way::Script => {
            let (removed, seconds) = script::purge(house, &id);
            assert_eq!(removed, house.colleagues.len(), "the script removes all copies");
            sums.script += seconds;
        }
        Way::Doveadm => {
            let start = Instant::now();
            house.expunge(&id);
            sums.doveadm += start.elapsed().as_secs_f64();
        }
    }
    assert_eq!(house.left(&id), 0, "copies that {} left behind", way.name());
}

fn report(asked: &Asked, mut sums: Sums) {
    sums.hidden.sort_unstable();
    let per_cent = |part: usize| sums.hidden[(sums.hidden.len() * part).div_ceil(100) - 1];
    let (p50, p99, all) = (per_cent(50), per_cent(99), per_cent(100));
    let rounds = f64::from(u32::try_from(asked.rounds).unwrap());
    let peak = process::peak_rss_mb();
    println!(
        "hidden after the click: p50 {p50} ms, p99 {p99} ms, all {all} ms; a case takes {:.1} s of CPU here, {peak} MB at most",
        sums.cpu / rounds
    );
    let hundredths = |number: f64| (number * 100.0).round() / 100.0;
    let rate = |seconds: f64| (asked.copies() * rounds / seconds).round();
    let report = json!({
        "mailboxes": asked.mailboxes, "hide_p50_ms": p50, "hide_p99_ms": p99, "hide_all_ms": all,
        "copies_per_s": rate(sums.ours), "script_per_s": rate(sums.script), "doveadm_per_s": rate(sums.doveadm),
        "ratio_script": hundredths(sums.script / sums.ours),
        "ratio_doveadm": hundredths(sums.doveadm / sums.ours),
        "engine_cpu_s": hundredths(sums.cpu / rounds), "peak_rss_mb": peak,
        "rounds": asked.rounds, "tls": asked.tls,
    });
    println!("{report}");
}

impl Asked {
    fn copies(&self) -> f64 {
        f64::from(u32::try_from(self.mailboxes).unwrap())
    }
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Script => "script",
            Self::Doveadm => "doveadm",
        }
    }
}

fn asked() -> Asked {
    let mut asked = Asked { mailboxes: 1_000, rounds: 3, tls: true };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|number| number.parse().ok()).filter(|n| *n > 0);
        match argument.as_str() {
            "--mailboxes" => asked.mailboxes = number().unwrap(),
            "--rounds" => asked.rounds = number().unwrap(),
            "--clear" => asked.tls = false,
            // What `cargo bench` adds.
            "--bench" => {}
            other => {
                println!("unknown option {other}; there are --mailboxes N, --rounds N and --clear");
                exit(2);
            }
        }
    }
    asked
}

/// The usual place, if the owner of the mail may walk there.
fn place() -> PathBuf {
    let place = PathBuf::from(std::env::var_os("RECANT_BENCH_DIR").unwrap_or_else(|| "target/bench".into()));
    std::fs::create_dir_all(&place).unwrap();
    let place = place.canonicalize().unwrap();
    if Dovecot::may_keep_mail_in(&place).unwrap() {
        return place;
    }
    let other: &Path = &std::env::temp_dir();
    println!("{} is closed to other users: the mail lies in {}", place.display(), other.display());
    other.to_owned()
}
