//! Stores in a database: one table, which SQLite, PostgreSQL and MySQL each keep in their own way.
//!
//! A statement passes `connections` (time-out and retries), `queue` (a connection, and a task that its caller cannot
//! cancel) and `engine` (the text for the engine and its limit at the server).

mod connections;
mod deadline;
mod engine;
mod failover;
mod failure;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod literals;
#[cfg(feature = "mysql")]
mod mysql;
mod operations;
#[cfg(feature = "postgres")]
mod postgres;
mod queue;
mod retry;
mod row;
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod sweep;
mod table_name;

pub use self::engine::SqlEngine;
#[cfg(feature = "mysql")]
pub use self::mysql::MySqlStore;
#[cfg(feature = "postgres")]
pub use self::postgres::PostgresStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
pub use self::sweep::SqlStoreStatistics;
pub use self::table_name::TableNameError;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Pool;

use self::connections::Connections;
use self::statements::Statements;
use self::sweep::Sweeping;
use self::table_name::TableName;
use super::StoreError;
use crate::clock::{Clock, Timestamp};

/// Keeps sessions in a table of a database: [`SqliteStore`], [`PostgresStore`], [`MySqlStore`].
///
/// [`migrate`](Self::migrate) makes the table. [`sweep_every`](Self::sweep_every) removes what has expired; without it, or
/// calls of [`sweep`](Self::sweep), expired sessions stay in the table, where nobody is admitted by them. Clones share one
/// store.
///
/// # 503
///
/// A database that does not answer, that closes the connection, or whose connections are all in use for longer than the
/// [time-out](Self::time_out) is a [`StoreError`]. The request that needed it is rejected with 503, and the next one tries
/// again, on a new connection where the former broke.
///
/// The server itself ends a statement shortly before the time-out, such as one that waits for a locked table. So 503 on a
/// write nearly always means: not done, and not done later either. The exception is an answer that got lost, because the
/// network failed or the server stood still or crashed. Then the write may have been done, or may be done when the server
/// goes on. A repeated log-out, revocation or log-in does no harm in both cases. Before an update is repeated, load the
/// session again.
///
/// | engine | limit at the server |
/// |---|---|
/// | PostgreSQL | `SET LOCAL statement_timeout`, in the same message as the statement |
/// | MariaDB | `SET STATEMENT max_statement_time=.. FOR` |
/// | MySQL | `MAX_EXECUTION_TIME` for queries; for writes `innodb_lock_wait_timeout` and `lock_wait_timeout`, which [`MySqlStore::connect`] sets to 2 seconds |
/// | SQLite | `PRAGMA busy_timeout`, for the store's statements alone |
///
/// # Connections
///
/// A caller that goes away while it waits for a connection leaves the queue. A statement that has started runs to its end
/// in a task, and its connection goes back to the pool: requests that clients cancel cost no connections.
///
/// A connection whose server does not write any more (a standby after a failover) is closed, and the statement is sent
/// again to where the address leads now. A pool from `connect` also replaces its other connections. In a pool that
/// [`new`](Self::new) was given, each write replaces those that it meets.
#[cfg_attr(
    not(all(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(rustdoc::broken_intra_doc_links)
)]
pub struct SqlStore<DB: SqlEngine> {
    connections: Connections<DB>,
    table: TableName,
    statements: Arc<Statements>,
    sweeping: Arc<Sweeping>,
}

impl<DB: SqlEngine> SqlStore<DB> {
    /// A store on a pool that the application has already, in the table `sessions`.
    ///
    /// The pool decides how many connections there are and when they are tested. Its own `acquire_timeout` counts where
    /// it is shorter than the store's [time-out](Self::time_out). Statements of PostgreSQL and MySQL contain their values:
    /// call `disable_statement_logging()` on the pool's connect options, or `sqlx` logs the sealed records. For `PgBouncer`,
    /// see [`PostgresStore`]; for MySQL, set `innodb_lock_wait_timeout` below the time-out in `after_connect`.
    ///
    /// # The application's own transactions
    ///
    /// The store writes on a connection of its own, never in a transaction of the application. Log in, log out or update
    /// a session before the transaction begins or after it has ended:
    ///
    /// ```no_run
    /// # async fn handler(db: sqlx::SqlitePool, mut auth: session_runtime::AuthSession<User>, user: User)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let mut transaction = db.begin().await?;
    /// // .. the application's statements ..
    /// transaction.commit().await?;
    /// auth.log_in(user).await?;
    /// # Ok(())
    /// # }
    /// # #[derive(Clone, serde::Serialize, serde::Deserialize, session_runtime::Principal)]
    /// # struct User { #[principal(id)] id: u64 }
    /// ```
    ///
    /// In SQLite, one connection writes at a time. A log-in while the handler holds an open transaction that has written
    /// waits for that transaction, which waits for the handler: after the time-out, the log-in fails with 503. With a
    /// separate file for the sessions ([`SqliteStore::connect`]) nothing waits.
    ///
    /// In PostgreSQL and MySQL, a handler that keeps a connection of a shared pool needs a second one for its log-in. As
    /// many such handlers as the pool has connections wait for each other. Give the store a pool of its own, or commit
    /// first.
    pub fn new(pool: Pool<DB>) -> Self {
        Self::on(Connections::new(pool))
    }

