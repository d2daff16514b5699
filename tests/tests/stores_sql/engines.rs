//! What a test asks of an engine beside what its store does.

use session_runtime::{SqlEngine, SqlStore};
use sqlx::{AssertSqlSafe, Executor, Pool, SqlSafeStr as _};

/// An engine, for tests that hold for each.
pub(crate) trait Engine: SqlEngine {
    /// Puts another text in the place of each `successor` in the table `sessions`.
    const SPOIL: &'static str;

    /// Runs a statement of the test's own.
    async fn run(pool: &Pool<Self>, statement: &str);
}

macro_rules! engines {
    ($($engine:ty: $spoil:literal),+ $(,)?) => {$(
        impl Engine for $engine {
            const SPOIL: &'static str = $spoil;

            async fn run(pool: &Pool<Self>, statement: &str) {
                pool.execute(AssertSqlSafe(statement).into_sql_str()).await.unwrap();
            }
        }
    )+};
}

engines! {
    sqlx::Sqlite: "UPDATE sessions SET successor = CAST('short' AS BLOB)",
    sqlx::Postgres: "UPDATE sessions SET successor = CAST('short' AS BYTEA)",
    sqlx::MySql: "UPDATE sessions SET successor = CAST('short' AS BINARY)",
}

/// A store on this pool, with its table.
pub(crate) async fn store<DB: Engine>(pool: &Pool<DB>) -> SqlStore<DB> {
    let store = SqlStore::new(pool.clone());
    store.migrate().await.unwrap();
    store
}
