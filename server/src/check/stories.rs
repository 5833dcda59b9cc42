//! The plays: what people do, and what must lie in every mailbox afterwards. Each ends with what deviated.

use super::{
    Attached, Browser,
    actors::{self, Wish},
    mailboxes::{Lying, Mailboxes, header},
    report::{self, Row},
};
use crate::{
    commands::{demo::PASSWORD, say},
    demo::{AccountKind, Story, accounts},
};
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;

/// The stage: the portal's address, its mailboxes, and what went wrong so far.
pub struct Stage {
    pub origin: String,
    pub mailboxes: Mailboxes,
    pub deviations: Vec<String>,
}

/// Delivered copies by mailbox, as they lay before.
type Before = BTreeMap<String, Vec<Lying>>;

impl Stage {
    fn must(&mut self, so: bool, otherwise: impl FnOnce() -> String) {
        if !so {
            self.deviations.push(otherwise());
        }
    }

    async fn enter(&self, kind: AccountKind) -> Result<Browser> {
        let account =
            accounts().into_iter().find(|account| account.kind == kind).context("no such account")?;
        actors::sign_in(&self.origin, account.address, PASSWORD).await
    }

    /// Everybody inside who got the mail.
    fn before(&self, story: &Story) -> Result<Before> {
        let owners = story.copies.iter().map(|copy| copy.mailbox.clone());
        owners.map(|owner| Ok((owner.clone(), self.mailboxes.copies(&owner, &story.message_id)?))).collect()
    }

    async fn asked(&self, employee: &mut Browser, story: &Story, wish: &Wish<'_>) -> Result<String> {
        let message = actors::find_sent(employee, &story.subject).await?;
        actors::ask(employee, &message, wish).await
    }

    /// Freeze first: within seconds no mailbox shows an unread copy, and read ones still lie there.
    async fn frozen(&mut self, story: &Story, before: &Before) -> Result<()> {
        let read_only =
            |copies: &[Lying]| copies.iter().filter(|copy| copy.is_read()).cloned().collect::<Vec<_>>();
        let expected: Before =
            before.iter().map(|(owner, copies)| (owner.clone(), read_only(copies))).collect();
        let took =
            report::wait_until("unread copies are held", || Ok(self.before(story)? == expected)).await?;
        say::line(format!(
            "  held in {} of {} mailboxes after {:.1} s",
            unread(before),
            before.len(),
            took.as_secs_f32()
        ));
        self.must(took.as_secs() < 30, || format!("{}: holding took {} s", story.subject, took.as_secs()));
        Ok(())
    }

    fn outcome(&mut self, rows: &[Row], address: &str, expected: &str) -> Result<()> {
        let found = report::row_of(rows, address)?.get("outcome").to_owned();
        self.must(found == expected, || format!("{address}: the report says {found}, not {expected}"));
        Ok(())
    }

    /// How many corrections lie in the mailbox; two would be one too many for anybody.
    fn corrected(&mut self, owner: &str, story: &Story, expected: usize) -> Result<Vec<Lying>> {
        let found = self.mailboxes.corrections(owner, &story.message_id)?;
        self.must(found.len() == expected, || {
            format!("{owner} has {} corrections instead of {expected}", found.len())
        });
        Ok(found)
    }

    /// Three colleagues, nobody has read it: gone at once, nobody is asked.
    pub async fn small_recall(&mut self, story: &Story) -> Result<()> {
        let before = self.before(story)?;
        let mut employee = self.enter(AccountKind::Employee).await?;
        let wish = Wish {
            intent: "recall",
            include_read: false,
            reason: "wording",
            note: "发错了",
            letter: None,
            file: None,
        };
        let number = self.asked(&mut employee, story, &wish).await?;
        let rows = report::when_settled(&mut employee, &number).await?;
        for owner in before.keys() {
            self.outcome(&rows, owner, "removed_unread")?;
            let left = self.mailboxes.copies(owner, &story.message_id)?.len();
            self.must(left == 0, || format!("{owner} still has {left} copies"));
            self.corrected(owner, story, 0)?;
        }
        show(&number, &rows);
        Ok(())
    }

    /// An internal document went to a client: unread copies vanish, the rest and the client get a correction.
    pub async fn attachment(&mut self, story: &Story) -> Result<()> {
        let before = self.before(story)?;
        let mut employee = self.enter(AccountKind::Employee).await?;
        let note = "误附了内部审批文件";
        let letter: Option<&[&str]> = Some(&["内部审批意见-霁川物流报价.docx"]);
        let wish = Wish {
            intent: "recall",
            include_read: false,
            reason: "wrong_attachment",
            note,
            letter,
            file: None,
        };
        let number = self.asked(&mut employee, story, &wish).await?;
        self.frozen(story, &before).await?;
        let mut manager = self.enter(AccountKind::Manager).await?;
        actors::decide(&mut manager, &number, "approved", "同意撤回").await?;
        let rows = report::when_settled(&mut employee, &number).await?;
        for (owner, copies) in &before {
            let read: Vec<Lying> = copies.iter().filter(|copy| copy.is_read()).cloned().collect();
            self.outcome(&rows, owner, if read.is_empty() { "removed_unread" } else { "left_read" })?;
            let left = self.mailboxes.copies(owner, &story.message_id)?;
            self.must(left == read, || format!("{owner}: what is left isn't the read copy as it was"));
            self.corrected(owner, story, usize::from(!read.is_empty()))?;
        }
        self.outsiders(story, &rows)?;
        show(&number, &rows);
        Ok(())
    }

