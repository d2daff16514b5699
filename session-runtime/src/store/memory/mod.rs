//! The in-process store: bounded, sharded, nothing to set up.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::{Record, Removed, Replaced, Store, StoreFuture, StoreKey, StorePromises, SubjectKey};
use crate::clock::Timestamp;

/// How many sessions a store of the default size holds.
const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);
/// How many sessions share one lock at the least, so that the oldest of a shard is about the oldest of all.
const SESSIONS_PER_SHARD: usize = 1024;
const MOST_SHARDS: usize = 64;
/// How many sessions there is room for with each record of a visitor whom nobody knows.
const SESSIONS_PER_ANONYMOUS: usize = 4;
/// How often a shard is searched for records that have expired.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

/// Keeps sessions in the process: for one node, for development, for tests.
///
/// Bounded: when it is full, a new session takes the place of the one that was idle for the longest time, which is
/// [counted](Self::statistics). Records that have expired are dropped as new ones come.
///
/// Key-values of visitors who are not logged in have room of their own, a quarter as much unless
/// [said otherwise](Self::anonymous_capacity): anybody can have some, and whoever has many takes the place of others like
/// that, and never that of a session.
///
/// ```
/// use session_runtime::MemoryStore;
/// use std::num::NonZeroUsize;
///
/// let store = MemoryStore::with_capacity(NonZeroUsize::new(10_000).unwrap());
/// assert_eq!(store.statistics().sessions, 0);
/// ```
pub struct MemoryStore {
    shards: Box<[RwLock<Shard>]>,
    capacity_per_shard: usize,
    anonymous_per_shard: usize,
    /// Taken before a shard's lock, by whatever adds or removes a record, so that index and records never disagree.
    subjects: Mutex<HashMap<SubjectKey, BTreeSet<StoreKey>>>,
    sessions: AtomicUsize,
    anonymous: AtomicUsize,
    displaced: AtomicU64,
    displaced_anonymous: AtomicU64,
    expired: AtomicU64,
}

/// What a [`MemoryStore`] holds and what it had to drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryStoreStatistics {
    /// How many records of sessions it holds, those included that have expired and were not dropped yet.
    pub sessions: usize,
    /// How many records of visitors who are not logged in.
    pub anonymous: usize,
    /// How many sessions ended because the store was full.
    pub displaced: u64,
    /// How many records of visitors who are not logged in ended because there were too many of them.
    pub displaced_anonymous: u64,
    /// How many records were dropped because they had expired.
    pub expired: u64,
}

#[derive(Default)]
struct Shard {
    records: HashMap<StoreKey, Record, BuildHasherDefault<KeyHasher>>,
    by_last_seen: BTreeSet<(Timestamp, StoreKey)>,
    anonymous_by_last_seen: BTreeSet<(Timestamp, StoreKey)>,
    swept_at: Option<Timestamp>,
}

