//! Requests whose client goes away while they wait for the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use session_runtime::SqlStore;
use tests::http2::{Http2Server, request_with_made_up_cookie};
use tests::{ProbedStore, Site, races, user};

use crate::engines::Engine;

/// The connections that a store opens to its server.
pub(crate) const POOL: usize = 10;

/// A stranger with made-up cookies who resets every stream. `accepted` tells how many connections the server has accepted.
pub(crate) async fn resets_cost_no_connections<DB: Engine>(store: SqlStore<DB>, accepted: impl Fn() -> usize) {
    store.migrate().await.unwrap();
    let site = Site::over(races::routes(), ProbedStore::of(Arc::new(store)), |builder| builder);
    let mut member = site.member(&user(7)).await;
    // Those that opening the store, and making its table, took.
    let before = accepted();
    let server = Http2Server::start(site.router.clone()).await;
    let resets = server.ask_and_reset(2_000, Duration::from_millis(2), || request_with_made_up_cookie("/me"));
    tokio::time::timeout(Duration::from_secs(60), resets).await.unwrap();
    let opened = accepted() - before;
    assert!(opened <= POOL, "{opened} connections were opened");

    let start = Instant::now();
    assert!(member.get("/me").await.is_ok());
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let opened = accepted() - before;
    assert!(opened <= POOL, "{opened} connections were opened");
}
