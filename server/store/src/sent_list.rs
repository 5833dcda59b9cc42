//! The list of somebody's sent mail, and its search: newest first, within a time limit, and never by walking what
//! others have sent.
//!
//! The database gives the ids of all that may fit. Only rows of the page are read, and where the index isn't exact
//! they are looked at before they are shown.

use crate::{
    Transaction,
    dialect::Row,
    search::{condition, of_newest_case},
    sent::{SENT, read_sent},
    table::select,
};
use domain::{
    ids::{PersonId, SentId},
    search::{Search, Wanted},
    sent::{Found, Page, SentCase, SentFilter, SentSummary, Total},
    store::{Result, StoreError},
};
use sea_query::{Expr, ExprTrait, Order, SelectStatement};
use std::time::Instant;

/// Reading mails may take so many times what finding them may.
const READS: u32 = 10;

/// Rows that can be turned to.
const MOST: usize = 5_000;

/// A search with `in:thread` looks at so many mails for their conversations, the newest ones.
const MOST_IN_THREADS: usize = 200;

/// Rows read at a time where each has to be looked at.
const CHUNK: usize = 50;

impl Transaction {
    pub(crate) async fn found(&mut self, owner: PersonId, filter: &SentFilter, page: Page) -> Result<Found> {
        if filter.search.threads {
            let ids = self.in_conversations(owner, filter).await?;
            return self.page_of(ids, page).await;
        }
        let (wanted, is_exact) = self.asked(owner, filter).await?;
        let ids = self.candidates(owner, filter, &wanted, MOST).await?;
        if is_exact { self.page_of(ids, page).await } else { self.looked_at(ids, &filter.search, page).await }
    }

    /// What finds all that fits, and whether all that it finds does. Messages that aren't in the index with all of their
    /// words have to be looked at, whatever is asked for: nearly nobody has one.
    async fn asked(&mut self, owner: PersonId, filter: &SentFilter) -> Result<(Wanted, bool)> {
        let wanted = filter.search.wanted();
        let (all, cut) = (Wanted::All(vec![]), Wanted::cut());
        if wanted == all || self.candidates(owner, filter, &cut, 0).await?.is_empty() {
            return Ok((wanted, filter.search.is_exact()));
        }
        Ok((Wanted::Any(vec![wanted, cut]), false))
    }

    /// All of the conversations with a mail that fits.
    async fn in_conversations(&mut self, owner: PersonId, filter: &SentFilter) -> Result<Vec<SentId>> {
        let (wanted, is_exact) = self.asked(owner, filter).await?;
        let mut hits = self.candidates(owner, filter, &wanted, MOST_IN_THREADS).await?;
        hits.truncate(MOST_IN_THREADS);
        if !is_exact {
            let mut rows = self.summaries(&hits).await?;
            rows.retain(|row| filter.search.matches(row));
            hits = rows.iter().map(|row| row.message.id).collect();
        }
        let conversations = select(SENT.name, ["conversation"])
            .and_where(self.dialect().among(hits.iter().map(|id| id.0)))
            .take();
        let mut same = listed(owner, MOST);
        same.and_where(Expr::col("conversation").in_subquery(conversations));
        self.rows_within(self.search_limit, &same, |row| row.id("id")).await
    }

    /// Newest first; one more than `most` says that there are more.
    async fn candidates(
        &mut self,
        owner: PersonId,
        filter: &SentFilter,
        wanted: &Wanted,
        most: usize,
    ) -> Result<Vec<SentId>> {
        let mut found = listed(owner, most)
            .and_where_option(filter.from.map(|from| Expr::col("sent_at").gte(from.0)))
            .and_where_option(filter.until.map(|until| Expr::col("sent_at").lt(until.0)))
            .and_where_option(filter.has_case.map(|has| {
                let number = of_newest_case("number");
                if has { number.is_not_null() } else { number.is_null() }
            }))
            .take();
        if *wanted == Wanted::All(vec![]) {
            return self.rows(&found, |row| row.id("id")).await;
        }
        found.and_where(condition(wanted, owner, self.dialect()));
        self.rows_within(self.search_limit, &found, |row| row.id("id")).await
    }

    async fn page_of(&mut self, mut ids: Vec<SentId>, page: Page) -> Result<Found> {
        let more = ids.len() > MOST;
        ids.truncate(MOST);
        let total = ids.len() as u64;
        let start = usize::try_from(page.index.saturating_mul(page.size)).unwrap_or(MOST).min(ids.len());
        let end = start.saturating_add(usize::try_from(page.size).unwrap_or(MOST)).min(ids.len());
        let rows = self.summaries(&ids[start..end]).await?;
        Ok(Found { rows, total: if more { Total::MoreThan(total) } else { Total::Exactly(total) } })
    }

    /// Reads on until the page is full. [`StoreError::TooSlow`] when that takes too long.
    async fn looked_at(&mut self, mut ids: Vec<SentId>, search: &Search, page: Page) -> Result<Found> {
        let more = ids.len() > MOST;
        ids.truncate(MOST);
        let start = page.index.saturating_mul(page.size);
        let end = start.saturating_add(page.size);
        let (mut rows, mut hits, mut read) = (Vec::new(), 0_u64, 0);
        // Beyond all there could be, nothing needs to be read to know it.
        let read_on = start < ids.len() as u64;
        let begun = Instant::now();
        while read_on && read < ids.len() && hits < end {
            if begun.elapsed() > self.search_limit * READS {
                return Err(StoreError::TooSlow);
            }
            let some = &ids[read..ids.len().min(read + CHUNK)];
            read += some.len();
            for row in self.summaries(some).await? {
                if search.matches(&row) {
                    if (start..end).contains(&hits) {
                        rows.push(row);
                    }
                    hits += 1;
                }
            }
        }
        let total = match (ids.len() - read) as u64 {
            0 if !more => Total::Exactly(hits),
            rest if !more => Total::About(hits + rest),
            rest => Total::MoreThan(hits + rest),
        };
        Ok(Found { rows, total })
    }

    /// Newest first.
    async fn summaries(&mut self, ids: &[SentId]) -> Result<Vec<SentSummary>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = SENT
            .select()
            .expr_as(of_newest_case("number"), "case_number")
            .expr_as(of_newest_case("state"), "case_state")
            .and_where(self.dialect().among(ids.iter().map(|id| id.0)))
            .order_by("sent_at", Order::Desc)
            .order_by("id", Order::Desc)
            .take();
        self.rows(&rows, read_summary).await
    }
}

/// Ids of all that somebody sees of theirs: newest first, one more than `most`.
fn listed(owner: PersonId, most: usize) -> SelectStatement {
    select(SENT.name, ["id"])
        .and_where(Expr::col("owner").eq(owner.0))
        .and_where(Expr::col("hidden").eq(false))
        .order_by("sent_at", Order::Desc)
        .order_by("id", Order::Desc)
        .limit(most as u64 + 1)
        .take()
}

fn read_summary(row: &Row) -> Result<SentSummary> {
    let case = match (row.optional_case_number("case_number")?, row.optional_parsed("case_state")?) {
        (Some(number), Some(state)) => Some(SentCase { number, state }),
        _ => None,
    };
    Ok(SentSummary { message: read_sent(row)?, case })
}
