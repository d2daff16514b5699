//! SQLite: always tested, since it is compiled in.

use std::time::{Duration, Instant};

use session_runtime::{Removed, SqliteStore, Store as _, conformance};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tests::{START, seconds};
use tokio::task::JoinSet;

use crate::engines::Engine as _;
use crate::rules::{self, key, record_until};
use crate::{cancellation, locks};

fn url(folder: &tempfile::TempDir) -> String {
    format!("sqlite://{}/sessions.db", folder.path().display())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_holds_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("a.db")).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).busy_timeout(Duration::from_secs(30));
    let options = options.synchronous(sqlx::sqlite::SqliteSynchronous::Off);
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    rules::all(&pool, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds_as_a_node_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::connect(&url(&folder)).await.unwrap();
    store.migrate().await.unwrap();
    conformance::check(store).await.unwrap_or_else(|violations| panic!("{violations}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds_in_memory() {
    for url in ["sqlite::memory:", "sqlite://x?mode=memory"] {
        let store = SqliteStore::connect(url).await.unwrap();
        store.migrate().await.unwrap();
        conformance::check(store).await.unwrap_or_else(|violations| panic!("{violations}"));
    }
}

#[tokio::test]
async fn a_restart_keeps_what_a_file_holds() {
    let folder = tempfile::tempdir().unwrap();
    let later = START.plus(seconds(60));
    {
        let store = SqliteStore::connect(&url(&folder)).await.unwrap();
        store.migrate().await.unwrap();
        store.insert(key(1), record_until(later)).await.unwrap();
        store.insert(key(2), record_until(later)).await.unwrap();
        assert_eq!(store.remove(key(2)).await.unwrap(), Removed::Record);
    }
    let store = SqliteStore::connect(&url(&folder)).await.unwrap();
    store.migrate().await.unwrap();
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.load(key(2)).await.unwrap().is_none());
}

// SQLite refuses one of two connections that both bring a new file to WAL, and does not let it wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_file_is_opened_by_many_at_once() {
    for _ in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let mut nodes = JoinSet::new();
        for _ in 0..6 {
            let url = url(&folder);
            nodes.spawn(async move { SqliteStore::connect(&url).await.map(|_| ()) });
        }
        for opened in nodes.join_all().await {
            opened.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_open_one_file_at_once_and_write() {
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = JoinSet::new();
    for node in 0..6 {
        let url = url(&folder);
        nodes.spawn(async move {
            let store = SqliteStore::connect(&url).await.map_err(|error| format!("{error:?}"))?;
            store.migrate().await.map_err(|error| format!("{error:?}"))?;
            for number in 0..20 {
                let inserted = store.insert(key(node * 100 + number), record_until(START)).await;
                inserted.map_err(|error| format!("{error:?}"))?;
            }
            Ok::<_, String>(())
        });
    }
    for node in nodes.join_all().await {
        node.unwrap();
    }
    let store = SqliteStore::connect(&url(&folder)).await.unwrap();
    assert_eq!(store.sweep(START).await.unwrap(), 120);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_streams_leave_sqlite_answering() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::connect(&url(&folder)).await.unwrap();
    cancellation::resets_cost_no_connections(store, || 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_writes_are_not_applied_later_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::connect(&url(&folder)).await.unwrap();
    let other = SqlitePoolOptions::new().connect(&url(&folder)).await.unwrap();
    locks::a_write_that_failed_is_not_applied_later(store, &other, || 0).await;

    // A pool of the application, which waits longer for locks than the store.
    let options = SqliteConnectOptions::new().filename(folder.path().join("sessions.db"));
    let options = options.busy_timeout(Duration::from_secs(20));
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    locks::a_write_that_failed_is_not_applied_later(SqliteStore::new(pool.clone()), &other, || 0).await;
    let busy_timeout: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&pool).await.unwrap();
    assert_eq!(busy_timeout, 20_000, "the application's setting stays as it was");
}

#[tokio::test]
async fn a_table_that_is_there_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    SqliteStore::connect(&url(&folder)).await.unwrap().migrate().await.unwrap();
    let other = SqlitePoolOptions::new().connect(&url(&folder)).await.unwrap();
    let mut holding = other.acquire().await.unwrap();
    sqlx::Sqlite::run_on(&mut holding, "BEGIN IMMEDIATE").await;
    let store = SqliteStore::connect(&url(&folder)).await.unwrap().time_out(Duration::from_millis(100));
    store.migrate().await.unwrap();
    assert!(store.table_name("others").unwrap().migrate().await.is_err());
    sqlx::Sqlite::run_on(&mut holding, "ROLLBACK").await;
}

#[tokio::test]
async fn an_exhausted_pool_refuses_in_time() {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let store = SqliteStore::new(pool.clone()).time_out(Duration::from_millis(50));
    store.migrate().await.unwrap();
    let taken = pool.acquire().await.unwrap();
    let start = Instant::now();
    assert!(store.load(key(1)).await.is_err());
    assert!(store.insert(key(1), record_until(START)).await.is_err());
    assert!(store.sweep(START).await.is_err());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(taken);
    rules::until_answers(&store).await;
    assert!(store.insert(key(1), record_until(START)).await.unwrap());
}

#[tokio::test]
async fn what_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.db"), "this is no database, but a text about one. ".repeat(100)).unwrap();
    for url in [
        "sqlite:///no/such/folder/a.db",
        "sqlite://a.db?mode=unknown",
        &format!("sqlite://{}/text.db", folder.path().display()),
    ] {
        assert!(SqliteStore::connect(url).await.is_err(), "{url}");
    }
}
