//! The connection: made when it is needed, given up when it does not answer, never waited for longer than allowed.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ::redis::aio::{ConnectionLike, MultiplexedConnection, SendError};
#[cfg(feature = "redis-cluster")]
use ::redis::cluster_async::ClusterConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, RedisError, ServerErrorKind, Value};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::fields;
use super::near::{NearCache, NearSettings};
use crate::store::{Record, StoreError};

/// The way to the server.
pub(super) struct Link {
    server: Server,
    limits: Limits,
    near: Option<NearSettings>,
    established: RwLock<Option<Established>>,
    /// Held by the one who connects, so that a thousand requests make one connection.
    connecting: Mutex<()>,
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) command: Duration,
}

/// What is connected to.
pub(super) enum Server {
    One(Client),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<::redis::cluster::ClusterClient>),
}

#[derive(Clone)]
struct Established {
    connection: Connection,
    /// Tells one connection from the next.
    identity: Arc<()>,
    /// What is kept of the records that were read over it.
    near: Option<Arc<NearCache>>,
}

#[derive(Clone)]
enum Connection {
    One(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    Server(RedisError),
    NotConnected(Duration),
    NoAnswer(Duration),
    /// An answer that none of the commands gives.
    Senseless,
    /// Each node of a cluster would have to be believed on its own.
    NoNearCluster,
    /// A record of the process itself, which this store is never given.
    NotBytes,
}

impl Link {
    pub(super) fn new(server: Server, limits: Limits, near: Option<NearSettings>) -> Self {
        Self { server, limits, near, established: RwLock::new(None), connecting: Mutex::new(()) }
    }

    /// Sends a command, once.
    pub(super) async fn ask(&self, command: &Cmd) -> Result<Value, Failure> {
        self.ask_over(&self.established().await?, command).await
    }

    /// Sends a command that only reads, a second time if the connection turns out to be lost: a server that was restarted
    /// refuses nobody.
    pub(super) async fn ask_again(&self, command: &Cmd) -> Result<Value, Failure> {
        match self.ask(command).await {
            Err(failure) if failure.is_lost_connection() => self.ask(command).await,
            answer => answer,
        }
    }

    /// Sends a command that changes what is under this name, once.
    pub(super) async fn change(&self, name: &str, command: &Cmd) -> Result<Value, Failure> {
        let established = self.established().await?;
        let forget = || established.near.iter().for_each(|near| near.forget(name));
        // Nothing of before is handed out once the answer is there: the server's own word may come after it.
        forget();
        let answer = self.ask_over(&established, command).await;
        forget();
        answer
    }

    /// The record under this name, which `command` reads unless it is near.
    pub(super) async fn record(&self, name: &str, command: &Cmd) -> Result<Option<Record>, Failure> {
        let established = self.established().await?;
        if let Some(record) = established.near.as_ref().and_then(|near| near.get(name, Instant::now())) {
            return Ok(Some(record));
        }
        match self.read_record(established, name, command).await {
            Err(failure) if failure.is_lost_connection() => {
                self.read_record(self.established().await?, name, command).await
            }
            answer => answer,
        }
    }

    async fn read_record(
        &self,
        established: Established,
        name: &str,
        command: &Cmd,
    ) -> Result<Option<Record>, Failure> {
        let reader = established.near.as_ref().map(|near| near.read(name));
        let record = fields::read(&self.ask_over(&established, command).await?);
        if let (Some(reader), Some(record)) = (reader, &record) {
            reader.finish(record);
        }
        Ok(record)
    }

    async fn ask_over(&self, established: &Established, command: &Cmd) -> Result<Value, Failure> {
        let Established { connection, identity, near } = established;
        let sent_at = Instant::now();
        let answer = timeout(self.limits.command, connection.clone().send(command)).await;
        let answer = answer.unwrap_or(Err(Failure::NoAnswer(self.limits.command)));
        if answer.as_ref().is_err_and(|failure| failure.ends(connection)) {
            self.forget(identity);
        }
        if let (Ok(_), Some(near)) = (&answer, near) {
            near.heard(sent_at);
        }
        answer
    }

    async fn established(&self) -> Result<Established, Failure> {
        if let Some(established) = self.present() {
            return Ok(established);
        }
        // Whoever waits for another's attempt waits no longer for both than for one.
        let attempt = timeout(self.limits.connect, async {
            let _turn = self.connecting.lock().await;
            if let Some(established) = self.present() {
                return Ok(established);
            }
            let near = self.near.map(NearCache::new);
            let connection = self.server.connect(near.as_ref()).await?;
            let established = Established { connection, identity: Arc::new(()), near };
            *self.established.write().unwrap_or_else(PoisonError::into_inner) = Some(established.clone());
            Ok(established)
        });
        attempt.await.unwrap_or(Err(Failure::NotConnected(self.limits.connect)))
    }

    fn present(&self) -> Option<Established> {
        self.established.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives up this connection, unless that was done and there is another.
    fn forget(&self, identity: &Arc<()>) {
        let mut established = self.established.write().unwrap_or_else(PoisonError::into_inner);
        if established.as_ref().is_some_and(|established| Arc::ptr_eq(&established.identity, identity)) {
            *established = None;
        }
    }
}

impl Server {
    async fn connect(&self, near: Option<&Arc<NearCache>>) -> Result<Connection, Failure> {
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
    async fn send(&mut self, command: &Cmd) -> Result<Value, Failure> {
        let answer = match self {
            Self::One(connection) => connection.req_packed_command(command).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => connection.req_packed_command(command).await,
        };
        answer.and_then(Value::extract_error).map_err(Failure::Server)
    }
}

impl Failure {
    pub(super) fn is_unknown_script(&self) -> bool {
        matches!(self, Self::Server(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
    }

    /// Whether the server wants to know first who asks.
    pub(super) fn refuses_everything(error: &RedisError) -> bool {
        matches!(error.code(), Some("NOAUTH" | "WRONGPASS"))
    }

    fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Server(error) if error.is_unrecoverable_error())
    }

    /// Whether the next command had better have another connection. One that does not answer may have lost the other end
    /// without being told; that of a cluster looks after its nodes itself.
    fn ends(&self, connection: &Connection) -> bool {
        let is_late = match connection {
            Connection::One(_) => matches!(self, Self::NoAnswer(_)),
            #[cfg(feature = "redis-cluster")]
            Connection::Cluster(_) => false,
        };
        is_late || self.is_lost_connection()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => write!(formatter, "Redis: {error}"),
            Self::NotConnected(limit) => write!(formatter, "no connection to Redis within {limit:?}"),
            Self::NoAnswer(limit) => write!(formatter, "no answer from Redis within {limit:?}"),
            Self::NotBytes => formatter.write_str("this record is a value of the process, and not bytes"),
            Self::NoNearCluster => formatter.write_str("records of a cluster are not kept in the process"),
            Self::Senseless => formatter.write_str("Redis answers what the command does not answer"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::new(failure)
    }
}
