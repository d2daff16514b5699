//! A store that counts, fails and dawdles as the test says.

use std::array;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_runtime::{
    MemoryStore, MemoryStoreStatistics, Record, RecordParts, Removed, Replaced, Store, StoreError, StoreFuture,
    StoreKey, StorePromises, SubjectKey, Timestamp,
};

use crate::Gate;

/// What a store is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are the names of `Store`'s methods")]
pub enum Operation {
    Insert,
    Load,
    Replace,
    Touch,
    Alias,
    Remove,
    OfSubject,
    RemoveSubject,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; OPERATIONS] = [
        Self::Insert,
        Self::Load,
        Self::Replace,
        Self::Touch,
        Self::Alias,
        Self::Remove,
        Self::OfSubject,
        Self::RemoveSubject,
    ];
}

const OPERATIONS: usize = 8;

/// An in-process store, written against the public trait alone. Clones share what they hold.
#[derive(Clone)]
pub struct ProbedStore(Arc<Probe>);

struct Probe {
    store: Arc<dyn Store>,
    memory: Arc<MemoryStore>,
    in_process: bool,
    counts: [Count; OPERATIONS],
    conflicts: AtomicBool,
    dawdles: AtomicBool,
    seed: AtomicU64,
    /// In milliseconds.
    latency: AtomicU64,
    held: Mutex<Option<(Operation, Gate)>>,
    inserted: Mutex<Vec<StoreKey>>,
    reason: Mutex<String>,
}

#[derive(Debug)]
struct Count {
    asked: AtomicUsize,
    /// How often it was asked for when it begins to fail.
    fails_from: AtomicUsize,
}

impl ProbedStore {
    /// Looks over the shoulder of `store`.
    pub fn over(store: MemoryStore) -> Self {
        let memory = Arc::new(store);
        Self::new(Arc::clone(&memory) as Arc<dyn Store>, memory, true)
    }

    /// The same, of a store that is taken for one outside the process: it gets what such a store gets.
    pub fn outside(store: MemoryStore) -> Self {
        let memory = Arc::new(store);
        Self::new(Arc::clone(&memory) as Arc<dyn Store>, memory, false)
    }

    /// Looks over the shoulder of a store outside the process. Its [`statistics`](Self::statistics) stay empty.
    pub fn of(store: Arc<dyn Store>) -> Self {
        let in_process = store.in_process();
        Self::new(store, Arc::default(), in_process)
    }

    fn new(store: Arc<dyn Store>, memory: Arc<MemoryStore>, in_process: bool) -> Self {
        Self(Arc::new(Probe {
            store,
            memory,
            in_process,
            counts: array::from_fn(|_| Count { asked: AtomicUsize::new(0), fails_from: AtomicUsize::new(usize::MAX) }),
            conflicts: AtomicBool::new(false),
            dawdles: AtomicBool::new(false),
            seed: AtomicU64::new(1),
            latency: AtomicU64::new(0),
            held: Mutex::new(None),
            inserted: Mutex::default(),
            reason: Mutex::new("the test says so".to_owned()),
        }))
    }

    /// How often it was asked to do this.
    pub fn asked(&self, operation: Operation) -> usize {
        self.count(operation).asked.load(Ordering::SeqCst)
    }

    /// How often it was asked to change anything.
    pub fn writes(&self) -> usize {
        use Operation::{Alias, Insert, Remove, RemoveSubject, Replace, Touch};
        [Insert, Replace, Touch, Alias, Remove, RemoveSubject].into_iter().map(|write| self.asked(write)).sum()
    }

    /// Whether this is to fail from now on.
    pub fn set_failing(&self, operation: Operation, fails: bool) {
        self.count(operation).fails_from.store(if fails { 0 } else { usize::MAX }, Ordering::SeqCst);
    }

    /// The text of its errors from now on.
    pub fn fail_with(&self, reason: &str) {
        reason.clone_into(&mut self.0.reason.lock().unwrap());
    }

    /// This is done so often, and fails from then on.
    pub fn fail_after(&self, operation: Operation, successes: usize) {
        self.count(operation).fails_from.store(self.asked(operation) + successes, Ordering::SeqCst);
    }

    /// From now on another write always comes first.
    pub fn conflict(&self) {
        self.0.conflicts.store(true, Ordering::SeqCst);
    }

