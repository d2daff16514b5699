//! What the tests start from: a server, and a store on it.

use std::sync::Arc;
use std::time::Duration;

use session_runtime::{Record, RecordParts, RedisStore, RedisStoreBuilder, StoreKey, SubjectKey, Timestamp};
use tests::servers::Server;
use tests::servers::redis::command;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_000_000);

pub(crate) async fn store(server: &Server) -> RedisStore {
    RedisStore::connect(address(server)).await.unwrap()
}

/// A builder that waits as long as a busy machine takes, so that no time-out costs a connection.
pub(crate) fn patient(address: String) -> RedisStoreBuilder {
    let limit = Duration::from_secs(20);
    RedisStore::builder(address).connect_timeout(limit).command_timeout(limit)
}

pub(crate) fn address(server: &Server) -> String {
    format!("redis://{}/", server.address())
}

/// Number of commands of this name that the server was sent.
pub(crate) fn asked(server: &Server, name: &str) -> usize {
    let statistics = command(server.port(), "INFO commandstats").unwrap();
    let line = statistics.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{name}:calls="))).unwrap_or("0");
    line.split(',').next().unwrap().parse().unwrap()
}

/// Number of connections that the server has accepted, this one included.
pub(crate) fn connections_accepted(server: &Server) -> u64 {
    let statistics = command(server.port(), "INFO stats").unwrap();
    let accepted = statistics.lines().find_map(|line| line.strip_prefix("total_connections_received:"));
    accepted.unwrap().trim().parse().unwrap()
}

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

pub(crate) fn key(number: u8) -> StoreKey {
    StoreKey::from_bytes([number; 32])
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
