//! A name that leads to another server, servers that refuse, and connections that the server closed.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use session_runtime::{RedisStore, Removed, Replaced, Store, SubjectKey};
use tests::servers::redis::{command, redis};
use tests::servers::{Proxy, Server};
use tokio::time::sleep;

use crate::server::{asked, key, later, patient, record};

const SUBJECT: SubjectKey = SubjectKey::from_bytes([9; 32]);

/// Two servers, and the name of the first.
struct Pair {
    primary: Server,
    replica: Server,
    name: Proxy,
}

impl Pair {
    fn new() -> Option<Self> {
        let (primary, replica) = (redis(&[])?, redis(&["--repl-diskless-sync-delay", "0"])?);
        let name = Proxy::to(primary.address());
        follow(&replica, &primary);
        Some(Self { primary, replica, name })
    }

    /// Waits until the replica has what the primary has.
    fn replicate(&self) {
        let size = |server: &Server| command(server.port(), "DBSIZE").unwrap();
        eventually(|| size(&self.primary) == size(&self.replica));
    }

    /// The replica takes over. Connections to the former primary stay open, and the name leads there until it is told.
    fn fail_over(&self) {
        self.replicate();
        command(self.replica.port(), "REPLICAOF NO ONE").unwrap();
        follow(&self.primary, &self.replica);
    }

    async fn store(&self) -> RedisStore {
        patient(address(&self.name)).connect().await.unwrap()
    }
}

fn follow(replica: &Server, primary: &Server) {
    command(replica.port(), &format!("REPLICAOF 127.0.0.1 {}", primary.port())).unwrap();
    eventually(|| command(replica.port(), "INFO replication").unwrap().contains("master_link_status:up"));
}

fn address(name: &Proxy) -> String {
    format!("redis://{}/", name.address())
}

