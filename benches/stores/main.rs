//! `cargo bench -p store-benches` prints what the stores outside the process do in a second and how long it takes,
//! beside a bare client that sends the same commands, and beside `tower-sessions` with its stores for Redis and SQL.
//!
//! `cargo bench -p store-benches -- redis sqlite` measures only these. It starts its own servers; what is not
//! installed is left out. The stores of `tower-sessions-sqlx-store` answer from a program of their own (`sql-peers`),
//! which takes its turns like every other row: their `sqlx` cannot be in one program with that of this library.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]

mod bare_key_value;
mod bare_sql;
mod measure;
mod ours;
mod redis_peer;
mod sql_peer;
mod tower_sessions_0_14;
mod work;

use std::num::NonZeroUsize;

use measure::{Row, print};
use session_runtime::{MemcachedStore, RedisStore, SqlStore};
use sql_peer::SqlPeer;
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tests::servers;
use tower_sessions_0_14 as peer;
use work::MOST_WORKERS;

const SAME: &str = "bare client, same commands";
/// As many as the stores open when they are given an address.
const CONNECTIONS: u32 = 10;

#[tokio::main]
async fn main() {
    // Cargo adds words of its own, which begin with dashes.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |name: &str| chosen.is_empty() || chosen.iter().any(|word| word == name);
    if wants("redis") {
        redis().await;
    }
    if wants("memcached") {
        memcached().await;
    }
    if wants("sqlite") {
        sqlite().await;
    }
    if wants("postgres") {
        postgres().await;
    }
    if wants("mysql") {
        mysql().await;
    }
}

async fn redis() {
    let Some(server) = servers::redis::redis(&[]) else { return };
    let address = format!("redis://{}/", server.address());
    let store = RedisStore::connect(&address).await.expect("a store");
    let builder = RedisStore::builder(&address).key_prefix("near:");
    let near = builder.near_cache(NonZeroUsize::new(10_000).expect("some")).connect().await.expect("a near store");
    let bare = bare_key_value::Redis::connect(&address).await;
    let peer = redis_peer::connect(server.address()).await;
    let loads = [
        Row::new(SAME, bare.loads().await),
        Row::new("RedisStore", ours::loads(&store).await),
        Row::new("bare client, GET", bare.gets().await),
        Row::new("RedisStore with a near cache", ours::loads(&near).await),
        Row::new("tower-sessions-redis-store", peer::loads(&peer).await),
    ];
    print("Redis: loads", &loads).await;
    let touches = [
        Row::new(SAME, bare.touches().await),
        Row::new("RedisStore", ours::touches(&store).await),
        Row::new("tower-sessions-redis-store (save)", peer::saves(&peer).await),
    ];
    print("Redis: touches", &touches).await;
    let updates = [
        Row::new(SAME, bare.updates().await),
        Row::new("RedisStore", ours::updates(&store).await),
        Row::new("tower-sessions-redis-store (save)", peer::saves(&peer).await),
    ];
    print("Redis: updates", &updates).await;
    let log_ins = [
        Row::new(SAME, bare.log_ins()),
        Row::new("RedisStore", ours::log_ins(&store)),
        Row::new("tower-sessions-redis-store (create)", peer::creates(&peer)),
    ];
    print("Redis: log-ins", &log_ins).await;
}

async fn memcached() {
    let Some(server) = servers::memcached::memcached(&["-m", "512"], |_| {}) else { return };
    let address = server.address().to_string();
    let store = MemcachedStore::builder(&address).connections(MOST_WORKERS).connect().await.expect("a store");
    let indexed = MemcachedStore::builder(&address).connections(MOST_WORKERS).key_prefix("indexed:");
    let indexed = indexed.subject_index().connect().await.expect("a store");
    let bare = bare_key_value::Memcached::connect(&address).await;
    let loads = [
        Row::new(SAME, bare.loads().await),
        Row::new("MemcachedStore", ours::loads(&store).await),
        Row::new("MemcachedStore with lists of subjects", ours::loads(&indexed).await),
    ];
    print("Memcached: loads", &loads).await;
    let touches = [Row::new(SAME, bare.changes().await), Row::new("MemcachedStore", ours::touches(&store).await)];
    print("Memcached: touches", &touches).await;
    let updates = [Row::new(SAME, bare.changes().await), Row::new("MemcachedStore", ours::updates(&store).await)];
    print("Memcached: updates", &updates).await;
    let log_ins = [
        Row::new(SAME, bare.adds()),
        Row::new("MemcachedStore", ours::log_ins(&store)),
        Row::new("MemcachedStore with lists of subjects", ours::log_ins(&indexed)),
    ];
    print("Memcached: log-ins", &log_ins).await;
}

/// The tables of one engine; store and bare client share the pool.
macro_rules! tables {
    ($engine:ident, $name:literal, $pool:expr, $peer:literal at $address:expr) => {{
        let pool = $pool;
        let peer = SqlPeer::start(&$address);
        let store = SqlStore::new(pool.clone());
        store.migrate().await.expect("a table");
        let other = SqlStore::new(pool.clone()).table_name(bare_sql::TABLE).expect("a name");
        other.migrate().await.expect("a table");
        let bare = bare_sql::$engine::client(&pool);
        let loads = [
            Row::new(SAME, bare_sql::$engine::loads(&bare).await),
            Row::new($name, ours::loads(&store).await),
            Row::elsewhere($peer, peer.operation("loads")),
        ];
        print(concat!($name, ": loads"), &loads).await;
        let touches = [
            Row::new(SAME, bare_sql::$engine::touches(&bare).await),
            Row::new($name, ours::touches(&store).await),
            Row::elsewhere(concat!($peer, " (save)"), peer.operation("saves")),
        ];
        print(concat!($name, ": touches"), &touches).await;
        let updates = [
            Row::new(SAME, bare_sql::$engine::updates(&bare).await),
            Row::new($name, ours::updates(&store).await),
            Row::elsewhere(concat!($peer, " (save)"), peer.operation("saves")),
        ];
        print(concat!($name, ": updates"), &updates).await;
        let log_ins = [
            Row::new(SAME, bare_sql::$engine::log_ins(&bare)),
            Row::new($name, ours::log_ins(&store)),
            Row::elsewhere(concat!($peer, " (create)"), peer.operation("creates")),
        ];
        print(concat!($name, ": log-ins"), &log_ins).await;
    }};
}

async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteConnectOptions::new().filename(folder.path().join("sessions.db")).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).busy_timeout(std::time::Duration::from_secs(30));
    // One connection, so that writers do not wait for one another by sleeping.
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).connect_with(options);
    let beside = format!("sqlite:{}", folder.path().join("peer.db").display());
    tables!(sqlite, "SqliteStore", pool.await.expect("a database"), "tower-sessions SqliteStore" at beside);
}

async fn postgres() {
    let Some(server) = servers::postgres() else { return };
    let address = servers::postgres_url(&server);
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(&address);
    tables!(postgres, "PostgresStore", pool.await.expect("a database"), "tower-sessions PostgresStore" at address);
}

async fn mysql() {
    let Some(server) = servers::mariadb() else { return };
    let address = servers::mariadb_url(&server);
    let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(&address);
    tables!(mysql, "MySqlStore", pool.await.expect("a database"), "tower-sessions MySqlStore" at address);
}
