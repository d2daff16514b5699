//! MySQL and MariaDB.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlPoolOptions, MySqlQueryResult};
use sqlx::{ConnectOptions as _, Error, Executor as _, MySql, SqlStr};

use super::SqlStore;
use super::connections::{Connections, remote};
use super::engine::{Diagnosis, Dialect, Request, Value};
use super::failover::Failover;
use super::literals::with_literals;
use crate::store::StoreError;

/// Keeps sessions in MySQL or MariaDB, in a table of InnoDB.
///
/// ```no_run
/// use session_runtime::{MySqlStore, SystemClock};
/// use std::time::Duration;
///
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MySqlStore::connect("mysql://shop@db.example/shop?ssl-mode=VERIFY_IDENTITY").await?;
/// store.migrate().await?;
/// store.sweep_every(Duration::from_mins(5), SystemClock);
/// // Sessions::builder().store(store).server_keys(&keys) ..
/// # Ok(())
/// # }
/// ```
///
/// TLS takes the feature `sql-tls`; MySQL, whose accounts use `caching_sha2_password`, lets a password in by TLS only. For
/// other settings, such as the number of connections, make a pool of `sqlx` and hand it to [`new`](SqlStore::new). Records
/// of more than the server's `max_allowed_packet` are refused as errors.
pub type MySqlStore = SqlStore<MySql>;

impl SqlStore<MySql> {
    /// Connects to the database at `url`, `mysql://user:password@host/database`, with up to 10 connections.
    ///
    /// # Errors
    ///
    /// When the address makes no sense, and when the server does not answer or does not let us in.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = MySqlConnectOptions::from_str(url).map_err(StoreError::at_start)?;
        // Statements contain their values, which belong in no log.
        let options = options.disable_statement_logging();
        let failover = Failover::default();
        let pool = remote(MySqlPoolOptions::new(), &failover).after_connect(|connection, _| {
            // For MySQL, which has no limit of a single write. In seconds.
            let statement = "SET SESSION innodb_lock_wait_timeout = 2, lock_wait_timeout = 2";
            Box::pin(async move { connection.execute(statement).await.map(drop) })
        });
        let pool = pool.connect_with(options).await.map_err(StoreError::at_start)?;
        Ok(Self::on(Connections::with_failover(pool, failover)))
    }
}

impl Dialect for MySql {
    const REMOTE: bool = true;
    const QUOTE: char = '`';
    const SWEEP: &'static str = "DELETE FROM {table} WHERE expires_at <= ? LIMIT 1000";
    // One statement, since each ends the transaction.
    const VERSIONS: &'static [&'static [&'static str]] = &[&["CREATE TABLE IF NOT EXISTS {table} (
            id VARBINARY(32) NOT NULL PRIMARY KEY,
            subject VARBINARY(32),
            successor VARBINARY(32),
            created_at BIGINT NOT NULL,
            authenticated_at BIGINT NOT NULL,
            last_seen_at BIGINT NOT NULL,
            longest_pause BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            revision BIGINT NOT NULL,
            listing LONGBLOB NOT NULL,
            payload LONGBLOB NOT NULL,
            INDEX (subject),
            INDEX (expires_at)
        ) ENGINE = InnoDB"]];
    const BEGIN: &'static str = "START TRANSACTION";
    // Of the connection, not of the transaction. In seconds. The name is the server's, not the database's, and has at most
    // 64 characters.
    const LOCK: Option<&'static str> = Some(
        "SELECT CAST(GET_LOCK(CONCAT('sessions ', LEFT(SHA2(CONCAT(DATABASE(), '.{name}'), 256), 48)), 60) AS SIGNED)",
    );

    fn request(sql: &SqlStr, values: &[Value<'_>]) -> Result<Request<Self>, Error> {
        Ok(Request::literal(with_literals(sql.as_str(), values, ["X'", "'"])))
    }

    /// MariaDB reads the first comment, MySQL the second, which limits queries alone.
    fn limited(text: &str, limit: Duration) -> String {
        let text = match text.strip_prefix("SELECT ") {
            Some(rest) => format!("SELECT /*+ MAX_EXECUTION_TIME({}) */ {rest}", limit.as_millis()),
            None => text.to_owned(),
        };
        format!("/*M! SET STATEMENT max_statement_time={:.3} FOR */ {text}", limit.as_secs_f64())
    }

    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        let number = error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
        match number {
            // A deadlock, and a row that changed meanwhile (MariaDB 11, snapshot isolation).
            Some(1020 | 1213) => Diagnosis::Undone,
            // Read-only in three ways, offline, not part of its cluster, shut down, closed while it was idle.
            Some(1290 | 1792 | 1836 | 3032 | 1047 | 1053 | 4031) => Diagnosis::NotHere,
            // Killed; a cluster that did not take the change.
            Some(1927 | 3100 | 3101) => Diagnosis::Broken,
            _ => Diagnosis::Other,
        }
    }

    fn affected(result: &MySqlQueryResult) -> u64 {
        result.rows_affected()
    }
}
