//! Statements that have to wait for others: they end at the server before their caller gives up.

use std::time::{Duration, Instant};

use session_runtime::{SqlStore, Store as _};
use sqlx::Pool;
use tests::{START, seconds};
use tokio::task::JoinSet;

use crate::engines::Engine;
use crate::rules::{key, record_until, until_answers};

const TIME_OUT: Duration = Duration::from_millis(700);

/// `other` is another application of the database; `open` tells how many connections `store` has.
pub(crate) async fn a_write_that_failed_is_not_applied_later<DB: Engine>(
    store: SqlStore<DB>,
    other: &Pool<DB>,
    open: impl Fn() -> usize,
) {
    let store = store.time_out(TIME_OUT);
    store.migrate().await.unwrap();
    let later = START.plus(seconds(60));
    for lock in [DB::LOCK_TABLE, DB::LOCK_ROWS] {
        store.insert(key(1), record_until(later)).await.unwrap();
        let mut holding = other.acquire().await.unwrap();
        DB::run_on(&mut holding, lock).await;
        for _ in 0..3 {
            let start = Instant::now();
            let mut writes = JoinSet::new();
            for _ in 0..30 {
                let store = store.clone();
                writes.spawn(async move {
                    assert!(store.replace(key(1), record_until(later), 0).await.is_err());
                    assert!(store.touch(key(1), START.plus(seconds(1)), later).await.is_err());
                    assert!(store.remove(key(1)).await.is_err());
                });
            }
            writes.join_all().await;
            assert!(start.elapsed() < 12 * TIME_OUT, "{:?}", start.elapsed());
            assert!(open() <= 10, "{} connections are open", open());
        }
        DB::run_on(&mut holding, DB::UNLOCK).await;
        drop(holding);
        until_answers(&store).await;
        let record = store.load(key(1)).await.unwrap().unwrap();
        assert_eq!((record.revision(), record.last_seen_at()), (0, START), "{lock}");
        store.remove(key(1)).await.unwrap();
    }
}
