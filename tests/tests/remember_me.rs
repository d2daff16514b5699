//! Visitors who stay logged in when they close their browser.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use session_runtime::SqlStore;
use sqlx::sqlite::SqlitePoolOptions;
use tests::remembered::Regulars;
use tests::{ProbedStore, START, at_and_beside, every_store, hours, remembered};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_are_remembered_over_every_store() {
    for kept in every_store().await {
        eprintln!("{}", kept.name);
        remembered::all(|| kept.store.clone()).await;
    }
}

// What the store itself works with is clear, so that somebody who can write there could move it. It lengthens nothing: whether
// a session is remembered is sealed, and so is when it began.
#[tokio::test]
async fn whoever_writes_to_the_store_makes_nobody_remembered() {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let store = SqlStore::new(pool.clone());
    store.migrate().await.unwrap();
    let site = Regulars::over(&ProbedStore::of(Arc::new(store)));
    let later = hours(24 * 60).as_millis().to_string();
    for (remember, lasts) in [(false, hours(2)), (true, hours(24 * 30))] {
        for (rest, expected) in at_and_beside(lasts).into_iter().zip([200, 401, 401]) {
            site.clock.set(START);
            let (mut visitor, _) = site.log_in(remember).await;
            sqlx::query("UPDATE sessions SET expires_at = expires_at + ?").bind(&later).execute(&pool).await.unwrap();
            site.clock.advance(rest);
            assert_eq!(visitor.get("/me").await.status, expected, "{remember} {rest:?}");
        }
    }
}
