//! Somebody can write to the store: nothing that they change is taken for what it was.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, SealingKey, Session,
    Sessions, SessionsBuilder, SigningKey, SqliteStore, Store, StoreKey, SubjectKey, TokenOptions, TokenPair, session,
};
use tests::{
    Failed, ProbedStore, SECRET, START, Visitor, every_store, index_key, minutes, router, sealing_key, sessions,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-client"),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "5m", revocable),
    realm = "tampered-store-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
    visits: u64,
}

fn client(id: u64) -> Client {
    Client { id, visits: 0 }
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    session.id.to_string()
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Client>) -> Result<(), Failed> {
    auth.log_in(client(7)).await?;
    Ok(())
}

#[session(required)]
async fn visit(mut session: Session<Client>) -> Result<String, Failed> {
    session.update(|client| client.visits += 1).await?;
    Ok(session.visits.to_string())
}

fn routes() -> GuardedRouter<Sessions<Client>> {
    GuardedRouter::new().route("/", get(whose)).route("/log-in", post(log_in)).route("/visit", post(visit))
}

fn builder(store: &ProbedStore) -> SessionsBuilder<Client> {
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    sessions(&ManualClock::at(START), store).signing_key(key)
}

fn keeping() -> MemoryStore {
    MemoryStore::new().keeping_until_expiry()
}

async fn sqlite() -> Arc<dyn Store> {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    Arc::new(sqlite)
}

async fn pair(sessions: &Sessions<Client>, id: u64) -> TokenPair {
    sessions.issue_pair(&client(id), &TokenOptions::lasting(minutes(5))).await.unwrap()
}

/// The status with which a guarded route answers the token.
async fn status(sessions: &Sessions<Client>, pair: &TokenPair) -> u16 {
    let bearer = format!("Bearer {}", pair.access().token());
    Visitor::of(&router(routes(), sessions.clone())).ask("GET /", &[("authorization", &bearer)]).await.status
}

#[tokio::test]
async fn a_record_with_another_subject_is_unreadable() {
    for store in every_store().await.into_iter().filter(|store| !store.store.in_process()) {
        for subject in [None, Some(SubjectKey::from_bytes([0; 32]))] {
            let list = keeping();
            let sessions = builder(&store.store).revocation_store(list).build().unwrap();
            let mut visitor = Visitor::of(&router(routes(), sessions.clone()));
            assert!(visitor.post("/log-in").await.is_ok());
            assert!(visitor.get("/").await.is_ok());
            let key = *store.store.inserted().last().unwrap();
            let mut former = None;
            store.store.tamper(key, |parts| former = std::mem::replace(&mut parts.subject, subject)).await;
            assert_eq!(visitor.get("/").await.status, 401, "{}", store.name);
            assert_eq!(visitor.post("/visit").await.status, 401, "{}", store.name);
            store.store.tamper(key, |parts| parts.subject = former).await;
            assert!(visitor.get("/").await.is_ok(), "{}: nothing else was changed", store.name);
        }
    }
}

#[tokio::test]
async fn a_token_family_with_another_subject_is_unreadable() {
    for store in every_store().await.into_iter().filter(|store| !store.store.in_process()) {
        let sessions = builder(&store.store).revocation_store(keeping()).build().unwrap();
        let pair = pair(&sessions, 7).await;
        let key = *store.store.inserted().last().unwrap();
        store.store.tamper(key, |parts| parts.subject = Some(SubjectKey::from_bytes([0; 32]))).await;
        let error = sessions.refresh(pair.refresh_token()).await.unwrap_err();
        assert_eq!(error.kind(), GrantErrorKind::InvalidGrant, "{}", store.name);
    }
}

