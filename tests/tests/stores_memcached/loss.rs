//! Servers that are down, hang, refuse, are busy, and come back.

use std::time::{Duration, Instant};

use session_runtime::{MemcachedStore, Removed, Replaced, Store};
use tests::servers::Proxy;
use tests::servers::memcached::memcached as memcached_with;

use crate::server::{key, later, memcached, record, store, subject};

#[tokio::test]
async fn a_server_that_is_down_fails_at_once_and_recovers() {
    let Some(mut server) = memcached() else { return };
    let store = store(&server).await;
    store.insert(key(1), record(None)).await.unwrap();
    server.stop();
    for _ in 0..5 {
        let start = Instant::now();
        assert!(store.load(key(1)).await.is_err());
        assert!(store.touch(key(1), later(1), later(3_601)).await.is_err());
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
    server.start_again();
    // It has forgotten everything.
    assert!(store.load(key(1)).await.unwrap().is_none());
    assert!(store.insert(key(1), record(None)).await.unwrap());
}

#[tokio::test]
async fn a_server_that_was_restarted_between_two_requests_refuses_nobody() {
    let Some(mut server) = memcached() else { return };
    let store = store(&server).await;
    for _ in 0..3 {
        assert!(store.insert(key(1), record(None)).await.unwrap());
        server.stop();
        server.start_again();
        assert!(store.load(key(1)).await.unwrap().is_none());
    }
}

/// Every write, each over a connection that the server closed.
async fn write_after_each_close(name: &Proxy, store: &MemcachedStore) {
    assert!(store.load(key(1)).await.unwrap().is_none());
    name.close_all();
    std::thread::sleep(Duration::from_millis(20));
    assert!(store.insert(key(1), record(Some(subject()))).await.unwrap());
    name.close_all();
    std::thread::sleep(Duration::from_millis(20));
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
    name.close_all();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(store.replace(key(1), record(Some(subject())), 0).await.unwrap(), Replaced::Replaced);
    name.close_all();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(store.alias(key(1), key(2), later(2), 1).await.unwrap(), Replaced::Replaced);
    name.close_all();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Alias(key(2)));
}

// The runtime has had no turn in which to learn of it.
#[tokio::test]
async fn idle_connection_that_was_closed_costs_no_write() {
    let Some(server) = memcached() else { return };
    let name = Proxy::to(server.address());
    for round in 0..20 {
        let store = MemcachedStore::builder(name.address().to_string()).connect().await.unwrap();
        write_after_each_close(&name, &store).await;
        assert!(store.load(key(1)).await.unwrap().is_none(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_idle_connection_costs_no_write_on_many_threads() {
    let Some(server) = memcached() else { return };
    let name = Proxy::to(server.address());
    let store = MemcachedStore::builder(name.address().to_string()).subject_index().connect().await.unwrap();
    write_after_each_close(&name, &store).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_fails_within_the_time_out_and_recovers() {
    let Some(server) = memcached() else { return };
    let limit = Duration::from_millis(200);
    let builder = MemcachedStore::builder(server.address().to_string()).connect_timeout(limit).command_timeout(limit);
    let store = builder.connections(4).connect().await.unwrap();
    store.insert(key(1), record(None)).await.unwrap();
    server.freeze();
    let start = Instant::now();
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { assert!(store.load(key(1)).await.is_err()) })
        })
        .collect();
    for task in waiting {
        task.await.unwrap();
    }
    assert!(start.elapsed() < Duration::from_millis(1_000), "{:?}", start.elapsed());
    server.thaw();
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
}

// One connection serves many in turn, and a request that is given up half-way leaves its reply to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_reads_the_reply_of_another() {
    let Some(server) = memcached() else { return };
    let store = MemcachedStore::builder(server.address().to_string()).connections(1).connect().await.unwrap();
    for number in 1..=8 {
        let record =
            session_runtime::RecordParts { payload: vec![number; 100_000].into(), ..crate::server::parts(None) };
        assert!(store.insert(key(number), record.into()).await.unwrap());
    }
    let tasks: Vec<_> = (0..400_u64)
        .map(|turn| {
            let store = store.clone();
            tokio::spawn(async move {
                let number = u8::try_from(turn % 8 + 1).unwrap();
                let load = store.load(key(number));
                let patience = Duration::from_micros(if turn % 3 == 0 { turn } else { 10_000_000 });
                if let Ok(Ok(record)) = tokio::time::timeout(patience, load).await {
                    let parts = session_runtime::RecordParts::try_from(record.unwrap()).unwrap();
                    assert_eq!(parts.payload[0], number);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(store.load(key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_wrong_password_is_an_error_that_does_not_tell_it() {
    let accounts = |folder: &std::path::Path| {
        std::fs::write(folder.join("accounts"), "ada:correct-horse\n").unwrap();
    };
    let Some(server) = memcached_with(&["-Y", "accounts"], accounts) else { return };
    let builder = || MemcachedStore::builder(server.address().to_string());
    for wrong in [builder(), builder().credentials("ada", "wrong-horse")] {
        assert!(!format!("{wrong:?}").contains("horse"));
        let text = format!("{:?}", wrong.connect().await.unwrap_err());
        assert!(text.contains("Memcached refuses the request") && !text.contains("horse"), "{text}");
    }
    let store = builder().credentials("ada", "correct-horse").connect().await.unwrap();
    assert!(!format!("{store:?}").contains("horse"));
    assert!(store.insert(key(1), record(None)).await.unwrap());
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error() {
    for address in ["", "127.0.0.1", "memcached://127.0.0.1/", "127.0.0.1:1"] {
        assert!(MemcachedStore::connect(address).await.is_err(), "{address}");
    }
}
