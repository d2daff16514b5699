//! A statement on a connection: within its time, again after a deadlock, and never again on a connection that broke.

use std::error::Error as StdError;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Error, Pool, SqlStr};
use tokio::time::{Instant, timeout_at};

use super::engine::{SqlEngine, Value};
use crate::store::StoreError;

/// How long an operation may take unless the store is told otherwise.
pub(super) const TIME_OUT: Duration = Duration::from_secs(3);
/// How often a statement is tried that the engine undid because it met another.
const ATTEMPTS: usize = 5;

/// Where statements go.
pub(super) struct Connections<DB: SqlEngine> {
    reads: Pool<DB>,
    writes: Pool<DB>,
    pub(super) time_out: Duration,
}

impl<DB: SqlEngine> Clone for Connections<DB> {
    fn clone(&self) -> Self {
        Self { reads: self.reads.clone(), writes: self.writes.clone(), time_out: self.time_out }
    }
}

impl<DB: SqlEngine> Connections<DB> {
    pub(super) fn new(pool: Pool<DB>) -> Self {
        Self { reads: pool.clone(), writes: pool, time_out: TIME_OUT }
    }

    /// With connections for reading alone.
    #[cfg(feature = "sqlite")]
    pub(super) fn with_readers(reads: Pool<DB>, writes: Pool<DB>) -> Self {
        Self { reads, writes, time_out: TIME_OUT }
    }

    /// Runs a statement; how many rows it found.
    pub(super) async fn write(&self, sql: &SqlStr, values: &[Value<'_>]) -> Result<u64, Failure> {
        let deadline = Instant::now() + self.time_out;
        let mut attempts = 0..ATTEMPTS;
        loop {
            let mut lent = Lent::from(&self.writes, deadline).await?;
            let answer = timeout_at(deadline, DB::execute(&mut lent.connection, sql, values)).await;
            match lent.settled(answer) {
                Err(failure) if failure.was_undone() && attempts.next().is_some() => (),
                settled => return settled,
            }
        }
    }

    /// Runs a query.
    pub(super) async fn read(&self, sql: &SqlStr, values: &[Value<'_>]) -> Result<Vec<DB::Row>, Failure> {
        self.rows(&self.reads, sql, values).await
    }

    /// Runs a query where the writes go.
    pub(super) async fn read_latest(&self, sql: &SqlStr, values: &[Value<'_>]) -> Result<Vec<DB::Row>, Failure> {
        self.rows(&self.writes, sql, values).await
    }

    async fn rows(&self, pool: &Pool<DB>, sql: &SqlStr, values: &[Value<'_>]) -> Result<Vec<DB::Row>, Failure> {
        let deadline = Instant::now() + self.time_out;
        let mut lent = Lent::from(pool, deadline).await?;
        let answer = timeout_at(deadline, DB::query(&mut lent.connection, sql, values)).await;
        lent.settled(answer)
    }

    /// A connection that writes.
    pub(super) async fn writer(&self) -> Result<PoolConnection<DB>, Failure> {
        let deadline = Instant::now() + self.time_out;
        Ok(timeout_at(deadline, self.writes.acquire()).await??)
    }
}

/// A connection that goes back to its pool when its statement was answered.
///
/// One that was left in the middle of a statement, because time ran out or because nobody waits for the answer any more, is
/// closed: the pool would wait for the answer, for as long as the network lets it, and meanwhile be one connection short.
struct Lent<DB: SqlEngine> {
    connection: PoolConnection<DB>,
    is_settled: bool,
}

impl<DB: SqlEngine> Lent<DB> {
    async fn from(pool: &Pool<DB>, deadline: Instant) -> Result<Self, Failure> {
        Ok(Self { connection: timeout_at(deadline, pool.acquire()).await??, is_settled: false })
    }

    fn settled<T>(mut self, answer: Result<Result<T, Error>, tokio::time::error::Elapsed>) -> Result<T, Failure> {
        // Whatever the engine itself says leaves the connection as it was.
        self.is_settled = matches!(answer, Ok(Ok(_) | Err(Error::Database(_))));
        Ok(answer??)
    }
}

impl<DB: SqlEngine> Drop for Lent<DB> {
    fn drop(&mut self) {
        if DB::REMOTE && !self.is_settled {
            self.connection.close_on_drop();
        }
    }
}

/// Why a statement was not done, or not certainly.
#[derive(Debug)]
pub(super) struct Failure(Option<Error>);

impl Failure {
    /// Whether there is such a key already.
    pub(super) fn is_duplicate(&self) -> bool {
        matches!(&self.0, Some(Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether the engine undid the statement, so that it can be done again: a deadlock, or rows that changed meanwhile.
    fn was_undone(&self) -> bool {
        let Some(Error::Database(error)) = &self.0 else { return false };
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Some(error))
    }
}

impl From<tokio::time::error::Elapsed> for Failure {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self(None)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let late = || Box::<dyn StdError + Send + Sync>::from("the database did not answer in time");
        Self::new(failure.0.map_or_else(late, Into::into))
    }
}

/// How long a connection may have been idle without being tested before its next use.
#[cfg(any(feature = "postgres", feature = "mysql"))]
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// A pool for a server: a connection in constant use is not tested at every use, which would double the round trips.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(super) fn remote<DB: SqlEngine>(pool: sqlx::pool::PoolOptions<DB>) -> sqlx::pool::PoolOptions<DB> {
    pool.acquire_timeout(TIME_OUT).test_before_acquire(false).before_acquire(|connection, meta| {
        Box::pin(async move {
            if meta.idle_for >= TRUSTED_FOR {
                sqlx::Connection::ping(connection).await?;
            }
            Ok(true)
        })
    })
}
