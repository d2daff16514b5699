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
    /// As it was inserted: a replacement leaves the record in its queue.
    pub(super) kind: Kind,
    /// The next one whose key begins in the same way.
    pub(super) namesake: Option<Slot>,
    /// Among all of its kind.
    links: Links,
    /// Among those of its subject.
    links_of_subject: Links,
}

/// The neighbours of an entry in one queue.
#[derive(Clone, Copy, Default)]
pub(super) struct Links {
    /// The next one that was idle for longer.
    pub(super) older: Option<Slot>,
    /// The next one that was idle for less long.
    pub(super) newer: Option<Slot>,
}

impl Entry {
    pub(super) fn new(key: StoreKey, record: Record) -> Self {
        Self {
            key,
            kind: Kind::of(&record),
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
            namesake: None,
            links: Links::default(),
            links_of_subject: Links::default(),
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
        let Self { kind, namesake, links, links_of_subject, .. } = *self;
        *self = Self { kind, namesake, links, links_of_subject, ..Self::new(self.key, record) };
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

    pub(super) fn links(&mut self) -> &mut Links {
        &mut self.links
    }

    pub(super) fn links_of_subject(&mut self) -> &mut Links {
        &mut self.links_of_subject
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The kind of a record: each kind has its own room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A session, an alias of one, or a token family.
    Session,
    /// Key-values of an anonymous visitor.
    Anonymous,
    /// A list of what was revoked.
    RevocationList,
}

impl Kind {
    fn of(record: &Record) -> Self {
        if record.subject.is_some() {
            Self::Session
        } else if record.is_revocation_list() {
            Self::RevocationList
        } else {
            Self::Anonymous
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<Entry>() <= 192, "{}", size_of::<Entry>());
        assert_eq!(size_of::<Option<Entry>>(), size_of::<Entry>());
    }
}
