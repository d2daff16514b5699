//! Sessions in Redis or Valkey.

mod builder;
#[cfg(feature = "redis-cluster")]
mod cluster;
mod connection;
mod failure;
mod fields;
mod lifetime;
mod link;
mod names;
mod near;
mod script;
mod subjects;

use std::fmt;
use std::sync::Arc;

use ::redis::Value;

pub use self::builder::RedisStoreBuilder;
use self::failure::Failure;
use self::fields::{instant, number};
use self::lifetime::Lifetime;
use self::link::Link;
use self::names::Names;
use super::{
    Record, RecordParts, Removed, Replaced, Store, StoreError, StoreFuture, StoreKey, StorePromises, SubjectKey,
};
use crate::clock::Timestamp;

/// Keeps sessions in Redis 6 or later, or in Valkey: one server, or a [cluster](Self::cluster).
///
/// ```no_run
/// use session_runtime::{Principal, RedisStore, ServerKeys, Sessions};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # #[principal(realm = "shop-user")]
/// # struct User {
/// #     #[principal(id)]
/// #     id: u64,
/// # }
///
/// # async fn sessions() -> Result<Sessions<User>, Box<dyn std::error::Error>> {
/// let store = RedisStore::builder("redis://127.0.0.1/").key_prefix("shop:").connect().await?;
/// let keys = ServerKeys::from_base64(&std::env::var("SHOP_KEY")?)?;
/// let sessions = Sessions::builder().store(store).server_keys(&keys).build()?;
/// # Ok(sessions)
/// # }
/// ```
///
/// # How a session is kept
///
/// A record is a hash, which the server drops a minute after the session has expired; the list of a subject's sessions is a
/// sorted set beside it. Reading a session takes one command and one round trip. What is checked and written is one script on
/// one key, so that a cluster serves, too, and no two writes meet half-way. The server's clock is never compared with the
/// caller's.
///
/// The account of a server with access control needs the commands `HMGET`, `EVALSHA`, `EVAL`, `EXISTS`, `HSET`, `PTTL`,
/// `PEXPIRE`, `DEL`, `TIME`, `ZADD`, `ZCARD`, `ZSCORE`, `ZREM` and `ZRANGE` on the keys that begin with the prefix; and
/// `CONFIG GET`, unless the application [vouches](RedisStoreBuilder::evicts_nothing) for what it would tell.
///
/// # What the server's settings decide
///
/// * `maxmemory-policy`: only under `noeviction` does a session stay until it expires, and does the list of a subject's
///   sessions name all of them. It is asked for once, when the store is made, on every primary of a cluster, and what is
///   [promised](Store::promises) follows from it.
/// * Persistence: a server that is killed and started again has forgotten what it had not written yet. A log-out among that
///   is undone, unless `appendfsync always` is set; the same goes for a replica that takes over.
///
/// # Records near the request
///
/// With the feature `redis-near-cache`, records can be [kept in the process](RedisStoreBuilder::near_cache) until the server
/// says that they changed: most requests then ask the server nothing.
///
/// # When it does not answer
///
/// Every operation fails within the [time-outs](RedisStoreBuilder::command_timeout), which rejects the request with 503. The
/// next operation connects again, without a pause and without a limit to attempts. A request that is cancelled costs no
/// connection: what it has sent is executed, and what it has not sent is dropped.
///
/// A server may refuse a command: it became a replica, loads its data, lost its primary or its replicas, or cannot keep more.
/// The store then gives up the connection, at most ten times a second (once in a cluster), resolves the address again and
/// repeats the command where it leads. So a failover needs no restart.
///
/// A write is sent a second time only if it was certainly not executed: because the server refused it, or had closed the
/// connection before, or because the node of a cluster does not have the key. What may have become of a write that failed is told at
/// [`StoreError`](StoreError#when-a-write-fails).
///
/// # TLS
///
/// Addresses that begin with `rediss://` need the client's TLS switched on in the application's own manifest, where it says
/// by which library and with which certificates:
/// `redis = { version = "1.8", default-features = false, features = ["tokio-rustls-comp", "tls-rustls-webpki-roots"] }`.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    link: Arc<Link>,
    names: Names,
    promises: StorePromises,
}

impl RedisStore {
    /// The sessions of the server at this address, such as `redis://user:password@host:6379/0`, with the default settings.
    ///
    /// # Errors
    ///
    /// When there is no such address, or nothing answers there in time, or it refuses the password.
    pub async fn connect(address: impl AsRef<str>) -> Result<Self, StoreError> {
        Self::builder(address).connect().await
    }

    /// Begins with the address of one server.
    pub fn builder(address: impl AsRef<str>) -> RedisStoreBuilder {
        RedisStoreBuilder::one(address.as_ref())
    }

    /// Begins with the addresses of some nodes of a cluster; the others are asked for.
    #[cfg(feature = "redis-cluster")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis-cluster")))]
    pub fn cluster<A: AsRef<str>>(addresses: impl IntoIterator<Item = A>) -> RedisStoreBuilder {
        RedisStoreBuilder::cluster(addresses.into_iter().map(|address| address.as_ref().to_owned()).collect())
    }

