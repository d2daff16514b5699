//! Sessions in whatever the stores of tower-sessions keep them in.

mod engine;
mod entry;

use std::fmt;
use std::time::SystemTime;

use self::engine::{Engine, Found};
use self::entry::Entry;
use super::{
    Record, RecordParts, Removed, Replaced, Store, StoreError, StoreFuture, StoreKey, StorePromises, SubjectKey,
};
use crate::clock::Timestamp;

/// Keeps sessions in a store that was written for [tower-sessions](https://docs.rs/tower-sessions), as well as that can be
/// done.
///
/// # What it cannot promise
///
/// Such a store can load, save and delete, each unconditionally. What a session store owes beyond that it cannot do, and
/// [`promises`](Store::promises) says so; [`PolicyTable::with_sessions`](crate::PolicyTable::with_sessions) puts it at the head of
/// the table of policies. Where it matters, take one of this crate's own stores.
///
/// * **Logging out is not final.** A request that read the session before it ended and writes afterwards, if only that it was
///   active, puts the record back. Whoever has that cookie is then logged in again until the session expires, so keep
///   `idle` and `absolute` short. (A store that saves only what exists, as that for Redis does, does not bring it back; but
///   nothing in the trait says whether a store is one.)
/// * **An update may be lost.** Of two requests that change a session at the same time, both may be told that they did, and
///   one of the changes is gone. Of two that rotate it, both may succeed; and a request that meets a rotation may leave the
///   old id a session of its own.
/// * **A confirmation may be used twice.** [`Confirmed`](crate::Confirmed) tells two requests with one token apart by such a
///   change, so both may be admitted when they meet.
/// * **Nobody is found.** There is no list of the sessions of a subject: `max_sessions` is refused when the sessions are
///   built, and [`Sessions::of`](crate::Sessions::of) and what ends the sessions of somebody are errors.
/// * **What is kept may be forgotten.** A cache evicts, and a store in the process ends with it: those visitors log in again.
///   A list of what is revoked has no place here.
///
/// A `CachingSessionStore` with a cache in the process makes it worse: a session that was ended lives on in every other
/// process that has it in its cache. Do not put one in here.
///
/// # How a session is kept
///
/// Under an id of 128 bits, the first of a hash of the [`StoreKey`], which the data repeats in full: two sessions that share
/// an id are told apart, and the one that came second does not begin. The data is one text, and what is in it is sealed.
/// Reading takes one call, each write two, an insertion another two: the store's `create` may overwrite what stands (its
/// default does), so it is asked first.
///
/// The store counts with its own clock, so the record's `expiry_date` is the system's time, plus what the session has
/// left to live when it is seen, plus a minute. Removing what has expired is left to the store, whose `delete_expired` the
/// application runs as it did before.
///
/// Give it a table, a database or a prefix of its own. Beside tower-sessions' own layer, the ids of these records would be
/// those of that layer's sessions.
///
/// # When it does not answer
///
/// An error of the store refuses the request with 503. Time-outs are the store's own: none is added.
#[derive(Clone)]
pub struct TowerStore(Engine);

impl TowerStore {
    /// Keeps sessions in this store of tower-sessions 0.15, knowing [what it cannot promise](Self#what-it-cannot-promise).
    ///
    /// ```
    /// use session_runtime::{Principal, ServerKeys, Sessions, TowerStore};
    /// use tower_sessions_memory_store::MemoryStore;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # #[principal(realm = "shop-user")]
    /// # struct User {
    /// #     #[principal(id)]
    /// #     id: u64,
    /// # }
    ///
    /// # fn sessions(secret: &str) -> Result<Sessions<User>, Box<dyn std::error::Error>> {
    /// let store = TowerStore::best_effort(MemoryStore::default());
    /// let keys = ServerKeys::from_base64(secret)?;
    /// let sessions: Sessions<User> = Sessions::builder().store(store).server_keys(&keys).build()?;
    /// # Ok(sessions)
    /// # }
    /// # sessions("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY").unwrap();
    /// ```
    #[cfg(feature = "tower-sessions")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tower-sessions")))]
    pub fn best_effort(store: impl tower_sessions_core::SessionStore) -> Self {
        Self(Engine::release_0_15(store))
    }