    fn on(connections: Connections<DB>) -> Self {
        let table = TableName::default();
        Self { connections, statements: Arc::new(Statements::of::<DB>(&table)), table, sweeping: Arc::default() }
    }

    /// Keeps the sessions in another table than `sessions`: a plain identifier, which is always quoted. Says so before
    /// [`migrate`](Self::migrate) and [`sweep_every`](Self::sweep_every).
    ///
    /// Beside it there is a table of this name with `_schema` at the end, which says what release made it.
    ///
    /// # Errors
    ///
    /// When the name does not begin with an ASCII letter or `_`, contains anything but ASCII letters, digits and `_`, is
    /// longer than 48 bytes, or begins with `sqlite_`, which SQLite keeps for itself.
    pub fn table_name(self, name: &str) -> Result<Self, TableNameError> {
        let table = TableName::parse(name)?;
        let statements = Arc::new(Statements::of::<DB>(&table));
        Ok(Self { table, statements, sweeping: Arc::default(), ..self })
    }

    /// How long an operation may take, waiting for a free connection included; 3 seconds unless said. What takes longer
    /// is a [`StoreError`].
    #[must_use]
    pub fn time_out(mut self, time_out: Duration) -> Self {
        self.connections.time_out = time_out;
        self
    }

    /// Makes the table, or brings one that an earlier release made to the present form. Does nothing where there is
    /// nothing to do, and may run on several nodes at once.
    ///
    /// Only what is to be done needs the right to make tables. An account that may `SELECT`, `INSERT`, `UPDATE` and
    /// `DELETE` in the table, and `SELECT` in the one with `_schema` at its end, is enough for everything else.
    ///
    /// # Errors
    ///
    /// When the database does not answer, when it does not allow it, and when the table was made by a later release.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        schema::migrate(&self.connections, &self.table).await
    }

    /// Removes what has expired at `now`, in batches; answers with how many records there were.
    ///
    /// # Errors
    ///
    /// When the database does not answer. The batches before stay removed, and counted.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        sweep::sweep(&self.connections, &self.statements, &self.sweeping.counters, now).await
    }

    /// Removes what has expired from now on, so often, in a task that ends when the last clone of this store is dropped.
    /// Several nodes may do so at once. Said twice, the last one counts.
    ///
    /// `clock` is the one that the sessions are built with: [`SystemClock`](crate::SystemClock) unless they were told
    /// otherwise. An interval of zero is one millisecond.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn sweep_every(&self, interval: Duration, clock: impl Clock) {
        let (connections, statements) = (self.connections.clone(), Arc::clone(&self.statements));
        self.sweeping.begin(interval, move |counters| {
            let (connections, statements) = (connections.clone(), Arc::clone(&statements));
            let now = clock.now();
            async move { sweep::sweep(&connections, &statements, &counters, now).await }
        });
    }

    /// What this store, and its clones, removed because it had expired.
    pub fn statistics(&self) -> SqlStoreStatistics {
        self.sweeping.counters.statistics()
    }
}

impl<DB: SqlEngine> Clone for SqlStore<DB> {
    fn clone(&self) -> Self {
        Self {
            connections: self.connections.clone(),
            table: self.table.clone(),
            statements: Arc::clone(&self.statements),
            sweeping: Arc::clone(&self.sweeping),
        }
    }
}

/// Without the address of the database, which may hold a password.
impl<DB: SqlEngine> fmt::Debug for SqlStore<DB> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("SqlStore");
        debug
            .field("engine", &DB::NAME)
            .field("table", &self.table)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
