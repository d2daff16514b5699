//! What somebody else wrote where a record should be: no panic, no session, and it is left alone. And servers that are none.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use session_runtime::{MemcachedStore, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{LIST, NAME, ask, indexed, key, later, memcached, record, store, subject, write};

/// Bytes of a record with some of them changed, cut or added.
fn values(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let damaged = (changes, 0_usize..200, any::<Vec<u8>>()).prop_map(move |(changes, length, more)| {
        let mut bytes = good.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(length.max(1));
        bytes.extend(more);
        bytes
    });
    prop_oneof![any::<Vec<u8>>(), damaged]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_in_the_place_of_a_record_is_left_alone() {
    let Some(server) = memcached() else { return };
    let store = indexed(&server).await;
    store.insert(key(1), record(Some(subject()))).await.unwrap();
    let good = ask(&server, format!("mg {NAME} v\r\n").as_bytes()).await;
    let good = good[good.iter().position(|byte| *byte == b'\n').unwrap() + 1..good.len() - 2].to_vec();

    let handle = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        TestRunner::default()
            .run(&values(good), |value| {
                handle.block_on(async {
                    write(&server, NAME, &value).await;
                    let _ = store.load(key(1)).await.unwrap();
                    let _ = store.touch(key(1), later(1), later(2)).await;
                    let _ = store.replace(key(1), record(None), 0).await;
                    let _ = store.alias(key(1), key(2), later(1), 0).await;
                    let _ = store.of_subject(subject()).await.unwrap();
                    assert!(!store.insert(key(1), record(None)).await.unwrap());
                    assert_eq!(ask(&server, format!("mg {NAME}\r\n").as_bytes()).await, b"HD\r\n");
                });
                Ok(())
            })
            .unwrap();
    });
}

#[tokio::test]
async fn a_record_of_another_release_is_unreadable_and_stays() {
    let Some(server) = memcached() else { return };
    let store = store(&server).await;
    for value in [&b"\x02another release"[..], b"", b"{}"] {
        write(&server, NAME, value).await;
        assert!(store.load(key(1)).await.unwrap().unwrap().is_unreadable());
        assert!(store.touch(key(1), later(1), later(3_601)).await.is_err());
        assert!(store.replace(key(1), record(None), 0).await.is_err());
        let answer = ask(&server, format!("mg {NAME} s\r\n").as_bytes()).await;
        assert_eq!(answer, format!("HD s{}\r\n", value.len()).into_bytes());
    }
}

#[tokio::test]
async fn a_list_that_is_none_admits_nobody() {
    let Some(server) = memcached() else { return };
    let store = indexed(&server).await;
    store.insert(key(1), record(Some(subject()))).await.unwrap();
    for list in [vec![7; 39], vec![7; 41]] {
        write(&server, LIST, &list).await;
        assert!(store.load(key(1)).await.is_err());
        assert!(store.of_subject(subject()).await.is_err());
        assert!(store.remove_subject(subject(), None).await.is_err());
    }
    write(&server, LIST, &[7; 40]).await;
    assert!(store.load(key(1)).await.unwrap().is_none());
}

/// A server that answers every request with these bytes.
async fn answering(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let mut first = true;
        while let Ok((mut connection, _)) = listener.accept().await {
            let bytes = bytes.clone();
            let good = std::mem::take(&mut first);
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let mut is_first = good;
                while connection.read(&mut request).await.is_ok_and(|length| length > 0) {
                    let answer = if std::mem::take(&mut is_first) { b"EN\r\n".to_vec() } else { bytes.clone() };
                    let _ = connection.write_all(&answer).await;
                }
            });
        }
    });
    address
}

// Neither is memory taken without a limit, nor is waited for what does not come.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_none_is_an_error() {
    let answers: [Vec<u8>; 7] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        b"VA 18446744073709551615 c1\r\n".to_vec(),
        b"VA 99999999999999999999999 c1\r\n".to_vec(),
        vec![b'x'; 100_000],
        b"SERVER_ERROR out of memory storing object\r\n".to_vec(),
        b"STORED\r\n".to_vec(),
        b"VA 4 c1\r\nabcdXX".to_vec(),
    ];
    for answer in answers {
        let store = MemcachedStore::connect(answering(answer.clone()).await).await.unwrap();
        let start = std::time::Instant::now();
        let text = String::from_utf8_lossy(&answer[..answer.len().min(40)]).into_owned();
        assert!(store.load(key(1)).await.is_err(), "{text}");
        assert!(store.insert(key(1), record(None)).await.is_err(), "{text}");
        assert!(store.remove(key(1)).await.is_err(), "{text}");
        assert!(start.elapsed().as_millis() < 1_000, "{text}: {:?}", start.elapsed());
    }
}
