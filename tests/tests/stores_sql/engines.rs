//! What a test asks of an engine beside what its store does.

use session_runtime::{SqlEngine, SqlStore};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor, Pool, SqlSafeStr as _};

/// An engine, for tests that hold for each.
pub(crate) trait Engine: SqlEngine {
    /// Puts another text in the place of each `successor` in the table `sessions`.
    const SPOIL: &'static str;
    /// Keeps everyone else from the table `sessions`.
    const LOCK_TABLE: &'static str;
    /// Keeps everyone else from writing to the rows of the table `sessions`.
    const LOCK_ROWS: &'static str;
    /// Gives up both.
    const UNLOCK: &'static str;

    /// Runs a statement of the test's own.
    async fn run(pool: &Pool<Self>, statement: &str);

    /// The same on one connection.
    async fn run_on(connection: &mut PoolConnection<Self>, statement: &str);
}

macro_rules! engines {
    ($($engine:ty: $spoil:literal, $lock_table:literal, $lock_rows:literal, $unlock:literal;)+) => {$(
        impl Engine for $engine {
            const SPOIL: &'static str = $spoil;
            const LOCK_TABLE: &'static str = $lock_table;
            const LOCK_ROWS: &'static str = $lock_rows;
            const UNLOCK: &'static str = $unlock;

            async fn run(pool: &Pool<Self>, statement: &str) {
                pool.execute(AssertSqlSafe(statement).into_sql_str()).await.unwrap();
            }

            async fn run_on(connection: &mut PoolConnection<Self>, statement: &str) {
                connection.execute(AssertSqlSafe(statement).into_sql_str()).await.unwrap();
            }
        }
    )+};
}

engines! {
    sqlx::Sqlite: "UPDATE sessions SET successor = CAST('short' AS BLOB)",
        "BEGIN EXCLUSIVE", "BEGIN IMMEDIATE", "ROLLBACK";
    sqlx::Postgres: "UPDATE sessions SET successor = CAST('short' AS BYTEA)",
        "BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE", "BEGIN; UPDATE sessions SET listing = listing", "ROLLBACK";
    sqlx::MySql: "UPDATE sessions SET successor = CAST('short' AS BINARY)",
        "LOCK TABLES sessions WRITE", "BEGIN; UPDATE sessions SET listing = 'other'", "UNLOCK TABLES; ROLLBACK";
}

/// A store on this pool, with its table.
pub(crate) async fn store<DB: Engine>(pool: &Pool<DB>) -> SqlStore<DB> {
    let store = SqlStore::new(pool.clone());
    store.migrate().await.unwrap();
    store
}
