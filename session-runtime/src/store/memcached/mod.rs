//! Sessions in Memcached.

mod builder;
mod expiry;
mod item;
mod pool;
mod protocol;
mod subjects;

use std::fmt;
use std::sync::Arc;

pub use self::builder::MemcachedStoreBuilder;
use self::item::Written;
use self::pool::{Failure, Pool};
use self::protocol::{Condition, Reply};
use super::{Record, Removed, Replaced, Store, StoreError, StoreFuture, StoreKey, StorePromises, SubjectKey};
use crate::clock::Timestamp;

/// How often another write may come first before the server, not the others, is to blame: each time, one of them was done.
const ATTEMPTS: usize = 200;

/// Keeps sessions in Memcached 1.6 or later.
///
/// ```no_run
/// use session_runtime::{MemcachedStore, Principal, ServerKeys, Sessions};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # #[principal(realm = "shop-user")]
/// # struct User {
/// #     #[principal(id)]
/// #     id: u64,
/// # }
///
/// # async fn sessions() -> Result<Sessions<User>, Box<dyn std::error::Error>> {
/// let store = MemcachedStore::builder("127.0.0.1:11211").key_prefix("shop:").subject_index().connect().await?;
/// let keys = ServerKeys::from_base64(&std::env::var("SHOP_KEY")?)?;
/// let sessions = Sessions::builder().store(store).server_keys(&keys).build()?;
/// # Ok(sessions)
/// # }
/// ```
///
/// # How a session is kept
///
/// A record is one item. Reading it takes one round trip. It is written with the number that was read beside it, which the
/// server compares, so that no write undoes another and none brings back what was removed; a write that came too late reads
/// and tries again. The server drops the item a minute after the session has expired.
///
/// # What it cannot promise
///
/// A server that is full evicts what was not used for the longest time, and one that is restarted has forgotten everything:
/// those visitors log in again. A list of what is revoked has no place here, and [says so](Store::promises).
///
/// Sessions are found by their subject only with [`subject_index`](MemcachedStoreBuilder::subject_index), and a session then
/// ends with the list that names it. Without it, whatever needs them to be found (`max_sessions`, and the list of somebody's
/// sessions) is refused.
///
/// A record has to fit in an item, 1 MiB unless the server was told otherwise. One that does not is an error, and what stood
/// before stays.
///
/// # When it does not answer
///
/// Every operation fails within the [time-outs](MemcachedStoreBuilder::command_timeout), which rejects the request with 503.
/// The next one connects again. A connection that the server closed while it was idle costs nothing: the store takes another.
/// It sends a write a second time only if no byte of it had left.
///
/// A request that is cancelled costs no connection. A command that has started finishes without the request, and its
/// connection returns to the pool; waiting for a connection ends with the request. What may have become of a write that
/// failed is told at [`StoreError`](StoreError#when-a-write-fails).
///
/// # The client
///
/// It is part of this crate: four of the meta commands, over a small pool. The published clients were found wanting:
/// `async-memcached` 0.9 connects to IPv4 alone, has neither a pool nor time-outs and depends on the unmaintained `fxhash`;
/// `memcache-async` 0.10 and `memcache` 0.21 do not know the meta commands, without which a removal cannot be conditional.
#[derive(Clone)]
pub struct MemcachedStore(Arc<Inner>);

struct Inner {
    pool: Pool,
    prefix: String,
    indexed: bool,
}

impl MemcachedStore {
    /// The sessions of the server at this address, such as `127.0.0.1:11211` or `memcached.example:11211`, with the default
    /// settings.
    ///
    /// # Errors
    ///
    /// When nothing answers there in time, or it does not know the meta commands of Memcached 1.6.
    pub async fn connect(address: impl Into<String>) -> Result<Self, StoreError> {
        Self::builder(address).connect().await
    }

    /// Begins with the address of the server.
    pub fn builder(address: impl Into<String>) -> MemcachedStoreBuilder {
        MemcachedStoreBuilder::new(address.into())
    }

    async fn insert_now(&self, key: StoreKey, record: Record) -> Result<bool, Failure> {
        if let Some(subject) = record.subject.filter(|_| self.0.indexed) {
            // First, because what is not listed does not count.
            self.enlist(subject, key, record.last_seen_at).await?;
        }
        let name = self.record_name(key);
        match self.write(&name, Condition::Absent, record).await? {
            Reply::Done => Ok(true),
            Reply::NotStored => Ok(false),
            _ => Err(Failure::Senseless),
        }
    }

    async fn load_now(&self, key: StoreKey) -> Result<Option<Record>, Failure> {
        let Some((_, record)) = self.read(&self.record_name(key)).await? else { return Ok(None) };
        match record.subject.filter(|_| self.0.indexed) {
            Some(subject) if !self.is_listed(subject, key).await? => Ok(None),
            _ => Ok(Some(record)),
        }
    }