    /// Keeps sessions in this store of tower-sessions 0.14, knowing [what it cannot promise](Self#what-it-cannot-promise).
    #[cfg(feature = "tower-sessions-0-14")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tower-sessions-0-14")))]
    pub fn best_effort_0_14(store: impl tower_sessions_core_0_14::SessionStore) -> Self {
        Self(Engine::release_0_14(store))
    }

    async fn insert_now(&self, key: StoreKey, record: Record) -> Result<bool, StoreError> {
        let entry = entry(key, record)?;
        let id = entry.id;
        // Whatever stands there, somebody else's too: the store's `create` may overwrite it.
        if !matches!(self.0.load(id).await?, Found::Nothing) {
            return Ok(false);
        }
        let created = self.0.create(entry).await?;
        if created != id {
            // Another one came first, and the store chose an id under which nobody looks.
            self.0.delete(created).await?;
        }
        Ok(created == id)
    }

    async fn load_now(&self, key: StoreKey) -> Result<Option<Record>, StoreError> {
        Ok(match self.0.load(entry::id_of(key)).await? {
            Found::Nothing => None,
            Found::Data(data) => entry::record(key, &data),
            Found::Undecodable => Some(Record::unreadable()),
        })
    }

    async fn touch_now(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, StoreError> {
        let Some(mut record) = self.standing(key).await? else { return Ok(false) };
        if record.successor.is_some() || seen_at >= record.expires_at {
            return Ok(false);
        }
        record.touched(seen_at, expires_at);
        self.0.save(entry(key, record)?).await?;
        Ok(true)
    }

    /// Changes a record that has this revision.
    async fn change_at(
        &self,
        key: StoreKey,
        revision: u64,
        change: impl FnOnce(&mut Record),
    ) -> Result<Replaced, StoreError> {
        let Some(mut record) = self.standing(key).await? else { return Ok(Replaced::Gone) };
        if record.successor.is_some() {
            return Ok(Replaced::Gone);
        }
        if record.revision != revision {
            return Ok(Replaced::Conflict);
        }
        change(&mut record);
        self.0.save(entry(key, record)?).await?;
        Ok(Replaced::Replaced)
    }

    async fn remove_now(&self, key: StoreKey) -> Result<Removed, StoreError> {
        let Some(record) = self.load_now(key).await? else { return Ok(Removed::Nothing) };
        self.0.delete(entry::id_of(key)).await?;
        Ok(record.successor.map_or(Removed::Record, Removed::Alias))
    }

    /// The record to change. What cannot be read is not written over.
    async fn standing(&self, key: StoreKey) -> Result<Option<Record>, StoreError> {
        let record = self.load_now(key).await?;
        if record.as_ref().is_some_and(Record::is_unreadable) {
            return Err(StoreError::from_reason("what stands there is no record of this release"));
        }
        Ok(record)
    }
}

fn entry(key: StoreKey, record: Record) -> Result<Entry, StoreError> {
    Entry::new(key, &RecordParts::try_from(record)?, SystemTime::now())
        .ok_or_else(|| StoreError::from_reason("the record is too large"))
}

/// Shows nothing of what is kept, as the stores themselves do.
impl fmt::Debug for TowerStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TowerStore").finish_non_exhaustive()
    }
}

impl Store for TowerStore {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        StoreFuture::new(self.insert_now(key, record))
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        StoreFuture::new(self.load_now(key))
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(self.change_at(key, revision, move |standing| standing.replaced(record)))
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        StoreFuture::new(self.touch_now(key, seen_at, expires_at))
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(self.change_at(old, revision, move |standing| standing.aliased(new, until)))
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        StoreFuture::new(self.remove_now(key))
    }

    /// An error: the sessions of a subject cannot be found.
    fn of_subject(&self, _: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        StoreFuture::new(async { Err(nobody_is_found()) })
    }

    /// An error: the sessions of a subject cannot be found.
    fn remove_subject(&self, _: SubjectKey, _: Option<StoreKey>) -> StoreFuture<'_, usize> {
        StoreFuture::new(async { Err(nobody_is_found()) })
    }

    /// None: see [what it cannot promise](TowerStore#what-it-cannot-promise).
    fn promises(&self) -> StorePromises {
        StorePromises { atomic_writes: false, final_removal: false, subject_index: false, keeps_until_expiry: false }
    }
}

fn nobody_is_found() -> StoreError {
    StoreError::from_reason("a store of tower-sessions cannot find sessions by their subject")
}