    async fn insert_now(&self, key: StoreKey, record: Record) -> Result<bool, Failure> {
        let parts = RecordParts::try_from(record).map_err(|_| Failure::NotBytes)?;
        let lifetime = Lifetime::between(parts.last_seen_at, parts.expires_at);
        let mut listed = String::new();
        if let Some(subject) = parts.subject {
            // First, so that no session stands that is not listed.
            self.enlist(subject, key, &lifetime).await?;
            listed = instant(lifetime.listed_until);
        }
        let (fields, to_live) = (fields::written(&parts), lifetime.milliseconds());
        let mut arguments: Vec<&[u8]> = vec![to_live.as_bytes(), b"listed", listed.as_bytes()];
        arguments.extend(fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_slice()]));
        match script::INSERT.run(self.link(), &self.0.names.record(&key), &arguments).await? {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            _ => Err(Failure::Senseless),
        }
    }

    async fn load_now(&self, key: StoreKey) -> Result<Option<Record>, Failure> {
        let mut command = ::redis::cmd("HMGET");
        let name = self.0.names.record(&key);
        command.arg(&name).arg(&fields::FIELDS);
        self.link().record(&name, &command).await
    }

    async fn replace_now(&self, key: StoreKey, record: Record, revision: u64) -> Result<Replaced, Failure> {
        let parts = RecordParts::try_from(record).map_err(|_| Failure::NotBytes)?;
        let (read, next) = (number(revision), number(revision.saturating_add(1)));
        let authenticated = instant(parts.authenticated_at);
        let arguments: [&[u8]; 5] =
            [read.as_bytes(), next.as_bytes(), authenticated.as_bytes(), &parts.payload, &parts.listing];
        replaced(&script::REPLACE.run(self.link(), &self.0.names.record(&key), &arguments).await?)
    }

    async fn touch_now(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, Failure> {
        let name = self.0.names.record(&key);
        let lifetime = Lifetime::between(seen_at, expires_at);
        let (seen, expires, to_live) = (instant(seen_at), instant(expires_at), lifetime.milliseconds());
        let touch = async |listed_until: &str| {
            let arguments = [seen.as_bytes(), expires.as_bytes(), to_live.as_bytes(), listed_until.as_bytes()];
            script::TOUCH.run(self.link(), &name, &arguments).await
        };
        let mut answer = touch("").await?;
        if let Some(subject) = fields::bytes(&answer) {
            let subject = subject.try_into().map(SubjectKey::from_bytes).map_err(|_| Failure::Senseless)?;
            self.enlist(subject, key, &lifetime).await?;
            answer = touch(&instant(lifetime.listed_until)).await?;
        }
        match answer {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            _ => Err(Failure::Senseless),
        }
    }

    async fn alias_now(
        &self,
        old: StoreKey,
        new: StoreKey,
        until: Timestamp,
        revision: u64,
    ) -> Result<Replaced, Failure> {
        let (read, until, slack) = (number(revision), instant(until), lifetime::SLACK.as_millis().to_string());
        let arguments: [&[u8]; 4] = [read.as_bytes(), new.as_bytes(), until.as_bytes(), slack.as_bytes()];
        replaced(&script::ALIAS.run(self.link(), &self.0.names.record(&old), &arguments).await?)
    }

    async fn remove_now(&self, key: StoreKey) -> Result<Removed, Failure> {
        let answer = script::REMOVE.run(self.link(), &self.0.names.record(&key), &[]).await?;
        let (successor, subject) = match &answer {
            Value::Int(0) => return Ok(Removed::Nothing),
            Value::Array(values) if let [successor, subject] = values.as_slice() => (successor, subject),
            _ => return Err(Failure::Senseless),
        };
        if let Ok(Some(subject)) = fields::optional(subject, SubjectKey::from_bytes) {
            // The record is gone already, and whoever reads the list tidies it.
            let _ = self.strike(subject, &[key]).await;
        }
        let successor = fields::optional(successor, StoreKey::from_bytes).ok().flatten();
        Ok(successor.map_or(Removed::Record, Removed::Alias))
    }

    fn link(&self) -> &Arc<Link> {
        &self.0.link
    }
}

fn replaced(answer: &Value) -> Result<Replaced, Failure> {
    match answer {
        Value::Int(0) => Ok(Replaced::Gone),
        Value::Int(1) => Ok(Replaced::Replaced),
        Value::Int(2) => Ok(Replaced::Conflict),
        _ => Err(Failure::Senseless),
    }
}

/// Shows neither addresses nor passwords.
impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStore")
            .field("names", &self.0.names)
            .field("promises", &self.0.promises)
            .finish_non_exhaustive()
    }
}

impl Store for RedisStore {
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

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        StoreFuture::new(async move { Ok(self.of_subject_now(subject).await?) })
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        StoreFuture::new(async move { Ok(self.remove_subject_now(subject, except).await?) })
    }

    /// All of them where the server evicts nothing. Where it does, or does not say, a record may be forgotten, and so may
    /// the list of a subject's sessions; what was removed stays removed all the same.
    fn promises(&self) -> StorePromises {
        self.0.promises
    }
}
