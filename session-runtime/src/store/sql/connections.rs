//! Statements on the connections of a store: within their time, and again when they were certainly not done.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Pool, SqlStr};
use tokio::time::{Instant, sleep};

use super::deadline::Deadline;
use super::engine::{Diagnosis, SqlEngine, Value};
use super::failover::Failover;
use super::failure::Failure;
use super::queue::{Send, StatementQueue};
use super::retry::Retry;

/// How long an operation may take unless the store is told otherwise.
pub(super) const TIME_OUT: Duration = Duration::from_secs(3);

/// Where statements go.
pub(super) struct Connections<DB: SqlEngine> {
    reads: StatementQueue<DB>,
    writes: StatementQueue<DB>,
    failover: Failover,
    pub(super) time_out: Duration,
}

impl<DB: SqlEngine> Clone for Connections<DB> {
    fn clone(&self) -> Self {
        Self {
            reads: self.reads.clone(),
            writes: self.writes.clone(),
            failover: self.failover.clone(),
            time_out: self.time_out,
        }
    }
}

impl<DB: SqlEngine> Connections<DB> {
    pub(super) fn new(pool: Pool<DB>) -> Self {
        Self::with_failover(pool, Failover::default())
    }

    /// With a pool that replaces the connections which `failover` outdates.
    pub(super) fn with_failover(pool: Pool<DB>, failover: Failover) -> Self {
        let writes = StatementQueue::new(pool);
        Self { reads: writes.clone(), writes, failover, time_out: TIME_OUT }
    }

    /// With connections for reading alone, and on each of both at most `waiting` for other statements.
    #[cfg(feature = "sqlite")]
    pub(super) fn with_readers(reads: Pool<DB>, writes: Pool<DB>, waiting: Duration) -> Self {
        let [reads, writes] = [reads, writes].map(|pool| StatementQueue::new(pool).waiting_at_most(waiting));
        Self { reads, writes, failover: Failover::default(), time_out: TIME_OUT }
    }

    /// Runs a statement; how many rows it found.
    pub(super) async fn write(&self, sql: &SqlStr, values: &[Value<'_>]) -> Result<u64, Failure> {
        self.run(&self.writes, sql, values, DB::execute, false).await
    }

    /// Runs a query.
    pub(super) async fn read(&self, sql: &SqlStr, values: &[Value<'_>]) -> Result<Vec<DB::Row>, Failure> {
        self.run(&self.reads, sql, values, DB::query, true).await
    }

    /// Runs a query where the writes go.
    pub(super) async fn read_latest(&self, sql: &SqlStr, values: &[Value<'_>]) -> Result<Vec<DB::Row>, Failure> {
        self.run(&self.writes, sql, values, DB::query, true).await
    }

    /// A connection that writes.
    pub(super) async fn writer(&self) -> Result<PoolConnection<DB>, Failure> {
        self.writes.acquire(Deadline::after(self.time_out)).await
    }

    async fn run<T: std::marker::Send + 'static>(
        &self,
        queue: &StatementQueue<DB>,
        sql: &SqlStr,
        values: &[Value<'_>],
        send: Send<DB, T>,
        is_query: bool,
    ) -> Result<T, Failure> {
        let deadline = Deadline::after(self.time_out);
        let mut retry = Retry::new(queue.idle(), is_query);
        loop {
            let failure = match queue.run(DB::request(sql, values)?, send, is_query, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if failure.diagnose::<DB>() == Diagnosis::NotHere {
                self.failover.happened();
            }
            let Some(pause) = retry.pause::<DB>(&failure) else { return Err(failure) };
            if Instant::now() + pause >= deadline.at() {
                return Err(failure);
            }
            sleep(pause).await;
        }
    }
}

/// How long a connection may have been idle without being tested before its next use.
#[cfg(any(feature = "postgres", feature = "mysql"))]
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// A pool for a server: a connection in constant use is not tested at every use, which would double the round trips.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(super) fn remote<DB: SqlEngine>(
    pool: sqlx::pool::PoolOptions<DB>,
    failover: &Failover,
) -> sqlx::pool::PoolOptions<DB> {
    let failover = failover.clone();
    pool.acquire_timeout(TIME_OUT).test_before_acquire(false).before_acquire(move |connection, meta| {
        let is_outdated = failover.outdates(meta.age);
        Box::pin(async move {
            if !is_outdated && meta.idle_for >= TRUSTED_FOR {
                sqlx::Connection::ping(connection).await?;
            }
            Ok(!is_outdated)
        })
    })
}
