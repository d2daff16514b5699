//! JSON that nests as deeply as a record can hold, and one level more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use axum::extract::Path;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, Session, SessionError,
    Sessions, SigningKey, TokenOptions, session,
};
use tests::{ProbedStore, SECRET, START, Visitor, every_store, minutes, router, sealing_key, sessions};
use tower_sessions_core::Session as KeyValues;

/// The JSON of a principal is read by itself, so a value has the principal alone around it. A key-value has the record and two
/// levels of key-values around it.
const IN_A_PRINCIPAL: usize = 126;
const KEY_VALUE: usize = 124;

fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |value, _| Value::Array(vec![value]))
}

fn levels(value: &Value) -> usize {
    value.get(0).map_or(usize::from(value.is_array()), |inner| 1 + levels(inner))
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-deep"), realm = "deep")]
struct Deep {
    #[principal(id)]
    id: u64,
    notes: Value,
    score: f64,
}

impl Deep {
    fn new(levels: usize) -> Self {
        Self { id: 7, notes: nested(levels), score: 0.5 }
    }
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Deep>, Path(levels): Path<usize>) -> Result<(), SessionError> {
    auth.log_in(Deep::new(levels)).await.map(drop)
}

#[session(required)]
async fn update(mut session: Session<Deep>, Path(levels): Path<usize>) -> Result<(), SessionError> {
    session.update(|deep| deep.notes = nested(levels)).await
}

#[session(required)]
async fn score(mut session: Session<Deep>) -> Result<(), SessionError> {
    session.update(|deep| deep.score = f64::NAN).await
}

#[session(required)]
async fn notes(session: Session<Deep>) -> String {
    levels(&session.notes).to_string()
}

#[session(optional, principal(Deep))]
async fn set(values: KeyValues, Path((key, levels)): Path<(String, usize)>) {
    values.insert(&key, nested(levels)).await.unwrap();
}

#[session(optional, principal(Deep))]
async fn saved(values: KeyValues, Path((key, levels)): Path<(String, usize)>) {
    values.insert(&key, nested(levels)).await.unwrap();
    let error = values.save().await.unwrap_err().to_string();
    assert!(error.contains("nests more than 124 levels"), "{error}");
}

#[session(optional, principal(Deep))]
async fn value(values: KeyValues, Path(key): Path<String>) -> String {
    let value: Option<Value> = values.get(&key).await.unwrap();
    value.map_or_else(String::new, |value| levels(&value).to_string())
}

fn visitor(store: &ProbedStore) -> Visitor {
    let routes = GuardedRouter::new()
        .route("/log-in/{levels}", post(log_in))
        .route("/update/{levels}", post(update))
        .route("/score", post(score))
        .route("/notes", get(notes))
        .route("/set/{key}/{levels}", post(set))
        .route("/saved/{key}/{levels}", post(saved))
        .route("/value/{key}", get(value));
    let sessions: Sessions<Deep> = sessions(&ManualClock::at(START), store).build().unwrap();
    Visitor::of(&router(routes, sessions))
}

async fn post_to(visitor: &mut Visitor, path: &str) -> u16 {
    visitor.post(path).await.status
}

async fn body(visitor: &mut Visitor, path: &str) -> String {
    let answer = visitor.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

#[tokio::test]
async fn key_value_that_nests_too_deeply_is_rejected() {
    for store in every_store().await {
        let name = store.name;
        for logs_in in [false, true] {
            let mut visitor = visitor(&store.store);
            if logs_in {
                assert_eq!(post_to(&mut visitor, "/log-in/1").await, 200);
            }
            for (levels, status) in
                [(KEY_VALUE - 1, 200), (KEY_VALUE, 200), (KEY_VALUE + 1, 422), (127, 422), (500, 422)]
            {
                assert_eq!(post_to(&mut visitor, &format!("/set/deep/{levels}")).await, status, "{name} {levels}");
                let kept = levels.min(KEY_VALUE).to_string();
                assert_eq!(body(&mut visitor, "/value/deep").await, kept, "{name} {levels}");
            }
            // Nothing else is lost, and the handler that saves is told.
            assert_eq!(post_to(&mut visitor, "/set/other/3").await, 200, "{name}");
            let answer = visitor.post(&format!("/saved/deep/{}", KEY_VALUE + 1)).await;
            assert_eq!(answer.status, 422, "{name}");
            assert!(answer.body.contains("too-deep"), "{name}: {answer:?}");
            assert_eq!(body(&mut visitor, "/value/deep").await, KEY_VALUE.to_string(), "{name}");
            assert_eq!(body(&mut visitor, "/value/other").await, "3", "{name}");
            // A log-in takes along what an anonymous visitor had.
            assert_eq!(post_to(&mut visitor, "/log-in/2").await, 200, "{name}");
            assert_eq!(body(&mut visitor, "/value/deep").await, KEY_VALUE.to_string(), "{name}");
        }
    }
}

#[tokio::test]
async fn first_key_value_that_nests_too_deeply_begins_nothing() {
    for store in [ProbedStore::over(MemoryStore::new()), ProbedStore::outside(MemoryStore::new())] {
        let mut visitor = visitor(&store);
        let answer = visitor.post(&format!("/set/deep/{}", KEY_VALUE + 1)).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (422, None));
        assert_eq!(store.statistics().anonymous, 0);
    }
}

#[tokio::test]
async fn principal_that_nests_too_deeply_is_rejected() {
    for store in every_store().await {
        let name = store.name;
        // In the process, a principal is kept as it is.
        let limit = if name == "memory" { 200 } else { IN_A_PRINCIPAL };
        let mut visitor = visitor(&store.store);
        for levels in [limit - 1, limit] {
            assert_eq!(post_to(&mut visitor, &format!("/log-in/{levels}")).await, 200, "{name} {levels}");
            assert_eq!(body(&mut visitor, "/notes").await, levels.to_string(), "{name}");
            assert_eq!(post_to(&mut visitor, "/update/1").await, 200, "{name}");
            assert_eq!(post_to(&mut visitor, &format!("/update/{levels}")).await, 200, "{name} {levels}");
            assert_eq!(body(&mut visitor, "/notes").await, levels.to_string(), "{name}");
        }
        if name == "memory" {
            continue;
        }
        for path in ["log-in", "update"] {
            for levels in [limit + 1, limit + 2, 500] {
                assert_eq!(post_to(&mut visitor, &format!("/{path}/{levels}")).await, 500, "{name} {path} {levels}");
                assert_eq!(body(&mut visitor, "/notes").await, limit.to_string(), "{name} {path} {levels}");
            }
        }
    }
}

// JSON has no such number, and `null` is not read as one.
#[tokio::test]
async fn principal_that_would_not_be_read_again_is_rejected() {
    for (store, status) in
        [(ProbedStore::over(MemoryStore::new()), 200), (ProbedStore::outside(MemoryStore::new()), 500)]
    {
        let mut visitor = visitor(&store);
        assert_eq!(post_to(&mut visitor, "/log-in/1").await, 200);
        assert_eq!(post_to(&mut visitor, "/score").await, status);
        assert_eq!(body(&mut visitor, "/notes").await, "1");
    }
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-stateless", token = "jwt", unrevocable), realm = "stateless")]
struct Stateless {
    #[principal(id)]
    id: u64,
    notes: Value,
}

#[session(optional)]
async fn log_in_stateless(mut auth: AuthSession<Stateless>, Path(levels): Path<usize>) -> Result<(), SessionError> {
    auth.log_in(Stateless { id: 7, notes: nested(levels) }).await.map(drop)
}

#[session(required)]
async fn update_stateless(mut session: Session<Stateless>, Path(levels): Path<usize>) -> Result<(), SessionError> {
    session.update(|stateless| stateless.notes = nested(levels)).await
}

#[session(required)]
async fn stateless_notes(session: Session<Stateless>) -> String {
    levels(&session.notes).to_string()
}

#[tokio::test]
async fn stateless_session_that_nests_too_deeply_is_rejected() {
    let routes = GuardedRouter::new()
        .route("/log-in/{levels}", post(log_in_stateless))
        .route("/update/{levels}", post(update_stateless))
        .route("/notes", get(stateless_notes));
    let clock = ManualClock::at(START);
    let sessions: Sessions<Stateless> = Sessions::builder().clock(clock).sealing_key(sealing_key()).build().unwrap();
    let mut visitor = Visitor::of(&router(routes, sessions));
    for levels in [IN_A_PRINCIPAL - 1, IN_A_PRINCIPAL] {
        for path in ["log-in/1", &format!("log-in/{levels}"), "update/1", &format!("update/{levels}")] {
            assert_eq!(post_to(&mut visitor, &format!("/{path}")).await, 200, "{path}");
        }
        assert_eq!(body(&mut visitor, "/notes").await, levels.to_string());
    }
    for path in ["log-in", "update"] {
        for levels in [IN_A_PRINCIPAL + 1, 200] {
            assert_eq!(post_to(&mut visitor, &format!("/{path}/{levels}")).await, 500, "{path} {levels}");
            assert_eq!(body(&mut visitor, "/notes").await, IN_A_PRINCIPAL.to_string());
        }
    }
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "5m"),
    realm = "nested-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
    notes: Value,
}

#[tokio::test]
async fn token_family_that_nests_too_deeply_is_rejected() {
    for store in every_store().await {
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let clients: Sessions<Client> =
            sessions(&ManualClock::at(START), &store.store).signing_key(key).build().unwrap();
        for (levels, in_a_claim) in [(IN_A_PRINCIPAL - 1, 1), (IN_A_PRINCIPAL, 1), (1, 123), (1, 127), (1, 200)] {
            let client = Client { id: 7, notes: nested(levels) };
            let options = TokenOptions::lasting(minutes(5)).claim("deep", &nested(in_a_claim)).unwrap();
            let pair = clients.issue_pair(&client, &options).await.unwrap();
            let next = clients.refresh(pair.refresh_token()).await;
            assert!(next.is_ok(), "{}: {levels} {in_a_claim}: {next:?}", store.name);
        }
        if store.name == "memory" {
            continue;
        }
        let client = Client { id: 8, notes: nested(IN_A_PRINCIPAL + 1) };
        let issued = clients.issue_pair(&client, &TokenOptions::lasting(minutes(5))).await;
        assert_eq!(issued.unwrap_err().kind(), GrantErrorKind::Unserialisable, "{}", store.name);
    }
}
