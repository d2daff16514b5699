//! Every store that this machine has, for rules that hold over each.

use std::sync::Arc;

use session_runtime::{MemcachedStore, MemoryStore, RedisStore, SqliteStore, Store, TowerStore};

use crate::ProbedStore;
use crate::servers::{Server, memcached, redis};

/// A store, and the server behind it, which ends with it.
pub struct SomeStore {
    /// What it is called.
    pub name: &'static str,
    /// The store.
    pub store: ProbedStore,
    _server: Option<Server>,
}

/// In the process; sealed, with nothing else that a store outside adds; and over each engine that is there. Those with a
/// server of their own are left out, by name, where it is not installed.
pub async fn every_store() -> Vec<SomeStore> {
    let of = |name, store: Arc<dyn Store>, server| SomeStore { name, store: ProbedStore::of(store), _server: server };
    let mut stores = vec![
        SomeStore { name: "memory", store: ProbedStore::over(MemoryStore::new()), _server: None },
        SomeStore { name: "sealed", store: ProbedStore::outside(MemoryStore::new()), _server: None },
    ];
    let tower = TowerStore::best_effort(tower_sessions_memory_store::MemoryStore::default());
    stores.push(of("tower-sessions", Arc::new(tower), None));
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    stores.push(of("sqlite", Arc::new(sqlite), None));
    if let Some(server) = redis::redis(&[]) {
        let store = RedisStore::connect(format!("redis://{}/", server.address())).await.unwrap();
        stores.push(of("redis", Arc::new(store), Some(server)));
    }
    if let Some(server) = memcached::memcached(&[], |_| {}) {
        let store = MemcachedStore::connect(server.address().to_string()).await.unwrap();
        stores.push(of("memcached", Arc::new(store), Some(server)));
    }
    stores
}