    /// Nothing works any more.
    pub fn go_down(&self) {
        self.0.counts.iter().for_each(|count| count.fails_from.store(0, Ordering::SeqCst));
    }

    /// From now on every operation lets others go first, before and after, for a number of turns that differs each time.
    pub fn dawdle(&self, seed: u64) {
        self.0.seed.store(seed, Ordering::SeqCst);
        self.0.dawdles.store(true, Ordering::SeqCst);
    }

    /// From now on every operation takes this long, in whole milliseconds.
    pub fn answer_after(&self, latency: Duration) {
        self.0.latency.store(latency.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }

    /// The next time that it is asked for `operation`, it waits at `gate` first.
    pub fn hold(&self, operation: Operation, gate: &Gate) {
        *self.0.held.lock().unwrap() = Some((operation, gate.clone()));
    }

    /// The keys that were inserted, in their order.
    pub fn inserted(&self) -> Vec<StoreKey> {
        self.0.inserted.lock().unwrap().clone()
    }

    /// Rewrites the record under `key`, as somebody with access to the store can do.
    pub async fn tamper(&self, key: StoreKey, change: impl FnOnce(&mut RecordParts)) {
        let store = &self.0.store;
        let mut parts = RecordParts::try_from(store.load(key).await.unwrap().unwrap()).unwrap();
        change(&mut parts);
        store.remove(key).await.unwrap();
        assert!(store.insert(key, parts.into()).await.unwrap());
    }

    /// What it holds.
    pub fn statistics(&self) -> MemoryStoreStatistics {
        self.0.memory.statistics()
    }

    #[allow(clippy::indexing_slicing, reason = "there is a count for each operation")]
    fn count(&self, operation: Operation) -> &Count {
        &self.0.counts[operation as usize]
    }

    /// The revision that a write expects.
    fn expected(&self, revision: u64) -> u64 {
        if self.0.conflicts.load(Ordering::SeqCst) { u64::MAX } else { revision }
    }

    async fn wait_for(&self, operation: Operation) {
        let gate = self.0.held.lock().unwrap().take_if(|(held, _)| *held == operation);
        if let Some((_, gate)) = gate {
            gate.pass().await;
        }
        let latency = self.0.latency.load(Ordering::SeqCst);
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
    }

    async fn pause(&self) {
        if self.0.dawdles.load(Ordering::SeqCst) {
            // A step of Knuth's generator; its upper bits are the better ones.
            let step = |seed: u64| Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            let seed = self.0.seed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).unwrap();
            for _ in 0..seed >> 62 {
                tokio::task::yield_now().await;
            }
        }
    }

    fn run<'a, T: Send + Unpin + 'a>(
        &'a self,
        operation: Operation,
        work: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        StoreFuture::new(async move {
            let count = self.count(operation);
            let before = count.asked.fetch_add(1, Ordering::SeqCst);
            if before >= count.fails_from.load(Ordering::SeqCst) {
                return Err(StoreError::new(self.0.reason.lock().unwrap().as_str()));
            }
            self.wait_for(operation).await;
            self.pause().await;
            let answer = work(&*self.0.store).await;
            self.pause().await;
            answer
        })
    }
}

impl fmt::Debug for ProbedStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProbedStore").field("counts", &self.0.counts).finish_non_exhaustive()
    }
}

impl Store for ProbedStore {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        self.0.inserted.lock().unwrap().push(key);
        self.run(Operation::Insert, move |store| store.insert(key, record))
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        self.run(Operation::Load, move |store| store.load(key))
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        let revision = self.expected(revision);
        self.run(Operation::Replace, move |store| store.replace(key, record, revision))
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        self.run(Operation::Touch, move |store| store.touch(key, seen_at, expires_at))
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        let revision = self.expected(revision);
        self.run(Operation::Alias, move |store| store.alias(old, new, until, revision))
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        self.run(Operation::Remove, move |store| store.remove(key))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        self.run(Operation::OfSubject, move |store| store.of_subject(subject))
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        self.run(Operation::RemoveSubject, move |store| store.remove_subject(subject, except))
    }

    fn promises(&self) -> StorePromises {
        self.0.store.promises()
    }

    fn in_process(&self) -> bool {
        self.0.in_process
    }
}
