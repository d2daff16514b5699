//! Connections: some, used by one request at a time, never waited for longer than allowed.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::protocol::{self, Reply};
use crate::store::StoreError;
use crate::store::completion::Completion;

/// How much is read at once before it is known how much there is.
const FIRST_READ: usize = 4 * 1024;
/// After this time without use, the server may have closed a connection without the runtime having noticed.
const IDLE_FOR: Duration = Duration::from_millis(2);

/// The connections to one server.
pub(super) struct Pool(Arc<Connections>);

struct Connections {
    settings: Settings,
    /// As many permits as there may be connections.
    free: Arc<Semaphore>,
    /// The one that was used last comes first, so that the others are left to grow old.
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: TcpStream,
    since: Instant,
}

/// Where the server is, and how long to wait for it.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) address: String,
    pub(super) credentials: Option<(String, Zeroizing<String>)>,
    pub(super) connect_timeout: Duration,
    pub(super) command_timeout: Duration,
    pub(super) connections: usize,
    pub(super) largest_item: usize,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    Connection(io::Error),
    /// The connection was lost before any byte of the request left.
    NotSent(io::Error),
    NotConnected(Duration),
    NoAnswer(Duration),
    /// All connections were in use for so long.
    Busy(Duration),
    /// What the server says.
    Refused(String),
    /// Bytes that no server sends, or an answer that the command does not have.
    Senseless,
    /// More bytes than the server keeps under one key.
    TooLarge(usize, usize),
    /// Other requests changed the item each time between reading and writing it.
    NeverThrough,
    /// What another release wrote is left alone.
    Unreadable,
    /// A record of the process itself, which this store is never given.
    NotBytes,
    /// The sessions of a subject were asked for, and are not listed.
    NoIndex,
    /// No name of a key.
    Prefix,
}

impl Pool {
    pub(super) fn new(settings: Settings) -> Self {
        let free = Arc::new(Semaphore::new(settings.connections));
        Self(Arc::new(Connections { free, idle: Mutex::default(), settings }))
    }

    pub(super) fn largest_item(&self) -> usize {
        self.0.settings.largest_item
    }

    /// Sends a request, once, and reads the reply.
    ///
    /// Dropping this future ends only the wait for a free connection. Connecting and sending go on without the caller, so
    /// that the connection returns to the pool and no other request reads this reply.
    pub(super) async fn ask(&self, request: Vec<u8>) -> Result<Reply, Failure> {
        let limit = self.0.settings.command_timeout;
        let permit = timeout(limit, Arc::clone(&self.0.free).acquire_owned()).await;
        let permit = permit.map_err(|_| Failure::Busy(limit))?.map_err(|_| Failure::Busy(limit))?;
        Completion::new(Arc::clone(&self.0).answer(permit, request)).await
    }
}

impl Connections {
    async fn answer(self: Arc<Self>, _permit: OwnedSemaphorePermit, request: Vec<u8>) -> Result<Reply, Failure> {
        if let Some(connection) = self.rested().await {
            match self.answer_over(connection, &request).await {
                // The server has seen none of it.
                Err(Failure::NotSent(_)) => {}
                answer => return answer,
            }
        }
        self.answer_over(self.connect().await?, &request).await
    }

    async fn answer_over(&self, mut connection: TcpStream, request: &[u8]) -> Result<Reply, Failure> {
        let limit = self.settings.command_timeout;
        let exchanged = timeout(limit, exchange(&mut connection, request, self.settings.largest_item));
        let reply = exchanged.await.map_err(|_| Failure::NoAnswer(limit))??;
        if let Reply::Refused(text) = reply {
            return Err(Failure::Refused(text));
        }
        let idle = Idle { connection, since: Instant::now() };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(idle);
        Ok(reply)
    }

    /// A connection that was used before, and that the server has not closed since.
    async fn rested(&self) -> Option<TcpStream> {
        loop {
            let Idle { connection, since } = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if since.elapsed() >= IDLE_FOR {
                // The runtime learns in its next turn that the server closed the connection.
                yield_now().await;
            }
            // Nothing was asked: whatever there is to read, its end included, says that the connection is of no use.
            let nothing = connection.try_read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
            if nothing {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<TcpStream, Failure> {
        let Settings { address, credentials, connect_timeout, .. } = &self.settings;
        let connected = timeout(*connect_timeout, async {
            let mut connection = TcpStream::connect(address).await.map_err(Failure::Connection)?;
            // A request waits for nothing that would fill its packet.
            connection.set_nodelay(true).map_err(Failure::Connection)?;
            if let Some((user, password)) = credentials {
                let request = Zeroizing::new(protocol::authenticate(user, password));
                match exchange(&mut connection, &request, 0).await? {
                    Reply::Welcome => {}
                    Reply::Refused(text) => return Err(Failure::Refused(text)),
                    _ => return Err(Failure::Senseless),
                }
            }
            Ok(connection)
        });
        connected.await.unwrap_or(Err(Failure::NotConnected(*connect_timeout)))
    }
}

async fn exchange(connection: &mut TcpStream, request: &[u8], largest: usize) -> Result<Reply, Failure> {
    let sent = connection.write(request).await.map_err(Failure::NotSent)?;
    let rest = request.get(sent..).unwrap_or_default();
    connection.write_all(rest).await.map_err(Failure::Connection)?;
    let mut bytes = Vec::with_capacity(FIRST_READ);
    loop {
        if connection.read_buf(&mut bytes).await.map_err(Failure::Connection)? == 0 {
            return Err(Failure::Connection(io::ErrorKind::UnexpectedEof.into()));
        }
        if let Some(reply) = protocol::reply(&bytes, largest).map_err(|_| Failure::Senseless)? {
            return Ok(reply);
        }
        // A long value is not copied again and again.
        bytes.reserve(bytes.len().max(FIRST_READ));
    }
}

impl Failure {
    /// Returns true if the connection broke before the reply was read.
    pub(super) const fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::NotSent(_))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(error) | Self::NotSent(error) => {
                write!(formatter, "the connection to Memcached: {error}")
            }
            Self::NotConnected(limit) => write!(formatter, "no connection to Memcached within {limit:?}"),
            Self::NoAnswer(limit) => write!(formatter, "no answer from Memcached within {limit:?}"),
            Self::Busy(limit) => write!(formatter, "all connections to Memcached were in use for {limit:?}"),
            Self::Refused(text) => write!(formatter, "Memcached refuses: {text}"),
            Self::Senseless => formatter.write_str("Memcached answers what the command does not answer"),
            Self::TooLarge(length, largest) => {
                write!(formatter, "a record of {length} bytes; Memcached keeps {largest} under one key")
            }
            Self::NeverThrough => formatter.write_str("every time another write came first"),
            Self::Unreadable => formatter.write_str("another release wrote what is there"),
            Self::NotBytes => formatter.write_str("this record is a value of the process, and not bytes"),
            Self::NoIndex => formatter.write_str("sessions are listed by subject only with `.subject_index()`"),
            Self::Prefix => formatter.write_str("a prefix of keys has up to 100 visible ASCII characters"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connection(error) | Failure::NotSent(error) => {
                Self::from_text(format!("the connection to Memcached: {}", error.kind()))
            }
            // The text after the first word may quote the request.
            Failure::Refused(_) => Self::new(failure).with_reason("Memcached refuses the request"),
            other => Self::from_text(other.to_string()),
        }
    }
}