    async fn replace_now(&self, key: StoreKey, record: Record, revision: u64) -> Result<Replaced, Failure> {
        self.change_at(key, revision, |standing| standing.replaced(record.clone())).await
    }

    async fn alias_now(
        &self,
        old: StoreKey,
        new: StoreKey,
        until: Timestamp,
        revision: u64,
    ) -> Result<Replaced, Failure> {
        self.change_at(old, revision, |standing| standing.aliased(new, until)).await
    }

    /// Changes a record that still has this revision.
    async fn change_at(&self, key: StoreKey, revision: u64, change: impl Fn(&mut Record)) -> Result<Replaced, Failure> {
        let name = self.record_name(key);
        for _ in 0..ATTEMPTS {
            let Some((unique, mut record)) = self.read(&name).await? else { return Ok(Replaced::Gone) };
            expect_readable(&record)?;
            if record.successor.is_some() {
                return Ok(Replaced::Gone);
            }
            if record.revision != revision {
                return Ok(Replaced::Conflict);
            }
            change(&mut record);
            match self.overwrite(&name, unique, record).await? {
                Written::Done => return Ok(Replaced::Replaced),
                Written::Gone => return Ok(Replaced::Gone),
                Written::Changed => {}
            }
        }
        Err(Failure::NeverThrough)
    }

    async fn touch_now(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, Failure> {
        let name = self.record_name(key);
        for _ in 0..ATTEMPTS {
            let Some((unique, mut record)) = self.read(&name).await? else { return Ok(false) };
            expect_readable(&record)?;
            if record.successor.is_some() || seen_at >= record.expires_at {
                return Ok(false);
            }
            record.touched(seen_at, expires_at);
            match self.overwrite(&name, unique, record).await? {
                Written::Done => return Ok(true),
                Written::Gone => return Ok(false),
                Written::Changed => {}
            }
        }
        Err(Failure::NeverThrough)
    }

    async fn remove_now(&self, key: StoreKey) -> Result<Removed, Failure> {
        let Some(record) = self.remove_if(key, |_| true).await? else { return Ok(Removed::Nothing) };
        if let Some(subject) = record.subject.filter(|_| self.0.indexed) {
            // The record is gone already, and a key that leads nowhere does no harm.
            let _ = self.strike(subject, &[key]).await;
        }
        Ok(record.successor.map_or(Removed::Record, Removed::Alias))
    }

    /// Removes a record of which this holds; answers with it as it last stood.
    async fn remove_if(&self, key: StoreKey, holds: impl Fn(&Record) -> bool) -> Result<Option<Record>, Failure> {
        let name = self.record_name(key);
        for _ in 0..ATTEMPTS {
            let Some((unique, record)) = self.read(&name).await? else { return Ok(None) };
            if !holds(&record) {
                return Ok(None);
            }
            match self.delete(&name, unique).await? {
                Written::Done => return Ok(Some(record)),
                Written::Gone => return Ok(None),
                Written::Changed => {}
            }
        }
        Err(Failure::NeverThrough)
    }
}

fn expect_readable(record: &Record) -> Result<(), Failure> {
    if record.is_unreadable() { Err(Failure::Unreadable) } else { Ok(()) }
}

/// Shows no password.
impl fmt::Debug for MemcachedStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemcachedStore")
            .field("prefix", &self.0.prefix)
            .field("indexed", &self.0.indexed)
            .finish_non_exhaustive()
    }
}

impl Store for MemcachedStore {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        StoreFuture::new(async move { Ok(self.insert_now(key, record).await?) })
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        StoreFuture::new(async move { Ok(self.load_now(key).await?) })
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(async move { Ok(self.replace_now(key, record, revision).await?) })
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        StoreFuture::new(async move { Ok(self.touch_now(key, seen_at, expires_at).await?) })
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(async move { Ok(self.alias_now(old, new, until, revision).await?) })
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        StoreFuture::new(async move { Ok(self.remove_now(key).await?) })
    }

    /// An error without [`subject_index`](MemcachedStoreBuilder::subject_index).
    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        StoreFuture::new(async move { Ok(self.of_subject_now(subject).await?) })
    }

    /// An error without [`subject_index`](MemcachedStoreBuilder::subject_index).
    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        StoreFuture::new(async move { Ok(self.remove_subject_now(subject, except).await?) })
    }

    /// What was removed stays removed; but what was kept may be evicted, and sessions are found by their subject only where
    /// the builder was told to list them.
    fn promises(&self) -> StorePromises {
        StorePromises { subject_index: self.0.indexed, keeps_until_expiry: false, ..StorePromises::ALL }
    }
}
