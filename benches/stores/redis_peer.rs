//! `tower-sessions-redis-store` 0.16 with the client that it uses, as its documentation sets it up.

use std::net::SocketAddr;

use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool};

pub(crate) async fn connect(address: SocketAddr) -> RedisStore<Pool> {
    let config = Config::from_url(&format!("redis://{address}")).expect("an address");
    let pool = Pool::new(config, None, None, None, 6).expect("a pool");
    drop(pool.connect());
    pool.wait_for_connect().await.expect("a connection");
    RedisStore::new(pool)
}
