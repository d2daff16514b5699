//! Servers that are down, hang, refuse, and come back.

use std::time::{Duration, Instant};

use session_runtime::{RedisStore, Store};
use tests::servers::redis::{REMEMBERING, command, redis};

use crate::server::{address, key, later, record, store};

#[tokio::test]
async fn a_server_that_is_down_fails_at_once_and_recovers() {
    let Some(mut server) = redis(&REMEMBERING) else { return };
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
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
}

// The scripts are forgotten, too, and the connection is lost without anybody having been told.
#[tokio::test]
async fn a_server_that_was_restarted_between_two_requests_refuses_nobody() {
    let Some(mut server) = redis(&REMEMBERING) else { return };
    let store = store(&server).await;
    store.insert(key(1), record(None)).await.unwrap();
    for second in 1..=3 {
        server.stop();
        server.start_again();
        assert!(store.load(key(1)).await.unwrap().is_some());
        assert!(store.touch(key(1), later(second), later(3_600 + second)).await.unwrap());
    }
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_sent_again() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    for number in 1..=3 {
        assert!(store.insert(key(number), record(None)).await.unwrap());
        command(server.port(), "SCRIPT FLUSH").unwrap();
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_fails_within_the_time_out_and_recovers() {
    let Some(server) = redis(&[]) else { return };
    let limit = Duration::from_millis(200);
    let builder = RedisStore::builder(address(&server)).connect_timeout(limit).command_timeout(limit);
    let store = builder.connect().await.unwrap();
    store.insert(key(1), record(None)).await.unwrap();
    server.freeze();
    let start = Instant::now();
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..2 {
                    assert!(store.load(key(1)).await.is_err());
                }
            })
        })
        .collect();
    for task in waiting {
        task.await.unwrap();
    }
    // Two loads of each, none of which waits for both a connection and an answer for longer than allowed.
    assert!(start.elapsed() < Duration::from_millis(1_500), "{:?}", start.elapsed());
    server.thaw();
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
}

#[tokio::test]
async fn a_wrong_password_is_an_error_that_does_not_tell_it() {
    let Some(server) = redis(&["--requirepass", "correct-horse"]) else { return };
    let address = |password: &str| format!("redis://:{password}@{}/", server.address());
    for wrong in [address("wrong-horse"), format!("redis://{}/", server.address())] {
        let error = RedisStore::connect(&wrong).await.unwrap_err();
        let text = format!("{error:?} {error}");
        assert!(!text.contains("horse"), "{text}");
        assert!(text.contains("NOAUTH") || text.contains("authentication failed"), "{text}");
    }
    let builder = RedisStore::builder(address("correct-horse"));
    assert!(!format!("{builder:?}").contains("horse"));
    let store = builder.connect().await.unwrap();
    assert!(!format!("{store:?}").contains("horse"));
    assert!(store.insert(key(1), record(None)).await.unwrap());
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error() {
    for address in ["", "127.0.0.1", "memcached://127.0.0.1/", "redis://127.0.0.1:1/"] {
        assert!(RedisStore::connect(address).await.is_err(), "{address}");
    }
}
