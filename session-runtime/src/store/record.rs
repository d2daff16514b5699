//! What a store keeps of one session.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{StoreKey, SubjectKey};
use crate::clock::Timestamp;

/// What a store keeps of one session.
///
/// A store outside the process takes it apart with [`RecordParts::try_from`] and puts it together again with
/// [`Record::from`].
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) created_at: Timestamp,
    pub(crate) authenticated_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) longest_pause: Duration,
    pub(crate) expires_at: Timestamp,
    pub(crate) revision: u64,
    pub(crate) subject: Option<SubjectKey>,
    pub(crate) successor: Option<StoreKey>,
    pub(crate) payload: Payload,
    pub(crate) listing: Payload,
}

impl Record {
    /// The record under a key whose bytes a store cannot read: another release wrote them, or somebody else.
    ///
    /// Its visitor has no session here and keeps the cookie, since a node of that other release may well read it; the
    /// bytes are left alone.
    pub const fn unreadable() -> Self {
        Self {
            created_at: Timestamp::EPOCH,
            authenticated_at: Timestamp::EPOCH,
            last_seen_at: Timestamp::EPOCH,
            longest_pause: Duration::ZERO,
            expires_at: Timestamp::EPOCH,
            revision: 0,
            subject: None,
            successor: None,
            payload: Payload(Form::Unreadable),
            listing: Payload(Form::Unreadable),
        }
    }

    /// Whether it is an [`unreadable`](Self::unreadable) one.
    pub const fn is_unreadable(&self) -> bool {
        matches!(self.payload.0, Form::Unreadable)
    }

    /// Returns true for a record of an anonymous visitor, which a store may forget before any session.
    pub fn is_anonymous(&self) -> bool {
        self.subject.is_none() && !self.is_unreadable() && !self.is_revocation_list()
    }

    /// Returns true for a revocation list: it has no subject and an empty listing.
    ///
    /// A store that [keeps until expiry](super::StorePromises::keeps_until_expiry) never drops one before it expires.
    pub fn is_revocation_list(&self) -> bool {
        self.subject.is_none() && matches!(&self.listing.0, Form::Sealed(listing) if listing.is_empty())
    }

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

    /// Whose session it is; `None` for what is listed under nobody.
    pub const fn subject(&self) -> Option<SubjectKey> {
        self.subject
    }

    /// What this record became an alias of.
    pub const fn successor(&self) -> Option<StoreKey> {
        self.successor
    }

    /// [`Store::touch`](super::Store::touch), as far as it concerns the record.
    #[cfg(any(feature = "memcached", feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    pub(crate) fn touched(&mut self, seen_at: Timestamp, expires_at: Timestamp) {
        self.longest_pause = self.longest_pause.max(seen_at.since(self.last_seen_at));
        self.last_seen_at = self.last_seen_at.max(seen_at);
        self.expires_at = self.expires_at.max(expires_at);
    }

    /// [`Store::replace`](super::Store::replace), as far as it concerns the record.
    pub(crate) fn replaced(&mut self, by: Self) {
        self.authenticated_at = by.authenticated_at;
        self.payload = by.payload;
        self.listing = by.listing;
        self.revision = self.revision.saturating_add(1);
    }

    /// [`Store::alias`](super::Store::alias), as far as it concerns the record.
    pub(crate) fn aliased(&mut self, new: StoreKey, until: Timestamp) {
        self.successor = Some(new);
        self.expires_at = self.expires_at.min(until);
    }
}

/// A [`Record`] taken apart, for a store that keeps bytes.
///
/// `payload` and `listing` are sealed: the store can neither read them nor change them unnoticed. The rest is what the
/// store itself works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordParts {
    /// When the session began.
    pub created_at: Timestamp,
    /// The last time the visitor proved who they are.
    pub authenticated_at: Timestamp,
    /// The last activity.
    pub last_seen_at: Timestamp,
    /// The longest time between two activities; kept in whole milliseconds.
    pub longest_pause: Duration,
    /// When the session ends unless there is activity.
    pub expires_at: Timestamp,
    /// Counts the replacements, from 0.
    pub revision: u64,
    /// Under whom the record is listed.
    pub subject: Option<SubjectKey>,
    /// What the record became an alias of.
    pub successor: Option<StoreKey>,
    /// What the session holds, sealed: 0 bytes to some megabytes.
    pub payload: Arc<[u8]>,
    /// What a list of sessions shows of it, sealed: some hundred bytes.
    pub listing: Arc<[u8]>,
}

