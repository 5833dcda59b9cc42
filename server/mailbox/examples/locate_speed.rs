//! How long it takes to find one message in 1,000 mailboxes of 40 messages: `cargo run --release -p mailbox
//! --example locate_speed`. First look: nothing remembered, files in the page cache. Then again.
#![expect(clippy::print_stdout, reason = "a program for the command line")]

use anyhow::Result;
use domain::{mail::EmailAddress, mail_system::MailSystem};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::{fs, sync::Arc, time::Instant};

const MAILBOXES: usize = 1000;
const FOLDERS: [&str; 4] = ["", ".Sent", ".Trash", ".Archive"];

#[tokio::main]
async fn main() -> Result<()> {
    let temp = tempfile::tempdir()?;
    let mut people = Vec::new();
    for person in 0..MAILBOXES {
        people.push(format!("u{person}@x.test").parse()?);
        for folder in FOLDERS {
            let dir = temp.path().join(format!("x.test/u{person}/Maildir")).join(folder);
            for sub in ["cur", "new", "tmp"] {
                fs::create_dir_all(dir.join(sub))?;
            }
            for mail in 0..10 {
                let received =
                    "Received: from mx by mx with LMTP; Mon, 2 Feb 2026 09:00:00 +0800\n".repeat(8);
                let head = format!(
                    "{received}Subject: x\nMessage-ID: <{mail}.{}@x.test>\n\n",
                    folder.trim_matches('.')
                );
                fs::write(dir.join(format!("cur/{mail}.M1P1.h,S=6000:2,S")), head + &"x".repeat(6000))?;
            }
        }
    }
    let people: Arc<[EmailAddress]> = people.into();
    for workers in [1, 2, 8] {
        let system = Arc::new(MaildirSystem::new(MaildirConfig::new(temp.path()))?);
        for look in ["first", "second", "third"] {
            let (start, mut found) = (Instant::now(), 0);
            let mut tasks = Vec::new();
            for worker in 0..workers {
                let (system, people) = (system.clone(), people.clone());
                tasks.push(tokio::spawn(async move {
                    let mut found = 0;
                    for person in people.iter().skip(worker).step_by(workers) {
                        found += system.open(person).await?.locate(&"3.@x.test".parse()?).await?.copies.len();
                    }
                    anyhow::Ok(found)
                }));
            }
            for task in tasks {
                found += task.await??;
            }
            println!("{workers} at a time, {look} look: {found} copies in {:?}", start.elapsed());
        }
    }
    Ok(())
}
