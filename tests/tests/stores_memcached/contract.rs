//! What every store owes, with and without lists of sessions, and what is left where the server forgets.

use std::sync::Arc;
use std::time::Duration;

use session_runtime::{MemcachedStore, Record, RecordParts, Store, conformance};
use tests::{ProbedStore, Site, races};

use crate::server::{LIST, NAME, NOW, ask, indexed, key, later, memcached, parts, record, store, subject};

const ROUNDS: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn memcached_keeps_the_contract_but_for_subjects() {
    let Some(server) = memcached() else { return };
    let report = conformance::check(store(&server).await).await.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(report.not_promised().iter().all(|rule| rule.contains("subject") || rule.contains("listed")), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_lists_it_keeps_all_of_it() {
    let Some(server) = memcached() else { return };
    let report = conformance::check(indexed(&server).await).await.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(report.not_promised(), <[&str; 0]>::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_comes_back_where_requests_meet() {
    let Some(server) = memcached() else { return };
    for store in [store(&server).await, indexed(&server).await] {
        let store = Arc::new(store);
        races::all(ROUNDS, |_| Site::over(races::routes(), ProbedStore::of(store.clone()), |builder| builder)).await;
    }
}

#[tokio::test]
async fn without_lists_nobody_is_found() {
    let Some(server) = memcached() else { return };
    let store = store(&server).await;
    assert!(!store.promises().subject_index && !store.promises().keeps_until_expiry);
    assert!(store.of_subject(subject()).await.is_err());
    assert!(store.remove_subject(subject(), None).await.is_err());
}

// None is left that could not be found.
#[tokio::test]
async fn a_session_ends_with_the_list_that_names_it() {
    let Some(server) = memcached() else { return };
    let store = indexed(&server).await;
    for number in 1..=3 {
        assert!(store.insert(key(number), record(Some(subject()))).await.unwrap());
    }
    assert!(store.insert(key(4), record(None)).await.unwrap());
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert_eq!(ask(&server, format!("md {LIST}\r\n").as_bytes()).await, b"HD\r\n");
    for number in 1..=3 {
        assert!(store.load(key(number)).await.unwrap().is_none());
    }
    assert!(store.load(key(4)).await.unwrap().is_some());
    // A new list does not name the old ones.
    assert!(store.insert(key(5), record(Some(subject()))).await.unwrap());
    assert!(store.load(key(5)).await.unwrap().is_some());
    assert!(store.load(key(1)).await.unwrap().is_none());
    assert_eq!(store.of_subject(subject()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_does_not_grow_by_what_is_gone() {
    let Some(server) = memcached() else { return };
    let store = indexed(&server).await;
    let records = |seconds| Record::from(RecordParts { last_seen_at: later(seconds), ..parts(Some(subject())) });
    for number in 0..100 {
        store.insert(key(number), records(0)).await.unwrap();
    }
    ask(&server, b"flush_all\r\n").await;
    for number in 0..63 {
        store.insert(key(number), records(0)).await.unwrap();
        // Removed behind its back.
        let name = format!("session:id:{}", base64_of(number));
        ask(&server, format!("md {name}\r\n").as_bytes()).await;
    }
    store.insert(key(100), records(60)).await.unwrap();
    assert_eq!(ask(&server, format!("mg {LIST} s\r\n").as_bytes()).await, b"HD s40\r\n");
}

/// The base64 of 32 equal bytes.
fn base64_of(byte: u8) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = (0..258).map(|bit| if bit < 256 { byte >> (7 - bit % 8) & 1 } else { 0 }).collect();
    let digits = bits.chunks(6).map(|digit| digit.iter().fold(0, |value, bit| value << 1 | bit));
    digits.map(|digit: u8| char::from(ALPHABET[usize::from(digit)])).collect()
}

async fn seconds_left(server: &tests::servers::Server) -> i64 {
    let answer = String::from_utf8(ask(server, format!("mg {NAME} t\r\n").as_bytes()).await).unwrap();
    answer.trim().strip_prefix("HD t").unwrap().parse().unwrap()
}

// Memcached takes more than thirty days for an instant.
#[tokio::test]
async fn a_session_of_any_length_lives_as_long_as_it_says() {
    let Some(server) = memcached() else { return };
    let store = store(&server).await;
    for (seconds, expected) in [(0, 60), (3_600, 3_660), (2_592_000, 2_592_060), (31_536_000, 31_536_060)] {
        let record = RecordParts { expires_at: NOW.plus(Duration::from_secs(seconds)), ..parts(None) };
        assert!(store.insert(key(1), record.into()).await.unwrap());
        let left = seconds_left(&server).await;
        assert!((expected - 2..=expected + 1).contains(&left), "{seconds}: {left}");
        assert!(store.load(key(1)).await.unwrap().is_some());
        store.remove(key(1)).await.unwrap();
    }
    let century = RecordParts { expires_at: NOW.plus(Duration::from_secs(3_153_600_000)), ..parts(None) };
    assert!(store.insert(key(1), century.into()).await.unwrap());
    assert_eq!(seconds_left(&server).await, -1);
}

// The server drops what stood in the place of an item that it refuses.
#[tokio::test]
async fn a_record_that_does_not_fit_is_refused_and_the_one_before_stays() {
    let Some(server) = memcached() else { return };
    let store = store(&server).await;
    assert!(store.insert(key(1), record(None)).await.unwrap());
    for length in [1_048_400, 1_048_576, 3_000_000] {
        let large = RecordParts { payload: vec![7; length].into(), ..parts(None) };
        let replaced = store.replace(key(1), large.clone().into(), 0).await.map(drop);
        for refused in [replaced, store.insert(key(2), large.into()).await.map(drop)] {
            assert!(format!("{refused:?}").contains("Memcached keeps"), "{length}: {refused:?}");
        }
        assert!(store.load(key(1)).await.unwrap().is_some());
    }
}

// The largest that is let through fits.
#[tokio::test]
async fn whatever_is_not_refused_as_too_large_is_kept() {
    let Some(server) = memcached() else { return };
    let store = store(&server).await;
    let mut kept = 0;
    for length in (1_047_500..1_048_600).step_by(20) {
        let large = RecordParts { payload: vec![7; length].into(), ..parts(None) };
        match store.insert(key(1), large.into()).await {
            Ok(inserted) => {
                assert!(inserted);
                assert_eq!(store.load(key(1)).await.unwrap().map(|record| record.is_unreadable()), Some(false));
                store.remove(key(1)).await.unwrap();
                kept = length;
            }
            Err(error) => assert!(format!("{error:?}").contains("Memcached keeps"), "{length}: {error:?}"),
        }
    }
    assert!(kept > 1_048_000, "{kept}");
}

#[tokio::test]
async fn a_prefix_is_visible_and_short() {
    let Some(server) = memcached() else { return };
    let address = server.address().to_string();
    for prefix in ["a b", "a\r\nflush_all\r\n", "\0", "ä", &"x".repeat(101)] {
        assert!(MemcachedStore::builder(&address).key_prefix(prefix).connect().await.is_err(), "{prefix:?}");
    }
    for prefix in ["", "shop/", &"x".repeat(100)] {
        let store = MemcachedStore::builder(&address).key_prefix(prefix).connect().await.unwrap();
        assert!(store.insert(key(1), record(None)).await.unwrap(), "{prefix:?}");
    }
}
