//! PostgreSQL.

use sqlx::Postgres;
use sqlx::postgres::{PgPoolOptions, PgQueryResult};

use super::SqlStore;
use super::connections::remote;
use super::engine::Dialect;
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
        Ok(Self::new(remote(PgPoolOptions::new()).connect(url).await.map_err(StoreError::new)?))
    }
}

impl Dialect for Postgres {
    const REMOTE: bool = true;
    const QUOTE: char = '"';
    const NUMBERED: bool = true;
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

    fn affected(result: &PgQueryResult) -> u64 {
        result.rows_affected()
    }
}
