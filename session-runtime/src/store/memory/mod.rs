//! The in-process store: bounded, sharded, nothing to set up.

mod entry;
mod queue;
mod room;
mod shard;
mod slot;
mod subject_queues;

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use self::entry::Entry;
use self::shard::{Shard, name_of};
use self::slot::Slot;
use super::{Record, Removed, Replaced, Store, StoreFuture, StoreKey, StorePromises, SubjectKey};
use crate::clock::Timestamp;

/// How many sessions a store of the default size holds.
const DEFAULT_CAPACITY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);
/// How many sessions share one lock at the least, so that the oldest of a shard is about the oldest of all.
const SESSIONS_PER_SHARD: usize = 1024;
const MOST_SHARDS: usize = 64;

/// Keeps sessions in the process: for one node, for development, for tests.
///
/// Bounded: sessions, anonymous visitors and revocation lists each have room of their own, so that none of them takes the
/// room of another. Expired records are dropped as new ones come.
///
/// * A new session in a full store takes the place of the least recently used session of the subject with the most
///   sessions, if that subject has more than eight. Otherwise it takes the place of the session that was idle for the
///   longest time. Sessions are spread over parts of the store (one for each 1,024, at most 64); a new session displaces one
///   of its part, and subjects are counted there. Displaced sessions are [counted](Self::statistics).
/// * Anonymous visitors have a quarter of the sessions' room. A new one displaces the one that was idle for the longest time.
/// * Revocation lists have as much room as sessions. A full store rejects a new one, since a forgotten list would admit what
///   was revoked.
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
    keeps_until_expiry: bool,
    /// Taken before a shard's lock, by whatever adds or removes a record, so that index and records never disagree.
    subjects: Mutex<Subjects>,
    sessions: AtomicUsize,
    anonymous: AtomicUsize,
    revocation_lists: AtomicUsize,
    displaced: AtomicU64,
    displaced_anonymous: AtomicU64,
    expired: AtomicU64,
}

/// Where the records of a subject are: by the beginning of its key, the shard and the place. What is found there may be
/// another's whose key begins in the same way.
type Subjects = BTreeSet<(u32, u32, Slot)>;

