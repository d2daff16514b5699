//! Clusters whose nodes lose connections, change places and hand over slots.

use std::time::{Duration, Instant};

use session_runtime::{RedisStore, Removed, Replaced, Store};
use tests::servers::redis::{command, redis, redis_cluster, redis_cluster_of_three};
use tests::servers::{Proxy, Server};

use crate::failover::{eventually, write_after_each_close};
use crate::server::{address, key, later, record};

/// Name of the record of `key(1)`.
const NAME: &str = "session:id:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// A cluster of one node, which other nodes and clients reach by a proxy.
async fn behind_a_proxy() -> Option<(Server, Proxy, RedisStore)> {
    let server = redis_cluster()?;
    let name = Proxy::to(server.address());
    command(server.port(), &format!("CONFIG SET cluster-announce-port {}", name.address().port())).unwrap();
    let store = RedisStore::cluster([format!("redis://{}/", name.address())]).connect().await.unwrap();
    Some((server, name, store))
}

fn id_of(node: &Server) -> String {
    command(node.port(), "CLUSTER MYID").unwrap().lines().nth(1).unwrap().trim().to_owned()
}

#[tokio::test]
async fn idle_connection_to_a_node_costs_no_write() {
    let Some((_server, name, store)) = behind_a_proxy().await else { return };
    for _ in 0..3 {
        write_after_each_close(&name, &store, Duration::from_millis(50)).await;
    }
}

// The node has executed it: a second time it would answer that another write came first.
#[tokio::test]
async fn write_whose_answer_was_lost_is_not_repeated() {
    let Some(one) = redis(&[]) else { return };
    let one_name = Proxy::to(one.address());
    let one_store = RedisStore::connect(format!("redis://{}/", one_name.address())).await.unwrap();
    let Some((_server, name, store)) = behind_a_proxy().await else { return };
    for (name, store) in [(one_name, one_store), (name, store)] {
        assert!(store.insert(key(1), record(None)).await.unwrap());
        // So that the node knows the script.
        assert_eq!(store.replace(key(1), record(None), 0).await.unwrap(), Replaced::Replaced);
        name.cut_next_answer();
        assert!(store.replace(key(1), record(None), 1).await.is_err());
        assert_eq!(store.load(key(1)).await.unwrap().unwrap().revision(), 2);
        name.cut_next_answer();
        assert!(store.load(key(1)).await.unwrap().is_some());
        assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Record);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_after_a_failover_in_a_cluster() {
    let Some(nodes) = redis_cluster_of_three([&[], &[], &[]]) else { return };
    let Some(replica) = redis(&["--cluster-enabled", "yes", "--repl-diskless-sync-delay", "0"]) else { return };
    command(replica.port(), &format!("CLUSTER MEET 127.0.0.1 {}", nodes[0].port())).unwrap();
    let primary = id_of(&nodes[0]);
    eventually(|| command(replica.port(), &format!("CLUSTER REPLICATE {primary}")).unwrap().contains("OK"));
    eventually(|| command(replica.port(), "INFO replication").unwrap().contains("master_link_status:up"));
    let store = RedisStore::cluster(nodes.iter().map(address)).connect().await.unwrap();
    for number in 1..=40 {
        assert!(store.insert(key(number), record(None)).await.unwrap());
    }
    eventually(|| {
        command(replica.port(), "CLUSTER FAILOVER").unwrap();
        command(replica.port(), "INFO replication").unwrap().contains("role:master")
    });
    eventually(|| command(nodes[0].port(), "INFO replication").unwrap().contains("master_link_status:up"));
    for number in 1..=40 {
        assert!(store.touch(key(number), later(1), later(3_601)).await.unwrap(), "{number}");
        assert_eq!(store.remove(key(number)).await.unwrap(), Removed::Record);
    }
}

#[tokio::test]
async fn slot_that_moves_is_written_where_it_goes() {
    let Some(nodes) = redis_cluster_of_three([&[], &[], &[]]) else { return };
    let store = RedisStore::cluster(nodes.iter().map(address)).connect().await.unwrap();
    let slot = command(nodes[0].port(), &format!("CLUSTER KEYSLOT {NAME}")).unwrap();
    let slot = slot.trim().trim_start_matches(':').to_owned();
    let owns = |node: &&Server| !command(node.port(), &format!("EXISTS {NAME}")).unwrap().contains("MOVED");
    let from = nodes.iter().find(owns).unwrap();
    let to = nodes.iter().find(|node| !owns(node)).unwrap();
    command(to.port(), &format!("CLUSTER SETSLOT {slot} IMPORTING {}", id_of(from))).unwrap();
    command(from.port(), &format!("CLUSTER SETSLOT {slot} MIGRATING {}", id_of(to))).unwrap();
    assert!(store.insert(key(1), record(None)).await.unwrap());
    assert!(store.load(key(1)).await.unwrap().is_some());
    assert!(store.touch(key(1), later(1), later(3_601)).await.unwrap());
    for node in [to, from] {
        command(node.port(), &format!("CLUSTER SETSLOT {slot} NODE {}", id_of(to))).unwrap();
    }
    assert_eq!(store.replace(key(1), record(None), 0).await.unwrap(), Replaced::Replaced);
    assert_eq!(store.remove(key(1)).await.unwrap(), Removed::Record);
}

// Every node was replaced by those of another cluster, to which the address leads now.
#[tokio::test]
async fn another_cluster_at_the_same_address_is_found() {
    let (Some(mut old), Some(new)) = (redis_cluster(), redis_cluster()) else { return };
    let name = Proxy::to(old.address());
    let store = RedisStore::cluster([format!("redis://{}/", name.address())]).connect().await.unwrap();
    assert!(store.insert(key(1), record(None)).await.unwrap());
    name.lead_to(new.address());
    // It is still there, without slots.
    command(old.port(), "FLUSHALL").unwrap();
    command(old.port(), "CLUSTER RESET HARD").unwrap();
    let start = Instant::now();
    while store.insert(key(2), record(None)).await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "the new cluster is not found");
    }
    assert!(store.load(key(2)).await.unwrap().is_some());
    old.stop();
    assert!(store.load(key(2)).await.unwrap().is_some());
}
