//! A server that becomes a standby, and another one to which the name leads from then on.

use session_runtime::{Removed, SqlStore, Store as _};
use tests::servers::Relay;
use tests::{START, seconds};
use tokio::task::JoinSet;

use crate::cancellation::POOL;
use crate::engines::Engine;
use crate::rules::{key, record_until};

/// `store` is connected through `relay`, `next` to the server that takes over. `fail_over` makes the first one read-only
/// and has the relay lead to the other.
pub(crate) async fn every_connection_follows_the_name<DB: Engine>(
    store: SqlStore<DB>,
    next: SqlStore<DB>,
    relay: &Relay,
    fail_over: impl AsyncFnOnce(),
) {
    store.migrate().await.unwrap();
    next.migrate().await.unwrap();
    let later = START.plus(seconds(60));
    assert!(store.insert(key(1), record_until(later)).await.unwrap());
    assert!(loads(&store, 1).await.into_iter().all(|found| found));
    assert!(relay.open() > 1, "{} connections are open", relay.open());

    fail_over().await;
    assert!(store.insert(key(2), record_until(later)).await.unwrap());
    assert!(next.load(key(2)).await.unwrap().is_some());
    // Those that only read went to the first server as well.
    assert!(loads(&store, 1).await.into_iter().all(|found| !found));
    assert!(loads(&store, 2).await.into_iter().all(|found| found));
    assert_eq!(store.remove(key(2)).await.unwrap(), Removed::Record);
    assert!(relay.open() <= POOL, "{} connections are open", relay.open());
}

/// A pool of the application, whose connections the store cannot tell apart: each write closes those that it met.
pub(crate) async fn writes_follow_the_name<DB: Engine>(
    store: SqlStore<DB>,
    next: SqlStore<DB>,
    fail_over: impl AsyncFnOnce(),
) {
    store.migrate().await.unwrap();
    next.migrate().await.unwrap();
    loads(&store, 1).await;
    fail_over().await;
    let later = START.plus(seconds(60));
    for number in 0..30 {
        assert!(store.insert(key(number), record_until(later)).await.unwrap());
        assert!(next.load(key(number)).await.unwrap().is_some());
    }
}

async fn loads<DB: Engine>(store: &SqlStore<DB>, number: u32) -> Vec<bool> {
    let mut loads = JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        loads.spawn(async move { store.load(key(number)).await.unwrap().is_some() });
    }
    loads.join_all().await
}
