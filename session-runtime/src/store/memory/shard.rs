//! A part of the store under one lock.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use super::entry::{Entry, Kind};
use super::queue::Queue;
use super::slot::{Slot, Slots};
use crate::clock::Timestamp;
use crate::store::{Record, StoreKey};

/// How often a shard is searched for records that have expired.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct Shard {
    entries: Slots<Entry>,
    /// By the first bytes of its key, the first entry of that name. Keys are hashes, so there is seldom another.
    by_name: HashMap<u32, Slot, BuildHasherDefault<NameHasher>>,
    sessions: Queue,
    anonymous: Queue,
    swept_at: Option<Timestamp>,
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
            next = entry.links.namesake;
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
        let (name, kind) = (name_of(entry.key.as_bytes()), entry.kind());
        let slot = self.entries.put(entry)?;
        let namesake = self.by_name.insert(name, slot);
        if let Some(entry) = self.entries.get_mut(slot) {
            entry.links.namesake = namesake;
        }
        self.push(slot, kind);
        Some(slot)
    }

    /// Makes an entry the one that was used last.
    pub(super) fn renew(&mut self, key: StoreKey) {
        let Some(slot) = self.find(key) else { return };
        let Some(kind) = self.get(slot).map(Entry::kind) else { return };
        self.unlink(slot, kind);
        self.push(slot, kind);
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<Entry> {
        let (name, kind) = self.get(slot).map(|entry| (name_of(entry.key.as_bytes()), entry.kind()))?;
        self.unlink(slot, kind);
        let entry = self.entries.take(slot)?;
        self.forget_name(name, slot, entry.links.namesake);
        Some(entry)
    }

    fn push(&mut self, slot: Slot, kind: Kind) {
        match kind {
            Kind::Session => self.sessions.push(&mut self.entries, slot),
            Kind::Anonymous => self.anonymous.push(&mut self.entries, slot),
        }
    }

    fn unlink(&mut self, slot: Slot, kind: Kind) {
        match kind {
            Kind::Session => self.sessions.unlink(&mut self.entries, slot),
            Kind::Anonymous => self.anonymous.unlink(&mut self.entries, slot),
        }
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
            if entry.links.namesake == Some(slot) {
                entry.links.namesake = namesake;
                return;
            }
            next = entry.links.namesake;
        }
    }

    pub(super) fn length(&self, kind: Kind) -> usize {
        match kind {
            Kind::Session => self.sessions.length,
            Kind::Anonymous => self.anonymous.length,
        }
    }

    /// The one of this kind that was idle for the longest time.
    pub(super) fn oldest(&self, kind: Kind) -> Option<Slot> {
        match kind {
            Kind::Session => self.sessions.oldest,
            Kind::Anonymous => self.anonymous.oldest,
        }
    }

    /// What has expired, if it was not asked a moment ago.
    pub(super) fn expired(&mut self, now: Timestamp) -> Vec<Slot> {
        if self.swept_at.is_some_and(|swept_at| now.since(swept_at) < SWEEP_INTERVAL) {
            return Vec::new();
        }
        self.swept_at = Some(now);
        self.entries.iter().filter(|(_, entry)| entry.expires_at <= now).map(|(slot, _)| slot).collect()
    }
}

/// Takes a name as its own hash: it is the beginning of a SHA-256, and nobody chooses what is inserted.
#[derive(Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.write_u32(u32::from_le_bytes(*first));
        }
    }

    /// Twice, because a table looks at both ends.
    fn write_u32(&mut self, name: u32) {
        self.0 = u64::from(name) << 32 | u64::from(name);
    }
}