// The record keeps the subject key that it was inserted with.
#[tokio::test]
async fn a_session_is_updated_after_the_sealing_key_changed() {
    let store = ProbedStore::of(sqlite().await);
    let next_key = || SealingKey::new([1, 2].repeat(16)).unwrap();
    let old = builder(&store).revocation_store(keeping()).build().unwrap();
    let new = builder(&store).sealing_key(next_key()).former_sealing_key(sealing_key());
    let new = new.revocation_store(keeping()).build().unwrap();
    let mut before = Visitor::of(&router(routes(), old.clone()));
    assert!(before.post("/log-in").await.is_ok());
    let mut after = Visitor::of(&router(routes(), new.clone()));
    after.set_cookie("__Host-client", before.cookie("__Host-client").unwrap());
    assert_eq!(after.post("/visit").await.body, "1");
    assert_eq!(after.post("/visit").await.body, "2");
    assert!(after.get("/").await.is_ok());

    let first = pair(&old, 7).await;
    let second = new.refresh(first.refresh_token()).await.unwrap();
    new.refresh(second.refresh_token()).await.unwrap();
}

/// Sessions whose list of revoked tokens is in a store outside the process, and that store.
async fn lists() -> Vec<(Sessions<Client>, ProbedStore)> {
    let mut lists = Vec::new();
    for list in [ProbedStore::outside(keeping()), ProbedStore::of(sqlite().await)] {
        lists.push((builder(&list).build().unwrap(), list));
    }
    for list in [ProbedStore::outside(keeping()), ProbedStore::of(sqlite().await)] {
        let beside = builder(&ProbedStore::over(MemoryStore::new())).sealing_key(sealing_key()).index_key(index_key());
        lists.push((beside.revocation_store(list.clone()).build().unwrap(), list));
    }
    lists
}

/// The row of the list that a revocation wrote.
fn row(list: &ProbedStore) -> StoreKey {
    *list.inserted().last().unwrap()
}

#[tokio::test]
async fn an_overwritten_revocation_row_admits_nothing() {
    for (sessions, list) in lists().await {
        let pair = pair(&sessions, 7).await;
        sessions.revoke_tokens_of(&7).await.unwrap();
        assert_eq!(status(&sessions, &pair).await, 401);
        let texts: [&[u8]; 5] = [b"", b"{}", br#"{"until":null,"ids":[]}"#, br#"{"epoch":0,"ids":[]}"#, &[1; 80]];
        for text in texts {
            list.tamper(row(&list), |parts| parts.payload = text.into()).await;
            assert_eq!(status(&sessions, &pair).await, 503);
            let error = sessions.revoke_tokens_of(&7).await.unwrap_err();
            assert_eq!(error.kind(), GrantErrorKind::Unavailable);
        }
    }
}

#[tokio::test]
async fn a_revocation_row_of_another_subject_admits_nothing() {
    for (sessions, list) in lists().await {
        let (revoked, other) = (pair(&sessions, 7).await, pair(&sessions, 8).await);
        sessions.revoke_tokens_of(&7).await.unwrap();
        let row_of_7 = row(&list);
        sessions.revoke_token_id(&8, "another").await.unwrap();
        let row_of_8 = row(&list);
        assert_eq!((status(&sessions, &revoked).await, status(&sessions, &other).await), (401, 200));
        let mut empty = None;
        list.tamper(row_of_8, |parts| empty = Some(Arc::clone(&parts.payload))).await;
        list.tamper(row_of_7, |parts| parts.payload = empty.unwrap()).await;
        assert_eq!((status(&sessions, &revoked).await, status(&sessions, &other).await), (503, 200));
    }
}

#[tokio::test]
async fn a_revocation_row_tells_nothing() {
    for (sessions, list) in lists().await {
        sessions.revoke_tokens_of(&7).await.unwrap();
        let mut bytes = None;
        list.tamper(row(&list), |parts| bytes = Some(Arc::clone(&parts.payload))).await;
        let text = String::from_utf8_lossy(&bytes.unwrap()).into_owned();
        assert!(!["until", "epoch", "ids", "18000"].iter().any(|word| text.contains(word)), "{text}");
    }
}
