//! Cases, their lists, and the decisions about them.

use super::{
    Command, DANGLING, Expected, Said, broken,
    model::{Model, OfTarget, Outgoing},
    no, said, yes,
};
use crate::builders::{BO, MEI, at, case, correction, id};
use domain::{
    case::{Approval, Case, CaseFilter, CaseRow, Correction, Restoration, Target, TargetsDigest},
    sent::{Listing, Page},
    shared::{Act, CaseNumber, CaseState, CorrectionState, Outcome, Verdict},
    store::{StoreError, Tx},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

properties!(cases: command());

#[derive(Clone, Debug)]
enum Call {
    Serial(u16),
    Order(u16),
    Insert {
        n: u128,
        number: u32,
        sent: u128,
        corrections: Vec<CorrectionState>,
    },
    Get(u128),
    ByNumber(u32),
    OfSent(u128),
    Update {
        n: u128,
        version: i64,
        state: CaseState,
        time: Option<i64>,
    },
    /// So that lists have something to count.
    Settle {
        n: u128,
        target: u128,
        outcome: Outcome,
    },
    List(Filter, (u64, u64)),
    AtWork(i64),
    Approve {
        n: u128,
        case: u128,
        verdict: Verdict,
        time: i64,
    },
    Approvals(u128),
}

#[derive(Clone, Debug, Default)]
struct Filter {
    number: Option<u32>,
    requesters: Option<Vec<u128>>,
    states: Vec<CaseState>,
    from: Option<i64>,
    until: Option<i64>,
}

fn command() -> impl Strategy<Value = Call> {
    let (n, state) = (|| 1..=5_u128, || select(CaseState::ALL));
    // Nothing is mail number 5.
    let sent = prop_oneof![9 => 1..=4_u128, 1 => Just(5)];
    let corrections = vec(select(CorrectionState::ALL), 0..4);
    let filter = (
        option::weighted(0.2, 1..=5_u32),
        option::weighted(0.3, vec(1..=2_u128, 0..3)),
        vec(state(), 0..6),
        option::weighted(0.3, 0..6_i64),
        option::weighted(0.3, 0..6_i64),
    );
    let filter = filter.prop_map(|(number, requesters, states, from, until)| Filter {
        number,
        requesters,
        states,
        from,
        until,
    });
    prop_oneof![
        1 => (2026..2028_u16).prop_map(Call::Serial),
        1 => (2026..2028_u16).prop_map(Call::Order),
        4 => (n(), 1..=6_u32, sent, corrections)
            .prop_map(|(n, number, sent, corrections)| Call::Insert { n, number, sent, corrections }),
        1 => n().prop_map(Call::Get),
        1 => (1..=6_u32).prop_map(Call::ByNumber),
        1 => (1..=4_u128).prop_map(Call::OfSent),
        4 => (n(), 1..=3_i64, state(), option::of(0..6_i64))
            .prop_map(|(n, version, state, time)| Call::Update { n, version, state, time }),
        2 => (n(), 0..3_u128, select(Outcome::ALL)).prop_map(|(n, target, outcome)| Call::Settle { n, target, outcome }),
        3 => (filter, (0..3_u64, 1..4_u64)).prop_map(|(filter, page)| Call::List(filter, page)),
        1 => (0..7_i64).prop_map(Call::AtWork),
        2 => (1..=9_u128, n(), select(Verdict::ALL), 0..4_i64)
            .prop_map(|(n, case, verdict, time)| Call::Approve { n, case, verdict, time }),
        1 => n().prop_map(Call::Approvals),
    ]
}

fn number(serial: u32) -> CaseNumber {
    CaseNumber::new(2026, serial)
}

/// Every second one is Bo's; the times of neighbours are the same.
fn written(
    n: u128,
    serial: u32,
    sent: u128,
    states: &[CorrectionState],
) -> (Case, Vec<Target>, Vec<Correction>) {
    let (mut case, targets) = case(n, 3);
    case.number = number(serial);
    case.message.sent = id(sent);
    case.requester = if serial.is_multiple_of(2) { id(BO) } else { id(MEI) };
    case.created_at = at(i64::from(serial / 2));
    let corrections =
        targets.iter().zip(states).map(|(target, state)| Correction { state: *state, ..correction(target) });
    let corrections = corrections.collect();
    (case, targets, corrections)
}

fn moved(case: Case, version: i64, state: CaseState, time: Option<i64>) -> Case {
    let restoration = time.map(|time| Restoration { by: id(BO), note: "还要".into(), at: at(time) });
    let time = time.map(at);
    Case {
        version,
        state,
        expires_at: time.unwrap_or(at(3)),
        decided_at: time,
        ended_at: time,
        restoration,
        ..case
    }
}

fn approval(n: u128, case: u128, verdict: Verdict, time: i64) -> Approval {
    Approval {
        id: id(n),
        case: id(case),
        approver: id(BO),
        act: if n.is_multiple_of(2) { Act::Recall } else { Act::Restore },
        verdict,
        comment: format!("第 {n} 号"),
        digest: TargetsDigest([u8::try_from(n).unwrap(); 32]),
        decided_at: at(time),
    }
}

impl Filter {
    fn parsed(&self) -> CaseFilter {
        CaseFilter {
            number: self.number.map(number),
            requesters: self.requesters.as_ref().map(|people| people.iter().copied().map(id).collect()),
            states: self.states.clone(),
            from: self.from.map(at),
            until: self.until.map(at),
        }
    }

    fn takes(&self, case: &Case) -> bool {
        self.number.is_none_or(|serial| case.number == number(serial))
            && self.requesters.as_ref().is_none_or(|people| people.contains(&case.requester.0.as_u128()))
            && (self.states.is_empty() || self.states.contains(&case.state))
            && self.from.is_none_or(|from| case.created_at >= at(from))
            && self.until.is_none_or(|until| case.created_at < at(until))
    }
}

#[async_trait::async_trait]
impl Command for Call {
    async fn ask(&self, tx: &mut dyn Tx) -> Said {
        match self {
            Self::Serial(year) => said(tx.next_case_serial(*year).await),
            Self::Order(year) => said(tx.order_requests(*year).await),
            Self::Insert { n, number, sent, corrections } => {
                let (case, targets, corrections) = written(*n, *number, *sent, corrections);
                said(tx.insert_case(&case, &targets, &corrections).await)
            }
            Self::Get(n) => said(tx.case(id(*n)).await),
            Self::ByNumber(serial) => said(tx.case_by_number(number(*serial)).await),
            Self::OfSent(sent) => said(tx.cases_of_sent(id(*sent)).await),
            Self::Update { n, version, state, time } => {
                let Some(case) = tx.case(id(*n)).await.unwrap() else { return said::<()>(Ok(())) };
                said(tx.update_case(&moved(case, *version, *state, *time)).await)
            }
            Self::Settle { n, target, outcome } => {
                said(tx.assign(&[id(n * 1_000_000 + target)], None, Some(*outcome), at(1)).await)
            }
            Self::List(filter, (index, size)) => {
                said(tx.list_cases(&filter.parsed(), Page { index: *index, size: *size }).await)
            }
            Self::AtWork(now) => {
                let found = tx.cases_at_work(at(*now)).await.map(|mut found| {
                    found.sort_by_key(|case| case.id);
                    found
                });
                said(found)
            }
            Self::Approve { n, case, verdict, time } => {
                said(tx.insert_approval(&approval(*n, *case, *verdict, *time)).await)
            }
            Self::Approvals(case) => said(tx.approvals(id(*case)).await),
        }
    }

    fn expect(&self, model: &mut Model) -> Expected {
        match self {
            Self::Serial(year) => {
                let last = model.serials.entry(*year).or_default();
                *last += 1;
                yes(*last)
            }
            Self::Order(_) => yes(()),
            Self::Insert { n, number, sent, corrections } => {
                model.insert_case(written(*n, *number, *sent, corrections))
            }
            Self::Get(n) => yes(model.case(id(*n))),
            Self::ByNumber(serial) => yes(model.cases.iter().find(|case| case.number == number(*serial))),
            Self::OfSent(sent) => yes(model.newest(|case| case.message.sent == id(*sent))),
            Self::Update { n, version, state, time } => {
                let Some(case) = model.cases.iter_mut().find(|case| case.id == id(*n)) else {
                    return yes(());
                };
                if case.version != *version {
                    return no(StoreError::Conflict("the case"));
                }
                *case = moved(case.clone(), version + 1, *state, *time);
                yes(&*case)
            }
            Self::Settle { n, target, outcome } => {
                let target = id(n * 1_000_000 + target);
                let Some(found) = model.targets.iter_mut().find(|one| one.row.id == target) else {
                    return broken(StoreError::Missing("the target"));
                };
                found.row.outcome = Some(*outcome);
                yes(())
            }
            Self::List(filter, page) => yes(model.list_cases(filter, *page)),
            Self::AtWork(now) => yes(model.at_work(*now)),
            Self::Approve { n, case, verdict, time } => model.approve(approval(*n, *case, *verdict, *time)),
            Self::Approvals(case) => {
                let mut found: Vec<_> = model.approvals.iter().filter(|one| one.case == id(*case)).collect();
                found.sort_by_key(|one| (one.decided_at, one.id));
                yes(found)
            }
        }
    }

    fn looks() -> Vec<Self> {
        let of_case = (1..=5).flat_map(|n| [Self::Get(n), Self::Approvals(n)]);
        of_case.chain([Self::List(Filter::default(), (0, 100)), Self::AtWork(9)]).collect()
    }
}

impl Model {
    fn at_work(&self, now: i64) -> Vec<&Case> {
        use CaseState as S;
        let is_due = |case: &&Case| match case.state {
            S::Holding | S::Executing | S::Releasing | S::Restoring => true,
            S::AwaitingApproval | S::RestoreRequested => case.expires_at <= at(now),
            _ => false,
        };
        let mut found: Vec<_> = self.cases.iter().filter(is_due).collect();
        found.sort_by_key(|case| case.id);
        found
    }

    fn approve(&mut self, approval: Approval) -> Expected {
        if self.approvals.iter().any(|known| known.id == approval.id) {
            return broken(StoreError::Conflict("the approval"));
        }
        if self.case(approval.case).is_none() {
            return broken(DANGLING);
        }
        self.approvals.push(approval);
        yes(())
    }

    fn insert_case(
        &mut self,
        (case, targets, corrections): (Case, Vec<Target>, Vec<Correction>),
    ) -> Expected {
        if self.case(case.id).is_some() {
            return no(StoreError::Conflict("the case"));
        }
        if self.cases.iter().any(|known| known.number == case.number) {
            return broken(StoreError::Conflict("the case"));
        }
        if self.sent.iter().all(|(message, _)| message.id != case.message.sent) {
            return broken(DANGLING);
        }
        self.cases.push(case);
        self.targets.extend(targets.into_iter().map(OfTarget::new));
        self.corrections.extend(corrections.into_iter().map(Outgoing::new));
        yes(())
    }

    fn newest(&self, takes: impl Fn(&Case) -> bool) -> Vec<&Case> {
        let mut found: Vec<_> = self.cases.iter().filter(|case| takes(case)).collect();
        found.sort_by_key(|case| std::cmp::Reverse((case.created_at, case.number)));
        found
    }

    fn list_cases(&self, filter: &Filter, (index, size): (u64, u64)) -> Listing<CaseRow> {
        let found = self.newest(|case| filter.takes(case));
        let total = found.len() as u64;
        let first = usize::try_from(index * size).unwrap();
        let page = found.into_iter().skip(first).take(usize::try_from(size).unwrap());
        Listing { rows: page.map(|case| self.counted(case)).collect(), total }
    }

    fn counted(&self, case: &Case) -> CaseRow {
        use CorrectionState::{Failed, Queued, Sending, Unconfirmed};
        let outcomes = self.targets.iter().filter(|one| one.row.case == case.id).map(|one| one.row.outcome);
        let mails = self.corrections.iter().filter(|one| one.row.case == case.id).map(|one| one.row.state);
        let unsent = mails.filter(|state| matches!(state, Queued | Sending | Unconfirmed | Failed)).count();
        let ended_as = |wanted: &[Outcome]| {
            outcomes.clone().flatten().filter(|outcome| wanted.contains(outcome)).count() as u64
        };
        CaseRow {
            case: case.clone(),
            targets: outcomes.clone().count() as u64,
            ended: outcomes.clone().flatten().count() as u64,
            failed: ended_as(&[Outcome::Failed]),
            succeeded: ended_as(&[Outcome::RemovedUnread, Outcome::ReplacedUnread, Outcome::Corrected]),
            after_reading: ended_as(&[Outcome::RemovedRead, Outcome::ReplacedRead]),
            unsent_corrections: unsent as u64,
        }
    }
}
