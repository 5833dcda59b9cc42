//! `recant demo run --check`: plays the stories of design.md §1 through the portal's own pages, as a browser without
//! scripts would, and looks into the mailboxes to see whether they tell the same.

mod actors;
mod browser;
mod form;
mod mailboxes;
mod report;
mod stories;

pub use actors::{Wish, ask, find_sent};
pub use browser::{Browser, Page};
pub use form::{Attached, Form};

use crate::{
    boot::Running,
    commands::say,
    demo::{AccountKind, DemoMail, Placement, Stories, Story, StoryCopy, accounts},
};
use anyhow::Result;
use mailboxes::Mailboxes;
use std::{path::Path, process::ExitCode};
use stories::Stage;

/// What deviated, in words. `mails` are all of the demo's.
pub async fn play(running: &Running, folder: &Path, stories: &Stories, mails: &[DemoMail]) -> Vec<String> {
    let origin = format!("http://{}", running.addr);
    let mut stage = Stage { origin, mailboxes: Mailboxes::of(folder), deviations: Vec::new() };
    say::line("1. sensitive attachment");
    let played = stage.attachment(&stories.contract).await;
    note(&mut stage, "sensitive attachment", played);
    say::line("2. wrong version");
    let played = stage.version(&stories.policy).await;
    note(&mut stage, "wrong version", played);
    say::line("3. small recall without approval");
    let played = stage.small_recall(&stories.schedule).await;
    note(&mut stage, "small recall", played);
    say::line("4. refused: everything goes back");
    match another(mails, &[&stories.contract, &stories.policy, &stories.schedule, &stories.tender]) {
        Some(story) => {
            let played = stage.refusal(&story).await;
            note(&mut stage, "refusal", played);
        }
        None => stage.deviations.push("no mail of the employee's is left for the refusal".to_owned()),
    }
    stage.deviations
}

/// Names every deviation; success only without any.
pub fn conclude(deviations: &[String]) -> ExitCode {
    for deviation in deviations {
        say::problem(&format!("DEVIATION: {deviation}"));
    }
    if deviations.is_empty() {
        say::line("every mailbox is as it should be");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

fn note(stage: &mut Stage, play: &str, played: Result<()>) {
    if let Err(error) = played {
        stage.deviations.push(format!("{play}: {error:#}"));
    }
}

/// An older mail of the employee's to colleagues, with unread copies and a subject that none of her others has in it.
fn another(mails: &[DemoMail], told: &[&Story]) -> Option<Story> {
    let employee = accounts().into_iter().find(|account| account.kind == AccountKind::Employee)?.address;
    let is_sent = |copy: &&Placement| copy.folder.0 == "Sent";
    let hers: Vec<&DemoMail> = mails
        .iter()
        .filter(|mail| mail.placements.iter().filter(is_sent).any(|copy| copy.mailbox == employee))
        .collect();
    let is_told = |mail: &DemoMail| told.iter().any(|story| story.message_id == mail.message_id);
    let is_alone =
        |mail: &DemoMail| hers.iter().filter(|other| other.subject.contains(&mail.subject)).count() == 1;
    let story = |mail: &&DemoMail| {
        let delivered: Vec<&Placement> = mail.placements.iter().filter(|copy| !is_sent(copy)).collect();
        let is_unread = delivered.iter().any(|copy| !copy.flags.seen);
        is_unread.then(|| told_by(mail, employee, &delivered))
    };
    hers.iter().rev().filter(|mail| !is_told(mail) && is_alone(mail)).find_map(story)
}

fn told_by(mail: &DemoMail, sender: &str, delivered: &[&Placement]) -> Story {
    let copies = delivered.iter().map(|copy| StoryCopy {
        mailbox: copy.mailbox.clone(),
        folder: copy.folder.clone(),
        seen: copy.flags.seen,
    });
    Story {
        message_id: mail.message_id.clone(),
        subject: mail.subject.clone(),
        sender: sender.to_owned(),
        sent_at: mail.sent_at,
        to: delivered.iter().map(|copy| copy.mailbox.clone()).collect(),
        cc: Vec::new(),
        outside: Vec::new(),
        attachments: Vec::new(),
        copies: copies.collect(),
    }
}
