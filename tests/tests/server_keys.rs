//! The server's keys on several nodes: which rows are found, and what a rotation leaves readable.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use session_runtime::{GuardedRouter, IndexKey, MemoryStore, SealingKey, Store as _};
use tests::{ProbedStore, Site, Visitor, every_store, sealing_key, user};

fn new_key() -> SealingKey {
    SealingKey::new(*b"the next sealing key, 32 bytes..").unwrap()
}

/// A node over this store.
fn node(store: &ProbedStore, keys: Keys) -> Site {
    Site::over(GuardedRouter::new(), store.clone(), |builder| match keys {
        _ if store.in_process() => builder,
        Keys::Old => builder,
        Keys::OldAndNext => builder.next_sealing_key(new_key()),
        Keys::NewAndFormer => builder.sealing_key(new_key()).former_sealing_key(sealing_key()),
        Keys::New => builder.sealing_key(new_key()),
    })
}

/// The keys of a node in the phases of a rotation.
#[derive(Clone, Copy)]
enum Keys {
    Old,
    OldAndNext,
    NewAndFormer,
    New,
}

fn with_cookie_of(site: &Site, visitor: &Visitor) -> Visitor {
    let mut moved = site.visitor();
    moved.set_cookie("__Host-id", visitor.cookie("__Host-id").unwrap());
    moved
}

// Two builders over one store inside the process index subjects alike.
#[tokio::test]
async fn two_builders_over_one_memory_store_find_the_same_rows() {
    let store = ProbedStore::of(Arc::new(MemoryStore::new()));
    let [one, other] = [node(&store, Keys::Old), node(&store, Keys::Old)];
    let mut ada = one.member(&user(7)).await;
    assert_eq!(other.app.users.of(&7).await.unwrap().len(), 1);
    other.app.users.end_all(&7).await.unwrap();
    assert_eq!(ada.get("/me").await.status, 401);
}

#[tokio::test]
async fn each_phase_of_a_rotation_opens_what_the_other_sealed() {
    for some in every_store().await.into_iter().filter(|some| !some.store.in_process()) {
        for (one, other) in [(Keys::Old, Keys::OldAndNext), (Keys::OldAndNext, Keys::NewAndFormer)] {
            for (from, to) in [(one, other), (other, one)] {
                let (from, to) = (node(&some.store, from), node(&some.store, to));
                let ada = from.member(&user(7)).await;
                let mut moved = with_cookie_of(&to, &ada);
                assert_eq!(moved.get("/me").await.status, 200, "{}", some.name);
                assert!(moved.post("/rename/Grace").await.is_ok(), "{}", some.name);
                assert!(with_cookie_of(&from, &ada).get("/me").await.is_ok(), "{}", some.name);
            }
        }
    }
}

// A session that is ended on a node with the new key is over on a node with the old one, and the other way round.
#[tokio::test]
async fn sessions_end_on_every_node_during_a_rotation() {
    for some in every_store().await {
        if !some.store.promises().subject_index {
            continue;
        }
        for (ends, knows) in [
            (Keys::OldAndNext, Keys::NewAndFormer),
            (Keys::NewAndFormer, Keys::OldAndNext),
            (Keys::New, Keys::Old),
            (Keys::Old, Keys::New),
        ] {
            let (ends, knows) = (node(&some.store, ends), node(&some.store, knows));
            let mut ada = knows.member(&user(7)).await;
            assert!(ada.get("/me").await.is_ok(), "{}", some.name);
            ends.app.users.end_all(&7).await.unwrap();
            assert_eq!(ada.get("/me").await.status, 401, "{}", some.name);
        }
    }
}

#[tokio::test]
async fn another_index_key_ends_every_session() {
    for some in every_store().await.into_iter().filter(|some| !some.store.in_process()) {
        let before = node(&some.store, Keys::Old);
        let ada = before.member(&user(7)).await;
        let after = Site::over(GuardedRouter::new(), some.store.clone(), |builder| {
            builder.index_key(IndexKey::new(*b"another index key of 32 bytes...").unwrap())
        });
        assert_eq!(with_cookie_of(&after, &ada).get("/me").await.status, 401, "{}", some.name);
        assert_eq!(with_cookie_of(&before, &ada).get("/me").await.status, 200, "{}", some.name);
    }
}
