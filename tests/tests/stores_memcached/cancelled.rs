//! Requests that are dropped half-way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use session_runtime::{GuardedRouter, MemcachedStore, Store};
use tests::http2::{Http2Server, request_with_made_up_cookie};
use tests::servers::Server;
use tests::{ProbedStore, Site, abandon, user};
use tokio::time::sleep;

use crate::server::{connections_accepted, indexed, key, later, memcached, record, subject};

const CONNECTIONS: usize = 4;

async fn small_pool(server: &Server) -> MemcachedStore {
    let builder = MemcachedStore::builder(server.address().to_string()).subject_index();
    // As long as a busy machine takes: a time-out costs a connection.
    let builder = builder.command_timeout(Duration::from_secs(20));
    builder.connections(CONNECTIONS).connect().await.unwrap()
}

/// Starts every operation and drops it.
async fn abandon_each(store: &MemcachedStore, number: u8) {
    abandon(store.load(key(number))).await;
    abandon(store.insert(key(number), record(Some(subject())))).await;
    abandon(store.touch(key(number), later(1), later(3_601))).await;
    abandon(store.replace(key(number), record(None), 0)).await;
    abandon(store.alias(key(number), key(0), later(1), 0)).await;
    abandon(store.of_subject(subject())).await;
    abandon(store.remove_subject(subject(), None)).await;
    abandon(store.remove(key(number))).await;
}

#[tokio::test]
async fn cancelled_requests_cost_no_connections() {
    let Some(server) = memcached() else { return };
    let store = small_pool(&server).await;
    let before = connections_accepted(&server).await;
    for round in 0..200 {
        abandon_each(&store, round).await;
        sleep(Duration::from_micros(u64::from(round) * 10)).await;
    }
    assert!(store.load(key(1)).await.is_ok());
    let made = connections_accepted(&server).await - before - 1;
    assert!(made <= CONNECTIONS as u64, "{made} connections");
}

// A stranger with made-up cookies who resets streams does not keep others waiting.
#[tokio::test(flavor = "multi_thread")]
async fn reset_streams_cost_no_connections() {
    let Some(server) = memcached() else { return };
    let store = small_pool(&server).await;
    let site = Site::over(GuardedRouter::new(), ProbedStore::of(Arc::new(store)), |builder| builder);
    let mut member = site.member(&user(7)).await;
    let http = Http2Server::start(site.router.clone()).await;
    let before = connections_accepted(&server).await;
    for patience in [0, 1, 2, 5] {
        let patience = Duration::from_millis(patience);
        http.ask_and_reset(1_000, patience, || request_with_made_up_cookie("/me")).await;
    }
    assert_eq!(member.get("/me").await.status, 200);
    let made = connections_accepted(&server).await - before - 1;
    assert!(made <= CONNECTIONS as u64, "{made} connections");
}

// Cancelled at every point between the first byte and the last.
#[tokio::test(flavor = "multi_thread")]
async fn cancellation_at_any_moment_costs_no_connections() {
    let Some(server) = memcached() else { return };
    let store = small_pool(&server).await;
    assert!(store.insert(key(1), record(None)).await.unwrap());
    let before = connections_accepted(&server).await;
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for turn in 0..200_u64 {
                    let patience = Duration::from_micros((turn * 8 + task) % 400);
                    let _ = tokio::time::timeout(patience, store.load(key(1))).await;
                    let _ = tokio::time::timeout(patience, store.touch(key(1), later(turn), later(3_600))).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(store.load(key(1)).await.unwrap().is_some());
    let made = connections_accepted(&server).await - before - 1;
    assert!(made <= CONNECTIONS as u64, "{made} connections");
}

#[tokio::test]
async fn command_that_was_sent_is_carried_out() {
    let Some(server) = memcached() else { return };
    let store = small_pool(&server).await;
    abandon(store.insert(key(1), record(None))).await;
    let start = Instant::now();
    while store.load(key(1)).await.unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(5), "the record was not written");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn wait_for_a_connection_is_cancellable() {
    let Some(server) = memcached() else { return };
    let builder = MemcachedStore::builder(server.address().to_string()).command_timeout(Duration::from_secs(5));
    let store = builder.connections(1).connect().await.unwrap();
    server.freeze();
    let first = store.load(key(1));
    let (first, ()) = tokio::join!(first, async {
        for number in 2..100 {
            abandon(store.insert(key(number), record(None))).await;
        }
        server.thaw();
    });
    assert!(first.unwrap().is_none());
    for number in 2..100 {
        assert!(store.load(key(number)).await.unwrap().is_none(), "{number}");
    }
}

// A list is read before every record of its subject: two commands, either of which may be dropped.
#[tokio::test]
async fn cancelled_requests_leave_other_sessions_alone() {
    let Some(server) = memcached() else { return };
    let store = indexed(&server).await;
    assert!(store.insert(key(1), record(Some(subject()))).await.unwrap());
    for round in 2..100 {
        abandon(store.insert(key(round), record(Some(subject())))).await;
        abandon(store.load(key(1))).await;
        abandon(store.remove(key(round))).await;
    }
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.of_subject(subject()).await.unwrap().iter().any(|(listed, _)| *listed == key(1)));
}
