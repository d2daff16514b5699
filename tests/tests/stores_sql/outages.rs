//! A server that goes away, comes back, or stops to answer.

use std::time::{Duration, Instant};

use session_runtime::{Removed, SqlStore, Store as _};
use sqlx::Pool;
use tests::servers::Server;
use tests::{ProbedStore, START, Site, races, seconds, user};

use crate::engines::Engine;
use crate::rules::{key, record_until, until, until_answers};

/// Longer than any answer takes here, and shorter than anybody wants to wait.
const TIME_OUT: Duration = Duration::from_millis(700);

/// All of them, over a store as a node connects it.
pub(crate) async fn all<DB: Engine>(server: &mut Server, store: SqlStore<DB>, pool: Pool<DB>) {
    let store = store.time_out(TIME_OUT);
    store.migrate().await.unwrap();
    a_restart_is_503_and_then_goes_on(server, &store).await;
    #[cfg(target_os = "linux")]
    a_server_that_hangs_is_an_error_in_time(server, &store).await;
    #[cfg(target_os = "linux")]
    nobody_who_gave_up_waiting_holds_a_connection(server, &pool).await;
    an_exhausted_pool_refuses_in_time(pool).await;
}

async fn a_restart_is_503_and_then_goes_on<DB: Engine>(server: &mut Server, store: &SqlStore<DB>) {
    let site = Site::over(races::routes(), ProbedStore::of(std::sync::Arc::new(store.clone())), |builder| builder);
    let mut visitor = site.member(&user(7)).await;
    let mut other = site.member(&user(8)).await;
    assert!(visitor.get("/me").await.is_ok());

    server.stop();
    for _ in 0..3 {
        assert_eq!(visitor.get("/me").await.status, 503);
        assert_eq!(other.post("/log-out").await.status, 503);
    }
    assert!(store.sweep(START).await.is_err());

    server.start_again();
    until_answers(store).await;
    assert!(visitor.get("/me").await.is_ok());
    assert!(other.post("/log-out").await.is_ok());
    assert_eq!(other.get("/me").await.status, 401);
}

#[cfg(target_os = "linux")]
async fn a_server_that_hangs_is_an_error_in_time<DB: Engine>(server: &Server, store: &SqlStore<DB>) {
    let later = START.plus(seconds(60));
    store.insert(key(1), record_until(later)).await.unwrap();
    server.freeze();
    let start = Instant::now();
    assert!(store.load(key(1)).await.is_err());
    assert!(store.touch(key(1), START, later).await.is_err());
    assert!(start.elapsed() >= TIME_OUT, "{:?}", start.elapsed());
    assert!(start.elapsed() < 4 * TIME_OUT, "{:?}", start.elapsed());
    server.thaw();
    until_answers(store).await;
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Record);
}

/// Otherwise a server that never says anything again would keep them, and the pool would stay short of them.
#[cfg(target_os = "linux")]
async fn nobody_who_gave_up_waiting_holds_a_connection<DB: Engine>(server: &Server, pool: &Pool<DB>) {
    let store = SqlStore::new(pool.clone()).time_out(TIME_OUT);
    store.load(key(1)).await.unwrap();
    store.sweep(START).await.unwrap();
    // A connection on its way back is asked by the pool whether it is well, and waits for that as long as the server is silent.
    until(|| pool.num_idle() == pool.size() as usize).await;
    server.freeze();
    for _ in 0..4 {
        let waiting = store.load(key(1));
        assert!(tokio::time::timeout(Duration::from_millis(20), waiting).await.is_err());
    }
    until(|| pool.size() == 0).await;
    server.thaw();
    until_answers(&store).await;
}

async fn an_exhausted_pool_refuses_in_time<DB: Engine>(pool: Pool<DB>) {
    let store = SqlStore::new(pool.clone()).time_out(TIME_OUT);
    let mut taken = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        taken.push(pool.acquire().await.unwrap());
    }
    let start = Instant::now();
    assert!(store.load(key(1)).await.is_err());
    assert!(start.elapsed() >= TIME_OUT && start.elapsed() < 4 * TIME_OUT, "{:?}", start.elapsed());
    drop(taken);
    until_answers(&store).await;
}
