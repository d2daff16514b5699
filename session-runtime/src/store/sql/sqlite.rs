//! SQLite.

use std::str::FromStr;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteQueryResult, SqliteSynchronous,
};
use sqlx::{Arguments as _, AssertSqlSafe, Error, Executor as _, SqlSafeStr as _, SqlStr, Sqlite};
use tokio::time::{Instant, sleep};

use super::SqlStore;
use super::connections::{Connections, TIME_OUT};
use super::engine::{Answer, Diagnosis, Dialect, Request, Value};
use crate::store::StoreError;

/// How many connections read at the same time. Each is a thread.
const READERS: u32 = 4;

/// The time that a connection of its own waits for those that write, before the statement is tried again. At most half of what a
/// statement may take, so that it is not set anew for each.
const LOCKED_FOR: Duration = Duration::from_millis(1_300);

/// Keeps sessions in a file of SQLite: for one node, with nothing to run beside it.
///
/// ```
/// use session_runtime::{SqliteStore, SystemClock};
/// use std::time::Duration;
///
/// # async fn start(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
/// # let url = format!("sqlite://{}/sessions.db", folder.display());
/// // let url = "sqlite://sessions.db";
/// let store = SqliteStore::connect(&url).await?;
/// store.migrate().await?;
/// store.sweep_every(Duration::from_mins(5), SystemClock);
/// // Sessions::builder().store(store).server_keys(&keys) ..
/// # Ok(())
/// # }
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # let folder = tempfile::tempdir().unwrap();
/// # runtime.block_on(start(folder.path())).unwrap();
/// ```
///
/// One connection writes and several read meanwhile (WAL). What was answered is on the disk: a session that was ended stays
/// ended when the power fails.
pub type SqliteStore = SqlStore<Sqlite>;

impl SqlStore<Sqlite> {
    /// Opens the database at `url`, `sqlite://path/to/file` or `sqlite::memory:`, and makes the file where there is none.
    ///
    /// # Errors
    ///
    /// When the address makes no sense or the file cannot be opened.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Self::in_memory().await;
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(StoreError::at_start)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(LOCKED_FOR);
        // Its first connection makes the file. Those that read come when they are needed.
        let writes = opened(&options).await?;
        Ok(Self::on(Connections::with_readers(pool_of(READERS).connect_lazy_with(options), writes, LOCKED_FOR)))
    }

    /// A database in the memory of the process, of this store alone, for tests: it ends with the store.
    ///
    /// # Errors
    ///
    /// When there is no memory for it.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true);
        // It ends with its only connection.
        let pool = pool_of(1).idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
        let pool = pool.connect_with(options).await.map_err(StoreError::at_start)?;
        // No other connection can be waited for.
        Ok(Self::on(Connections::with_readers(pool.clone(), pool, Duration::ZERO)))
    }
}

/// The first connection, which brings a new file to WAL. For that SQLite does not wait: of two nodes that open the file at once, and
/// both read it before they change it, each would wait for the other. So one of them is refused, and asks again.
async fn opened(options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    const PAUSE: Duration = Duration::from_millis(20);
    let deadline = Instant::now() + TIME_OUT;
    loop {
        match pool_of(1).connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(PAUSE).await,
            opened => return opened.map_err(StoreError::at_start),
        }
    }
}

fn is_busy(error: &Error) -> bool {
    error.as_database_error().is_some_and(|error| Sqlite::diagnose(error) == Diagnosis::Undone)
}

/// A connection in the process does not break behind one's back.
fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(TIME_OUT).test_before_acquire(false)
}

impl Dialect for Sqlite {
    const REMOTE: bool = false;
    const QUOTE: char = '"';
    const SWEEP: &'static str =
        "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE expires_at <= ? LIMIT 1000)";
    const VERSIONS: &'static [&'static [&'static str]] = &[&[
        "CREATE TABLE IF NOT EXISTS {table} (
            id BLOB NOT NULL PRIMARY KEY,
            subject BLOB,
            successor BLOB,
            created_at INTEGER NOT NULL,
            authenticated_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            longest_pause INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            listing BLOB NOT NULL,
            payload BLOB NOT NULL
        ) STRICT",
        "CREATE INDEX IF NOT EXISTS {subject} ON {table} (subject)",
        "CREATE INDEX IF NOT EXISTS {expires_at} ON {table} (expires_at)",
    ]];
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const LOCK: Option<&'static str> = None;

    fn request(sql: &SqlStr, values: &[Value<'_>]) -> Result<Request<Self>, Error> {
        let mut arguments = SqliteArguments::default();
        for value in values {
            let added = match *value {
                Value::Integer(integer) => arguments.add(integer),
                Value::Bytes(bytes) => arguments.add(bytes),
            };
            added.map_err(Error::Encode)?;
        }
        Ok(Request::prepared(sql.clone(), arguments))
    }

    /// A statement in the process waits for nothing but a lock.
    fn limit_waiting(connection: &mut SqliteConnection, limit: Duration) -> Option<Answer<'_, Option<i64>>> {
        let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
        Some(Box::pin(async move {
            let former: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&mut *connection).await?;
            if former <= limit {
                return Ok(None);
            }
            set_busy_timeout(connection, limit).await?;
            Ok(Some(former))
        }))
    }

    fn wait_for(connection: &mut SqliteConnection, former: i64) -> Option<Answer<'_, ()>> {
        Some(Box::pin(set_busy_timeout(connection, former)))
    }

    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        let code = error.code().and_then(|code| code.parse::<u32>().ok());
        // `SQLITE_BUSY` and `SQLITE_LOCKED`, whatever the higher bits say of the reason.
        if code.is_some_and(|code| matches!(code & 0xFF, 5 | 6)) { Diagnosis::Undone } else { Diagnosis::Other }
    }

    fn affected(result: &SqliteQueryResult) -> u64 {
        result.rows_affected()
    }
}

async fn set_busy_timeout(connection: &mut SqliteConnection, milliseconds: i64) -> Result<(), Error> {
    let statement = AssertSqlSafe(format!("PRAGMA busy_timeout = {milliseconds}")).into_sql_str();
    connection.execute(statement).await.map(drop)
}
