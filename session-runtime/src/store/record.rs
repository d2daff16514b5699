//! What a store keeps of one session.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{StoreKey, SubjectKey};
use crate::clock::Timestamp;

/// What a store keeps of one session.
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) created_at: Timestamp,
    pub(crate) authenticated_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) longest_pause: Duration,
    pub(crate) expires_at: Timestamp,
    pub(crate) revision: u64,
    pub(crate) subject: SubjectKey,
    pub(crate) successor: Option<StoreKey>,
    pub(crate) payload: Payload,
}

impl Record {
    /// Counts the replacements; [`Store::replace`](super::Store::replace) compares it.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The last activity.
    pub const fn last_seen_at(&self) -> Timestamp {
        self.last_seen_at
    }

    /// The longest time between two activities since the visitor authenticated.
    pub const fn longest_pause(&self) -> Duration {
        self.longest_pause
    }

    /// When the session ends unless there is activity.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whose session it is.
    pub const fn subject(&self) -> SubjectKey {
        self.subject
    }

    /// What this record became an alias of.
    pub const fn successor(&self) -> Option<StoreKey> {
        self.successor
    }

    /// [`Store::touch`](super::Store::touch), as far as it concerns the record.
    pub(crate) fn touched(&mut self, seen_at: Timestamp, expires_at: Timestamp) {
        self.longest_pause = self.longest_pause.max(seen_at.since(self.last_seen_at));
        self.last_seen_at = self.last_seen_at.max(seen_at);
        self.expires_at = self.expires_at.max(expires_at);
    }

    /// [`Store::replace`](super::Store::replace), as far as it concerns the record.
    pub(crate) fn replaced(&mut self, by: Self) {
        self.authenticated_at = by.authenticated_at;
        self.payload = by.payload;
        self.revision += 1;
    }

    /// [`Store::alias`](super::Store::alias), as far as it concerns the record.
    pub(crate) fn aliased(&mut self, new: StoreKey, until: Timestamp) {
        self.successor = Some(new);
        self.expires_at = self.expires_at.min(until);
    }
}

/// The principal of a session, as it lies in the process. Opaque to the store.
#[derive(Clone)]
pub struct Payload(Arc<dyn Any + Send + Sync>);

impl Payload {
    pub(crate) fn new<T: Any + Send + Sync>(contents: Arc<T>) -> Self {
        Self(contents)
    }

    /// The contents, unless they are another type's.
    pub(crate) fn contents<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::downcast(Arc::clone(&self.0)).ok()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Payload(..)")
    }
}
