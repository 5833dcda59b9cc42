//! What people do with the portal all day, thrown by dice: ask, ask twice, decide, decide what they may not,
//! withdraw. Whatever the portal answers goes into the journal: an answer must outlive the worker.

use crate::{
    clock::OfficeClock,
    dice::Dice,
    journal::Deed,
    mortal::Shared,
    office::{BOSS, Place, SENDERS, address},
    operation,
    points::Lure,
};
use anyhow::{Context, Result};
use domain::{
    case::{
        Case, CaseFilter, TargetsDigest, ask,
        decide::{self, DecideError},
        draft::DraftForm,
        request::{self, RequestError},
        restore::{self, RestoreError},
    },
    ids::DraftId,
    org::{Person, Recipient},
    portal::Portal,
    sent::{Page, SentFilter},
    sent_index,
    shared::{CaseState, Intent, ReasonKind, Verdict},
    time::Timestamp,
};
use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

pub struct Office {
    pub portal: Arc<Portal>,
    pub place: Place,
    pub mortality: Shared,
    pub clock: Arc<OfficeClock>,
    pub dice: Dice,
    pub lure: Lure,
    /// The beginning of the chapter.
    pub since: Timestamp,
    /// Once a life.
    pub a_month_passed: AtomicBool,
}

/// More than a case waits for a decision.
pub const A_DAY: Duration = Duration::from_hours(25);
const PAGE: Page = Page { index: 0, size: 500 };

/// Until the worker dies.
pub async fn live(office: &Office) -> Result<()> {
    if !matches!(office.lure, Lure::Nothing | Lure::Switch) {
        operation::start_engine(office).await?;
    }
    loop {
        tokio::time::sleep(Duration::from_millis(2 + office.dice.below(25))).await;
        match office.dice.below(16) {
            0..4 => ask(office).await?,
            4..7 => decide(office).await?,
            7 => withdraw(office).await?,
            8 => decide_wrongly(office).await?,
            9 => operation::switch(office).await?,
            10 => operation::erase(office).await?,
            11 | 12 => restore(office).await?,
            13 => operation::sign(office).await?,
            14 => operation::rotate(office).await?,
            _ => let_a_day_pass(office).await?,
        }
    }
}

/// Before the office comes to rest: nothing is left to anybody.
pub async fn decide_everything(office: &Office) -> Result<()> {
    for case in waiting(office).await? {
        let verdict = if office.dice.chance(50) { Verdict::Approved } else { Verdict::Refused };
        give(office, &case, verdict).await?;
    }
    Ok(())
}

pub async fn open_cases(office: &Office) -> Result<Vec<Case>> {
    cases(office, |state| !state.is_final()).await
}

async fn ask(office: &Office) -> Result<()> {
    let Some(sender) = office.dice.pick(&SENDERS) else { return Ok(()) };
    let (portal, sender) = (&office.portal, who(office, sender).await?);
    if sent_index::refresh(portal, &sender).await.is_err() {
        // The mail system says no today: the list stays as it was.
        return Ok(());
    }
    let unasked = SentFilter { has_case: Some(false), ..SentFilter::default() };
    let sent = portal.store.read().await?.list_sent(sender.id, &unasked, PAGE).await?.rows;
    let newest = sent.get(..sent.len().min(3)).unwrap_or_default();
    let Some(row) = office.dice.pick(newest) else { return Ok(()) };
    let offer = ask::offer(portal, &sender, row.message.id).await?;
    let draft: DraftId = portal.world.id();
    let form = form(office, &offer.recipients);
    let written = !form.text.is_empty();
    ask::save(portal, &sender, draft, row.message.id, form).await?;
    if written && office.dice.chance(30) {
        ask::attach(portal, &sender, draft, "right.txt", "text/plain", b"The right one.").await?;
    }
    click(office, &sender, draft).await
}

/// One click, or two at once, or one again later: always the same case (I10).
async fn click(office: &Office, sender: &Person, draft: DraftId) -> Result<()> {
    let portal = &office.portal;
    let first = request::request(portal, sender, draft);
    let answers = if office.dice.chance(40) {
        let both = tokio::join!(first, request::request(portal, sender, draft));
        vec![both.0, both.1]
    } else {
        vec![first.await, request::request(portal, sender, draft).await]
    };
    for answer in answers {
        match answer {
            Ok(number) => {
                office.mortality.note(Deed::Asked { draft: draft.to_string(), number });
            }
            Err(RequestError::AlreadyOpen(_) | RequestError::Problems(_)) => {}
            Err(error) => return Err(error).context("asking"),
        }
    }
    Ok(())
}

fn form(office: &Office, recipients: &[Recipient]) -> DraftForm {
    let dice = &office.dice;
    let any = [Intent::Recall, Intent::Recall, Intent::RecallAndReplace, Intent::CorrectOnly];
    let intent = match office.lure {
        Lure::Changed | Lure::Kept | Lure::Restore | Lure::DropRestore => Intent::Recall,
        Lure::Replace | Lure::Denied => Intent::RecallAndReplace,
        Lure::Refuse | Lure::Slow | Lure::Withdraw | Lure::Expire if dice.chance(80) => Intent::Recall,
        _ => dice.pick(&any).copied().unwrap_or(Intent::Recall),
    };
    let sends = matches!(office.lure, Lure::Correct | Lure::Later | Lure::Never | Lure::Unknown);
    let written = intent != Intent::Recall || sends || dice.chance(50);
    let some = dice.chance(30);
    let chosen = recipients.iter().filter(|_| !some || dice.chance(70));
    let text = |text: &str| if written { text.to_owned() } else { String::new() };
    DraftForm {
        intent,
        recipients: chosen.map(|recipient| recipient.address.clone()).collect(),
        include_read: dice.chance(50),
        reason: ReasonKind::WrongVersion,
        note: String::new(),
        subject: text("Correction"),
        text: text("Please delete the first one. Thank you."),
    }
}

