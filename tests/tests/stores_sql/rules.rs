//! What holds for every engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use session_runtime::{
    ManualClock, Record, RecordParts, Removed, Replaced, SqlStore, Store, StoreKey, SubjectKey, Timestamp, conformance,
};
use sqlx::Pool;
use tests::{ProbedStore, START, Site, races, seconds};
use tokio::task::JoinSet;

use crate::engines::{Engine, store};

/// All of them, on an empty database. Those that other processes could disturb come first.
pub(crate) async fn all<DB: Engine>(pool: &Pool<DB>, rounds: u64) {
    the_table_is_made_once_by_many_nodes(pool).await;
    the_contract_holds(pool).await;
    what_meets_ends_well(pool, rounds).await;
    what_expired_is_removed_in_batches_and_counted(pool).await;
    what_expired_is_removed_in_the_background(pool).await;
    the_table_has_the_name_that_was_chosen(pool).await;
    instants_saturate(pool).await;
    many_that_remove_one_alias_are_told_once(pool).await;
    what_makes_no_sense_is_an_error(pool).await;
    a_table_of_a_later_release_is_left_alone(pool).await;
}

pub(crate) fn key(number: u32) -> StoreKey {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    StoreKey::from_bytes(bytes)
}

pub(crate) fn record_until(expires_at: Timestamp) -> Record {
    RecordParts {
        created_at: START,
        authenticated_at: START,
        last_seen_at: START,
        longest_pause: Duration::ZERO,
        expires_at,
        revision: 0,
        subject: Some(SubjectKey::from_bytes([1; 32])),
        successor: None,
        payload: b"payload"[..].into(),
        listing: b"listing"[..].into(),
    }
    .into()
}

async fn the_table_is_made_once_by_many_nodes<DB: Engine>(pool: &Pool<DB>) {
    let mut nodes = JoinSet::new();
    for _ in 0..8 {
        let pool = pool.clone();
        nodes.spawn(async move { SqlStore::new(pool).migrate().await.map_err(|error| format!("{error:?}")) });
    }
    for made in nodes.join_all().await {
        made.unwrap();
    }
    store(pool).await;
}

async fn the_contract_holds<DB: Engine>(pool: &Pool<DB>) {
    let report = conformance::check(store(pool).await).await.unwrap_or_else(|violations| panic!("{violations}"));
    assert_eq!(report.not_promised(), <[&str; 0]>::default());
}

async fn what_meets_ends_well<DB: Engine>(pool: &Pool<DB>, rounds: u64) {
    let store: Arc<dyn Store> = Arc::new(store(pool).await.time_out(Duration::from_secs(30)));
    races::all(rounds, |round| {
        let site = Site::over(races::routes(), ProbedStore::of(Arc::clone(&store)), |builder| builder);
        site.store.dawdle(round);
        site
    })
    .await;
    DB::run(pool, "DELETE FROM sessions").await;
}

async fn what_expired_is_removed_in_batches_and_counted<DB: Engine>(pool: &Pool<DB>) {
    let store = store(pool).await;
    let now = START.plus(seconds(100));
    for number in 0..2_500 {
        assert!(store.insert(key(number), record_until(START.plus(seconds(10)))).await.unwrap());
    }
    for (number, expires_at) in (10_000..).zip([now.minus(seconds(1)), now, now.plus(seconds(1))]) {
        assert!(store.insert(key(number), record_until(expires_at)).await.unwrap());
    }
    assert_eq!(store.sweep(START.plus(seconds(9))).await.unwrap(), 0);
    assert_eq!(store.sweep(now).await.unwrap(), 2_502);
    assert_eq!(store.statistics().expired, 2_502);
    assert!(store.load(key(10_002)).await.unwrap().is_some());
    assert_eq!(store.clone().sweep(now.plus(seconds(1))).await.unwrap(), 1);
    assert_eq!((store.statistics().expired, store.statistics().failed_sweeps), (2_503, 0));
}

async fn what_expired_is_removed_in_the_background<DB: Engine>(pool: &Pool<DB>) {
    let store = store(pool).await;
    let clock = ManualClock::at(START);
    // The clock tells that it was asked, and with it that there is a task.
    let asked = Arc::new(AtomicU8::new(0));
    let counted = Counted(clock.clone(), Arc::clone(&asked));
    store.sweep_every(Duration::from_millis(1), counted);

    store.insert(key(1), record_until(START.plus(seconds(1)))).await.unwrap();
    until(|| asked.load(Ordering::SeqCst) > 1).await;
    assert!(store.load(key(1)).await.unwrap().is_some(), "the clock stands still");
    clock.advance(seconds(1));
    until(|| store.statistics().expired == 1).await;
    assert!(store.load(key(1)).await.unwrap().is_none());

    // One of two clones is still there.
    drop(store.clone());
    let before = asked.load(Ordering::SeqCst);
    until(|| asked.load(Ordering::SeqCst) != before).await;
    // With the last one goes the task, and with the task its clock.
    drop(store);
    until(|| Arc::strong_count(&asked) == 1).await;
}

