//! MySQL and MariaDB.

use sqlx::MySql;
use sqlx::mysql::{MySqlPoolOptions, MySqlQueryResult};

use super::SqlStore;
use super::connections::remote;
use super::engine::Dialect;
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
        Ok(Self::new(remote(MySqlPoolOptions::new()).connect(url).await.map_err(StoreError::new)?))
    }
}

impl Dialect for MySql {
    const REMOTE: bool = true;
    const QUOTE: char = '`';
    const NUMBERED: bool = false;
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
    // Of the connection, not of the transaction. In seconds; a name has at most 64 characters.
    const LOCK: Option<&'static str> = Some("SELECT CAST(GET_LOCK('sessions {name}', 60) AS SIGNED)");

    fn affected(result: &MySqlQueryResult) -> u64 {
        result.rows_affected()
    }
}
