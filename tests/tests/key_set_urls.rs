//! An issuer whose keys are at a URL, through a router: it rotates them, goes down and comes back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::json;
use session_runtime::routing::get;
use session_runtime::{
    Algorithm, FetchError, FetchFuture, FetchKeys, GuardedRouter, KeySet, KeySetUrl, ManualClock, MemoryStore,
    Principal, Session, Sessions, SigningKey, TrustedIssuer, session,
};
use tests::{ProbedStore, START, Visitor, minutes, router, seconds, sessions};

const ISSUER: &str = "https://id.example";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), audience = "shop"), realm = "key-set-urls-client")]
struct Client {
    #[principal(id)]
    id: String,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    session.id.clone()
}

/// What is at the issuer's URL; nothing while it is down.
#[derive(Clone, Default)]
struct Issuer {
    keys: Arc<Mutex<Option<String>>>,
    fetches: Arc<AtomicUsize>,
}

impl Issuer {
    fn publish(&self, keys: &[&SigningKey]) {
        let keys = KeySet::new(keys.iter().map(|key| key.verifying_key())).unwrap();
        *self.keys.lock().unwrap() = Some(keys.to_jwks());
    }

    fn goes_down(&self) {
        *self.keys.lock().unwrap() = None;
    }
}

impl FetchKeys for Issuer {
    fn fetch<'a>(&'a self, _: &'a str) -> FetchFuture<'a> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let answer = self.keys.lock().unwrap().clone();
        Box::pin(async { answer.map(String::into_bytes).ok_or_else(|| FetchError::new("nobody answers")) })
    }
}

struct Api {
    issuer: Issuer,
    clock: ManualClock,
    visitor: Visitor,
    sessions: Sessions<Client>,
}

impl Api {
    fn new() -> Self {
        let (issuer, clock) = (Issuer::default(), ManualClock::at(START));
        let url = KeySetUrl::new("https://id.example/jwks").fetched_by(issuer.clone());
        let sessions: Sessions<Client> = sessions(&clock, &ProbedStore::over(MemoryStore::new()))
            .trusted_issuer(TrustedIssuer::new(ISSUER).key_set_url(url))
            .build()
            .unwrap();
        let visitor = Visitor::of(&router(GuardedRouter::new().route("/", get(whose)), sessions.clone()));
        Self { issuer, clock, visitor, sessions }
    }

    async fn status(&self, token: &str) -> u16 {
        self.visitor.clone().ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await.status
    }

    fn fetches(&self) -> usize {
        self.issuer.fetches.load(Ordering::SeqCst)
    }
}

fn key(id: &str) -> SigningKey {
    SigningKey::generate(Algorithm::EdDSA).unwrap().with_id(id)
}

fn token(key: &SigningKey) -> String {
    let claims = json!({"iss": ISSUER, "aud": "shop", "sub": "ada", "exp": START.as_secs() + 86_400});
    key.sign_jws(claims.to_string().as_bytes(), Some("at+jwt")).unwrap()
}

#[tokio::test]
async fn a_rotation_costs_one_fetch() {
    let (api, old, new) = (Api::new(), key("old"), key("new"));
    api.issuer.publish(&[&old]);
    assert_eq!((api.status(&token(&old)).await, api.fetches()), (200, 1));
    api.issuer.publish(&[&old, &new]);
    let of_new = token(&new);
    let answers = tokio::join!(api.status(&of_new), api.status(&of_new), api.status(&of_new));
    assert_eq!((answers, api.fetches()), ((200, 200, 200), 2));
    assert_eq!(api.status(&token(&old)).await, 200);
}

// Neither who signed with a key that was taken away, nor who was remembered while it was there.
#[tokio::test]
async fn a_key_that_was_taken_away_verifies_nothing() {
    let (api, old, new) = (Api::new(), key("old"), key("new"));
    api.issuer.publish(&[&old]);
    let of_old = token(&old);
    assert_eq!((api.status(&of_old).await, api.status(&of_old).await), (200, 200));
    assert_eq!(api.sessions.remembered_tokens().hits, 1);
    api.issuer.publish(&[&new]);
    assert_eq!(api.status(&token(&new)).await, 200);
    assert_eq!(api.status(&of_old).await, 401);
}

#[tokio::test]
async fn strangers_do_not_make_the_issuer_work() {
    let (api, known) = (Api::new(), key("known"));
    api.issuer.publish(&[&known]);
    assert_eq!(api.status(&token(&known)).await, 200);
    for number in 0..50 {
        assert_eq!(api.status(&token(&key(&format!("stranger {number}")))).await, 401);
    }
    assert_eq!(api.fetches(), 2);
    api.clock.advance(seconds(30));
    assert_eq!(api.status(&token(&key("stranger"))).await, 401);
    assert_eq!(api.fetches(), 3);
    let forged = token(&key("known"));
    assert_eq!((api.status(&forged).await, api.fetches()), (401, 3));
}

// ASVS 16.5.3: while nobody knows, nobody is admitted, and nobody is told that their token is bad.
#[tokio::test]
async fn without_any_keys_it_is_503() {
    let (api, known) = (Api::new(), key("known"));
    let answer = api.visitor.clone().ask("GET /", &[("authorization", &format!("Bearer {}", token(&known)))]).await;
    assert_eq!((answer.status, answer.header("retry-after").as_deref()), (503, Some("5")));
    api.issuer.publish(&[&known]);
    assert_eq!((api.status(&token(&known)).await, api.fetches()), (503, 1), "within the cooldown");
    api.clock.advance(seconds(30));
    assert_eq!((api.status(&token(&known)).await, api.fetches()), (200, 2));
}

#[tokio::test]
async fn an_issuer_that_is_down_stops_nobody_for_an_hour() {
    let (api, known) = (Api::new(), key("known"));
    api.issuer.publish(&[&known]);
    let (first, second) = (token(&known), token(&known));
    assert_eq!(api.status(&first).await, 200);
    api.issuer.goes_down();
    for _ in 0..59 {
        api.clock.advance(minutes(1));
        assert_eq!((api.status(&first).await, api.status(&second).await), (200, 200));
        assert_eq!(api.status(&token(&key("stranger"))).await, 401);
    }
    api.clock.advance(minutes(1));
    assert_eq!((api.status(&first).await, api.status(&second).await), (503, 503), "the remembered one, too");
    api.issuer.publish(&[&known]);
    api.clock.advance(seconds(30));
    assert_eq!((api.status(&first).await, api.status(&second).await), (200, 200));
}
