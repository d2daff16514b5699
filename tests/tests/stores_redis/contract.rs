//! What every store owes, alone and in a cluster, and what the server's settings leave of it.

use std::sync::Arc;

use session_runtime::{RedisStore, Store, StorePromises, SubjectKey, conformance};
use tests::servers::redis::{command, redis, redis_cluster, redis_cluster_of_three};
use tests::{ProbedStore, Site, races};

use crate::server::{address, key, later, patient, record, store};

const ROUNDS: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_the_contract() {
    let Some(server) = redis(&[]) else { return };
    let report = conformance::check(store(&server).await).await.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(report.not_promised(), <[&str; 0]>::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_keeps_the_contract() {
    let Some(server) = redis_cluster() else { return };
    let store = RedisStore::cluster([address(&server)]).connect().await.unwrap();
    let report = conformance::check(store).await.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(report.not_promised(), <[&str; 0]>::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_comes_back_where_requests_meet() {
    let Some(server) = redis(&[]) else { return };
    let store = Arc::new(patient(address(&server)).connect().await.unwrap());
    races::all(ROUNDS, |_| Site::over(races::routes(), ProbedStore::of(store.clone()), |builder| builder)).await;
}

#[tokio::test]
async fn a_server_that_evicts_promises_less() {
    let Some(server) = redis(&["--maxmemory-policy", "allkeys-lru"]) else { return };
    let evicting = StorePromises { keeps_until_expiry: false, subject_index: false, ..StorePromises::ALL };
    assert_eq!(store(&server).await.promises(), evicting);
    let vouched = RedisStore::builder(address(&server)).evicts_nothing().connect().await.unwrap();
    assert_eq!(vouched.promises(), StorePromises::ALL);
}

#[tokio::test]
async fn one_primary_that_evicts_takes_the_promise_away() {
    let evicts: &[&str] = &["--maxmemory-policy", "allkeys-lru"];
    let Some(nodes) = redis_cluster_of_three([&[], evicts, &[]]) else { return };
    let evicting = StorePromises { keeps_until_expiry: false, subject_index: false, ..StorePromises::ALL };
    // Whichever node is asked first.
    for node in nodes.iter().cycle().take(12) {
        let store = RedisStore::cluster([address(node)]).connect().await.unwrap();
        assert_eq!(store.promises(), evicting);
    }
    for node in &nodes {
        command(node.port(), "CONFIG SET maxmemory-policy noeviction").unwrap();
    }
    let store = RedisStore::cluster(nodes.iter().map(address)).connect().await.unwrap();
    assert_eq!(store.promises(), StorePromises::ALL);
}

#[tokio::test]
async fn one_primary_that_may_not_be_asked_takes_the_promise_away() {
    let Some(nodes) = redis_cluster_of_three([&[], &[], &["--rename-command", "CONFIG", ""]]) else { return };
    for node in nodes.iter().cycle().take(6) {
        let store = RedisStore::cluster([address(node)]).connect().await.unwrap();
        assert!(!store.promises().keeps_until_expiry);
    }
}

// A promise for a primary that was not asked would be a guess.
#[tokio::test]
async fn primary_that_is_down_is_an_error_at_the_start() {
    let Some(mut nodes) = redis_cluster_of_three([&[], &[], &[]]) else { return };
    nodes[2].stop();
    let [first, second, _] = &nodes;
    assert!(RedisStore::cluster([address(first), address(second)]).connect().await.is_err());
    let vouched = RedisStore::cluster([address(first), address(second)]).evicts_nothing();
    assert_eq!(vouched.connect().await.unwrap().promises(), StorePromises::ALL);
}

#[tokio::test]
async fn a_server_that_may_not_be_asked_promises_less() {
    let Some(server) = redis(&["--rename-command", "CONFIG", ""]) else { return };
    assert!(!store(&server).await.promises().keeps_until_expiry);
}

#[tokio::test]
async fn applications_with_other_prefixes_do_not_meet() {
    let Some(server) = redis(&[]) else { return };
    let one = RedisStore::builder(address(&server)).key_prefix("one:").connect().await.unwrap();
    let two = RedisStore::builder(address(&server)).key_prefix("two:").connect().await.unwrap();
    assert!(one.insert(key(1), record(None)).await.unwrap());
    assert!(two.load(key(1)).await.unwrap().is_none());
    assert!(command(server.port(), "KEYS *").unwrap().contains("one:id:AQEB"));
}

// The server forgets on its own, a minute after the session has expired, whatever year the caller's clock shows.
#[tokio::test]
async fn the_server_forgets_after_the_expiry_and_a_minute() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let subject = SubjectKey::from_bytes([9; 32]);
    store.insert(key(1), record(Some(subject))).await.unwrap();
    assert_eq!(seconds_left(server.port(), "id:AQEB"), 3_660);
    assert_eq!(seconds_left(server.port(), "of:CQkJ"), 7_260);

    store.touch(key(1), later(600), later(4_200)).await.unwrap();
    assert_eq!(seconds_left(server.port(), "id:AQEB"), 3_660);
    assert!(store.alias(key(1), key(2), later(610), 0).await.is_ok());
    assert_eq!(seconds_left(server.port(), "id:AQEB"), 70);
}

// A session that is prolonged again and again stays on the list of its subject.
#[tokio::test]
async fn the_list_of_a_subject_outlives_its_sessions() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let subject = SubjectKey::from_bytes([9; 32]);
    store.insert(key(1), record(Some(subject))).await.unwrap();
    for touch in 1..=10 {
        let name = full_name(server.port(), "of:CQkJ");
        command(server.port(), &format!("PEXPIRE {name} 5000000")).unwrap();
        assert!(store.touch(key(1), later(touch * 1_800), later(3_600 + touch * 1_800)).await.unwrap());
        // The third touch would let the session outlive the list, and so on.
        let expected = if touch % 3 == 0 { 7_260 } else { 5_000 };
        assert_eq!(seconds_left(server.port(), "of:CQkJ"), expected, "touch {touch}");
    }
}

fn full_name(port: u16, kind: &str) -> String {
    let names = command(port, "KEYS *").unwrap();
    names.lines().find(|name| name.contains(kind)).unwrap().to_owned()
}

/// Rounded up, as the test itself takes time.
fn seconds_left(port: u16, kind: &str) -> u64 {
    let answer = command(port, &format!("PTTL {}", full_name(port, kind))).unwrap();
    answer.trim().trim_start_matches(':').parse::<u64>().unwrap().div_ceil(1_000)
}

#[tokio::test]
async fn what_leads_nowhere_is_struck_off_the_list() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let subject = SubjectKey::from_bytes([9; 32]);
    for number in 1..=3 {
        store.insert(key(number), record(Some(subject))).await.unwrap();
    }
    let (first, list) = (full_name(server.port(), "id:AQEB"), full_name(server.port(), "of:CQkJ"));
    command(server.port(), &format!("DEL {first}")).unwrap();
    // What was listed a moment ago may be about to be inserted.
    assert_eq!(store.of_subject(subject).await.unwrap().len(), 2);
    assert_eq!(command(server.port(), &format!("ZCARD {list}")).unwrap().trim(), ":3");
    let list_of_long_ago = format!("ZUNIONSTORE {list} 1 {list} WEIGHTS 0");
    command(server.port(), &list_of_long_ago).unwrap();
    assert_eq!(store.of_subject(subject).await.unwrap().len(), 2);
    assert_eq!(command(server.port(), &format!("ZCARD {list}")).unwrap().trim(), ":2");
}
