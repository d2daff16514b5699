//! What the stores of `tower-sessions` 0.14 are asked: this file is compiled into the program of its SQL stores too.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use time::{Duration, OffsetDateTime};
use tower_sessions_core_0_14::SessionStore;
use tower_sessions_core_0_14::session::{Id, Record};

use crate::work::{MOST_WORKERS, PAYLOAD, Work, work};

fn record(id: i128) -> Record {
    let data = HashMap::from([("user".to_owned(), "7".repeat(PAYLOAD).into())]);
    Record { id: Id(id), data, expiry_date: OffsetDateTime::now_utc() + Duration::HOUR }
}

async fn records<S: SessionStore + Clone>(peer: &S, row: i128) -> Arc<Vec<Id>> {
    let mut ids = Vec::new();
    for worker in 0..MOST_WORKERS {
        let mut record = record(row << 64 | worker as i128);
        peer.create(&mut record).await.expect("an answer");
        ids.push(record.id);
    }
    Arc::new(ids)
}

pub(crate) async fn loads<S: SessionStore + Clone>(peer: &S) -> Work {
    let (peer, ids) = (peer.clone(), records(peer, 1).await);
    work(move |worker, _| {
        let (peer, id) = (peer.clone(), ids[worker]);
        async move { assert!(peer.load(&id).await.expect("an answer").is_some()) }
    })
}

pub(crate) async fn saves<S: SessionStore + Clone>(peer: &S) -> Work {
    static ROWS: AtomicU64 = AtomicU64::new(2);
    let ids = records(peer, i128::from(ROWS.fetch_add(1, Ordering::Relaxed))).await;
    let peer = peer.clone();
    work(move |worker, _| {
        let (peer, id) = (peer.clone(), ids[worker]);
        async move { peer.save(&record(id.0)).await.expect("an answer") }
    })
}

pub(crate) fn creates<S: SessionStore + Clone>(peer: &S) -> Work {
    let peer = peer.clone();
    work(move |_, turn| {
        let peer = peer.clone();
        async move { peer.create(&mut record(100 << 64 | i128::from(turn))).await.expect("an answer") }
    })
}
