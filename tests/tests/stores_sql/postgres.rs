//! PostgreSQL, where it is installed.

use session_runtime::{PostgresStore, Replaced, Store as _, SubjectKey};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Executor as _, Row as _};
use tests::servers::{postgres, postgres_url};
use tests::{START, seconds};

use crate::rules::{key, record_until};
use crate::{outages, rules};

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
