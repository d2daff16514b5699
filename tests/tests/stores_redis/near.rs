//! Records kept in the process: two nodes on one server.

use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use session_runtime::{RedisStore, Removed, Replaced, Store, conformance};
use tests::servers::redis::{REMEMBERING, command, redis, redis_cluster};
use tests::servers::{Proxy, Server};
use tests::{ProbedStore, Site, races};

use crate::server::{address, asked, key, later, patient, record};

const ROUNDS: u64 = 200;
const RECORDS: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

async fn node(server: &Server) -> RedisStore {
    patient(address(server)).near_cache(RECORDS).connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract() {
    let Some(server) = redis(&[]) else { return };
    let report = conformance::check(node(&server).await).await.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(report.not_promised(), <[&str; 0]>::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_comes_back_where_requests_meet() {
    let Some(server) = redis(&[]) else { return };
    let store = Arc::new(node(&server).await);
    races::all(ROUNDS, |_| Site::over(races::routes(), ProbedStore::of(store.clone()), |builder| builder)).await;
}

#[tokio::test]
async fn what_is_near_is_not_asked_for() {
    let Some(server) = redis(&[]) else { return };
    let store = node(&server).await;
    store.insert(key(1), record(None)).await.unwrap();
    let before = asked(&server, "hmget");
    for _ in 0..100 {
        assert!(store.load(key(1)).await.unwrap().is_some());
    }
    assert_eq!(asked(&server, "hmget") - before, 1);
}

#[tokio::test]
async fn a_node_sees_at_once_what_it_did_itself() {
    let Some(server) = redis(&[]) else { return };
    let store = node(&server).await;
    for _ in 0..200 {
        store.insert(key(1), record(None)).await.unwrap();
        assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision(), 0);
        assert_eq!(store.replace(key(1), record(None), 0).await.unwrap(), Replaced::Replaced);
        assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision(), 1);
        assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
        assert_eq!(store.load(key(1)).await.unwrap().unwrap().last_seen_at(), later(1));
        assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Record);
        assert!(store.load(key(1)).await.unwrap().is_none());
    }
}

/// Polls work in a turn whose cooperative budget is all but used up, so that it pauses before each message that it sends.
async fn poll_haltingly<F: Future + Unpin>(work: &mut F) -> Poll<F::Output> {
    tokio::task::yield_now().await;
    poll_fn(|context| {
        for _ in 0..127 {
            let _ = pin!(tokio::task::consume_budget()).poll(context);
        }
        Poll::Ready(Pin::new(&mut *work).poll(context))
    })
    .await
}

// The server has forgotten the script, so that the write is two commands, and the record is read between them. What the server
// says of the change comes late.
#[tokio::test]
async fn node_sees_its_own_write_after_scripts_were_lost() {
    let Some(server) = redis(&[]) else { return };
    let name = Proxy::to(server.address());
    name.delay_pushes(Duration::from_millis(20));
    let builder = patient(format!("redis://{}/", name.address())).near_cache(RECORDS);
    let store = builder.near_cache_trust(Duration::from_secs(20)).connect().await.unwrap();
    store.insert(key(1), record(None)).await.unwrap();
    for revision in 0..20 {
        assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision(), revision);
        command(server.port(), "SCRIPT FLUSH").unwrap();
        let mut replace = store.replace(key(1), record(None), revision);
        let replaced = loop {
            match poll_haltingly(&mut replace).await {
                Poll::Ready(replaced) => break replaced,
                Poll::Pending => drop(store.load(key(1)).await.unwrap()),
            }
        };
        assert_eq!(replaced.unwrap(), Replaced::Replaced);
        assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision(), revision + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_out_on_one_node_is_seen_on_the_other() {
    let Some(server) = redis(&[]) else { return };
    let (one, other) = (node(&server).await, node(&server).await);
    let mut delays = Vec::new();
    for _ in 0..500 {
        one.insert(key(1), record(None)).await.unwrap();
        // Twice, so that it is near.
        for _ in 0..2 {
            assert!(other.load(key(1)).await.unwrap().is_some());
        }
        assert_eq!(one.remove(key(1)).await.unwrap(), Removed::Record);
        let removed = Instant::now();
        while other.load(key(1)).await.unwrap().is_some() {
            assert!(removed.elapsed() < Duration::from_secs(1), "a session that ended is still served");
            tokio::task::yield_now().await;
        }
        delays.push(removed.elapsed());
    }
    delays.sort();
    println!("a log-out is seen after {:?} (median), {:?} (99th percentile)", delays[250], delays[495]);
}

#[tokio::test]
async fn all_that_is_flushed_is_forgotten() {
    let Some(server) = redis(&[]) else { return };
    let store = node(&server).await;
    store.insert(key(1), record(None)).await.unwrap();
    assert!(store.load(key(1)).await.unwrap().is_some());
    command(server.port(), "FLUSHALL").unwrap();
    let flushed = Instant::now();
    while store.load(key(1)).await.unwrap().is_some() {
        assert!(flushed.elapsed() < Duration::from_secs(5), "what was flushed is still served");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nothing_is_served_when_the_connection_is_lost() {
    let Some(mut server) = redis(&REMEMBERING) else { return };
    let store = node(&server).await;
    store.insert(key(1), record(None)).await.unwrap();
    assert!(store.load(key(1)).await.unwrap().is_some());
    server.stop();
    // Whoever reads the connection is told in its next turn.
    let stopped = Instant::now();
    while store.load(key(1)).await.is_ok() {
        assert!(stopped.elapsed() < Duration::from_millis(900), "a lost connection is still believed");
        tokio::task::yield_now().await;
    }
    server.start_again();
    assert!(store.load(key(1)).await.unwrap().is_some());
    let before = asked(&server, "hmget");
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert_eq!(asked(&server, "hmget"), before);
}

// Nobody was told that anything was lost.
#[cfg(unix)]
#[tokio::test]
async fn a_silent_server_is_believed_for_as_long_as_was_said() {
    let Some(server) = redis(&[]) else { return };
    let limit = Duration::from_millis(200);
    let builder = RedisStore::builder(address(&server)).connect_timeout(limit).command_timeout(limit);
    let store = builder.near_cache(RECORDS).near_cache_trust(limit).connect().await.unwrap();
    store.insert(key(1), record(None)).await.unwrap();
    assert!(store.load(key(1)).await.unwrap().is_some());
    server.freeze();
    let frozen = Instant::now();
    while store.load(key(1)).await.is_ok() {
        assert!(frozen.elapsed() < Duration::from_secs(1), "a silent server is still believed");
        tokio::task::yield_now().await;
    }
    server.thaw();
    assert!(store.load(key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_cluster_has_none() {
    let Some(server) = redis_cluster() else { return };
    let error = RedisStore::cluster([address(&server)]).near_cache(RECORDS).connect().await.unwrap_err();
    assert!(format!("{error:?}").contains("not kept in the process"));
}
