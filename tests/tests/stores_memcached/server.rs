//! What the tests start from: a server, a store on it, and a way past the store.

use std::sync::Arc;
use std::time::Duration;

use session_runtime::{MemcachedStore, Record, RecordParts, StoreKey, SubjectKey, Timestamp};
use tests::servers::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_000_000);
/// Where the record of `key(1)` is, and the list of `subject()`.
pub(crate) const NAME: &str = "session:id:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
pub(crate) const LIST: &str = "session:of:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk";

pub(crate) fn memcached() -> Option<Server> {
    tests::servers::memcached::memcached(&[], |_| {})
}

pub(crate) async fn store(server: &Server) -> MemcachedStore {
    MemcachedStore::connect(server.address().to_string()).await.unwrap()
}

pub(crate) async fn indexed(server: &Server) -> MemcachedStore {
    MemcachedStore::builder(server.address().to_string()).subject_index().connect().await.unwrap()
}

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

pub(crate) fn key(number: u8) -> StoreKey {
    StoreKey::from_bytes([number; 32])
}

pub(crate) fn subject() -> SubjectKey {
    SubjectKey::from_bytes([9; 32])
}

pub(crate) fn record(subject: Option<SubjectKey>) -> Record {
    parts(subject).into()
}

pub(crate) fn parts(subject: Option<SubjectKey>) -> RecordParts {
    RecordParts {
        created_at: NOW,
        authenticated_at: NOW,
        last_seen_at: NOW,
        longest_pause: Duration::ZERO,
        expires_at: later(3_600),
        revision: 0,
        subject,
        successor: None,
        payload: Arc::from(*b"payload"),
        listing: Arc::from(*b"listing"),
    }
}

/// What the server answers to these bytes, up to 64 KiB.
pub(crate) async fn ask(server: &Server, request: &[u8]) -> Vec<u8> {
    let mut connection = TcpStream::connect(server.address()).await.unwrap();
    connection.write_all(request).await.unwrap();
    let mut answer = Vec::with_capacity(64 * 1024);
    connection.read_buf(&mut answer).await.unwrap();
    answer
}

/// Number of connections that the server has accepted, this one included.
pub(crate) async fn connections_accepted(server: &Server) -> u64 {
    let answer = String::from_utf8(ask(server, b"stats\r\n").await).unwrap();
    let accepted = answer.lines().find_map(|line| line.strip_prefix("STAT total_connections "));
    accepted.unwrap().trim().parse().unwrap()
}

pub(crate) async fn write(server: &Server, name: &str, value: &[u8]) {
    let mut request = format!("ms {name} {}\r\n", value.len()).into_bytes();
    request.extend(value);
    request.extend(b"\r\n");
    assert_eq!(ask(server, &request).await, b"HD\r\n");
}
