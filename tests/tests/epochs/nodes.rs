//! Nodes that share a store, each with a clock of its own.

use std::sync::Arc;
use std::time::Duration;

use session_runtime::{ManualClock, MemoryStore, RedisStore, SqliteStore, Store, Timestamp};
use tests::servers::{Server, redis};
use tests::{ProbedStore, START};

/// The documented limit on how far the clocks of two nodes may be apart.
pub(crate) const SKEW: Duration = Duration::from_secs(60);

/// By how many milliseconds the clock of the second node is ahead of that of the first.
pub(crate) const OFFSETS: [i64; 13] =
    [-60_000, -59_999, -30_000, -1_001, -1_000, -50, -1, 0, 1, 50, 1_000, 29_000, 60_000];

/// A store that keeps revocations, outside the process.
pub(crate) struct KeepingStore {
    pub(crate) name: &'static str,
    pub(crate) store: ProbedStore,
    _server: Option<Server>,
}

/// Sealed memory, SQLite, and Redis where it is installed.
pub(crate) async fn stores() -> Vec<KeepingStore> {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    let mut stores = vec![
        KeepingStore { name: "sealed memory", store: sealed(), _server: None },
        KeepingStore { name: "sqlite", store: ProbedStore::of(Arc::new(sqlite)), _server: None },
    ];
    if let Some(server) = redis::redis(&[]) {
        // A machine that is busy answers late, and 503 would say nothing about epochs.
        let store = RedisStore::builder(format!("redis://{}/", server.address())).command_timeout(SKEW);
        let store: Arc<dyn Store> = Arc::new(store.connect_timeout(SKEW).connect().await.unwrap());
        stores.push(KeepingStore { name: "redis", store: ProbedStore::of(store), _server: Some(server) });
    }
    stores
}

/// Memory that is taken for a store outside the process.
pub(crate) fn sealed() -> ProbedStore {
    ProbedStore::outside(MemoryStore::new().keeping_until_expiry())
}

/// A clock that shows `instant`, ahead by `offset` milliseconds.
pub(crate) fn clock_at(instant: Timestamp, offset: i64) -> ManualClock {
    ManualClock::at(Timestamp::from_millis(instant.as_millis().saturating_add_signed(offset)))
}

/// Two clocks, the second of which is ahead by `offset` milliseconds.
pub(crate) fn clocks(offset: i64) -> [ManualClock; 2] {
    [ManualClock::at(START), clock_at(START, offset)]
}
