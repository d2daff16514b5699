//! Where the server is, and how long to wait for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::io::tcp::TcpSettings;
use ::redis::{Client, IntoConnectionInfo, ProtocolVersion};

use super::connection::Server;
use super::failure::Failure;
use super::link::{Limits, Link};
use super::near::NearSettings;
use super::{Inner, Names, RedisStore};
use crate::store::{StoreError, StorePromises};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const NEAR_TRUST: Duration = Duration::from_secs(1);
const COMMAND_TIMEOUT: Duration = Duration::from_millis(500);

/// Builds a [`RedisStore`].
pub struct RedisStoreBuilder {
    addresses: Vec<String>,
    in_a_cluster: bool,
    key_prefix: String,
    limits: Limits,
    evicts_nothing: bool,
    near_records: Option<usize>,
    near_trust: Duration,
}

impl RedisStoreBuilder {
    pub(super) fn one(address: &str) -> Self {
        Self {
            addresses: vec![address.to_owned()],
            in_a_cluster: false,
            key_prefix: "session:".to_owned(),
            limits: Limits { connect: CONNECT_TIMEOUT, command: COMMAND_TIMEOUT },
            evicts_nothing: false,
            near_records: None,
            near_trust: NEAR_TRUST,
        }
    }

    #[cfg(feature = "redis-cluster")]
    pub(super) fn cluster(addresses: Vec<String>) -> Self {
        Self { addresses, in_a_cluster: true, ..Self::one("") }
    }

    /// What the names of all keys begin with; `session:` by default. Applications that share a server need one each.
    #[must_use]
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// How long connecting may take, the password and other preliminaries included; one second by default.
    #[must_use]
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// How long the answer to one command may take; half a second by default. Most operations are one command; a log-in is
    /// two.
    #[must_use]
    pub const fn command_timeout(mut self, limit: Duration) -> Self {
        self.limits.command = limit;
        self
    }

    /// Says that the server's `maxmemory-policy` is `noeviction`, on every node, in the place of asking: for a server that
    /// does not allow `CONFIG GET`, as most that are rented do not.
    #[must_use]
    pub const fn evicts_nothing(mut self) -> Self {
        self.evicts_nothing = true;
        self
    }

    /// Keeps up to this many records in the process, until the server says that they changed (`CLIENT TRACKING`, Redis 6).
    ///
    /// Whatever changes a session, here or on another node, is told to every node that keeps it, within about the time that a
    /// packet takes: what another node has just ended may still be admitted for that long. When the connection is lost,
    /// nothing is served from it; where neither end was told of the loss, for no longer than
    /// [`near_cache_trust`](Self::near_cache_trust). It belongs to one server, and a [cluster](RedisStore::cluster) refuses
    /// it. None are kept by default.
    #[cfg(feature = "redis-near-cache")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis-near-cache")))]
    #[must_use]
    pub fn near_cache(mut self, records: std::num::NonZeroUsize) -> Self {
        self.near_records = Some(records.get());
        self
    }

    /// For how long after the server last answered what is [kept](Self::near_cache) counts; one second by default. After
    /// that, the next request asks the server.
    #[cfg(feature = "redis-near-cache")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis-near-cache")))]
    #[must_use]
    pub const fn near_cache_trust(mut self, limit: Duration) -> Self {
        self.near_trust = limit;
        self
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// When there is no such address, or nothing answers there in time, or it refuses the password. For a cluster also with a
    /// near cache, and when a primary cannot be asked whether it [evicts](Self::evicts_nothing).
    pub async fn connect(self) -> Result<RedisStore, StoreError> {
        let near = self.near_records.map(|records| NearSettings { records, trusted_for: self.near_trust });
        if self.in_a_cluster && near.is_some() {
            return Err(Failure::NoNearCluster.into());
        }
        let link = Link::new(self.server().map_err(Failure::Server)?, self.limits, near);
        let keeps = self.evicts_nothing || evicts_nothing(&link).await?;
        let promises = StorePromises { keeps_until_expiry: keeps, subject_index: keeps, ..StorePromises::ALL };
        Ok(RedisStore(Arc::new(Inner { link, names: Names::new(self.key_prefix), promises })))
    }

    fn server(&self) -> ::redis::RedisResult<Server> {
        // A command waits for nothing that would fill its packet.
        let tcp = TcpSettings::default().set_nodelay(true);
        #[cfg(feature = "redis-cluster")]
        if self.in_a_cluster {
            let addresses = self.addresses.iter().map(String::as_str);
            let builder = ::redis::cluster::ClusterClient::builder(addresses)
                .tcp_settings(tcp)
                .connection_timeout(self.limits.connect)
                .response_timeout(self.limits.command)
                // In the newer protocol, a node that closes a connection is connected to at once.
                .use_protocol(ProtocolVersion::RESP3)
                // The store decides which commands are sent again.
                .retries(0);
            return Ok(Server::Cluster(Box::new(builder.build()?)));
        }
        let address = self.addresses.first().map_or("", String::as_str);
        let mut info = address.into_connection_info()?.set_tcp_settings(tcp);
        if self.near_records.is_some() {
            // The older protocol has no way to say anything that was not asked for.
            let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
            info = info.set_redis_settings(settings);
        }
        Ok(Server::One(Client::open(info)?))
    }
}

/// Asks every primary. One that may not be asked promises nothing.
async fn evicts_nothing(link: &Arc<Link>) -> Result<bool, Failure> {
    let mut command = ::redis::cmd("CONFIG");
    command.arg("GET").arg("maxmemory-policy");
    let mut all = true;
    for answer in link.ask_primaries(&command).await? {
        all &= match answer.extract_error() {
            Ok(answer) => {
                let settings: Vec<(String, String)> = ::redis::from_redis_value(answer).unwrap_or_default();
                settings.iter().any(|(_, policy)| policy == "noeviction")
            }
            // It answers, and refuses.
            Err(error) if error.code().is_some() && !Failure::refuses_everything(&error) => false,
            Err(error) => return Err(Failure::Server(error)),
        };
    }
    Ok(all)
}

/// Shows neither addresses nor passwords.
impl fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStoreBuilder")
            .field("in_a_cluster", &self.in_a_cluster)
            .field("key_prefix", &self.key_prefix)
            .field("limits", &self.limits)
            .field("evicts_nothing", &self.evicts_nothing)
            .finish_non_exhaustive()
    }
}
