//! Targets: what is to be done where, who is at it, and how it ended.

mod row;

use crate::{
    Transaction,
    cases::{CASES, PIECE},
    corrections::CORRECTIONS,
    dialect::Row,
    engine_switch::engine_is_running,
    lease::{self, Claim, held, read_lease},
    notifications::NOTIFICATIONS,
    row::{code, json},
    table::{Table, select},
};
pub(crate) use row::target_row;

use async_trait::async_trait;
use domain::{
    case::{Detail, Lease, Target},
    ids::{CaseId, TargetId},
    shared::{Outcome, Task},
    store::{EngineSwitch, Finished, Leased, Result, StoreError, Targets},
    time::Timestamp,
};
use row::{GIVEN, finished_row, given, held_as_given, rank, read_target};
use sea_query::{
    CaseStatement, Expr, ExprTrait, Func, IntoIden, LockType, Order, Query, TableRef, UpdateStatement,
    ValueTuple,
};
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) const TARGETS: Table = Table {
    name: "target",
    what: "the target",
    key: &["id"],
    columns: &[
        "id",
        "case_id",
        "recipient",
        "state",
        "outcome",
        "detail",
        "task",
        "lease_holder",
        "lease_until",
        "fence",
        "attempts",
        "due_at",
        "updated_at",
    ],
    only_written: &["address", "person_id", "task_rank", "revision"],
};

#[async_trait]
impl Targets for Transaction {
    async fn targets(&mut self, case: CaseId) -> Result<Vec<Target>> {
        let targets =
            TARGETS.select().and_where(Expr::col("case_id").eq(case.0)).order_by("seq", Order::Asc).take();
        self.rows(&targets, read_target).await
    }

    async fn target(&mut self, id: TargetId) -> Result<Option<Target>> {
        self.row(&TARGETS.select().and_where(Expr::col("id").eq(id.0)).take(), read_target).await
    }

    async fn leases(&mut self, ids: &[TargetId]) -> Result<HashMap<TargetId, (Lease, Option<Task>)>> {
        let leases = select(TARGETS.name, ["id", "task", "lease_holder", "lease_until", "fence"])
            .and_where(self.dialect().among(ids.iter().map(|id| id.0)))
            .take();
        let read = |row: &Row| Ok((row.id("id")?, (read_lease(row)?, row.optional_parsed("task")?)));
        Ok(self.rows(&leases, read).await?.into_iter().collect())
    }

    async fn lock_targets(&mut self, ids: &[TargetId]) -> Result<()> {
        self.lock(self.dialect().among(ids.iter().map(|id| id.0))).await
    }

    async fn lock_targets_of(&mut self, case: CaseId) -> Result<()> {
        self.lock(Expr::col("case_id").eq(case.0)).await
    }

    async fn claim_targets(
        &mut self,
        holder: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Target>> {
        if !self.engine_runs().await? {
            return Ok(Vec::new());
        }
        let claim = Claim { holder, now, until: lease_until, limit };
        // In the words of the partial index.
        let open = Query::select()
            .and_where(Expr::col("task_rank").is_not_null())
            .order_by("task_rank", Order::Asc)
            .order_by("seq", Order::Asc)
            .take();
        let change = Query::update().value("lease_task", Expr::col("task")).take();
        let statement = claim.statement(&TARGETS, open, change);
        claim.run(self, &statement, read_target, |target| target.task.map(rank)).await
    }

    async fn renew_targets(
        &mut self,
        leases: &[Leased],
        lease_until: Timestamp,
    ) -> Result<HashMap<TargetId, Option<Task>>> {
        let given = leases.iter().map(|lease| ValueTuple::Many(given(*lease).into())).collect();
        let renew = TARGETS
            .update()
            .value("lease_until", lease_until.0)
            .value("lease_task", Expr::col("task"))
            .from(TableRef::ValuesList(given, GIVEN.into_iden()))
            .cond_where(held_as_given())
            .and_where(engine_is_running())
            .returning(Query::returning().columns(["id", "task"]))
            .take();
        let renewed = self.rows(&renew, |row| Ok((row.id("id")?, row.optional_parsed("task")?))).await?;
        if renewed.is_empty() && !self.engine_switch().await?.running {
            return Ok(leases.iter().map(|lease| (lease.target, None)).collect());
        }
        Ok(renewed.into_iter().collect())
    }

    async fn prolong_leases(&mut self, holder: &str, rows: &[Uuid], until: Timestamp) -> Result<u64> {
        // In the order in which groups of writes lock them.
        self.lock(self.dialect().among(rows.iter().copied())).await?;
        let mut prolonged = 0;
        for table in [&TARGETS, &CORRECTIONS, &NOTIFICATIONS] {
            let among = self.dialect().among(rows.iter().copied());
            prolonged += self.run(&lease::prolonged(table, holder, until).and_where(among).take()).await?;
        }
        Ok(prolonged)
    }

    async fn finish_targets(&mut self, finished: &[Finished]) -> Result<()> {
        let given: Result<_> = finished.iter().map(|one| finished_row(one).map(ValueTuple::Many)).collect();
        let of_given = |column: &'static str| Expr::col((GIVEN, column));
        let other = |column: &'static str| {
            let is_done = Expr::col("task").eq(of_given("column3"));
            CaseStatement::new().case(is_done, Expr::null()).finally(Expr::col(column))
        };
        let mut finish = TARGETS
            .update()
            .value("state", of_given("column4"))
            .value("outcome", of_given("column5"))
            .value("detail", of_given("column6"))
            .value("updated_at", of_given("column7"))
            .value("task", other("task"))
            .value("task_rank", other("task_rank"))
            .value("attempts", 0)
            .value("revision", Expr::col("revision").add(1))
            .value("lease_task", None::<String>)
            .from(TableRef::ValuesList(given?, GIVEN.into_iden()))
            .cond_where(held_as_given())
            .take();
        if self.run(lease::end(&mut finish)).await? == finished.len() as u64 {
            Ok(())
        } else {
            Err(self.refused(StoreError::Fenced(TARGETS.what)))
        }
    }

