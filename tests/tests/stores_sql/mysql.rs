//! MySQL, as MariaDB, where it is installed.

use session_runtime::MySqlStore;
use sqlx::mysql::MySqlPoolOptions;
use tests::servers::{mariadb, mariadb_url};

use crate::{outages, rules};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_holds_in_mariadb() {
    let Some(server) = mariadb() else { return };
    let pool = MySqlPoolOptions::new().max_connections(10).connect(&mariadb_url(&server)).await.unwrap();
    rules::all(&pool, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_of_mariadb_are_errors_and_end() {
    let Some(mut server) = mariadb() else { return };
    let url = mariadb_url(&server);
    let store = MySqlStore::connect(&url).await.unwrap();
    let pool = MySqlPoolOptions::new().max_connections(2).test_before_acquire(false).connect_lazy(&url).unwrap();
    outages::all(&mut server, store, pool).await;
}