pub(crate) fn eventually(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "it does not come to be");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn first_write_after_a_failover_goes_to_the_new_primary() {
    let Some(pair) = Pair::new() else { return };
    // One store for each operation, so that each of them is the first.
    let mut stores = Vec::new();
    for number in 1..=6 {
        let store = pair.store().await;
        assert!(store.insert(key(number), record(Some(SUBJECT))).await.unwrap());
        stores.push(store);
    }
    pair.fail_over();
    pair.name.lead_to(pair.replica.address());
    let [first, second, third, fourth, fifth, sixth] = stores.as_slice() else { panic!() };
    assert!(first.touch(key(1), later(1), later(3_601)).await.unwrap());
    assert_eq!(second.replace(key(2), record(Some(SUBJECT)), 0).await.unwrap(), Replaced::Replaced);
    assert_eq!(third.alias(key(3), key(33), later(1), 0).await.unwrap(), Replaced::Replaced);
    assert_eq!(fourth.remove(key(4)).await.unwrap(), Removed::Record);
    assert!(fifth.insert(key(55), record(Some(SUBJECT))).await.unwrap());
    assert_eq!(sixth.remove_subject(SUBJECT, None).await.unwrap(), 6);
    assert!(first.load(key(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn near_records_of_a_demoted_server_are_dropped() {
    let Some(pair) = Pair::new() else { return };
    let builder = patient(address(&pair.name)).near_cache(NonZeroUsize::MIN.saturating_add(99));
    let store = builder.connect().await.unwrap();
    assert!(store.insert(key(1), record(None)).await.unwrap());
    assert!(store.load(key(1)).await.unwrap().is_some());
    pair.fail_over();
    pair.name.lead_to(pair.replica.address());
    assert_eq!(store.replace(key(1), record(None), 0).await.unwrap(), Replaced::Replaced);
    assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision(), 1);
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Record);
    assert!(store.load(key(1)).await.unwrap().is_none());
}

// Until the name leads to the new primary, writes fail. They do not connect again and again.
#[tokio::test]
async fn demoted_server_is_not_connected_to_again_and_again() {
    let Some(pair) = Pair::new() else { return };
    let store = pair.store().await;
    assert!(store.insert(key(1), record(None)).await.unwrap());
    pair.fail_over();
    let (before, start) = (pair.name.accepted(), Instant::now());
    for _ in 0..500 {
        assert!(store.touch(key(1), later(1), later(3_601)).await.is_err());
        assert!(store.load(key(1)).await.unwrap().is_some());
    }
    let (made, allowed) = (pair.name.accepted() - before, start.elapsed().as_millis() / 100 + 1);
    assert!(made as u128 <= allowed, "{made} connections, {allowed} allowed");
    pair.name.lead_to(pair.replica.address());
    sleep(Duration::from_millis(150)).await;
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
}

#[tokio::test]
async fn stale_replica_that_refuses_reads_is_left() {
    let Some(pair) = Pair::new() else { return };
    let store = pair.store().await;
    assert!(store.insert(key(1), record(None)).await.unwrap());
    pair.replicate();
    command(pair.replica.port(), "REPLICAOF NO ONE").unwrap();
    // The former primary follows a server that is not there: MASTERDOWN.
    command(pair.primary.port(), "CONFIG SET replica-serve-stale-data no").unwrap();
    command(pair.primary.port(), "REPLICAOF 127.0.0.1 1").unwrap();
    assert!(store.load(key(1)).await.is_err());
    pair.name.lead_to(pair.replica.address());
    sleep(Duration::from_millis(150)).await;
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
}

// The former primary does not know yet that it is none: it lacks replicas.
#[tokio::test]
async fn isolated_primary_is_left() {
    let Some(pair) = Pair::new() else { return };
    let store = pair.store().await;
    assert!(store.insert(key(1), record(None)).await.unwrap());
    pair.replicate();
    command(pair.replica.port(), "REPLICAOF NO ONE").unwrap();
    command(pair.primary.port(), "CONFIG SET min-replicas-to-write 1").unwrap();
    eventually(|| command(pair.primary.port(), "SET probe 1").unwrap().contains("NOREPLICAS"));
    pair.name.lead_to(pair.replica.address());
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
}

#[tokio::test]
async fn server_that_loads_its_data_is_left() {
    let Some(loading) = redis(&["--key-load-delay", "1000", "--enable-debug-command", "yes"]) else { return };
    let Some(other) = redis(&[]) else { return };
    let name = Proxy::to(loading.address());
    let store = patient(address(&name)).connect().await.unwrap();
    assert!(store.insert(key(1), record(None)).await.unwrap());
    // It answers in between while it loads 5,000 keys, one a millisecond.
    command(loading.port(), "DEBUG POPULATE 5000").unwrap();
    command(loading.port(), "CONFIG SET loading-process-events-interval-bytes 1024").unwrap();
    let port = loading.port();
    let reload = std::thread::spawn(move || command(port, "DEBUG RELOAD"));
    eventually(|| command(port, "PING").is_some_and(|answer| answer.contains("LOADING")));
    name.lead_to(other.address());
    assert!(store.insert(key(2), record(None)).await.unwrap());
    drop(reload);
}

/// Every write, each over a connection that the server closed.
pub(crate) async fn write_after_each_close(name: &Proxy, store: &RedisStore, pause: Duration) {
    let close = async || {
        name.close_all();
        sleep(pause).await;
    };
    assert!(store.load(key(9)).await.unwrap().is_none());
    close().await;
    assert!(store.insert(key(1), record(Some(SUBJECT))).await.unwrap());
    close().await;
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
    close().await;
    assert_eq!(store.replace(key(1), record(Some(SUBJECT)), 0).await.unwrap(), Replaced::Replaced);
    close().await;
    assert_eq!(store.alias(key(1), key(2), later(2), 1).await.unwrap(), Replaced::Replaced);
    close().await;
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Alias(key(2)));
    close().await;
    assert_eq!(store.remove_subject(SUBJECT, None).await.unwrap(), 0);
}

#[tokio::test]
async fn idle_connection_that_was_closed_costs_no_write() {
    let Some(server) = redis(&[]) else { return };
    let name = Proxy::to(server.address());
    let plain = patient(address(&name)).connect().await.unwrap();
    write_after_each_close(&name, &plain, Duration::from_millis(20)).await;
    let near = patient(address(&name)).near_cache(NonZeroUsize::MIN).connect().await.unwrap();
    write_after_each_close(&name, &near, Duration::from_millis(20)).await;
}

#[tokio::test]
async fn idle_connection_is_checked_without_a_round_trip() {
    let Some(server) = redis(&[]) else { return };
    let store = patient(format!("redis://{}/", server.address())).connect().await.unwrap();
    assert!(store.insert(key(1), record(None)).await.unwrap());
    let before = ["ping", "evalsha", "hmget"].map(|command| asked(&server, command));
    for second in 1..=20 {
        sleep(Duration::from_millis(5)).await;
        assert!(store.touch(key(1), later(second), later(3_600 + second)).await.unwrap());
        sleep(Duration::from_millis(5)).await;
        assert!(store.load(key(1)).await.unwrap().is_some());
    }
    // A touch reads by `HMGET` in its script.
    let [pings, scripts, reads] = before;
    assert_eq!(["ping", "evalsha", "hmget"].map(|command| asked(&server, command)), [pings, scripts + 20, reads + 40]);
}

// The runtime itself has had no turn in which to learn of it.
#[tokio::test]
async fn connection_closed_while_the_runtime_slept_costs_no_write() {
    let Some(server) = redis(&[]) else { return };
    let store = patient(format!("redis://{}/", server.address())).connect().await.unwrap();
    for round in 0..50 {
        command(server.port(), "CLIENT KILL TYPE normal").unwrap();
        std::thread::sleep(Duration::from_millis(5));
        assert!(store.insert(key(round), record(None)).await.unwrap(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_idle_connection_costs_no_write_on_many_threads() {
    let Some(server) = redis(&["--timeout", "1"]) else { return };
    let name = Proxy::to(server.address());
    let store = patient(address(&name)).connect().await.unwrap();
    for _ in 0..5 {
        write_after_each_close(&name, &store, Duration::from_millis(20)).await;
    }
    let before = name.accepted();
    // By the server itself, which looks for idle connections once in a while.
    assert!(store.insert(key(1), record(None)).await.unwrap());
    eventually(|| command(server.port(), "CLIENT LIST TYPE normal").unwrap().matches(" addr=").count() == 1);
    sleep(Duration::from_millis(20)).await;
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
    assert!(name.accepted() - before <= 2);
}