struct Counted(ManualClock, Arc<AtomicU8>);

impl session_runtime::Clock for Counted {
    fn now(&self) -> Timestamp {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.now()
    }
}

/// Waits until it is so, and fails when it is not for long.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "this has not happened for a minute");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn the_table_has_the_name_that_was_chosen<DB: Engine>(pool: &Pool<DB>) {
    let mut stores = Vec::new();
    // Keywords, both cases, the longest.
    for name in ["order", "select", "_", "Accounts", &"a".repeat(48)] {
        let store = SqlStore::new(pool.clone()).table_name(name).unwrap();
        assert!(store.load(key(1)).await.is_err(), "{name}: nobody has made it yet");
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
        stores.push(store);
    }
    let later = START.plus(seconds(60));
    for store in &stores {
        assert!(store.insert(key(1), record_until(later)).await.unwrap(), "{store:?} shares no table with another");
    }
    for store in &stores {
        assert_eq!(store.of_subject(SubjectKey::from_bytes([1; 32])).await.unwrap().len(), 1);
        assert_eq!(store.sweep(later).await.unwrap(), 1);
    }
    for hostile in ["a\"; DROP TABLE sessions; --", "a`b", "", "public.sessions", "sessions'"] {
        let refused = SqlStore::new(pool.clone()).table_name(hostile).unwrap_err().to_string();
        assert!(refused.contains("cannot be the name of a table"), "{refused}");
    }
}

async fn instants_saturate<DB: Engine>(pool: &Pool<DB>) {
    let store = store(pool).await;
    let last = Timestamp::from_millis(u64::MAX);
    let kept = Timestamp::from_millis(i64::MAX.unsigned_abs());
    store.insert(key(1), record_until(last)).await.unwrap();
    assert!(store.touch(key(1), kept.minus(seconds(1)), last).await.unwrap());
    let record = store.load(key(1)).await.unwrap().unwrap();
    assert_eq!((record.expires_at(), record.last_seen_at()), (kept, kept.minus(seconds(1))));
    assert_eq!(record.longest_pause(), record.last_seen_at().since(START));
    assert_eq!(store.replace(key(1), record_until(last), u64::MAX).await.unwrap(), Replaced::Conflict);
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Record);
}

// What a log-out by a replaced id does, from many tabs.
async fn many_that_remove_one_alias_are_told_once<DB: Engine>(pool: &Pool<DB>) {
    let store = store(pool).await;
    let later = START.plus(seconds(60));
    for _ in 0..100 {
        store.insert(key(1), record_until(later)).await.unwrap();
        let mut tabs = JoinSet::new();
        for _ in 0..4 {
            let store = store.clone();
            tabs.spawn(async move { store.remove(key(1)).await.unwrap() });
        }
        let aliased = store.alias(key(1), key(2), later, 0).await.unwrap();
        let told = tabs.join_all().await;
        let told: Vec<_> = told.into_iter().filter(|removed| *removed != Removed::Nothing).collect();
        match aliased {
            Replaced::Replaced => assert_eq!(told, [Removed::Alias(key(2))]),
            Replaced::Gone => assert_eq!(told, [Removed::Record]),
            Replaced::Conflict => panic!("nobody replaced it"),
        }
    }
}

/// Somebody else wrote to the table.
async fn what_makes_no_sense_is_an_error<DB: Engine>(pool: &Pool<DB>) {
    let store = store(pool).await;
    let later = START.plus(seconds(60));
    store.insert(key(1), record_until(later)).await.unwrap();
    DB::run(pool, "UPDATE sessions SET expires_at = -1").await;
    assert!(store.load(key(1)).await.is_err());
    assert!(store.of_subject(SubjectKey::from_bytes([1; 32])).await.is_err());
    assert_eq!(store.sweep(Timestamp::EPOCH).await.unwrap(), 1);

    store.insert(key(1), record_until(later)).await.unwrap();
    DB::run(pool, DB::SPOIL).await;
    assert!(store.load(key(1)).await.is_err());
    assert!(store.remove(key(1)).await.is_err());
    assert!(!store.touch(key(1), START, later).await.unwrap());
    DB::run(pool, "DELETE FROM sessions").await;
}

async fn a_table_of_a_later_release_is_left_alone<DB: Engine>(pool: &Pool<DB>) {
    let store = store(pool).await;
    DB::run(pool, "INSERT INTO sessions_schema (version) VALUES (99)").await;
    let refused = format!("{:?}", store.migrate().await.unwrap_err());
    assert!(refused.contains("a later release made the table"), "{refused}");
    DB::run(pool, "DELETE FROM sessions_schema WHERE version = 99").await;
    store.migrate().await.unwrap();
}

/// Waits until the store answers again.
pub(crate) async fn until_answers<DB: Engine>(store: &SqlStore<DB>) {
    let start = Instant::now();
    while let Err(error) = store.load(key(0)).await {
        assert!(start.elapsed() < Duration::from_secs(60), "it has not answered for a minute: {error:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
