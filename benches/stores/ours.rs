//! The stores of this library, through their trait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session_runtime::{Record, RecordParts, Replaced, Store, StoreKey, SubjectKey, Timestamp};

use crate::work::{MOST_WORKERS, PAYLOAD, Work, work};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const LIFETIME: Duration = Duration::from_secs(3_600);
/// About what a list of sessions shows of one, sealed.
pub(crate) const LISTING: usize = 120;

pub(crate) fn parts(subject: Option<SubjectKey>) -> RecordParts {
    RecordParts {
        created_at: NOW,
        authenticated_at: NOW,
        last_seen_at: NOW,
        longest_pause: Duration::ZERO,
        expires_at: NOW.plus(LIFETIME),
        revision: 0,
        subject,
        successor: None,
        payload: vec![7; PAYLOAD].into(),
        listing: vec![8; LISTING].into(),
    }
}

pub(crate) fn key(row: u8, turn: u64) -> StoreKey {
    let mut bytes = [row; 32];
    bytes[..8].copy_from_slice(&turn.to_be_bytes());
    StoreKey::from_bytes(bytes)
}

pub(crate) fn subject(turn: u64) -> SubjectKey {
    SubjectKey::from_bytes(*key(0, turn).as_bytes())
}

/// For each worker, how often it did something.
pub(crate) type Counters = Arc<[AtomicU64; MOST_WORKERS]>;

pub(crate) fn counters() -> Counters {
    Arc::new(std::array::from_fn(|_| AtomicU64::new(0)))
}

pub(crate) fn next(counters: &Counters, worker: usize) -> u64 {
    counters[worker].fetch_add(1, Ordering::Relaxed)
}

/// A record for each worker.
async fn records<S: Store>(store: &S, row: u8) {
    for worker in 0..MOST_WORKERS as u64 {
        let record = Record::from(parts(Some(subject(worker))));
        store.insert(key(row, worker), record).await.expect("an insertion");
    }
}

pub(crate) async fn loads<S: Store + Clone>(store: &S) -> Work {
    records(store, 1).await;
    let store = Arc::new(store.clone());
    work(move |worker, _| {
        let store = Arc::clone(&store);
        async move {
            let record = store.load(key(1, worker as u64)).await.expect("an answer");
            assert!(record.is_some_and(|record| !record.is_unreadable()));
        }
    })
}

pub(crate) async fn touches<S: Store + Clone>(store: &S) -> Work {
    records(store, 2).await;
    let store = Arc::new(store.clone());
    let milliseconds = counters();
    work(move |worker, _| {
        let (store, milliseconds) = (Arc::clone(&store), Arc::clone(&milliseconds));
        async move {
            let seen_at = NOW.plus(Duration::from_millis(next(&milliseconds, worker)));
            let touched = store.touch(key(2, worker as u64), seen_at, seen_at.plus(LIFETIME)).await;
            assert!(touched.expect("an answer"));
        }
    })
}

pub(crate) async fn updates<S: Store + Clone>(store: &S) -> Work {
    records(store, 3).await;
    let store = Arc::new(store.clone());
    let revisions = counters();
    work(move |worker, _| {
        let (store, revisions) = (Arc::clone(&store), Arc::clone(&revisions));
        async move {
            let revision = next(&revisions, worker);
            let record = Record::from(parts(None));
            let replaced = store.replace(key(3, worker as u64), record, revision).await;
            assert_eq!(replaced.expect("an answer"), Replaced::Replaced);
        }
    })
}

pub(crate) fn log_ins<S: Store + Clone>(store: &S) -> Work {
    let store = Arc::new(store.clone());
    work(move |_, turn| {
        let store = Arc::clone(&store);
        async move {
            let record = Record::from(parts(Some(subject(turn))));
            assert!(store.insert(key(4, turn), record).await.expect("an answer"));
        }
    })
}