async fn decide(office: &Office) -> Result<()> {
    // A case that shall expire must be left alone.
    if office.lure == Lure::Expire {
        return Ok(());
    }
    let waiting = waiting(office).await?;
    let Some(case) = office.dice.pick(&waiting) else { return Ok(()) };
    let undoes = case.state == CaseState::RestoreRequested;
    let approves = match office.lure {
        Lure::DropRestore => !undoes,
        Lure::Refuse | Lure::Slow => false,
        Lure::Nothing
        | Lure::Any
        | Lure::Start
        | Lure::Withdraw
        | Lure::Silent
        | Lure::Changed
        | Lure::Kept => office.dice.chance(60),
        _ => true,
    };
    give(office, case, if approves { Verdict::Approved } else { Verdict::Refused }).await
}

async fn give(office: &Office, case: &Case, verdict: Verdict) -> Result<()> {
    let boss = who(office, BOSS).await?;
    let portal = &office.portal;
    let number = case.number;
    let seen = case.bound_to(case.digest);
    match decide::decide(portal, &boss, number, verdict, "because", seen).await {
        Ok(_) if verdict == Verdict::Approved => office.mortality.note(Deed::Approved { number }),
        Ok(_) => office.mortality.note(Deed::Refused { number }),
        Err(DecideError::MovedOn(_)) => {}
        Err(error) => return Err(error).context("deciding"),
    }
    Ok(())
}

/// By the requester, and on another list than the case has: both must be refused (I1).
async fn decide_wrongly(office: &Office) -> Result<()> {
    let waiting = waiting(office).await?;
    let Some(case) = office.dice.pick(&waiting) else { return Ok(()) };
    let portal = &office.portal;
    let requester = portal.directory().await?.person(case.requester).cloned().context("requester")?;
    let seen = case.bound_to(case.digest);
    let own = decide::decide(portal, &requester, case.number, Verdict::Approved, "", seen).await;
    let boss = who(office, BOSS).await?;
    let stale = TargetsDigest([1; 32]);
    let blind = decide::decide(portal, &boss, case.number, Verdict::Approved, "", stale).await;
    for (what, answer) in [("approving one's own request", own), ("approving another list", blind)] {
        if answer.is_ok() {
            let what = format!("{what}: {}", case.number);
            office.mortality.note(Deed::Allowed { what });
        }
    }
    Ok(())
}

async fn withdraw(office: &Office) -> Result<()> {
    if office.lure != Lure::Withdraw && !office.dice.chance(25) {
        return Ok(());
    }
    let open = cases(office, CaseState::can_withdraw).await?;
    let Some(case) = office.dice.pick(&open) else { return Ok(()) };
    let portal = &office.portal;
    let requester = portal.directory().await?.person(case.requester).cloned().context("requester")?;
    match decide::withdraw(portal, &requester, case.number).await {
        Ok(_) => office.mortality.note(Deed::Withdrawn { number: case.number }),
        Err(DecideError::MovedOn(_)) => {}
        Err(error) => return Err(error).context("withdrawing"),
    }
    Ok(())
}

/// Rarely, unless that is what we wait for and somebody is waiting for a decision.
async fn let_a_day_pass(office: &Office) -> Result<()> {
    if office.lure == Lure::Expire && !waiting(office).await?.is_empty() || office.dice.below(200) == 0 {
        office.clock.advance(A_DAY)?;
    }
    Ok(())
}

/// A finished recall shall be undone, or that wish is withdrawn.
async fn restore(office: &Office) -> Result<()> {
    let lured = matches!(office.lure, Lure::Restore | Lure::DropRestore);
    if !lured && !office.dice.chance(20) {
        return Ok(());
    }
    let asked = office.dice.chance(30);
    let wanted = if asked { CaseState::RestoreRequested } else { CaseState::Finished };
    let found = cases(office, |state| state == wanted).await?;
    let Some(case) = office.dice.pick(&found) else { return Ok(()) };
    let portal = &office.portal;
    let requester = portal.directory().await?.person(case.requester).cloned().context("requester")?;
    let done = if asked {
        restore::drop_request(portal, &requester, case.number).await
    } else {
        restore::ask(portal, &requester, case.number, "we need it after all").await
    };
    match done {
        Ok(())
        | Err(
            RestoreError::NothingKept
            | RestoreError::AlreadyOpen(_)
            | RestoreError::Decide(DecideError::MovedOn(_)),
        ) => Ok(()),
        Err(error) => Err(error).context("restoring"),
    }
}

async fn waiting(office: &Office) -> Result<Vec<Case>> {
    cases(office, CaseState::awaits_decision).await
}

pub async fn cases(office: &Office, wanted: impl Fn(CaseState) -> bool) -> Result<Vec<Case>> {
    let states = CaseState::ALL.iter().copied().filter(|state| wanted(*state)).collect();
    let filter = CaseFilter { states, from: Some(office.since), ..CaseFilter::default() };
    let listing = office.portal.store.read().await?.list_cases(&filter, PAGE).await?;
    Ok(listing.rows.into_iter().map(|row| row.case).collect())
}

async fn who(office: &Office, name: &str) -> Result<Person> {
    let directory = office.portal.directory().await?;
    directory.person_by_address(&address(name).parse()?).cloned().with_context(|| name.to_owned())
}
