//! PostgreSQL, where it is installed.

use std::time::Duration;

use session_runtime::{PostgresStore, Replaced, Store as _, SubjectKey};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Executor as _, Row as _};
use tests::servers::{Relay, Server, pgbouncer, postgres, postgres_url};
use tests::{ProbedStore, START, Site, races, seconds, user};
use tokio::task::JoinSet;

use crate::engines::Engine as _;
use crate::rules::{key, record_until};
use crate::{cancellation, failover, locks, outages, rules};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_holds_in_postgresql() {
    let Some(server) = postgres() else { return };
    let pool = PgPoolOptions::new().max_connections(10).connect(&postgres_url(&server)).await.unwrap();
    rules::all(&pool, 200).await;
    the_end_of_all_sessions_catches_a_rotation_under_way(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_of_postgresql_are_errors_and_end() {
    let Some(mut server) = postgres() else { return };
    let url = postgres_url(&server);
    let store = PostgresStore::connect(&url).await.unwrap();
    let pool = PgPoolOptions::new().max_connections(2).test_before_acquire(false).connect_lazy(&url).unwrap();
    outages::all(&mut server, store, pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_streams_cost_postgresql_no_connections() {
    let Some(server) = postgres() else { return };
    let relay = Relay::delayed(server.address(), Duration::from_millis(5)).await;
    let store = PostgresStore::connect(&url_through(&relay)).await.unwrap();
    cancellation::resets_cost_no_connections(store, || relay.accepted()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_writes_are_not_applied_later_in_postgresql() {
    let Some(server) = postgres() else { return };
    let relay = Relay::to(server.address()).await;
    let store = PostgresStore::connect(&url_through(&relay)).await.unwrap();
    let other = PgPoolOptions::new().connect(&postgres_url(&server)).await.unwrap();
    locks::a_write_that_failed_is_not_applied_later(store, &other, || relay.open()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_leave_a_postgresql_that_became_a_standby() {
    let (Some(first), Some(second)) = (postgres(), postgres()) else { return };
    let relay = Relay::to(first.address()).await;
    let store = PostgresStore::connect(&url_through(&relay)).await.unwrap();
    let next = PostgresStore::connect(&postgres_url(&second)).await.unwrap();
    let fail_over = async || {
        make_read_only(&first).await;
        relay.lead_to(second.address());
    };
    failover::every_connection_follows_the_name(store, next, &relay, fail_over).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_of_a_given_pool_leave_a_standby() {
    let (Some(first), Some(second)) = (postgres(), postgres()) else { return };
    let relay = Relay::to(first.address()).await;
    let pool = PgPoolOptions::new().max_connections(10).connect(&url_through(&relay)).await.unwrap();
    let next = PostgresStore::connect(&postgres_url(&second)).await.unwrap();
    let fail_over = async || {
        make_read_only(&first).await;
        relay.lead_to(second.address());
    };
    failover::writes_follow_the_name(PostgresStore::new(pool), next, fail_over).await;
}

async fn make_read_only(server: &Server) {
    let pool = PgPoolOptions::new().connect(&postgres_url(server)).await.unwrap();
    sqlx::Postgres::run(&pool, "ALTER SYSTEM SET default_transaction_read_only = on").await;
    sqlx::Postgres::run(&pool, "SELECT pg_reload_conf()").await;
    while pool.fetch_one("SHOW default_transaction_read_only").await.unwrap().get::<String, _>(0) != "on" {
        tokio::task::yield_now().await;
    }
    // The signal reaches the processes one after the other.
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_through_pgbouncer_succeed() {
    let Some(server) = postgres() else { return };
    let Some(pooler) = pgbouncer(server.address()) else { return };
    let store = PostgresStore::connect(&postgres_url(&pooler)).await.unwrap();
    store.migrate().await.unwrap();
    let site = Site::over(races::routes(), ProbedStore::of(std::sync::Arc::new(store)), |builder| builder);
    let mut members = JoinSet::new();
    for number in 0..120 {
        let site = site.clone();
        members.spawn(async move {
            let mut member = site.member(&user(number)).await;
            assert!(member.get("/me").await.is_ok());
            assert!(member.post("/log-out").await.is_ok());
            assert_eq!(member.get("/me").await.status, 401);
        });
    }
    members.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_holds_through_pgbouncer() {
    let Some(server) = postgres() else { return };
    let Some(pooler) = pgbouncer(server.address()) else { return };
    let options: PgConnectOptions = postgres_url(&pooler).parse().unwrap();
    let options = options.extra_float_digits(None);
    let pool = PgPoolOptions::new().max_connections(10).connect_with(options).await.unwrap();
    rules::all(&pool, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locks_behind_pgbouncer_end_at_the_server() {
    let Some(server) = postgres() else { return };
    let Some(pooler) = pgbouncer(server.address()) else { return };
    let relay = Relay::to(pooler.address()).await;
    let options: PgConnectOptions = url_through(&relay).parse().unwrap();
    // As many as PgBouncer has: what waits inside PgBouncer has no limit of the server's.
    let pool = PgPoolOptions::new().max_connections(3).connect_with(options.extra_float_digits(None)).await.unwrap();
    let store = PostgresStore::new(pool);
    let other = PgPoolOptions::new().connect(&postgres_url(&server)).await.unwrap();
    locks::a_write_that_failed_is_not_applied_later(store, &other, || relay.open()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serializable_transactions_are_repeated_with_pauses() {
    let Some(server) = postgres() else { return };
    let options: PgConnectOptions = postgres_url(&server).parse().unwrap();
    let options = options.options([("default_transaction_isolation", "serializable")]);
    let pool = PgPoolOptions::new().max_connections(10).connect_with(options).await.unwrap();
    let store = PostgresStore::new(pool).time_out(seconds(30));
    store.migrate().await.unwrap();
    let later = START.plus(seconds(10_000));
    store.insert(key(1), record_until(later)).await.unwrap();
    let mut nodes = JoinSet::new();
    for node in 0..40 {
        let store = store.clone();
        nodes.spawn(async move {
            for step in 0..20 {
                assert!(store.touch(key(1), START.plus(seconds(step * 40 + node)), later).await.unwrap());
                assert!(store.load(key(1)).await.unwrap().is_some());
            }
        });
    }
    nodes.join_all().await;
    assert_eq!(store.load(key(1)).await.unwrap().unwrap().last_seen_at(), START.plus(seconds(19 * 40 + 39)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_needs_no_right_to_make_a_table_that_is_there() {
    let Some(server) = postgres() else { return };
    let pool = PgPoolOptions::new().connect(&postgres_url(&server)).await.unwrap();
    PostgresStore::new(pool.clone()).migrate().await.unwrap();
    sqlx::Postgres::run(
        &pool,
        "CREATE ROLE shop LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO shop; \
         GRANT SELECT ON sessions_schema TO shop",
    )
    .await;
    let store = PostgresStore::connect(&format!("postgres://shop@{}/postgres", server.address())).await.unwrap();
    store.migrate().await.unwrap();
    assert!(store.insert(key(1), record_until(START)).await.unwrap());
    assert_eq!(store.sweep(START).await.unwrap(), 1);
    assert!(store.table_name("others").unwrap().migrate().await.is_err());
}

fn url_through(relay: &Relay) -> String {
    format!("postgres://postgres@{}/postgres", relay.address())
}

/// A statement sees the records of the instant at which it began: here it waits for one of them, and meanwhile another is
/// replaced by one that it does not see.
///
/// In a table of its own: it has to come to the first before the second, and where rows have come and gone, a new one may lie
/// before an older one.
async fn the_end_of_all_sessions_catches_a_rotation_under_way(pool: &PgPool) {
    let store = PostgresStore::new(pool.clone()).table_name("rotations").unwrap();
    store.migrate().await.unwrap();
    let later = START.plus(seconds(60));
    for number in [1, 2] {
        assert!(store.insert(key(number), record_until(later)).await.unwrap());
    }
    let mut holding = pool.begin().await.unwrap();
    let locking = sqlx::query("SELECT 1 FROM rotations WHERE id = $1 FOR UPDATE").bind(key(1).as_bytes().as_slice());
    holding.execute(locking).await.unwrap();

    let ending = tokio::spawn({
        let store = store.clone();
        async move { store.remove_subject(SubjectKey::from_bytes([1; 32]), None).await.unwrap() }
    });
    let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted";
    while pool.fetch_one(waiting).await.unwrap().get::<i64, _>(0) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(store.insert(key(3), record_until(later)).await.unwrap());
    assert_eq!(store.alias(key(2), key(3), later, 0).await.unwrap(), Replaced::Replaced);
    holding.rollback().await.unwrap();

    assert_eq!(ending.await.unwrap(), 3);
    assert!(store.load(key(3)).await.unwrap().is_none());
}
