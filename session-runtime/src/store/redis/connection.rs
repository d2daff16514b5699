//! A connection to the server: made, used, and known to be closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use ::redis::aio::{ConnectionLike, MultiplexedConnection, SendError};
#[cfg(feature = "redis-cluster")]
use ::redis::cluster_async::ClusterConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, RedisFuture, Value};
use tokio::task::yield_now;

#[cfg(feature = "redis-cluster")]
use super::cluster;
use super::failure::Failure;
use super::near::NearCache;

/// After this time without use, the server may have closed a connection without the runtime having noticed.
const IDLE_FOR: Duration = Duration::from_millis(2);

/// A server, or the nodes of a cluster.
pub(super) enum Server {
    One(Client),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<::redis::cluster::ClusterClient>),
}

/// A connection that all requests share.
#[derive(Clone)]
pub(super) struct Established {
    pub(super) connection: Connection,
    /// Records that were read over it.
    pub(super) near: Option<Arc<NearCache>>,
    usage: Arc<Usage>,
}

/// Tells one connection from the next.
pub(super) struct Identity(Arc<Usage>);

#[derive(Clone)]
pub(super) enum Connection {
    One(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

/// Failures after which a command may be sent again.
#[derive(Clone, Copy)]
pub(super) enum Repeat {
    /// The command only reads.
    AfterLoss,
    /// The command changes something. It may have been executed unless the server says otherwise.
    AfterRefusal,
}

/// Instants at which a connection was used.
struct Usage {
    made_at: Instant,
    /// Milliseconds from then until the last answer.
    answered_after: AtomicU64,
}

impl Established {
    pub(super) fn new(connection: Connection, near: Option<Arc<NearCache>>) -> Self {
        let usage = Usage { made_at: Instant::now(), answered_after: AtomicU64::new(0) };
        Self { connection, near, usage: Arc::new(usage) }
    }

    pub(super) fn identity(&self) -> Identity {
        Identity(Arc::clone(&self.usage))
    }

    /// The server has answered a request that was sent at this instant.
    pub(super) fn answered(&self, sent_at: Instant) {
        let after = self.usage.made_at.elapsed().as_millis();
        self.usage.answered_after.store(u64::try_from(after).unwrap_or(u64::MAX), Ordering::Relaxed);
        if let Some(near) = &self.near {
            near.heard(sent_at);
        }
    }

    /// Something changes this record, or has changed it.
    pub(super) fn forget(&self, name: &str) {
        if let Some(near) = &self.near {
            near.forget(name);
        }
    }

    /// Returns true if the server is known to have closed the connection. Sends nothing.
    pub(super) async fn is_closed(&self) -> bool {
        let answered_after = Duration::from_millis(self.usage.answered_after.load(Ordering::Relaxed));
        if self.usage.made_at.elapsed().saturating_sub(answered_after) < IDLE_FOR {
            return false;
        }
        // In the first turn the runtime learns of it, and in the second the task that reads the connection.
        yield_now().await;
        yield_now().await;
        self.connection.is_closed()
    }
}

impl Repeat {
    pub(super) fn allows(self, failure: &Failure) -> bool {
        match self {
            Self::AfterLoss => failure.is_lost_connection() || failure.is_refusal(),
            Self::AfterRefusal => failure.is_refusal(),
        }
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Server {
    pub(super) async fn connect(&self, near: Option<&Arc<NearCache>>) -> Result<Connection, Failure> {
        match self {
            Self::One(client) => {
                // The link counts the time, connecting and setting up included.
                let mut config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
                if let Some(near) = near.map(Arc::clone) {
                    config = config.set_push_sender(move |push| {
                        near.pushed(&push);
                        Ok::<(), SendError>(())
                    });
                }
                let connected = client.get_multiplexed_async_connection_with_config(&config).await;
                let mut connection = Connection::One(connected.map_err(Failure::Server)?);
                if near.is_some() {
                    let mut tracking = ::redis::cmd("CLIENT");
                    tracking.arg("TRACKING").arg("ON");
                    connection.send(&tracking, Repeat::AfterRefusal).await?;
                }
                Ok(connection)
            }
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(client) => {
                client.get_async_connection().await.map(Connection::Cluster).map_err(Failure::Server)
            }
        }
    }
}

impl Connection {
    /// Sends a command, in a cluster to the node that has its key.
    #[cfg_attr(
        not(feature = "redis-cluster"),
        expect(unused_variables, reason = "only the client of a cluster repeats a command")
    )]
    pub(super) async fn send(&mut self, command: &Cmd, repeat: Repeat) -> Result<Value, Failure> {
        let answer = match self {
            Self::One(connection) => connection.req_packed_command(command).await.and_then(Value::extract_error),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => cluster::send(connection, command, matches!(repeat, Repeat::AfterLoss)).await,
        };
        answer.map_err(Failure::Server)
    }

    /// The answers of every primary of a cluster, or of the one server. A node that refuses answers with an error.
    pub(super) async fn send_to_primaries(&mut self, command: &Cmd) -> Result<Vec<Value>, Failure> {
        match self {
            Self::One(connection) => {
                let answer = connection.req_packed_command(command).await.map_err(Failure::Server)?;
                Ok(vec![answer])
            }
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => {
                let answers = cluster::send_to_primaries(connection, command).await.map_err(Failure::Server)?;
                answers.ok_or(Failure::MissingPrimary)
            }
        }
    }

    /// Returns true if the task behind the connection has ended.
    fn is_closed(&self) -> bool {
        let ping = ::redis::cmd("PING");
        // A task that has ended takes no command. One that lives drops a command whose caller is gone.
        let is_refused = |answer: &mut RedisFuture<'_, Value>| {
            matches!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Err(_)))
        };
        match self {
            Self::One(connection) => is_refused(&mut connection.clone().req_packed_command(&ping)),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => is_refused(&mut connection.clone().req_packed_command(&ping)),
        }
    }

    /// Returns true if the next command needs another connection.
    ///
    /// A connection that does not answer may have lost its other end without being told. That of a cluster looks after its
    /// nodes itself.
    pub(super) fn ends_with(&self, failure: &Failure) -> bool {
        match self {
            Self::One(_) => matches!(failure, Failure::NoAnswer(_)) || failure.is_lost_connection(),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(_) => false,
        }
    }

    /// Returns the pause after a connection was given up because its server refuses.
    ///
    /// A connection to a cluster costs more to make, and leads to nodes that do not refuse.
    pub(super) const fn pause_after_refusal(&self) -> Duration {
        match self {
            Self::One(_) => Duration::from_millis(100),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(_) => Duration::from_secs(1),
        }
    }
}