    async fn postpone_target(
        &mut self,
        id: TargetId,
        fence: i64,
        detail: &Detail,
        attempts: u32,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<()> {
        // A task that was set since the worker last looked hasn't failed yet: it isn't put off.
        let tried = |value: i64, column: &'static str| {
            let same = Expr::col("task").equals("lease_task");
            CaseStatement::new().case(same, value).finally(Expr::col(column))
        };
        let mut postpone = changed(now)
            .value("detail", json(detail)?)
            .value("attempts", tried(i64::from(attempts), "attempts"))
            .value("due_at", tried(due_at.0, "due_at"))
            .cond_where(held(id.0, fence))
            .take();
        self.run_held(&mut postpone).await
    }

    async fn assign(
        &mut self,
        ids: &[TargetId],
        task: Option<Task>,
        outcome: Option<Outcome>,
        now: Timestamp,
    ) -> Result<()> {
        let mut assign = changed(now)
            .value("task", task.map(Task::code))
            .value("task_rank", task.map(rank))
            .value("attempts", 0)
            .value("due_at", now.0)
            .take();
        if let Some(outcome) = outcome {
            assign.value("outcome", code(outcome));
        }
        if task.is_some() {
            self.makes_work();
        }
        for some in ids.chunks(PIECE) {
            let among = self.dialect().among(some.iter().map(|id| id.0));
            let assign = assign.clone().and_where(among).take();
            if self.run(&assign).await? != some.len() as u64 {
                return Err(self.refused(StoreError::Missing(TARGETS.what)));
            }
        }
        Ok(())
    }

    async fn case_pulse(&mut self, case: CaseId) -> Result<String> {
        let revisions = |table: &'static str| -> Expr {
            // Postgres adds up to a numeric, and to NULL where there is nothing.
            let sum = Func::coalesce([Expr::col("revision").sum(), 0.into()]);
            let of_case = Expr::col((table, "case_id")).equals((CASES.name, "id"));
            Query::select()
                .expr(Expr::expr(sum).cast_as("BIGINT"))
                .from(table)
                .and_where(of_case)
                .take()
                .into()
        };
        let pulse = Query::select()
            .column("version")
            .expr_as(revisions(TARGETS.name), "targets")
            .expr_as(revisions(CORRECTIONS.name), "corrections")
            .from(CASES.name)
            .and_where(Expr::col("id").eq(case.0))
            .take();
        let pulse = self.row(&pulse, |row| {
            let [version, targets, corrections] =
                [row.get::<i64>("version")?, row.get("targets")?, row.get("corrections")?];
            Ok(format!("{version}.{targets}.{corrections}"))
        });
        pulse.await?.ok_or(StoreError::Missing(CASES.what))
    }

    async fn stuck_targets(&mut self, task: Task, attempts: u32) -> Result<Vec<Target>> {
        let stuck = TARGETS
            .select()
            .and_where(Expr::col("task").eq(task.code()))
            .and_where(Expr::col("attempts").gte(i64::from(attempts)))
            .order_by("seq", Order::Asc)
            .take();
        self.rows(&stuck, read_target).await
    }

    async fn open_tasks(&mut self, case: CaseId) -> Result<u64> {
        let open = Query::select()
            .from(TARGETS.name)
            .and_where(Expr::col("case_id").eq(case.0))
            .and_where(Expr::col("task_rank").is_not_null())
            .take();
        self.count(&open).await
    }
}

impl Transaction {
    async fn lock(&mut self, which: Expr) -> Result<()> {
        if self.is_only_writer() {
            return Ok(());
        }
        let locked = select(TARGETS.name, ["id"])
            .and_where(which)
            .order_by("id", Order::Asc)
            .lock(LockType::Update)
            .take();
        self.rows(&locked, |_| Ok(())).await.map(drop)
    }

    /// Ends the lease with this; no row means that it was no longer ours.
    async fn run_held(&mut self, update: &mut UpdateStatement) -> Result<()> {
        update.value("lease_task", None::<String>);
        match self.run(lease::end(update)).await? {
            0 => Err(StoreError::Fenced(TARGETS.what)),
            _ => Ok(()),
        }
    }
}

fn changed(now: Timestamp) -> UpdateStatement {
    TARGETS.update().value("updated_at", now.0).value("revision", Expr::col("revision").add(1)).take()
}
