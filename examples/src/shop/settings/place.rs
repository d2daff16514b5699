//! Where the sessions are kept, and the list of tokens that were given back before they expired.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use session_runtime::{
    Clock, MemcachedStore, MemoryStore, MySqlStore, PostgresStore, RedisStore, SqlEngine, SqlStore, SqliteStore, Store,
};

/// How often what has expired is removed from a database. The others forget by themselves.
const SWEEPS: Duration = Duration::from_secs(60);

/// Two stores, or one and the same.
pub(super) struct Place {
    pub(super) sessions: Arc<dyn Store>,
    /// It forgets nothing before its time, or what was given back would count again.
    pub(super) revoked_tokens: Arc<dyn Store>,
}

impl Place {
    /// In the process, as long as it runs.
    pub(super) fn in_process() -> Self {
        Self::that_may_forget(Arc::new(MemoryStore::new()))
    }

    /// The place that `SHOP_STORE` names.
    pub(super) async fn open(place: &str, clock: impl Clock) -> Result<Self, Box<dyn Error>> {
        let sessions = open(place, clock).await?;
        if sessions.promises().keeps_until_expiry {
            return Ok(Self { revoked_tokens: Arc::clone(&sessions), sessions });
        }
        eprintln!("this store may forget: what tokens are given back, only this shop knows, until it stops");
        Ok(Self::that_may_forget(sessions))
    }

    fn that_may_forget(sessions: Arc<dyn Store>) -> Self {
        Self { sessions, revoked_tokens: Arc::new(MemoryStore::new().keeping_until_expiry()) }
    }
}

async fn open(place: &str, clock: impl Clock) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    let scheme = place.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "redis" | "rediss" => Ok(Arc::new(RedisStore::connect(place).await?)),
        "memcache" => {
            let address = place.trim_start_matches("memcache://").trim_end_matches('/');
            // The visitors' own list of their sessions needs it.
            Ok(Arc::new(MemcachedStore::builder(address).subject_index().connect().await?))
        }
        "sqlite" => ready(SqliteStore::connect(place).await?, clock).await,
        "postgres" | "postgresql" => ready(PostgresStore::connect(place).await?, clock).await,
        "mysql" | "mariadb" => ready(MySqlStore::connect(place).await?, clock).await,
        _ => Err(format!(
            "`SHOP_STORE={place}` is no store; write `memory`, `sqlite:PATH`, `redis://..`, `memcache://..`, \
             `postgres://..` or `mysql://..`"
        )
        .into()),
    }
}

/// With its table, and without what has expired.
async fn ready<DB: SqlEngine>(store: SqlStore<DB>, clock: impl Clock) -> Result<Arc<dyn Store>, Box<dyn Error>>
where
    SqlStore<DB>: Store,
{
    store.migrate().await?;
    store.sweep_every(SWEEPS, clock);
    Ok(Arc::new(store))
}
