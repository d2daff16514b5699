//! Where the server is, and how long to wait for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::pool::{Failure, Pool, Settings};
use super::protocol::{self, Reply};
use super::{Inner, MemcachedStore};
use crate::store::StoreError;

/// What is left of the 250 bytes of a key is more than the rest of its name takes.
const LONGEST_PREFIX: usize = 100;

/// Builds a [`MemcachedStore`].
pub struct MemcachedStoreBuilder {
    settings: Settings,
    key_prefix: String,
    indexed: bool,
}

impl MemcachedStoreBuilder {
    pub(super) fn new(address: String) -> Self {
        Self {
            settings: Settings {
                address,
                credentials: None,
                connect_timeout: Duration::from_secs(1),
                command_timeout: Duration::from_millis(500),
                connections: 16,
                largest_item: 1024 * 1024,
            },
            key_prefix: "session:".to_owned(),
            indexed: false,
        }
    }

    /// What the names of all keys begin with; `session:` by default. Applications that share a server need one each. Up to
    /// 100 visible ASCII characters.
    #[must_use]
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// Says who asks, to a server that was started with `-Y`. Without TLS, whoever listens hears it.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.settings.credentials = Some((user.into(), Zeroizing::new(password.into())));
        self
    }

    /// How long connecting may take; one second by default.
    #[must_use]
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.connect_timeout = limit;
        self
    }

    /// How long the answer to one command may take, and how long to wait for a connection that is in use; half a second
    /// each by default.
    #[must_use]
    pub const fn command_timeout(mut self, limit: Duration) -> Self {
        self.settings.command_timeout = limit;
        self
    }

    /// How many connections there are at the most; 16 by default, and at least one.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.settings.connections = connections.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// What the server was told by `-I`: how many bytes it keeps under one key, about a hundred of which are not the
    /// session's own. One megabyte (1,048,576 bytes) by default, as the server has it.
    #[must_use]
    pub const fn largest_item(mut self, bytes: usize) -> Self {
        self.settings.largest_item = bytes;
        self
    }

    /// Lists the sessions of each subject, in an item of its own, so that they can be found and ended together.
    ///
    /// The server may evict that item as it may evict any. Therefore a session of somebody counts only as long as the list
    /// names it: when the list is evicted, all sessions of the subject are over, and none is left that could not be found.
    /// It costs a second round trip whenever a session is read, and one at every log-in.
    #[must_use]
    pub const fn subject_index(mut self) -> Self {
        self.indexed = true;
        self
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// When nothing answers there in time, it refuses the password, or the prefix is none.
    pub async fn connect(self) -> Result<MemcachedStore, StoreError> {
        let is_name = self.key_prefix.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name || self.key_prefix.len() > LONGEST_PREFIX {
            return Err(Failure::Prefix.into());
        }
        let pool = Pool::new(self.settings);
        let store = MemcachedStore(Arc::new(Inner { pool, prefix: self.key_prefix, indexed: self.indexed }));
        // A server that does not speak the meta commands refuses this one.
        let there = store.0.pool.ask(protocol::get(&format!("{}there", store.0.prefix))).await?;
        match there {
            Reply::Miss | Reply::Value(..) => Ok(store),
            _ => Err(Failure::Senseless.into()),
        }
    }
}

/// Shows no password.
impl fmt::Debug for MemcachedStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemcachedStoreBuilder")
            .field("address", &self.settings.address)
            .field("key_prefix", &self.key_prefix)
            .field("indexed", &self.indexed)
            .finish_non_exhaustive()
    }
}
