//! The connection: made when it is needed, given up when it does not answer, never waited for longer than allowed.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ::redis::aio::{ConnectionLike, MultiplexedConnection};
#[cfg(feature = "redis-cluster")]
use ::redis::cluster_async::ClusterConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, RedisError, ServerErrorKind, Value};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::store::StoreError;

/// The way to the server.
pub(super) struct Link {
    server: Server,
    limits: Limits,
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
    /// A record of the process itself, which this store is never given.
    NotBytes,
}

impl Link {
    pub(super) fn new(server: Server, limits: Limits) -> Self {
        Self { server, limits, established: RwLock::new(None), connecting: Mutex::new(()) }
    }

    /// Sends a command, once.
    pub(super) async fn ask(&self, command: &Cmd) -> Result<Value, Failure> {
        let Established { mut connection, identity } = self.established().await?;
        let answer = timeout(self.limits.command, connection.send(command)).await;
        let answer = answer.unwrap_or(Err(Failure::NoAnswer(self.limits.command)));
        if answer.as_ref().is_err_and(|failure| failure.ends(&connection)) {
            self.forget(&identity);
        }
        answer
    }

    /// Sends a command that only reads, a second time if the connection turns out to be lost: a server that was restarted
    /// refuses nobody.
    pub(super) async fn ask_again(&self, command: &Cmd) -> Result<Value, Failure> {
        match self.ask(command).await {
            Err(failure) if failure.is_lost_connection() => self.ask(command).await,
            answer => answer,
        }
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
            let established = Established { connection: self.server.connect().await?, identity: Arc::new(()) };
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
    async fn connect(&self) -> Result<Connection, Failure> {
        match self {
            Self::One(client) => {
                // The link counts the time, connecting and setting up included.
                let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
                let connection = client.get_multiplexed_async_connection_with_config(&config).await;
                connection.map(Connection::One).map_err(Failure::Server)
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
