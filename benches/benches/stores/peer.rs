//! `tower-sessions-redis-store` 0.16 with the client that it uses, as its documentation sets it up.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions_core_0_14::SessionStore;
use tower_sessions_core_0_14::session::{Id, Record};
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool};

use crate::measure::{MOST_WORKERS, Work, work};
use crate::ours::PAYLOAD;

pub(crate) type Peer = RedisStore<Pool>;

pub(crate) async fn connect(address: SocketAddr) -> Peer {
    let config = Config::from_url(&format!("redis://{address}")).expect("an address");
    let pool = Pool::new(config, None, None, None, 6).expect("a pool");
    drop(pool.connect());
    pool.wait_for_connect().await.expect("a connection");
    RedisStore::new(pool)
}

fn record(id: i128) -> Record {
    let data = HashMap::from([("user".to_owned(), "7".repeat(PAYLOAD).into())]);
    Record { id: Id(id), data, expiry_date: OffsetDateTime::now_utc() + Duration::HOUR }
}

async fn records(peer: &Peer, row: i128) -> Arc<Vec<Id>> {
    let mut ids = Vec::new();
    for worker in 0..MOST_WORKERS {
        let mut record = record(row << 64 | worker as i128);
        peer.create(&mut record).await.expect("an answer");
        ids.push(record.id);
    }
    Arc::new(ids)
}

pub(crate) async fn loads(peer: &Peer) -> Work {
    let (peer, ids) = (peer.clone(), records(peer, 1).await);
    work(move |worker, _| {
        let (peer, id) = (peer.clone(), ids[worker]);
        async move { assert!(peer.load(&id).await.expect("an answer").is_some()) }
    })
}

pub(crate) async fn saves(peer: &Peer) -> Work {
    static ROWS: AtomicU64 = AtomicU64::new(2);
    let ids = records(peer, i128::from(ROWS.fetch_add(1, Ordering::Relaxed))).await;
    let peer = peer.clone();
    work(move |worker, _| {
        let (peer, id) = (peer.clone(), ids[worker]);
        async move { peer.save(&record(id.0)).await.expect("an answer") }
    })
}

pub(crate) fn creates(peer: &Peer) -> Work {
    let peer = peer.clone();
    work(move |_, turn| {
        let peer = peer.clone();
        async move { peer.create(&mut record(100 << 64 | i128::from(turn))).await.expect("an answer") }
    })
}
