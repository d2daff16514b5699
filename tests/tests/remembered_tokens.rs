//! Tokens that were verified before: nothing that a token has to be is forgotten.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::{Deserialize, Serialize};
use session_runtime::routing::get;
use session_runtime::{
    Algorithm, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, SessionsBuilder, SigningKey,
    TokenOptions, session,
};
use std::time::Duration;
use tests::{ProbedStore, START, Visitor, at_and_beside, minutes, router, seconds, sessions};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    bearer(alg("EdDSA"), issuer = "https://shop.example", audience = "shop", max_age = "10m", auth_time),
    realm = "remembered-tokens-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
    #[principal(scopes)]
    scopes: Vec<String>,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    format!("{}", session.id)
}

#[session(required, principal(Client), scope("write"))]
async fn write() {}

#[session(required, principal(Client), fresh = "2m")]
async fn fresh() {}

struct Api {
    sessions: Sessions<Client>,
    clock: ManualClock,
    visitor: Visitor,
}

impl Api {
    fn of(more: impl FnOnce(SessionsBuilder<Client>) -> SessionsBuilder<Client>) -> Self {
        let clock = ManualClock::at(START);
        let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
        let builder = sessions(&clock, &ProbedStore::over(MemoryStore::new())).signing_key(key);
        let sessions: Sessions<Client> = more(builder).build().unwrap();
        let routes =
            GuardedRouter::new().route("/", get(whose)).route("/write", get(write)).route("/fresh", get(fresh));
        let visitor = Visitor::of(&router(routes, sessions.clone()));
        Self { sessions, clock, visitor }
    }

    fn token(&self, id: u64, lifetime: Duration) -> String {
        self.sessions.issue_token(&Client { id, scopes: vec!["read".into()] }, lifetime).unwrap()
    }

    async fn get(&mut self, path: &str, token: &str) -> (u16, String) {
        let answer = self.visitor.ask(&format!("GET {path}"), &[("authorization", &format!("Bearer {token}"))]).await;
        (answer.status, answer.body)
    }

    fn counted(&self) -> (usize, u64, u64) {
        let counted = self.sessions.remembered_tokens();
        (counted.tokens, counted.hits, counted.misses)
    }
}

#[tokio::test]
async fn a_signature_costs_once() {
    let mut api = Api::of(|builder| builder);
    let (one, other) = (api.token(7, minutes(5)), api.token(8, minutes(5)));
    for _ in 0..3 {
        assert_eq!(api.get("/", &one).await, (200, "7".to_owned()));
        assert_eq!(api.get("/", &other).await, (200, "8".to_owned()));
    }
    assert_eq!(api.counted(), (2, 4, 2));
    assert!((api.sessions.remembered_tokens().hit_rate() - 4.0 / 6.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_refused_token_is_not_remembered() {
    let mut api = Api::of(|builder| builder);
    let token = api.token(7, minutes(5));
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", "A".repeat(86));
    for _ in 0..2 {
        assert_eq!(api.get("/", &forged).await.0, 401);
    }
    assert_eq!(api.counted(), (0, 0, 2));
    assert_eq!(api.get("/", &token).await.0, 200);
    assert_eq!(api.get("/", &forged).await.0, 401, "the whole token is compared");
}

// `exp` with its leeway, and the age that the principal allows, without.
#[tokio::test]
async fn a_remembered_token_ends_when_it_says() {
    for (lifetime, limit, expected) in
        [(minutes(5), minutes(5) + seconds(30), [200, 401, 401]), (minutes(10), minutes(10), [200, 200, 401])]
    {
        let mut answers = Vec::new();
        for age in at_and_beside(limit) {
            let mut api = Api::of(|builder| builder);
            let token = api.token(7, lifetime);
            assert_eq!(api.get("/", &token).await.0, 200);
            api.clock.advance(age);
            answers.push(api.get("/", &token).await.0);
            assert_eq!(api.counted(), (1, 1, 1), "judged by what is remembered");
        }
        assert_eq!(answers, expected);
    }
}

// A clock that goes back makes a token one of the future again.
#[tokio::test]
async fn a_remembered_token_does_not_begin_early() {
    let mut api = Api::of(|builder| builder);
    let token = api.token(7, minutes(5));
    assert_eq!(api.get("/", &token).await.0, 200);
    for (ahead, expected) in [(30, 200), (31, 401)] {
        api.clock.set(START.minus(seconds(ahead)));
        assert_eq!(api.get("/", &token).await.0, expected, "{ahead} s");
    }
}

// What a route demands is asked of a remembered token as of any other.
#[tokio::test]
async fn a_remembered_token_opens_no_more_than_it_says() {
    let mut api = Api::of(|builder| builder);
    let token = api.token(7, minutes(5));
    assert_eq!(api.get("/", &token).await.0, 200);
    assert_eq!(api.get("/write", &token).await.0, 403);
    let options = TokenOptions::lasting(minutes(5)).authenticated_at(START.minus(minutes(1)));
    let stale = api.sessions.issue(&Client { id: 7, scopes: Vec::new() }, &options).unwrap().into_token();
    assert_eq!(api.get("/fresh", &stale).await.0, 200);
    api.clock.advance(seconds(61));
    assert_eq!(api.get("/fresh", &stale).await.0, 401);
    assert_eq!(api.get("/", &stale).await.0, 200);
}

#[tokio::test]
async fn how_many_are_remembered_can_be_said() {
    let mut api = Api::of(|builder| builder.remember_tokens(0));
    let token = api.token(7, minutes(5));
    assert_eq!((api.get("/", &token).await.0, api.get("/", &token).await.0), (200, 200));
    assert_eq!(api.counted(), (0, 0, 0));

    let mut api = Api::of(|builder| builder.remember_tokens(4));
    let tokens: Vec<_> = (0..50).map(|id| api.token(id, minutes(5))).collect();
    for _ in 0..2 {
        for (id, token) in tokens.iter().enumerate() {
            assert_eq!(api.get("/", token).await, (200, id.to_string()));
        }
    }
    assert!(api.counted().0 <= 4);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"),
    realm = "remembered-tokens-symmetric"
)]
struct Symmetric {
    #[principal(id)]
    id: u64,
}

#[session(required)]
async fn symmetric(session: Session<Symmetric>) -> String {
    format!("{}", session.id)
}

#[tokio::test]
async fn an_hmac_is_remembered_when_asked_for() {
    for (more, expected) in [(None, (0, 0)), (Some(100), (1, 1))] {
        let key = SigningKey::generate(Algorithm::HS256).unwrap();
        let builder = Sessions::<Symmetric>::builder().signing_key(key);
        let sessions = more.into_iter().fold(builder, SessionsBuilder::remember_tokens).build().unwrap();
        let mut visitor = Visitor::of(&router(GuardedRouter::new().route("/", get(symmetric)), sessions.clone()));
        let token = format!("Bearer {}", sessions.issue_token(&Symmetric { id: 7 }, minutes(5)).unwrap());
        for _ in 0..2 {
            assert_eq!(visitor.ask("GET /", &[("authorization", &token)]).await.status, 200);
        }
        let counted = sessions.remembered_tokens();
        assert_eq!((counted.tokens, counted.hits), expected);
    }
}