    /// A draft went to everybody: taken from all, the right version stands in its place.
    pub async fn version(&mut self, story: &Story) -> Result<()> {
        let before = self.before(story)?;
        let mut employee = self.enter(AccountKind::Employee).await?;
        let file = Attached {
            name: "正式版.pdf".into(),
            content_type: "application/pdf",
            bytes: b"%PDF-1.4 demo".to_vec(),
        };
        let note = "误发草稿";
        let letter: Option<&[&str]> = Some(&["住宿标准尚未确认", "住宿标准按城市分为三档"]);
        let wish = Wish {
            intent: "recall_and_replace",
            include_read: true,
            reason: "wrong_version",
            note,
            letter,
            file: Some(file),
        };
        let number = self.asked(&mut employee, story, &wish).await?;
        self.frozen(story, &before).await?;
        let mut manager = self.enter(AccountKind::Manager).await?;
        actors::decide(&mut manager, &number, "approved", "同意替换").await?;
        let rows = report::when_settled(&mut employee, &number).await?;
        for (owner, copies) in &before {
            let was_read = copies.iter().any(Lying::is_read);
            self.outcome(&rows, owner, if was_read { "replaced_read" } else { "replaced_unread" })?;
            self.replaced(owner, story, copies)?;
        }
        show(&number, &rows);
        Ok(())
    }

    fn replaced(&mut self, owner: &str, story: &Story, copies: &[Lying]) -> Result<()> {
        let left = self.mailboxes.copies(owner, &story.message_id)?.len();
        self.must(left == 0, || format!("{owner} still has {left} copies of the draft"));
        let new = self.corrected(owner, story, 1)?;
        let (Some(new), Some(old)) = (new.first(), copies.first()) else { return Ok(()) };
        self.must(new.folder == old.folder, || {
            format!("{owner}: the replacement is in {:?}, not in {:?}", new.folder, old.folder)
        });
        self.must(new.date == old.date, || format!("{owner}: the replacement has another date"));
        self.must(!new.is_read(), || format!("{owner}: the replacement counts as read"));
        self.must(contains(&new.bytes, b"application/pdf"), || {
            format!("{owner}: the replacement has no attachment")
        });
        self.answers(owner, &new.bytes, story);
        Ok(())
    }

    /// The manager says no: everything lies again as if nothing had happened.
    pub async fn refusal(&mut self, story: &Story) -> Result<()> {
        let before = self.before(story)?;
        let mut employee = self.enter(AccountKind::Employee).await?;
        let wish = Wish {
            intent: "recall",
            include_read: true,
            reason: "other",
            note: "不小心",
            letter: None,
            file: None,
        };
        let number = self.asked(&mut employee, story, &wish).await?;
        self.frozen(story, &before).await?;
        let mut manager = self.enter(AccountKind::Manager).await?;
        actors::decide(&mut manager, &number, "refused", "没有必要撤回").await?;
        let rows = report::when_settled(&mut employee, &number).await?;
        let after = self.before(story)?;
        for (owner, copies) in &before {
            let now = after.get(owner).map_or(&[][..], Vec::as_slice);
            self.must(now == copies, || format!("{owner}: {}", difference(copies, now)));
            self.outcome(
                &rows,
                owner,
                if copies.iter().all(Lying::is_read) { "untouched" } else { "restored" },
            )?;
        }
        show(&number, &rows);
        Ok(())
    }

    fn outsiders(&mut self, story: &Story, rows: &[Row]) -> Result<()> {
        let mails = self.mailboxes.outbox(&story.message_id)?;
        let count = story.outside.len();
        self.must(mails.len() == count, || {
            format!("{} corrections in the outbox for {count} outsiders", mails.len())
        });
        for address in &story.outside {
            self.outcome(rows, address, "outside")?;
            let to_them = |mail: &&Vec<u8>| header(mail, "To").iter().any(|to| to.contains(address.as_str()));
            match mails.iter().find(to_them) {
                Some(mail) => self.answers(address, mail, story),
                None => self.deviations.push(format!("no correction for {address} in the outbox")),
            }
        }
        Ok(())
    }

    /// The mail says which one it corrects, so that mail programs put it in the thread.
    fn answers(&mut self, to: &str, mail: &[u8], story: &Story) {
        let id = format!("<{}>", story.message_id);
        for field in ["In-Reply-To", "References", "Supersedes"] {
            let names_it = header(mail, field).iter().any(|value| value.contains(&id));
            self.must(names_it, || format!("the correction for {to} doesn't name the mail in {field}"));
        }
    }
}

fn unread(before: &Before) -> usize {
    before.values().filter(|copies| copies.iter().any(|copy| !copy.is_read())).count()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn difference(before: &[Lying], after: &[Lying]) -> String {
    let (Some(old), Some(new)) = (before.first(), after.first()) else {
        return format!("{} copies before, {} after", before.len(), after.len());
    };
    let differs = [
        ("folder", old.folder != new.folder),
        ("new/cur", old.is_new != new.is_new),
        ("flags", old.flags != new.flags),
        ("date", old.date != new.date),
        ("bytes", old.bytes != new.bytes),
    ];
    let what: Vec<&str> = differs.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect();
    format!("the copy came back with another {}", what.join(", "))
}

fn show(number: &str, rows: &[Row]) {
    say::line(format!("  {number}"));
    say::table(&report::table(rows));
}