/// What a [`MemoryStore`] holds and what it had to drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryStoreStatistics {
    /// How many records of visitors who logged in it holds, those included that have expired and were not dropped yet.
    pub sessions: usize,
    /// Records of anonymous visitors.
    pub anonymous: usize,
    /// Lists of revoked tokens and ended sessions.
    pub revocation_lists: usize,
    /// How many sessions ended because the store was full.
    pub displaced: u64,
    /// Records of anonymous visitors that were dropped because there was no room for more of them.
    pub displaced_anonymous: u64,
    /// How many records were dropped because they had expired.
    pub expired: u64,
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
            keeps_until_expiry: false,
            subjects: Mutex::default(),
            sessions: AtomicUsize::new(0),
            anonymous: AtomicUsize::new(0),
            revocation_lists: AtomicUsize::new(0),
            displaced: AtomicU64::new(0),
            displaced_anonymous: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        }
    }

    /// Rejects a new session when the store is full, and drops nothing that would admit: for a list of revoked tokens.
    ///
    /// Anonymous records still make room for one another, and a subject with more than eight sessions for others, so that
    /// neither locks anybody out. A full store answers 503 to a log-in.
    ///
    /// The list ends with the process. So must the tokens, as those do that are signed with a key
    /// [drawn](crate::SigningKey::generate) at its start.
    #[must_use]
    pub fn keeping_until_expiry(self) -> Self {
        Self { keeps_until_expiry: true, ..self }
    }

    /// What the store holds and what it had to drop.
    pub fn statistics(&self) -> MemoryStoreStatistics {
        MemoryStoreStatistics {
            sessions: self.sessions.load(Ordering::Relaxed),
            anonymous: self.anonymous.load(Ordering::Relaxed),
            revocation_lists: self.revocation_lists.load(Ordering::Relaxed),
            displaced: self.displaced.load(Ordering::Relaxed),
            displaced_anonymous: self.displaced_anonymous.load(Ordering::Relaxed),
            expired: self.expired.load(Ordering::Relaxed),
        }
    }

    /// Changes a record that still has this revision.
    fn change(&self, key: StoreKey, revision: u64, change: impl FnOnce(&mut Record)) -> Replaced {
        match self.write(self.number(key)).get_mut(key) {
            Some(entry) if entry.successor().is_some() => Replaced::Gone,
            Some(entry) if entry.revision() == revision => {
                let mut record = entry.record();
                change(&mut record);
                entry.change(record);
                Replaced::Replaced
            }
            Some(_) => Replaced::Conflict,
            None => Replaced::Gone,
        }
    }

    fn touch_now(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> bool {
        let mut shard = self.write(self.number(key));
        let stands = |entry: &&mut Entry| entry.successor().is_none() && seen_at < entry.expires_at;
        let Some(entry) = shard.get_mut(key).filter(stands) else { return false };
        let before = entry.last_seen_at;
        entry.touch(seen_at, expires_at);
        if before != entry.last_seen_at {
            shard.renew(key);
        }
        true
    }

    fn remove_now(&self, key: StoreKey) -> Removed {
        let mut subjects = self.subjects();
        let number = self.number(key);
        let mut shard = self.write(number);
        let taken = shard.find(key).and_then(|slot| self.take(&mut shard, number, &mut subjects, slot));
        taken.map_or(Removed::Nothing, |entry| entry.successor().map_or(Removed::Record, Removed::Alias))
    }

    fn of_subject_now(&self, subject: SubjectKey) -> Vec<(StoreKey, Record)> {
        let subjects = self.subjects();
        let records = places(&subjects, subject).filter_map(|(number, slot)| {
            let shard = self.read(number);
            let entry =
                shard.get(slot).filter(|entry| entry.subject == Some(subject) && entry.successor().is_none())?;
            Some((entry.key, entry.record()))
        });
        records.collect()
    }

    fn remove_subject_now(&self, subject: SubjectKey, except: Option<StoreKey>) -> usize {
        let mut subjects = self.subjects();
        let places: Vec<_> = places(&subjects, subject).collect();
        let removed = places.into_iter().filter_map(|(number, slot)| {
            let mut shard = self.write(number);
            let entry = shard.get(slot).filter(|entry| entry.subject == Some(subject))?;
            let stays = except.is_some_and(|kept| entry.key == kept || entry.successor() == Some(kept));
            if stays { None } else { self.take(&mut shard, number, &mut subjects, slot) }
        });
        removed.count()
    }

    fn subjects(&self) -> MutexGuard<'_, Subjects> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, number: u32) -> RwLockReadGuard<'_, Shard> {
        self.shard(number).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, number: u32) -> RwLockWriteGuard<'_, Shard> {
        self.shard(number).write().unwrap_or_else(PoisonError::into_inner)
    }

    /// In which shard a key is: by another byte than those that the shard's own table hashes by.
    fn number(&self, key: StoreKey) -> u32 {
        let [.., last] = *key.as_bytes();
        u32::from(last) % u32::try_from(self.shards.len()).unwrap_or(1)
    }

    #[expect(clippy::indexing_slicing, reason = "the index is a remainder of the length, which is at least one")]
    fn shard(&self, number: u32) -> &RwLock<Shard> {
        &self.shards[number as usize % self.shards.len()]
    }
}

/// Where records of this subject may be.
fn places(subjects: &Subjects, subject: SubjectKey) -> impl Iterator<Item = (u32, Slot)> {
    let name = name_of(subject.as_bytes());
    let all = (name, 0, Slot::FIRST)..=(name, u32::MAX, Slot::LAST);
    subjects.range(all).map(|&(_, number, slot)| (number, slot))
}

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
        match self.insert_now(key, record) {
            Ok(inserted) => StoreFuture::ready(inserted),
            Err(error) => StoreFuture::new(std::future::ready(Err(error))),
        }
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        StoreFuture::ready(self.read(self.number(key)).load(key))
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
        StorePromises { keeps_until_expiry: self.keeps_until_expiry, ..StorePromises::ALL }
    }

    fn in_process(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
