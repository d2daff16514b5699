//! MySQL, as MariaDB, where it is installed.

use std::time::Duration;

use session_runtime::{MySqlStore, Store as _};
use sqlx::mysql::{MySqlPool, MySqlPoolOptions};
use sqlx::{Executor as _, Row as _};
use tests::START;
use tests::servers::{Relay, Server, mariadb, mariadb_url, mariadb_url_of_root};

use crate::engines::Engine as _;
use crate::rules::{key, record_until};
use crate::{cancellation, failover, locks, outages, rules};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_streams_cost_mariadb_no_connections() {
    let Some(server) = mariadb() else { return };
    let relay = Relay::delayed(server.address(), Duration::from_millis(5)).await;
    let store = MySqlStore::connect(&url_through(&relay)).await.unwrap();
    cancellation::resets_cost_no_connections(store, || relay.accepted()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_writes_are_not_applied_later_in_mariadb() {
    let Some(server) = mariadb() else { return };
    let relay = Relay::to(server.address()).await;
    let store = MySqlStore::connect(&url_through(&relay)).await.unwrap();
    let other = MySqlPoolOptions::new().connect(&mariadb_url(&server)).await.unwrap();
    locks::a_write_that_failed_is_not_applied_later(store, &other, || relay.open()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_leave_a_mariadb_that_became_a_replica() {
    let (Some(first), Some(second)) = (mariadb(), mariadb()) else { return };
    let relay = Relay::to(first.address()).await;
    let store = MySqlStore::connect(&url_through(&relay)).await.unwrap();
    let next = MySqlStore::connect(&mariadb_url(&second)).await.unwrap();
    let fail_over = async || {
        sqlx::MySql::run(&as_root(&first).await, "SET GLOBAL read_only = 1").await;
        relay.lead_to(second.address());
    };
    failover::every_connection_follows_the_name(store, next, &relay, fail_over).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_needs_no_right_to_make_a_table_that_is_there() {
    let Some(server) = mariadb() else { return };
    MySqlStore::connect(&mariadb_url(&server)).await.unwrap().migrate().await.unwrap();
    let root = as_root(&server).await;
    sqlx::MySql::run(&root, "CREATE USER app; GRANT SELECT, INSERT, UPDATE, DELETE ON shop.* TO app").await;
    let store = MySqlStore::connect(&format!("mysql://app@{}/shop", server.address())).await.unwrap();
    store.migrate().await.unwrap();
    assert!(store.insert(key(1), record_until(START)).await.unwrap());
    assert_eq!(store.sweep(START).await.unwrap(), 1);
    assert!(store.table_name("others").unwrap().migrate().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_of_one_server_do_not_wait_for_each_other() {
    let Some(server) = mariadb() else { return };
    let root = as_root(&server).await;
    sqlx::MySql::run(&root, "CREATE DATABASE other; CREATE TABLE other.sessions_schema (version BIGINT)").await;
    let mut holding = root.acquire().await.unwrap();
    sqlx::MySql::run_on(&mut holding, "LOCK TABLES other.sessions_schema WRITE").await;
    // Takes its lock, and waits for the table.
    let other = MySqlStore::connect(&format!("mysql://root@{}/other", server.address())).await.unwrap();
    let other = tokio::spawn(async move { other.time_out(Duration::from_millis(100)).migrate().await });
    let waiting = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'CREATE TABLE IF NOT EXISTS%'";
    while root.fetch_one(waiting).await.unwrap().get::<i64, _>(0) == 0 {
        tokio::task::yield_now().await;
    }
    let store = MySqlStore::connect(&mariadb_url(&server)).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), store.migrate()).await.unwrap().unwrap();
    sqlx::MySql::run_on(&mut holding, "UNLOCK TABLES").await;
    other.await.unwrap().unwrap();
}

async fn as_root(server: &Server) -> MySqlPool {
    MySqlPoolOptions::new().connect(&mariadb_url_of_root(server)).await.unwrap()
}

fn url_through(relay: &Relay) -> String {
    format!("mysql://shop@{}/shop", relay.address())
}
