mod room;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::store::Payload;

const NOW: Timestamp = Timestamp::from_secs(1_000_000);

fn key(number: u8) -> StoreKey {
    StoreKey::of("realm", &[number; 32])
}

fn subject(name: &str) -> SubjectKey {
    SubjectKey::of(&[0; 32], "realm", name).unwrap()
}

fn record(name: &str, seen_at: Timestamp) -> Record {
    Record {
        created_at: seen_at,
        authenticated_at: seen_at,
        last_seen_at: seen_at,
        longest_pause: Duration::ZERO,
        expires_at: seen_at.plus(Duration::from_secs(3600)),
        revision: 0,
        subject: Some(subject(name)),
        successor: None,
        payload: Payload::value(Arc::new(name.to_owned())),
        listing: Payload::value(Arc::new(())),
    }
}

fn store(capacity: usize) -> MemoryStore {
    MemoryStore::with_capacity(NonZeroUsize::new(capacity).unwrap())
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

#[tokio::test]
async fn a_key_is_inserted_once() {
    let store = store(10);
    assert!(store.insert(key(1), record("ada", NOW)).await.unwrap());
    assert!(!store.insert(key(1), record("bob", NOW)).await.unwrap());
    assert_eq!(store.load(key(1)).await.unwrap().unwrap().subject, Some(subject("ada")));
    assert!(store.of_subject(subject("bob")).await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_but_insert_brings_a_key_into_being() {
    let store = store(10);
    assert_eq!(store.replace(key(1), record("ada", NOW), 0).await.unwrap(), Replaced::Gone);
    assert!(!store.touch(key(1), NOW, NOW).await.unwrap());
    assert_eq!(store.alias(key(1), key(2), NOW, 0).await.unwrap(), Replaced::Gone);
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Nothing);
    assert_eq!(store.statistics().sessions, 0);
}

#[tokio::test]
async fn a_replacement_needs_the_revision_it_read() {
    let store = store(10);
    store.insert(key(1), record("ada", NOW)).await.unwrap();
    assert_eq!(store.replace(key(1), record("ada", NOW), 0).await.unwrap(), Replaced::Replaced);
    assert_eq!(store.replace(key(1), record("ada", NOW), 0).await.unwrap(), Replaced::Conflict);
    assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision, 1);
}

#[tokio::test]
async fn a_replacement_leaves_what_touches_keep() {
    let store = store(10);
    store.insert(key(1), record("ada", NOW)).await.unwrap();
    store.touch(key(1), later(50), later(4000)).await.unwrap();
    store.replace(key(1), record("ada", NOW), 0).await.unwrap();
    let kept = store.load(key(1)).await.unwrap().unwrap();
    assert_eq!((kept.last_seen_at, kept.expires_at), (later(50), later(4000)));
}

#[tokio::test]
async fn a_touch_moves_forward_only_and_remembers_the_longest_pause() {
    let store = store(10);
    store.insert(key(1), record("ada", NOW)).await.unwrap();
    for seconds in [100, 130, 90] {
        assert!(store.touch(key(1), later(seconds), later(3600 + seconds)).await.unwrap());
    }
    let kept = store.load(key(1)).await.unwrap().unwrap();
    assert_eq!((kept.last_seen_at, kept.expires_at), (later(130), later(3730)));
    assert_eq!((kept.longest_pause, kept.revision), (Duration::from_secs(100), 0));
}

// ASVS 7.3.1: what has expired stays so, however late a request that was admitted before is counted.
#[tokio::test]
async fn a_touch_does_not_bring_back_what_has_expired() {
    let store = store(10);
    store.insert(key(1), record("ada", NOW)).await.unwrap();
    assert!(!store.touch(key(1), later(3600), later(7200)).await.unwrap());
    let kept = store.load(key(1)).await.unwrap().unwrap();
    assert_eq!((kept.last_seen_at, kept.expires_at), (NOW, later(3600)));
    assert!(store.touch(key(1), later(3599), later(7199)).await.unwrap());
}

#[tokio::test]
async fn an_alias_is_frozen_and_leads_to_its_successor() {
    let store = store(10);
    store.insert(key(1), record("ada", NOW)).await.unwrap();
    store.insert(key(2), record("ada", NOW)).await.unwrap();
    assert_eq!(store.alias(key(1), key(2), later(10), 7).await.unwrap(), Replaced::Conflict);
    assert_eq!(store.alias(key(1), key(2), later(10), 0).await.unwrap(), Replaced::Replaced);
    assert_eq!(store.alias(key(1), key(3), later(10), 0).await.unwrap(), Replaced::Gone);
    assert_eq!(store.replace(key(1), record("ada", NOW), 0).await.unwrap(), Replaced::Gone);
    assert!(!store.touch(key(1), later(5), later(9000)).await.unwrap());
    let alias = store.load(key(1)).await.unwrap().unwrap();
    assert_eq!((alias.successor, alias.expires_at), (Some(key(2)), later(10)));
    let standing: Vec<_> = store.of_subject(subject("ada")).await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(standing, [key(2)]);
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Alias(key(2)));
}

