//! Sessions in a store outside the process.

use std::sync::Arc;

use serde_json::{Value, json};
use session_runtime::routing::post;
use session_runtime::{
    GuardedRouter, ManualClock, MemoryStore, Revalidation, Session, Sessions, SessionsBuilder, SqliteStore, session,
};
use tests::{Failed, ProbedStore, START, Visitor, index_key, minutes, router, sealing_key, seconds};
use tower_sessions_core::Session as KeyValues;

use crate::releases::release;
use crate::{Account, go_over};

release!(old, (cookie(name = "__Host-id"), realm = "rolling-records", idle = "2h"), {});
release!(new, (cookie(name = "__Host-id"), realm = "rolling-records", idle = "2h"), {
    #[serde(default)]
    pub(crate) suspended: bool,
    #[serde(default)]
    pub(crate) credit: u128,
});

const COOKIE: &str = "__Host-id";

#[session(principal(old::User))]
async fn set(values: KeyValues) {
    values.insert("cart", "book").await.unwrap();
}

#[session(principal(old::User))]
async fn cycle(values: KeyValues) {
    values.insert("cart", "book").await.unwrap();
    values.cycle_id().await.unwrap();
}

#[session(principal(old::User))]
async fn token(session: Session<old::User>) -> Result<String, Failed> {
    Ok(session.confirmation("pay").await?.to_string())
}

#[session(principal(old::User), confirm = "pay")]
async fn pay() {}

fn old_routes() -> GuardedRouter<Sessions<old::User>> {
    let more = GuardedRouter::new()
        .route("/set", post(set))
        .route("/cycle", post(cycle))
        .route("/token", post(token))
        .route("/pay", post(pay));
    old::routes().merge(more)
}

/// Two nodes behind one address, during a release.
struct Town {
    clock: ManualClock,
    old: Visitor,
    new: Visitor,
    account: Account<old::User>,
}

impl Town {
    fn over(store: &ProbedStore) -> Self {
        fn builder<P: session_runtime::Principal>(clock: &ManualClock, store: &ProbedStore) -> SessionsBuilder<P> {
            Sessions::builder()
                .clock(clock.clone())
                .store(store.clone())
                .sealing_key(sealing_key())
                .index_key(index_key())
        }
        let clock = ManualClock::at(START);
        let account = Account::of(old_user());
        let revalidation = Revalidation::every(minutes(5), account.clone());
        let old = builder(&clock, store).revalidate(revalidation).build().unwrap();
        let new = builder(&clock, store).as_another_release().build().unwrap();
        let (old, new) = (router(old_routes(), old), router(new::routes(), new));
        Self { clock, old: Visitor::of(&old), new: Visitor::of(&new), account }
    }

    /// Somebody logs in where the new release runs and goes on where the old one does.
    async fn suspended(store: &ProbedStore) -> Self {
        let mut town = Self::over(store);
        assert!(town.new.post_json("/log-in", &new_user()).await.is_ok());
        go_over(&town.new, &mut town.old, COOKIE);
        town
    }

    /// The principal as the new release reads it, after a request to the old one.
    async fn seen_by_new(&mut self) -> Value {
        go_over(&self.old, &mut self.new, COOKIE);
        let answer = self.new.get("/me").await;
        assert!(answer.is_ok(), "{answer:?}");
        answer.json()
    }
}

fn old_user() -> old::User {
    old::User { id: 7, name: "Ada".into(), visits: 3, nick: Some("A".into()) }
}

fn new_user() -> new::User {
    let old::User { id, name, visits, nick } = old_user();
    new::User { id, name, visits, nick, suspended: true, credit: u128::MAX }
}

/// The principal of the new release, with these members changed.
fn with(changes: &Value) -> Value {
    let mut user = serde_json::from_str::<Value>(&serde_json::to_string(&new_user()).unwrap()).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        user[name] = value.clone();
    }
    user
}

async fn stores() -> [ProbedStore; 2] {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    [ProbedStore::outside(MemoryStore::new()), ProbedStore::of(Arc::new(sqlite))]
}

#[tokio::test]
async fn old_node_keeps_fields_of_an_unchanged_principal() {
    for store in stores().await {
        for path in ["/set", "/cycle", "/rotate", "/token", "/change-nothing", "/reauthenticate"] {
            let mut town = Town::suspended(&store).await;
            town.clock.advance(seconds(90));
            let answer = town.old.post_json(path, &old_user()).await;
            assert!(answer.is_ok(), "{path} {answer:?}");
            assert!(town.old.get("/seen").await.is_ok());
            assert_eq!(town.seen_by_new().await, with(&json!({})), "{path}");
        }
    }
}

#[tokio::test]
async fn old_node_keeps_fields_when_a_confirmation_is_used() {
    for store in stores().await {
        let mut town = Town::suspended(&store).await;
        let token = town.old.post("/token").await.body;
        assert!(town.old.ask("POST /pay", &[("confirm-token", &token)]).await.is_ok());
        assert_eq!(town.seen_by_new().await, with(&json!({})));
    }
}

#[tokio::test]
async fn old_node_updates_its_fields_and_keeps_the_others() {
    for store in stores().await {
        let mut town = Town::suspended(&store).await;
        for (path, changes) in [
            ("/visit", json!({ "visits": 4 })),
            ("/visit", json!({ "visits": 5 })),
            ("/nick/B", json!({ "visits": 5, "nick": "B" })),
            ("/rotate", json!({ "visits": 5, "nick": "B" })),
        ] {
            assert!(town.old.post(path).await.is_ok());
            assert_eq!(town.seen_by_new().await, with(&changes), "{path}");
        }
        assert!(town.old.post("/nick/-").await.is_ok());
        let removed = town.seen_by_new().await;
        assert_eq!((removed.get("nick"), &removed["suspended"]), (None, &json!(true)));
    }
}

#[tokio::test]
async fn old_node_keeps_fields_when_it_revalidates() {
    for store in stores().await {
        let mut town = Town::suspended(&store).await;
        for (name, expected) in [("Ada", "Ada"), ("Grace", "Grace")] {
            town.account.set(old::User { name: name.into(), ..old_user() });
            town.clock.advance(minutes(5));
            assert!(town.old.get("/me").await.is_ok());
            assert_eq!(town.seen_by_new().await, with(&json!({ "userName": expected })), "{name}");
        }
    }
}

#[tokio::test]
async fn old_node_keeps_fields_when_a_reauthentication_changes_others() {
    for store in stores().await {
        let mut town = Town::suspended(&store).await;
        assert!(town.old.post_json("/reauthenticate", &old::User { visits: 9, ..old_user() }).await.is_ok());
        assert_eq!(town.seen_by_new().await, with(&json!({ "visits": 9 })));
    }
}

#[tokio::test]
async fn log_in_at_an_old_node_keeps_no_fields() {
    for store in stores().await {
        let mut town = Town::suspended(&store).await;
        assert!(town.old.post_json("/log-in", &old_user()).await.is_ok());
        assert_eq!(town.seen_by_new().await["suspended"], json!(false));
    }
}
