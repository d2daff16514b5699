//! A record as it lies in memory, smaller than one that travels.

use std::time::Duration;

use super::slot::Slot;
use crate::clock::Timestamp;
use crate::store::{Payload, Record, StoreKey, SubjectKey};

pub(super) struct Entry {
    pub(super) key: StoreKey,
    created_at: Timestamp,
    authenticated_at: Timestamp,
    pub(super) last_seen_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// In milliseconds, which instants are made of.
    longest_pause: u64,
    revision: u64,
    pub(super) subject: Option<SubjectKey>,
    /// Few records are aliases, and for a moment.
    successor: Option<Box<StoreKey>>,
    payload: Payload,
    listing: Payload,
    pub(super) links: Links,
}

/// The neighbours of an entry.
#[derive(Clone, Copy, Default)]
pub(super) struct Links {
    /// The next one that was idle for longer.
    pub(super) older: Option<Slot>,
    /// The next one that was idle for less long.
    pub(super) newer: Option<Slot>,
    /// The next one whose key begins in the same way.
    pub(super) namesake: Option<Slot>,
}

impl Entry {
    pub(super) fn new(key: StoreKey, record: Record) -> Self {
        Self {
            key,
            created_at: record.created_at,
            authenticated_at: record.authenticated_at,
            last_seen_at: record.last_seen_at,
            expires_at: record.expires_at,
            longest_pause: milliseconds(record.longest_pause),
            revision: record.revision,
            subject: record.subject,
            successor: record.successor.map(Box::new),
            payload: record.payload,
            listing: record.listing,
            links: Links::default(),
        }
    }

    pub(super) fn record(&self) -> Record {
        Record {
            created_at: self.created_at,
            authenticated_at: self.authenticated_at,
            last_seen_at: self.last_seen_at,
            longest_pause: Duration::from_millis(self.longest_pause),
            expires_at: self.expires_at,
            revision: self.revision,
            subject: self.subject,
            successor: self.successor.as_deref().copied(),
            payload: self.payload.clone(),
            listing: self.listing.clone(),
        }
    }

    /// Puts a record in the place of the one that was read.
    pub(super) fn change(&mut self, record: Record) {
        *self = Self { links: self.links, ..Self::new(self.key, record) };
    }

    /// [`Store::touch`](crate::Store::touch), as far as it concerns the record.
    pub(super) fn touch(&mut self, seen_at: Timestamp, expires_at: Timestamp) {
        self.longest_pause = self.longest_pause.max(milliseconds(seen_at.since(self.last_seen_at)));
        self.last_seen_at = self.last_seen_at.max(seen_at);
        self.expires_at = self.expires_at.max(expires_at);
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn successor(&self) -> Option<StoreKey> {
        self.successor.as_deref().copied()
    }

    pub(super) fn kind(&self) -> Kind {
        if self.subject.is_some() { Kind::Session } else { Kind::Anonymous }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whose record it is: each kind has its own room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody's who logged in.
    Session,
    /// Of a visitor whom nobody knows.
    Anonymous,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<Entry>() <= 184, "{}", size_of::<Entry>());
        assert_eq!(size_of::<Option<Entry>>(), size_of::<Entry>());
    }
}
