//! What somebody else wrote where a record should be: no panic, no session, and it is left alone.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use redis::AsyncCommands;
use session_runtime::{Replaced, Store, SubjectKey};
use tests::servers::redis::redis;

use crate::server::{address, key, later, record, store};

const NAME: &str = "session:id:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const FIELDS: [&str; 3] = ["head", "payload", "listing"];

fn values() -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
    let value = prop_oneof![
        Just(None),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Some),
        Just(Some(vec![9; 32])),
        Just(Some(vec![])),
        "[0-9]{185,187}".prop_map(|digits| Some(digits.into())),
        // A head, as far as the scripts look: its instants are anywhere, and what stands for digits may be none.
        prop::collection::vec(any::<u8>(), 186).prop_map(Some),
        "[0-9x]{100}0{20}[01][0-9]{32}[01][0-9]{32}".prop_map(|head| Some(head.into())),
        "[0-9]{100}0{20}1\u{9}{32}0{33}".prop_map(|head| Some(head.into())),
    ];
    prop::collection::vec(value, FIELDS.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_in_the_place_of_a_record_is_left_alone() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let client = redis::Client::open(address(&server)).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    let subject = SubjectKey::from_bytes([9; 32]);
    // So that the list of the subject leads to it.
    store.insert(key(1), record(Some(subject))).await.unwrap();

    let handle = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        TestRunner::default()
            .run(&values(), |values| {
                let mut connection = connection.clone();
                handle.block_on(async {
                    let _: () = connection.del(NAME).await.unwrap();
                    let set: Vec<_> =
                        FIELDS.iter().zip(values).filter_map(|(field, value)| Some((*field, value?))).collect();
                    if set.is_empty() {
                        return;
                    }
                    let _: () = connection.hset_multiple(NAME, &set).await.unwrap();
                    let _ = store.load(key(1)).await.unwrap();
                    let _ = store.touch(key(1), later(1), later(2)).await;
                    let _ = store.replace(key(1), record(None), 0).await;
                    let _ = store.alias(key(1), key(2), later(1), 0).await;
                    let _ = store.of_subject(subject).await.unwrap();
                    assert!(!store.insert(key(1), record(None)).await.unwrap());
                    let stands: bool = connection.exists(NAME).await.unwrap();
                    assert!(stands);
                });
                Ok(())
            })
            .unwrap();
    });
}

#[tokio::test]
async fn a_record_of_another_release_is_unreadable_and_stays() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let client = redis::Client::open(address(&server)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    store.insert(key(1), record(None)).await.unwrap();
    let head: String = connection.hget(NAME, "head").await.unwrap();
    let _: () = connection.hset(NAME, "head", format!("x{}", &head[1..])).await.unwrap();
    assert!(store.load(key(1)).await.unwrap().unwrap().is_unreadable());
    let _: () = connection.hset(NAME, "head", format!("{head}0")).await.unwrap();
    assert!(store.load(key(1)).await.unwrap().unwrap().is_unreadable());
    assert!(store.touch(key(1), later(1), later(3_601)).await.is_err());
    let stands: bool = connection.hexists(NAME, "payload").await.unwrap();
    assert!(stands);
}

// Nothing is half written where a script meets what is no record.
#[tokio::test]
async fn an_alias_of_what_is_no_record_changes_nothing() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let client = redis::Client::open(address(&server)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    // No instant at which it was seen.
    let head = format!("{}{}{}", "0".repeat(40), "x".repeat(20), "0".repeat(126));
    let _: () = connection.hset(NAME, "head", &head).await.unwrap();
    assert!(store.alias(key(1), key(2), later(1), 0).await.is_err());
    let stands: String = connection.hget(NAME, "head").await.unwrap();
    assert_eq!(stands, head);
    assert_eq!(store.replace(key(1), record(None), 1).await.unwrap(), Replaced::Conflict);
}

// Another kind of value is refused by the server itself.
#[tokio::test]
async fn a_value_of_another_kind_is_an_error() {
    let Some(server) = redis(&[]) else { return };
    let store = store(&server).await;
    let client = redis::Client::open(address(&server)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = connection.set(NAME, "a text").await.unwrap();
    assert!(store.load(key(1)).await.is_err());
    assert!(store.remove(key(1)).await.is_err());
    let stands: bool = connection.exists(NAME).await.unwrap();
    assert!(stands);
}