impl MemoryStore {
    /// A store for 100,000 sessions.
    pub fn new() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }

    /// A store for about this many sessions, and never more.
    pub fn with_capacity(sessions: NonZeroUsize) -> Self {
        let shards = (sessions.get() / SESSIONS_PER_SHARD).clamp(1, MOST_SHARDS);
        Self {
            shards: (0..shards).map(|_| RwLock::default()).collect(),
            capacity_per_shard: sessions.get() / shards,
            anonymous_per_shard: (sessions.get() / SESSIONS_PER_ANONYMOUS / shards).max(1),
            subjects: Mutex::default(),
            sessions: AtomicUsize::new(0),
            anonymous: AtomicUsize::new(0),
            displaced: AtomicU64::new(0),
            displaced_anonymous: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        }
    }

    /// Room for about this many visitors with key-values who are not logged in, at least one for each 1024 sessions.
    #[must_use]
    pub fn anonymous_capacity(mut self, visitors: NonZeroUsize) -> Self {
        self.anonymous_per_shard = (visitors.get() / self.shards.len()).max(1);
        self
    }

    /// What the store holds and what it had to drop.
    pub fn statistics(&self) -> MemoryStoreStatistics {
        MemoryStoreStatistics {
            sessions: self.sessions.load(Ordering::Relaxed),
            anonymous: self.anonymous.load(Ordering::Relaxed),
            displaced: self.displaced.load(Ordering::Relaxed),
            displaced_anonymous: self.displaced_anonymous.load(Ordering::Relaxed),
            expired: self.expired.load(Ordering::Relaxed),
        }
    }

    fn insert_now(&self, key: StoreKey, record: Record) -> bool {
        let mut subjects = self.subjects();
        let mut shard = self.write(key);
        if shard.records.contains_key(&key) {
            return false;
        }
        self.make_room(&mut shard, &mut subjects, &record);
        shard.queue(&record).insert((record.last_seen_at, key));
        self.count(&record).fetch_add(1, Ordering::Relaxed);
        if let Some(subject) = record.subject {
            subjects.entry(subject).or_default().insert(key);
        }
        shard.records.insert(key, record);
        true
    }

    fn make_room(&self, shard: &mut Shard, subjects: &mut Subjects, record: &Record) {
        let now = record.last_seen_at;
        if shard.swept_at.is_none_or(|swept_at| now.since(swept_at) >= SWEEP_INTERVAL) {
            shard.swept_at = Some(now);
            let expired: Vec<StoreKey> =
                shard.records.iter().filter(|(_, record)| record.expires_at <= now).map(|(key, _)| *key).collect();
            for key in expired {
                self.take(shard, subjects, key);
                self.expired.fetch_add(1, Ordering::Relaxed);
            }
        }
        let anonymous = record.is_anonymous();
        let (capacity, count) = if anonymous {
            (self.anonymous_per_shard, &self.displaced_anonymous)
        } else {
            (self.capacity_per_shard, &self.displaced)
        };
        while shard.queue(record).len() >= capacity {
            let Some(&(_, oldest)) = shard.queue(record).first() else { return };
            self.take(shard, subjects, oldest);
            let displaced = count.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::warn!(target: "session", displaced, anonymous, "session.displaced");
        }
    }

    /// How many records there are like this one.
    const fn count(&self, record: &Record) -> &AtomicUsize {
        if record.is_anonymous() { &self.anonymous } else { &self.sessions }
    }

    /// Takes a record out of its shard and the index.
    fn take(&self, shard: &mut Shard, subjects: &mut Subjects, key: StoreKey) -> Option<Record> {
        let record = shard.records.remove(&key)?;
        shard.queue(&record).remove(&(record.last_seen_at, key));
        if let Some(subject) = record.subject
            && let Some(keys) = subjects.get_mut(&subject)
        {
            keys.remove(&key);
            if keys.is_empty() {
                subjects.remove(&subject);
            }
        }
        self.count(&record).fetch_sub(1, Ordering::Relaxed);
        Some(record)
    }

    /// Changes a record that still has this revision.
    fn change(&self, key: StoreKey, revision: u64, change: impl FnOnce(&mut Record)) -> Replaced {
        match self.write(key).records.get_mut(&key) {
            Some(record) if record.successor.is_some() => Replaced::Gone,
            Some(record) if record.revision == revision => {
                change(record);
                Replaced::Replaced
            }
            Some(_) => Replaced::Conflict,
            None => Replaced::Gone,
        }
    }

    fn touch_now(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> bool {
        let mut guard = self.write(key);
        let shard = &mut *guard;
        let stands = |record: &&mut Record| record.successor.is_none() && seen_at < record.expires_at;
        let Some(record) = shard.records.get_mut(&key).filter(stands) else { return false };
        let before = record.last_seen_at;
        record.touched(seen_at, expires_at);
        let after = record.last_seen_at;
        if before != after {
            let queue = if record.is_anonymous() { &mut shard.anonymous_by_last_seen } else { &mut shard.by_last_seen };
            queue.remove(&(before, key));
            queue.insert((after, key));
        }
        true
    }

    fn remove_now(&self, key: StoreKey) -> Removed {
        let mut subjects = self.subjects();
        let mut shard = self.write(key);
        let Some(record) = self.take(&mut shard, &mut subjects, key) else { return Removed::Nothing };
        record.successor.map_or(Removed::Record, Removed::Alias)
    }

    fn of_subject_now(&self, subject: SubjectKey) -> Vec<(StoreKey, Record)> {
        let subjects = self.subjects();
        let keys = subjects.get(&subject).into_iter().flatten();
        keys.filter_map(|key| Some((*key, self.read(*key).records.get(key)?.clone())))
            .filter(|(_, record)| record.successor.is_none())
            .collect()
    }

    fn remove_subject_now(&self, subject: SubjectKey, except: Option<StoreKey>) -> usize {
        let mut subjects = self.subjects();
        let keys = subjects.get(&subject).cloned().unwrap_or_default();
        let others = keys.into_iter().filter(|key| Some(*key) != except);
        let removed = others.filter_map(|key| {
            let mut shard = self.write(key);
            let stands_for_it = shard.records.get(&key)?.successor.is_some_and(|successor| Some(successor) == except);
            if stands_for_it { None } else { self.take(&mut shard, &mut subjects, key) }
        });
        removed.count()
    }

    fn subjects(&self) -> MutexGuard<'_, Subjects> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, key: StoreKey) -> RwLockReadGuard<'_, Shard> {
        self.shard(key).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, key: StoreKey) -> RwLockWriteGuard<'_, Shard> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    #[expect(clippy::indexing_slicing, reason = "the index is a remainder of the length, which is at least one")]
    fn shard(&self, key: StoreKey) -> &RwLock<Shard> {
        // Other bytes than those that the shard's own table hashes by.
        let [.., last] = *key.as_bytes();
        &self.shards[usize::from(last) % self.shards.len()]
    }
}

impl Shard {
    /// Those who give way to a record like this one, the first of them first.
    const fn queue(&mut self, record: &Record) -> &mut BTreeSet<(Timestamp, StoreKey)> {
        if record.is_anonymous() { &mut self.anonymous_by_last_seen } else { &mut self.by_last_seen }
    }
}

type Subjects = HashMap<SubjectKey, BTreeSet<StoreKey>>;

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("MemoryStore").field(&self.statistics()).finish()
    }
}

impl Store for MemoryStore {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        StoreFuture::ready(self.insert_now(key, record))
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        StoreFuture::ready(self.read(key).records.get(&key).cloned())
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::ready(self.change(key, revision, |standing| standing.replaced(record)))
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        StoreFuture::ready(self.touch_now(key, seen_at, expires_at))
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::ready(self.change(old, revision, |record| record.aliased(new, until)))
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        StoreFuture::ready(self.remove_now(key))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        StoreFuture::ready(self.of_subject_now(subject))
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        StoreFuture::ready(self.remove_subject_now(subject, except))
    }

    /// A full store forgets what was idle for the longest time.
    fn promises(&self) -> StorePromises {
        StorePromises { keeps_until_expiry: false, ..StorePromises::ALL }
    }

    fn in_process(&self) -> bool {
        true
    }
}

/// Takes a key's first bytes as its hash: they are those of a SHA-256 already, and nobody chooses what is inserted.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    /// The length that goes before an array says nothing.
    fn write_usize(&mut self, _: usize) {}
}

#[cfg(test)]
mod tests;
