//! PostgreSQL, where it is installed.

use session_runtime::PostgresStore;
use sqlx::postgres::PgPoolOptions;
use tests::servers::{postgres, postgres_url};

use crate::{outages, rules};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_holds_in_postgresql() {
    let Some(server) = postgres() else { return };
    let pool = PgPoolOptions::new().max_connections(10).connect(&postgres_url(&server)).await.unwrap();
    rules::all(&pool, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_of_postgresql_are_errors_and_end() {
    let Some(mut server) = postgres() else { return };
    let url = postgres_url(&server);
    let store = PostgresStore::connect(&url).await.unwrap();
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy(&url).unwrap();
    outages::all(&mut server, store, pool).await;
}
