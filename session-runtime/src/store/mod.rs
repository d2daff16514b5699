//! Where server-side sessions live, and what a store owes to them.

#[cfg(any(feature = "memcached", feature = "redis"))]
mod completion;
#[cfg(any(feature = "memcached", feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod encoding;
mod error;
mod future;
mod key;
#[cfg(feature = "memcached")]
mod memcached;
mod memory;
mod record;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod tower;

pub use self::error::StoreError;
pub use self::future::StoreFuture;
pub use self::key::{StoreKey, SubjectKey};
#[cfg(feature = "memcached")]
pub use self::memcached::{MemcachedStore, MemcachedStoreBuilder};
pub use self::memory::{MemoryStore, MemoryStoreStatistics};
pub use self::record::{Payload, Record, RecordParts};
#[cfg(feature = "redis")]
pub use self::redis::{RedisStore, RedisStoreBuilder};
#[cfg(feature = "mysql")]
pub use self::sql::MySqlStore;
#[cfg(feature = "postgres")]
pub use self::sql::PostgresStore;
#[cfg(feature = "sqlite")]
pub use self::sql::SqliteStore;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub use self::sql::{SqlEngine, SqlStore, SqlStoreStatistics, TableNameError};
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub use self::tower::TowerStore;

use std::sync::Arc;

use crate::clock::Timestamp;

/// Keeps sessions.
///
/// Every operation is atomic in the store's own engine: what it checks and what it does are one step. On these rules rest
/// the guarantees that a session which was ended never comes back and that no update is lost:
///
/// * only [`insert`](Self::insert) brings a key into being, and it refuses one that exists;
/// * [`replace`](Self::replace), [`touch`](Self::touch) and [`alias`](Self::alias) never recreate what was removed;
/// * [`remove`](Self::remove) is final.
///
/// The store sees the hash of a cookie's bytes and never the bytes. A store outside the process is given sealed bytes, which
/// it gets from a [`Record`] as [`RecordParts`].
///
/// Whether a record has expired is decided by the caller, so a store may, but need not, withhold records whose
/// [`expires_at`](Record::expires_at) has passed. It must not let [`touch`](Self::touch) bring one back, since that moves
/// the expiry. Instants come from the caller's clock, which a test may have set to any year: an engine that forgets on its
/// own is told how long a record lives from now on ([`expires_at`](Record::expires_at) less
/// [`last_seen_at`](Record::last_seen_at)), never until when.
pub trait Store: Send + Sync + 'static {
    /// Keeps `record` under `key`, and lists it under its subject, if it has one; false when the key exists already.
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool>;

    /// The record under `key`.
    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>>;

    /// Puts `record`'s payload, listing and `authenticated_at` in the place of what stands under `key`, provided that its
    /// revision is still `revision`, which goes up by one. What [`touch`](Self::touch) keeps is left as it stands.
    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced>;

    /// Moves `last_seen_at` and the expiry of the record forward, never back, and remembers the longest pause between two
    /// touches. Leaves payload and revision alone. False when there is no record, one that became an alias, or one that
    /// has expired at `seen_at`.
    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool>;

    /// Makes the record under `old` an alias of `new` that expires at `until`, or earlier where it did before, provided
    /// that its revision is still `revision`: what was copied into the new record is then what stands. An alias is not
    /// aliased again.
    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced>;

    /// Removes the record under `key`, for good. For an alias, answers with the key that it stood for, which the caller
    /// removes in turn. Of many that remove one record, one is told that there was one.
    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed>;

    /// The records of a subject, aliases left out.
    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>>;

    /// Removes the records of a subject, aliases included, but the one under `except` and the aliases of it; answers with
    /// how many there were.
    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize>;

    /// What holds of this store beyond the rules above; a builder that needs more refuses it.
    fn promises(&self) -> StorePromises {
        StorePromises::ALL
    }

    /// Whether records are kept as values of this process, and not as bytes. Only for a store that hands out the very
    /// records that it was given.
    fn in_process(&self) -> bool {
        false
    }
}

/// One store for several principals.
impl<S: Store + ?Sized> Store for Arc<S> {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        (**self).insert(key, record)
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        (**self).load(key)
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        (**self).replace(key, record, revision)
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        (**self).touch(key, seen_at, expires_at)
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        (**self).alias(old, new, until, revision)
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        (**self).remove(key)
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        (**self).of_subject(subject)
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        (**self).remove_subject(subject, except)
    }

    fn promises(&self) -> StorePromises {
        (**self).promises()
    }

    fn in_process(&self) -> bool {
        (**self).in_process()
    }
}

/// What a [`Store`] can promise. Each store's documentation says why it cannot where it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each promise is kept or not, whatever the others")]
pub struct StorePromises {
    /// What an operation checks and what it does are one step. Without it, of two writes that meet one may be lost.
    pub atomic_writes: bool,
    /// A record that was removed never comes back, also not by a write that was under way. Without it, logging out is not
    /// final.
    pub final_removal: bool,
    /// Sessions can be found by their subject: needed by `max_sessions`, and by whatever lists or ends the sessions of
    /// somebody.
    pub subject_index: bool,
    /// A record stays until it expires or is removed, whatever else comes: needed by lists of what is revoked, where a
    /// record that was forgotten would admit. Only anonymous records, and sessions of a subject that has very many, may still
    /// make room for others.
    pub keeps_until_expiry: bool,
}

impl StorePromises {
    /// All of them.
    pub const ALL: Self =
        Self { atomic_writes: true, final_removal: true, subject_index: true, keeps_until_expiry: true };
}

/// What became of [`Store::remove`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// There was nothing to remove.
    Nothing,
    /// The record was removed.
    Record,
    /// An alias was removed, which stood for this.
    Alias(StoreKey),
}

/// What became of [`Store::replace`] or [`Store::alias`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It was done.
    Replaced,
    /// Another write came first; load and try again.
    Conflict,
    /// There is no record any more, or it became an alias.
    Gone,
}
