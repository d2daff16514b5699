//! A part of the store under one lock.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use super::entry::{Entry, Kind};
use super::queue::Queue;
use super::slot::{Slot, Slots};
use super::subject_queues::SubjectQueues;
use crate::clock::Timestamp;
use crate::store::{Record, StoreKey};

/// How often a shard is searched for records that have expired.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct Shard {
    entries: Slots<Entry>,
    /// By the first bytes of its key, the first entry of that name. Keys are hashes, so there is seldom another.
    by_name: HashMap<u32, Slot, BuildHasherDefault<PrefixHasher>>,
    queues: Queues,
    subjects: SubjectQueues,
    swept_at: Option<Timestamp>,
}

/// The entries of each kind.
#[derive(Default)]
struct Queues {
    sessions: Queue,
    anonymous: Queue,
    revocation_lists: Queue,
}

impl Queues {
    fn of(&self, kind: Kind) -> &Queue {
        match kind {
            Kind::Session => &self.sessions,
            Kind::Anonymous => &self.anonymous,
            Kind::RevocationList => &self.revocation_lists,
        }
    }

    fn of_mut(&mut self, kind: Kind) -> &mut Queue {
        match kind {
            Kind::Session => &mut self.sessions,
            Kind::Anonymous => &mut self.anonymous,
            Kind::RevocationList => &mut self.revocation_lists,
        }
    }
}

/// The first four bytes of a hash.
pub(super) fn name_of(hash: &[u8; 32]) -> u32 {
    hash.first_chunk().map_or(0, |first| u32::from_le_bytes(*first))
}

impl Shard {
    pub(super) fn find(&self, key: StoreKey) -> Option<Slot> {
        let mut next = self.by_name.get(&name_of(key.as_bytes())).copied();
        while let Some(slot) = next {
            let entry = self.entries.get(slot)?;
            if entry.key == key {
                return Some(slot);
            }
            next = entry.namesake;
        }
        None
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot)
    }

    pub(super) fn load(&self, key: StoreKey) -> Option<Record> {
        self.find(key).and_then(|slot| self.get(slot)).map(Entry::record)
    }

    pub(super) fn get_mut(&mut self, key: StoreKey) -> Option<&mut Entry> {
        let slot = self.find(key)?;
        self.entries.get_mut(slot)
    }

    /// Adds an entry whose key is not there yet.
    pub(super) fn insert(&mut self, entry: Entry) -> Option<Slot> {
        let (name, kind, subject) = (name_of(entry.key.as_bytes()), entry.kind, entry.subject);
        let slot = self.entries.put(entry)?;
        let namesake = self.by_name.insert(name, slot);
        if namesake.is_some()
            && let Some(entry) = self.entries.get_mut(slot)
        {
            entry.namesake = namesake;
        }
        self.queues.of_mut(kind).push(&mut self.entries, slot, Entry::links);
        if let Some(subject) = subject {
            self.subjects.push(&mut self.entries, slot, subject);
        }
        Some(slot)
    }

    /// Makes an entry the one that was used last.
    pub(super) fn renew(&mut self, key: StoreKey) {
        let Some(slot) = self.find(key) else { return };
        let Some((kind, subject)) = self.get(slot).map(|entry| (entry.kind, entry.subject)) else { return };
        let queue = self.queues.of_mut(kind);
        queue.unlink(&mut self.entries, slot, Entry::links);
        queue.push(&mut self.entries, slot, Entry::links);
        if let Some(subject) = subject {
            self.subjects.renew(&mut self.entries, slot, subject);
        }
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<Entry> {
        let entry = self.get(slot)?;
        let (name, kind, subject) = (name_of(entry.key.as_bytes()), entry.kind, entry.subject);
        self.queues.of_mut(kind).unlink(&mut self.entries, slot, Entry::links);
        if let Some(subject) = subject {
            self.subjects.unlink(&mut self.entries, slot, subject);
        }
        let entry = self.entries.take(slot)?;
        self.forget_name(name, slot, entry.namesake);
        Some(entry)
    }

    /// Strikes `slot`, which `namesake` came after, off those of this name.
    fn forget_name(&mut self, name: u32, slot: Slot, namesake: Option<Slot>) {
        let first = self.by_name.get(&name).copied();
        if first == Some(slot) {
            match namesake {
                Some(next) => drop(self.by_name.insert(name, next)),
                None => drop(self.by_name.remove(&name)),
            }
            return;
        }
        let mut next = first;
        while let Some(entry) = next.and_then(|slot| self.entries.get_mut(slot)) {
            if entry.namesake == Some(slot) {
                entry.namesake = namesake;
                return;
            }
            next = entry.namesake;
        }
    }

    pub(super) fn length(&self, kind: Kind) -> usize {
        self.queues.of(kind).length as usize
    }

    /// The one of this kind that was idle for the longest time.
    pub(super) fn oldest(&self, kind: Kind) -> Option<Slot> {
        self.queues.of(kind).oldest
    }

    /// The least recently used session of the subject with the most, if that subject has very many.
    pub(super) fn oldest_of_most_crowded_subject(&self) -> Option<Slot> {
        self.subjects.oldest_of_most_crowded()
    }

    /// What has expired, if it was not asked a moment ago.
    pub(super) fn expired(&mut self, now: Timestamp) -> Vec<Slot> {
        // A sweep by a clock that was ahead does not put off the next one.
        if self.swept_at.is_some_and(|swept_at| swept_at <= now && now.since(swept_at) < SWEEP_INTERVAL) {
            return Vec::new();
        }
        self.swept_at = Some(now);
        self.entries.iter().filter(|(_, entry)| entry.expires_at <= now).map(|(slot, _)| slot).collect()
    }
}

/// Takes the beginning of a hash as its own hash: it is as good as random, and no caller chooses it.
#[derive(Default)]
pub(super) struct PrefixHasher(u64);

impl Hasher for PrefixHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.write_u32(u32::from_le_bytes(*first));
        }
    }

    /// Twice, because a table looks at both ends.
    fn write_u32(&mut self, prefix: u32) {
        self.0 = u64::from(prefix) << 32 | u64::from(prefix);
    }

    fn write_u64(&mut self, prefix: u64) {
        self.0 = prefix;
    }
}
