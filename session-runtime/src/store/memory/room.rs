//! Room for a new record, and what gives way to it.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::entry::{Entry, Kind};
use super::shard::{Shard, name_of};
use super::slot::Slot;
use super::{MemoryStore, Subjects};
use crate::clock::Timestamp;
use crate::store::{Record, StoreError, StoreKey};

/// For this many sessions there is room for one record of an anonymous visitor.
const SESSIONS_PER_ANONYMOUS: usize = 4;

impl MemoryStore {
    pub(super) fn insert_now(&self, key: StoreKey, record: Record) -> Result<bool, StoreError> {
        let mut subjects = self.subjects();
        let number = self.number(key);
        let mut shard = self.write(number);
        if shard.find(key).is_some() {
            return Ok(false);
        }
        let (now, entry) = (record.last_seen_at, Entry::new(key, record));
        let (kind, subject) = (entry.kind, entry.subject);
        self.make_room(&mut shard, number, &mut subjects, kind, now)?;
        let Some(slot) = shard.insert(entry) else { return Ok(false) };
        if let Some(subject) = subject {
            subjects.insert((name_of(subject.as_bytes()), number, slot));
        }
        self.held(kind).fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }

    fn make_room(
        &self,
        shard: &mut Shard,
        number: u32,
        subjects: &mut Subjects,
        kind: Kind,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for slot in shard.expired(now) {
            self.take(shard, number, subjects, slot);
            self.expired.fetch_add(1, Ordering::Relaxed);
        }
        while shard.length(kind) >= self.room_for(kind) {
            let full = || StoreError::from_reason("the memory store is full; give it a larger capacity");
            let slot = self.displaceable(shard, kind).ok_or_else(full)?;
            self.take(shard, number, subjects, slot);
            if kind == Kind::Anonymous {
                self.displaced_anonymous.fetch_add(1, Ordering::Relaxed);
            } else {
                let displaced = self.displaced.fetch_add(1, Ordering::Relaxed) + 1;
                tracing::warn!(target: "session", displaced, "session.displaced");
            }
        }
        Ok(())
    }

    /// The number of records of a kind that one shard holds.
    fn room_for(&self, kind: Kind) -> usize {
        match kind {
            Kind::Session | Kind::RevocationList => self.capacity_per_shard,
            Kind::Anonymous => (self.capacity_per_shard / SESSIONS_PER_ANONYMOUS).max(1),
        }
    }

    /// The record that makes room for another of its kind.
    fn displaceable(&self, shard: &Shard, kind: Kind) -> Option<Slot> {
        match kind {
            Kind::Session => {
                let oldest = || shard.oldest(kind).filter(|_| !self.keeps_until_expiry);
                shard.oldest_of_most_crowded_subject().or_else(oldest)
            }
            Kind::Anonymous => shard.oldest(kind),
            // A forgotten list would admit what was revoked.
            Kind::RevocationList => None,
        }
    }

    /// Takes a record out of its shard and the index.
    pub(super) fn take(&self, shard: &mut Shard, number: u32, subjects: &mut Subjects, slot: Slot) -> Option<Entry> {
        let entry = shard.take(slot)?;
        if let Some(subject) = entry.subject {
            subjects.remove(&(name_of(subject.as_bytes()), number, slot));
        }
        self.held(entry.kind).fetch_sub(1, Ordering::Relaxed);
        Some(entry)
    }

    /// The number of records of a kind.
    fn held(&self, kind: Kind) -> &AtomicUsize {
        match kind {
            Kind::Session => &self.sessions,
            Kind::Anonymous => &self.anonymous,
            Kind::RevocationList => &self.revocation_lists,
        }
    }
}
