//! Stores in a database: one table, which SQLite, PostgreSQL and MySQL each keep in their own way.
//!
mod connections;
mod engine;
#[cfg(feature = "mysql")]
mod mysql;
mod operations;
#[cfg(feature = "postgres")]
mod postgres;
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
/// A database that does not answer, that closes the connection, or whose connections are all in use for longer than the
/// [time-out](Self::time_out) is a [`StoreError`], and the request that needed it is refused with 503. The next one tries
/// again, on a new connection where the former broke.
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
    /// it is shorter than the store's [time-out](Self::time_out).
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
