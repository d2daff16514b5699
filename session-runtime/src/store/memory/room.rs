//! Room for a new record, and what gives way to it.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::entry::{Entry, Kind};
use super::shard::{Shard, name_of};
use super::slot::Slot;
use super::{MemoryStore, Subjects};
use crate::clock::Timestamp;
use crate::store::{Record, StoreError, StoreKey};

/// Of so many sessions that there is room for, one more record may be of a visitor whom nobody knows.
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
        let (kind, subject) = (entry.kind(), entry.subject);
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
        if self.keeps_until_expiry {
            let held = shard.length(Kind::Session) + shard.length(Kind::Anonymous);
            let full = || Err(StoreError::new("the store is full, and keeps what it has"));
            return if held < self.capacity_per_shard { Ok(()) } else { full() };
        }
        let capacity = match kind {
            Kind::Session => self.capacity_per_shard,
            Kind::Anonymous => (self.capacity_per_shard / SESSIONS_PER_ANONYMOUS).max(1),
        };
        while shard.length(kind) >= capacity {
            let Some(oldest) = shard.oldest(kind) else { break };
            self.take(shard, number, subjects, oldest);
            match kind {
                Kind::Session => {
                    let displaced = self.displaced.fetch_add(1, Ordering::Relaxed) + 1;
                    tracing::warn!(target: "session", displaced, "session.displaced");
                }
                Kind::Anonymous => drop(self.displaced_anonymous.fetch_add(1, Ordering::Relaxed)),
            }
        }
        Ok(())
    }

    /// Takes a record out of its shard and the index.
    pub(super) fn take(&self, shard: &mut Shard, number: u32, subjects: &mut Subjects, slot: Slot) -> Option<Entry> {
        let entry = shard.take(slot)?;
        if let Some(subject) = entry.subject {
            subjects.remove(&(name_of(subject.as_bytes()), number, slot));
        }
        self.held(entry.kind()).fetch_sub(1, Ordering::Relaxed);
        Some(entry)
    }

    /// How many there are of a kind.
    fn held(&self, kind: Kind) -> &AtomicUsize {
        match kind {
            Kind::Session => &self.sessions,
            Kind::Anonymous => &self.anonymous,
        }
    }
}
