//! PostgreSQL.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult};
use sqlx::{ConnectOptions as _, Error, Postgres, SqlStr};

use super::SqlStore;
use super::connections::{Connections, remote};
use super::engine::{Diagnosis, Dialect, Request, Value};
use super::failover::Failover;
use super::literals::with_literals;
use crate::store::StoreError;

/// Keeps sessions in PostgreSQL.
///
/// ```no_run
/// use session_runtime::{PostgresStore, SystemClock};
/// use std::time::Duration;
///
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::connect("postgres://shop@db.example/shop?sslmode=verify-full").await?;
/// store.migrate().await?;
/// store.sweep_every(Duration::from_mins(5), SystemClock);
/// // Sessions::builder().store(store).server_keys(&keys) ..
/// # Ok(())
/// # }
/// ```
///
/// # `PgBouncer`
///
/// The store works through `PgBouncer` in transaction mode: it prepares no statements, sets nothing for a session, and each
/// operation is one message. With a pool of your own, call `extra_float_digits(None)` on its connect options, which
/// `PgBouncer` rejects otherwise. Give the store no more connections than `PgBouncer` has to the server
/// (`default_pool_size`), and set `PgBouncer`'s `query_wait_timeout` below the store's [time-out](SqlStore::time_out): what
/// waits inside `PgBouncer` is not limited by the server.
///
/// TLS takes the feature `sql-tls`. For other settings, such as the number of connections, make a pool of `sqlx` and hand
/// it to [`new`](SqlStore::new).
pub type PostgresStore = SqlStore<Postgres>;

impl SqlStore<Postgres> {
    /// Connects to the database at `url`, `postgres://user:password@host/database`, with up to 10 connections.
    ///
    /// # Errors
    ///
    /// When the address makes no sense, and when the server does not answer or does not let us in.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(StoreError::at_start)?;
        // PgBouncer rejects the setting, and there are no floating-point numbers. Statements contain their values, which
        // belong in no log.
        let options = options.extra_float_digits(None).disable_statement_logging();
        let failover = Failover::default();
        let pool = remote(PgPoolOptions::new(), &failover).connect_with(options).await.map_err(StoreError::at_start)?;
        Ok(Self::on(Connections::with_failover(pool, failover)))
    }
}

impl Dialect for Postgres {
    const REMOTE: bool = true;
    const QUOTE: char = '"';
    // An array is made once. What another statement holds is left to the next sweep: whoever waits for no lock is in no
    // deadlock.
    const SWEEP: &'static str = "DELETE FROM {table} WHERE id = ANY (ARRAY(\
         SELECT id FROM {table} WHERE expires_at <= ? LIMIT 1000 FOR UPDATE SKIP LOCKED))";
    const VERSIONS: &'static [&'static [&'static str]] = &[&[
        "CREATE TABLE IF NOT EXISTS {table} (
            id BYTEA NOT NULL PRIMARY KEY,
            subject BYTEA,
            successor BYTEA,
            created_at BIGINT NOT NULL,
            authenticated_at BIGINT NOT NULL,
            last_seen_at BIGINT NOT NULL,
            longest_pause BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            revision BIGINT NOT NULL,
            listing BYTEA NOT NULL,
            payload BYTEA NOT NULL
        )",
        "CREATE INDEX IF NOT EXISTS {subject} ON {table} (subject)",
        "CREATE INDEX IF NOT EXISTS {expires_at} ON {table} (expires_at)",
    ]];
    const BEGIN: &'static str = "BEGIN";
    // Any number that is always the same: `IF NOT EXISTS` alone does not keep two nodes apart.
    const LOCK: Option<&'static str> =
        Some("SELECT 1::BIGINT FROM (SELECT pg_advisory_xact_lock(8389754676633104195)) AS locked");

    fn request(sql: &SqlStr, values: &[Value<'_>]) -> Result<Request<Self>, Error> {
        // `'\x..'` would depend on a setting of the server.
        Ok(Request::literal(with_literals(sql.as_str(), values, ["decode('", "', 'hex')"])))
    }

    /// Both statements are one message and one transaction, with which the setting ends.
    fn limited(text: &str, limit: Duration) -> String {
        format!("SET LOCAL statement_timeout = {}; {text}", limit.as_millis())
    }

    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        match error.code().as_deref().unwrap_or_default() {
            // A transaction that could not be serialised; a deadlock.
            "40001" | "40P01" => Diagnosis::Undone,
            // Read-only, as a standby is; shut down, crashed, or not yet up.
            "25006" | "57P01" | "57P02" | "57P03" => Diagnosis::NotHere,
            // A pooler lost its server.
            code if code.starts_with("08") => Diagnosis::Broken,
            _ => Diagnosis::Other,
        }
    }

    fn affected(result: &PgQueryResult) -> u64 {
        result.rows_affected()
    }
}
