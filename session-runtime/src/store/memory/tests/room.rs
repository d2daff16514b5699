//! The choice of the record that makes room for a new one.

use super::*;

fn anonymous(seen_at: Timestamp) -> Record {
    Record { subject: None, ..record("", seen_at) }
}

fn revocation_list(seen_at: Timestamp) -> Record {
    Record { subject: None, payload: Payload::sealed(*b"{}"), listing: Payload::sealed([]), ..record("", seen_at) }
}

/// Inserts one session for each subject, a second apart.
async fn log_in<S: AsRef<str>>(store: &MemoryStore, first: u8, subjects: impl IntoIterator<Item = S>) {
    for (number, subject) in (first..).zip(subjects) {
        let record = record(subject.as_ref(), later(number.into()));
        assert!(store.insert(key(number), record).await.unwrap(), "{number}");
    }
}

async fn are_kept(store: &MemoryStore, keys: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut kept = Vec::new();
    for number in keys {
        if store.load(key(number)).await.unwrap().is_some() {
            kept.push(number);
        }
    }
    kept
}

#[tokio::test]
async fn more_than_eight_sessions_of_a_subject_make_room() {
    for (sessions, displaced) in [(7, 0), (8, 0), (9, 2)] {
        for store in [store(2 + sessions), store(2 + sessions).keeping_until_expiry()] {
            log_in(&store, 0, ["ada", "bob"]).await;
            log_in(&store, 2, vec!["eve"; sessions]).await;
            let inserted = store.insert(key(99), record("new", later(99))).await;
            // A store that keeps rejects the new one where no subject has too many.
            assert_eq!(inserted.is_ok(), !store.keeps_until_expiry || displaced == 2);
            let kept = are_kept(&store, 0..=2).await;
            if inserted.is_ok() {
                assert_eq!(kept, [0, 1, 2].into_iter().filter(|key| *key != displaced).collect::<Vec<_>>());
            } else {
                assert_eq!(kept, [0, 1, 2]);
            }
        }
    }
}

#[tokio::test]
async fn one_subject_cannot_displace_all_others() {
    let store = store(200);
    log_in(&store, 0, (0..190).map(|number| number.to_string())).await;
    for number in 0..2_200_u32 {
        let mut id = [9; 32];
        id[..4].copy_from_slice(&number.to_be_bytes());
        store.insert(StoreKey::of("realm", &id), record("eve", later(200))).await.unwrap();
    }
    assert_eq!(are_kept(&store, 0..190).await.len(), 190);
    assert_eq!(store.of_subject(subject("eve")).await.unwrap().len(), 10);
    let statistics = store.statistics();
    assert_eq!((statistics.sessions, statistics.displaced), (200, 2_190));
}

#[tokio::test]
async fn subject_with_the_most_sessions_makes_room_first() {
    let store = store(21);
    log_in(&store, 0, vec!["ada"; 9]).await;
    log_in(&store, 9, vec!["eve"; 12]).await;
    log_in(&store, 21, ["one", "two", "three"]).await;
    assert_eq!(
        are_kept(&store, 0..24).await,
        [&[0, 1, 2, 3, 4, 5, 6, 7, 8][..], &[12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]].concat()
    );
    // Removals count: now ada has the most.
    for number in 12..16 {
        store.remove(key(number)).await.unwrap();
    }
    log_in(&store, 24, ["four", "five", "six", "seven", "eight"]).await;
    assert_eq!(are_kept(&store, 0..2).await, [1]);
}

#[tokio::test]
async fn touched_session_of_a_crowded_subject_goes_last() {
    let store = store(10);
    log_in(&store, 0, ["bob"]).await;
    log_in(&store, 1, vec!["eve"; 9]).await;
    for touched in [1, 3, 9] {
        assert!(store.touch(key(touched), later(100), later(4000)).await.unwrap());
    }
    for (number, displaced) in [(20, 2), (21, 4), (22, 5)] {
        store.insert(key(number), record("eve", later(number.into()))).await.unwrap();
        assert!(store.load(key(displaced)).await.unwrap().is_none(), "{displaced}");
    }
    assert_eq!(are_kept(&store, 0..10).await, [0, 1, 3, 6, 7, 8, 9]);
}

#[tokio::test]
async fn removed_subject_no_longer_makes_room() {
    let store = store(12);
    log_in(&store, 0, ["bob"]).await;
    log_in(&store, 1, vec!["eve"; 11]).await;
    assert_eq!(store.remove_subject(subject("eve"), Some(key(5))).await.unwrap(), 10);
    log_in(&store, 20, (0..10).map(|number| number.to_string())).await;
    log_in(&store, 30, ["new"]).await;
    assert_eq!(are_kept(&store, 0..12).await, [5], "the least recently used of all went");
}

#[tokio::test]
async fn anonymous_records_leave_room_for_log_ins_and_lists() {
    for store in [store(8), store(8).keeping_until_expiry()] {
        for number in 0..200 {
            assert!(store.insert(key(number), anonymous(later(number.into()))).await.unwrap(), "{number}");
        }
        log_in(&store, 200, (0..8).map(|number| number.to_string())).await;
        for number in 208..216 {
            assert!(store.insert(key(number), revocation_list(later(number.into()))).await.unwrap(), "{number}");
        }
        let statistics = store.statistics();
        assert_eq!((statistics.sessions, statistics.anonymous, statistics.revocation_lists), (8, 2, 8));
        assert_eq!((statistics.displaced, statistics.displaced_anonymous), (0, 198));
        assert_eq!(are_kept(&store, 0..200).await, [198, 199]);
    }
}

#[tokio::test]
async fn full_store_rejects_a_revocation_list() {
    for store in [store(3), store(3).keeping_until_expiry()] {
        for (number, is_inserted) in [(0, true), (1, true), (2, true), (3, false), (4, false)] {
            let inserted = store.insert(key(number), revocation_list(NOW)).await;
            assert_eq!(inserted.ok(), is_inserted.then_some(true), "{number}");
        }
        assert_eq!(are_kept(&store, 0..5).await, [0, 1, 2]);
        // Expired lists make room.
        assert!(store.insert(key(5), revocation_list(later(3600))).await.unwrap());
        assert_eq!(store.statistics().revocation_lists, 1);
    }
}

#[tokio::test]
async fn replaced_record_stays_in_its_room() {
    let store = store(8);
    for number in 0..2 {
        store.insert(key(number), anonymous(later(number.into()))).await.unwrap();
        assert_eq!(store.replace(key(number), revocation_list(NOW), 0).await.unwrap(), Replaced::Replaced);
    }
    store.insert(key(2), anonymous(later(2))).await.unwrap();
    assert_eq!(are_kept(&store, 0..3).await, [1, 2]);
    assert_eq!((store.statistics().anonymous, store.statistics().revocation_lists), (2, 0));
}

#[tokio::test]
async fn clock_that_ran_ahead_does_not_stop_the_sweep() {
    let store = store(3);
    store.insert(key(0), record("ada", later(90_000))).await.unwrap();
    store.insert(key(1), record("bob", NOW)).await.unwrap();
    store.insert(key(2), record("eve", later(3600))).await.unwrap();
    assert_eq!(are_kept(&store, 0..3).await, [0, 2]);
}
