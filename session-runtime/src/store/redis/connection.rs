//! A connection to the server: made, used, and known to be closed.

#[cfg(feature = "redis-cluster")]
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use ::redis::aio::{ConnectionLike, MultiplexedConnection, SendError};
#[cfg(feature = "redis-cluster")]
use ::redis::cluster_async::ClusterConnection;
#[cfg(feature = "redis-cluster")]
use ::redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
use ::redis::{AsyncConnectionConfig, Client, Cmd, Value};
use tokio::task::yield_now;

use super::failure::Failure;
#[cfg(feature = "redis-cluster")]
use super::fields;
use super::near::NearCache;

/// After this time without use, the server may have closed a connection without the runtime having noticed.
const IDLE_FOR: Duration = Duration::from_millis(2);

/// What is connected to.
pub(super) enum Server {
    One(Client),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<::redis::cluster::ClusterClient>),
}

/// A connection that all requests share.
#[derive(Clone)]
pub(super) struct Established {
    pub(super) connection: Connection,
    /// What is kept of the records that were read over it.
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

/// When a connection was used.
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

    /// Whether the server is known to have closed the connection. Sends nothing.
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
                    connection.send(&tracking).await?;
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
    pub(super) async fn send(&mut self, command: &Cmd) -> Result<Value, Failure> {
        let answer = match self {
            Self::One(connection) => connection.req_packed_command(command).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => connection.req_packed_command(command).await,
        };
        answer.and_then(Value::extract_error).map_err(Failure::Server)
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
                let primaries = MultipleNodeRoutingInfo::AllMasters;
                let routing = RoutingInfo::MultiNode((primaries, None));
                let answers = connection.route_command(command.clone(), routing).await.map_err(Failure::Server)?;
                let Value::Map(answers) = answers else { return Err(Failure::Senseless) };
                // The client leaves out a primary that it is not connected to.
                let slots = self.send(::redis::cmd("CLUSTER").arg("SLOTS")).await?;
                if answers.len() < primary_count(&slots) {
                    return Err(Failure::MissingPrimary);
                }
                Ok(answers.into_iter().map(|(_, answer)| answer).collect())
            }
        }
    }

    /// Whether the task behind the connection has ended. That of a cluster looks after its nodes itself.
    fn is_closed(&self) -> bool {
        match self {
            Self::One(connection) => {
                let mut connection = connection.clone();
                let ping = ::redis::cmd("PING");
                let mut answer = connection.req_packed_command(&ping);
                // A task that has ended takes no command. One that lives drops a command whose caller is gone.
                matches!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Err(_)))
            }
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(_) => false,
        }
    }

    /// Whether the next command had better have another connection. One that does not answer may have lost the other end
    /// without being told; that of a cluster looks after its nodes itself.
    pub(super) fn ends_with(&self, failure: &Failure) -> bool {
        let is_late = match self {
            Self::One(_) => matches!(failure, Failure::NoAnswer(_)),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(_) => false,
        };
        is_late || failure.is_lost_connection()
    }
}

/// How many primaries are named in the answer to `CLUSTER SLOTS`: ranges of slots, each with its primary first.
#[cfg(feature = "redis-cluster")]
fn primary_count(slots: &Value) -> usize {
    let Value::Array(ranges) = slots else { return usize::MAX };
    let ids = ranges.iter().map(|range| match range {
        Value::Array(range) => match range.get(2) {
            Some(Value::Array(node)) => node.get(2).and_then(fields::bytes),
            _ => None,
        },
        _ => None,
    });
    ids.collect::<BTreeSet<_>>().len()
}
