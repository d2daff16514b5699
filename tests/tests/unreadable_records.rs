//! Records that do not open here, as during a rolling deployment: the visitor has no session on this node, and loses nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, SealingKey, Session, SessionError, Sessions,
    SessionsBuilder, session,
};
use tests::{Events, ProbedStore, START, Visitor, index_key, router, sealing_key};

/// The principal of this release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(realm = "unreadable-records-user")]
struct User {
    #[principal(id)]
    id: u64,
}

/// The principal of the next one, which has one field more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(realm = "unreadable-records-user")]
struct NextUser {
    #[principal(id)]
    id: u64,
    address: String,
}

macro_rules! site {
    ($routes:ident, $user:ident, $new:expr) => {
        fn $routes() -> GuardedRouter<Sessions<$user>> {
            #[session(required, login = "/log-in")]
            async fn whose(session: Session<$user>) -> String {
                session.id.to_string()
            }
            #[session(optional)]
            async fn log_in(mut auth: AuthSession<$user>) -> Result<(), SessionError> {
                auth.log_in($new).await.map(drop)
            }
            #[session(optional)]
            async fn maybe(session: Option<Session<$user>>) -> String {
                session.map_or_else(|| "nobody".to_owned(), |session| session.id.to_string())
            }
            GuardedRouter::new().route("/", get(whose)).route("/maybe", get(maybe)).route("/log-in", post(log_in))
        }
    };
}

site!(routes, User, User { id: 7 });
site!(next_routes, NextUser, NextUser { id: 7, address: "Rosslyn".to_owned() });

fn builder<P: Principal>(store: &ProbedStore) -> SessionsBuilder<P> {
    Sessions::builder().clock(ManualClock::at(START)).store(store.clone())
}

fn node(store: &ProbedStore, key: SealingKey) -> Visitor {
    Visitor::of(&router(routes(), builder(store).sealing_key(key).index_key(index_key()).build().unwrap()))
}

fn next_node(store: &ProbedStore) -> Visitor {
    Visitor::of(&router(
        next_routes(),
        builder(store).as_another_release().sealing_key(sealing_key()).index_key(index_key()).build().unwrap(),
    ))
}

fn other_key() -> SealingKey {
    SealingKey::new((0..32).collect::<Vec<u8>>()).unwrap()
}

/// The visitor takes the cookie of `from` to `to`, which cannot read it, and back.
async fn loses_nothing(mut from: Visitor, mut to: Visitor) {
    let (events, _guard) = Events::here();
    assert!(from.post("/log-in").await.is_ok());
    let cookie = from.cookie("__Host-id").unwrap().to_owned();
    to.set_cookie("__Host-id", &cookie);
    events.drain();

    for refused in [to.get("/").await, to.ask("GET /", &[("accept", "text/html")]).await, to.navigate("/").await] {
        assert!([401, 303].contains(&refused.status), "{refused:?}");
        assert_eq!(refused.header("set-cookie"), None);
    }
    let told = events.drain().iter().filter(|event| event.name() == "session.unreadable").count();
    assert_eq!(told, 3);
    let nobody = to.get("/maybe").await;
    assert_eq!((nobody.status, nobody.body.as_str(), nobody.header("set-cookie")), (200, "nobody", None));
    assert_eq!(from.get("/").await.body, "7", "the record was left alone");
}

#[tokio::test]
async fn a_record_under_a_foreign_key_is_left_alone() {
    let store = ProbedStore::outside(MemoryStore::new());
    loses_nothing(node(&store, sealing_key()), node(&store, other_key())).await;
}

#[tokio::test]
async fn a_record_of_the_release_before_is_left_alone() {
    let store = ProbedStore::outside(MemoryStore::new());
    loses_nothing(node(&store, sealing_key()), next_node(&store)).await;
}

// What the next release adds is no error in this one: serde ignores what it does not know.
#[tokio::test]
async fn a_record_of_the_next_release_is_read_if_it_holds_what_is_needed() {
    let store = ProbedStore::outside(MemoryStore::new());
    let (mut from, mut to) = (next_node(&store), node(&store, sealing_key()));
    assert!(from.post("/log-in").await.is_ok());
    to.set_cookie("__Host-id", from.cookie("__Host-id").unwrap());
    assert_eq!(to.get("/").await.body, "7");
}

// A log-in where the old record does not open begins another session, and the old one stays for the node that reads it.
#[tokio::test]
async fn whoever_logs_in_where_the_record_does_not_open_has_a_session_there() {
    let store = ProbedStore::outside(MemoryStore::new());
    let (mut from, mut to) = (node(&store, sealing_key()), next_node(&store));
    assert!(from.post("/log-in").await.is_ok());
    let cookie = from.cookie("__Host-id").unwrap().to_owned();
    to.set_cookie("__Host-id", &cookie);
    assert!(to.post("/log-in").await.is_ok());
    assert_ne!(to.cookie("__Host-id").unwrap(), cookie);
    assert_eq!(to.get("/").await.body, "7");
}