#[cfg(any(feature = "memcached", feature = "redis", feature = "tower-sessions", feature = "tower-sessions-0-14"))]
impl RecordParts {
    /// The numbers in the order in which encodings write them: milliseconds, and the revision.
    pub(super) fn numbers(&self) -> [u64; 6] {
        [
            self.created_at.as_millis(),
            self.authenticated_at.as_millis(),
            self.last_seen_at.as_millis(),
            u64::try_from(self.longest_pause.as_millis()).unwrap_or(u64::MAX),
            self.expires_at.as_millis(),
            self.revision,
        ]
    }
}

impl From<RecordParts> for Record {
    fn from(parts: RecordParts) -> Self {
        Self {
            created_at: parts.created_at,
            authenticated_at: parts.authenticated_at,
            last_seen_at: parts.last_seen_at,
            longest_pause: parts.longest_pause,
            expires_at: parts.expires_at,
            revision: parts.revision,
            subject: parts.subject,
            successor: parts.successor,
            payload: Payload(Form::Sealed(parts.payload)),
            listing: Payload(Form::Sealed(parts.listing)),
        }
    }
}

/// Fails for a record of the process itself, which only a store that says
/// [`in_process`](super::Store::in_process) is given.
impl TryFrom<Record> for RecordParts {
    type Error = super::StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let (Form::Sealed(payload), Form::Sealed(listing)) = (record.payload.0, record.listing.0) else {
            return Err(super::StoreError::from_reason("this record is a value of the process, and not bytes"));
        };
        Ok(Self {
            created_at: record.created_at,
            authenticated_at: record.authenticated_at,
            last_seen_at: record.last_seen_at,
            longest_pause: record.longest_pause,
            expires_at: record.expires_at,
            revision: record.revision,
            subject: record.subject,
            successor: record.successor,
            payload,
            listing,
        })
    }
}

/// Contents of a session, opaque to the store: a value, as it lies in the process, or sealed bytes.
#[derive(Clone)]
pub struct Payload(Form);

#[derive(Clone)]
enum Form {
    Value(Arc<dyn Any + Send + Sync>),
    /// A value that many records have in common.
    Constant(&'static (dyn Any + Send + Sync)),
    Sealed(Arc<[u8]>),
    /// Bytes that the store did not understand.
    Unreadable,
}

impl Payload {
    pub(crate) fn value<T: Any + Send + Sync>(contents: Arc<T>) -> Self {
        Self(Form::Value(contents))
    }

    #[cfg_attr(not(feature = "sealing"), allow(dead_code, reason = "only stores outside the process keep bytes"))]
    pub(crate) fn sealed(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(Form::Sealed(bytes.into()))
    }

    /// A value that is never freed: what many records have in common costs each of them a pointer.
    pub(crate) fn constant<T: Any + Send + Sync>(contents: &'static T) -> Self {
        Self(Form::Constant(contents))
    }

    /// The constant, unless it is another type's, or none.
    pub(crate) fn as_constant<T: Any>(&self) -> Option<&'static T> {
        match self.0 {
            Form::Constant(value) => (value as &'static dyn Any).downcast_ref(),
            Form::Value(_) | Form::Sealed(_) | Form::Unreadable => None,
        }
    }

    /// The value, unless it is another type's, or sealed.
    pub(crate) fn as_value<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        match &self.0 {
            Form::Value(value) => Arc::downcast(Arc::clone(value)).ok(),
            Form::Constant(_) | Form::Sealed(_) | Form::Unreadable => None,
        }
    }

    /// The sealed bytes, unless it is a value.
    #[cfg_attr(not(feature = "sealing"), allow(dead_code, reason = "only stores outside the process keep bytes"))]
    pub(crate) fn as_sealed(&self) -> Option<&[u8]> {
        match &self.0 {
            Form::Sealed(bytes) => Some(bytes),
            Form::Value(_) | Form::Constant(_) | Form::Unreadable => None,
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Payload(..)")
    }
}
