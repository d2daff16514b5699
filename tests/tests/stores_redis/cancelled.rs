//! Requests that are dropped half-way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use session_runtime::{GuardedRouter, RedisStore, Store, SubjectKey};
use tests::http2::{Http2Server, request_with_made_up_cookie};
use tests::servers::redis::redis;
use tests::{ProbedStore, Site, abandon, user};
use tokio::time::sleep;

use crate::server::{address, connections_accepted, key, later, patient, record};

async fn abandon_each(store: &RedisStore, number: u8) {
    let subject = SubjectKey::from_bytes([9; 32]);
    abandon(store.load(key(number))).await;
    abandon(store.insert(key(number), record(Some(subject)))).await;
    abandon(store.touch(key(number), later(1), later(3_601))).await;
    abandon(store.replace(key(number), record(None), 0)).await;
    abandon(store.alias(key(number), key(0), later(1), 0)).await;
    abandon(store.of_subject(subject)).await;
    abandon(store.remove_subject(subject, None)).await;
    abandon(store.remove(key(number))).await;
}

#[tokio::test]
async fn cancelled_requests_cost_no_connections() {
    let Some(server) = redis(&[]) else { return };
    let store = patient(address(&server)).connect().await.unwrap();
    let before = connections_accepted(&server);
    for round in 0..200 {
        abandon_each(&store, round).await;
        sleep(Duration::from_micros(u64::from(round) * 10)).await;
    }
    assert!(store.load(key(1)).await.is_ok());
    assert_eq!(connections_accepted(&server) - before, 1);
}

// Also while the server is slow to accept connections, which is when each request would make one.
#[tokio::test(flavor = "multi_thread")]
async fn reset_streams_cost_no_connections() {
    let Some(mut server) = redis(&[]) else { return };
    let store = Arc::new(patient(address(&server)).connect().await.unwrap());
    let site = Site::over(GuardedRouter::new(), ProbedStore::of(store), |builder| builder);
    let http = Http2Server::start(site.router.clone()).await;
    let before = connections_accepted(&server);
    for patience in [0, 1, 2, 5] {
        let patience = Duration::from_millis(patience);
        http.ask_and_reset(1_000, patience, || request_with_made_up_cookie("/me")).await;
    }
    assert_eq!(connections_accepted(&server) - before, 1);

    server.stop();
    server.start_again();
    let before = connections_accepted(&server);
    http.ask_and_reset(1_000, Duration::from_millis(1), || request_with_made_up_cookie("/me")).await;
    assert!(connections_accepted(&server) - before <= 2);
    assert_eq!(site.member(&user(7)).await.get("/me").await.status, 200);
}

// The first request after a loss connects. When it is dropped, the next one uses what it began.
#[tokio::test]
async fn connecting_is_not_given_up_with_the_request() {
    let Some(mut server) = redis(&[]) else { return };
    let store = patient(address(&server)).connect().await.unwrap();
    server.stop();
    assert!(store.load(key(1)).await.is_err());
    server.start_again();
    let before = connections_accepted(&server);
    for _ in 0..100 {
        abandon(store.load(key(1))).await;
        tokio::task::yield_now().await;
    }
    assert!(store.insert(key(1), record(None)).await.unwrap());
    assert_eq!(connections_accepted(&server) - before, 2);
}

#[tokio::test]
async fn command_that_was_sent_is_carried_out() {
    let Some(server) = redis(&[]) else { return };
    let store = patient(address(&server)).connect().await.unwrap();
    let start = Instant::now();
    abandon(store.insert(key(1), record(None))).await;
    // A command that still waits to be sent may be dropped.
    while store.load(key(1)).await.unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(5), "the record was not written");
        let _ = tokio::time::timeout(Duration::from_millis(2), store.insert(key(1), record(None))).await;
    }
}