#[tokio::test]
async fn a_subject_is_removed_with_all_its_records_but_one() {
    let store = store(10);
    for number in 1..=4 {
        store.insert(key(number), record("ada", NOW)).await.unwrap();
    }
    store.insert(key(5), record("bob", NOW)).await.unwrap();
    assert_eq!(store.remove_subject(subject("ada"), Some(key(3))).await.unwrap(), 3);
    assert!(store.load(key(3)).await.unwrap().is_some());
    assert!(store.load(key(5)).await.unwrap().is_some());
    assert_eq!(store.remove_subject(subject("ada"), None).await.unwrap(), 1);
    assert_eq!(store.statistics().sessions, 1);
}

// A full store ends the session that was idle for the longest time, and counts it.
#[tokio::test]
async fn a_full_store_displaces_the_oldest_idle_session() {
    let store = store(3);
    for number in 1..=3 {
        store.insert(key(number), record("ada", later(number.into()))).await.unwrap();
    }
    store.touch(key(1), later(20), later(4000)).await.unwrap();
    store.insert(key(4), record("bob", later(21))).await.unwrap();
    assert!(store.load(key(2)).await.unwrap().is_none());
    assert!(store.load(key(1)).await.unwrap().is_some());
    let statistics = store.statistics();
    assert_eq!((statistics.sessions, statistics.displaced, statistics.expired), (3, 1, 0));
}

#[tokio::test]
async fn what_has_expired_makes_room_before_anybody_is_displaced() {
    let store = store(3);
    for number in 1..=3 {
        store.insert(key(number), record("ada", NOW)).await.unwrap();
    }
    store.insert(key(4), record("bob", later(3600))).await.unwrap();
    let statistics = store.statistics();
    assert_eq!((statistics.sessions, statistics.displaced, statistics.expired), (1, 0, 3));
    assert!(store.of_subject(subject("ada")).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_capacity_is_never_exceeded() {
    let store = store(5_000);
    for number in 0..20_000_u32 {
        let mut id = [0; 32];
        id[..4].copy_from_slice(&number.to_be_bytes());
        store.insert(StoreKey::of("realm", &id), record("ada", NOW)).await.unwrap();
    }
    let statistics = store.statistics();
    assert!(statistics.sessions <= 5_000, "{statistics:?}");
    assert_eq!(statistics.sessions as u64 + statistics.displaced, 20_000);
}

fn anonymous(seen_at: Timestamp) -> Record {
    Record { subject: None, ..record("", seen_at) }
}

// Visitors whom nobody knows come at no cost: however many do, nobody who logged in is displaced.
#[tokio::test]
async fn whom_nobody_knows_displaces_nobody_who_logged_in() {
    let store = store(8);
    for number in 1..=8 {
        store.insert(key(number), record("ada", later(number.into()))).await.unwrap();
    }
    for number in 9..=40 {
        assert!(store.insert(key(number), anonymous(later(number.into()))).await.unwrap());
    }
    let statistics = store.statistics();
    assert_eq!((statistics.sessions, statistics.displaced), (8, 0));
    assert_eq!((statistics.anonymous, statistics.displaced_anonymous), (2, 30));
    for number in 39..=40 {
        assert!(store.load(key(number)).await.unwrap().is_some());
    }
    store.insert(key(41), record("ada", later(41))).await.unwrap();
    assert_eq!(store.statistics().anonymous, 2, "nor the other way round");
}

// Keys are hashes; but whoever calls the store with others gets what they ask for.
#[tokio::test]
async fn keys_that_begin_alike_are_kept_apart() {
    let alike = |number| {
        let mut bytes = [7; 32];
        bytes[30] = number;
        StoreKey::from_bytes(bytes)
    };
    for removed in 0..3 {
        let store = store(10);
        for number in 0..3 {
            assert!(store.insert(alike(number), record("ada", later(number.into()))).await.unwrap());
            assert!(!store.insert(alike(number), record("ada", NOW)).await.unwrap());
        }
        assert_eq!(store.remove(alike(removed)).await.unwrap(), Removed::Record);
        for number in 0..3 {
            let found = store.load(alike(number)).await.unwrap().map(|record| record.last_seen_at);
            assert_eq!(found, (number != removed).then(|| later(number.into())));
        }
        assert_eq!(store.of_subject(subject("ada")).await.unwrap().len(), 2);
        assert!(store.insert(alike(removed), record("ada", NOW)).await.unwrap());
        assert_eq!(store.remove_subject(subject("ada"), None).await.unwrap(), 3);
        assert_eq!(store.statistics().sessions, 0);
    }
}

// Whoever comes back by a new id has just been here, whatever the record says of the last activity.
#[tokio::test]
async fn what_was_inserted_last_goes_last() {
    let store = store(3);
    store.insert(key(1), record("ada", later(10))).await.unwrap();
    store.insert(key(2), record("ada", later(20))).await.unwrap();
    store.insert(key(3), record("ada", NOW)).await.unwrap();
    store.insert(key(4), record("ada", later(30))).await.unwrap();
    assert!(store.load(key(1)).await.unwrap().is_none());
    assert!(store.load(key(3)).await.unwrap().is_some());
}
