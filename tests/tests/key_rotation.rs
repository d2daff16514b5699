//! Keys that are published, rotated and kept apart, through a router.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, jwks};
use session_runtime::{
    Algorithm, ConfigErrorKind, GuardedRouter, KeySet, ManualClock, MemoryStore, Principal, Session, Sessions,
    SessionsBuilder, SigningKey, TrustedIssuer, session,
};
use tests::{ProbedStore, START, Visitor, minutes, router, sessions};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA", "ES256")), realm = "key-rotation-client")]
struct Client {
    #[principal(id)]
    id: String,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    format!("{} of {}", session.id, session.issuer().unwrap_or("nobody"))
}

fn builder(clock: &ManualClock) -> SessionsBuilder<Client> {
    sessions(clock, &ProbedStore::over(MemoryStore::new())).audience("shop")
}

fn visitor(sessions: &Sessions<Client>) -> Visitor {
    let routes = GuardedRouter::new().route("/", get(whose)).route("/jwks.json", jwks::<Client, _>());
    Visitor::of(&router(routes, sessions.clone()))
}

async fn status(sessions: &Sessions<Client>, token: &str) -> u16 {
    visitor(sessions).ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await.status
}

fn key(id: &str) -> SigningKey {
    SigningKey::generate(Algorithm::EdDSA).unwrap().with_id(id)
}

#[tokio::test]
async fn a_rotation_refuses_no_token() {
    let clock = ManualClock::at(START);
    let ours = |keys: &[SigningKey]| {
        let builder = builder(&clock).issuer("https://shop.example");
        keys.iter().cloned().fold(builder, SessionsBuilder::signing_key).build().unwrap()
    };
    let (old, new) = (key("old"), key("new").signs_from(START.plus(minutes(10))));
    let client = Client { id: "7".into() };
    let before = ours(std::slice::from_ref(&old));
    let during = ours(&[old, new.clone()]);
    let after = ours(&[new]);
    let early = before.issue_token(&client, minutes(15)).unwrap();
    assert_eq!(status(&during, &early).await, 200);
    let still_old = during.issue_token(&client, minutes(15)).unwrap();
    assert_eq!(status(&before, &still_old).await, 200, "a node that does not know the new key yet");
    clock.advance(minutes(10));
    let by_new = during.issue_token(&client, minutes(15)).unwrap();
    assert_eq!(status(&during, &early).await, 200);
    assert_eq!((status(&after, &by_new).await, status(&before, &by_new).await), (200, 401));
    assert_eq!(status(&after, &early).await, 401, "the old key is retired");
}

// RFC 7517 5, 8.5.1.
#[tokio::test]
async fn public_keys_are_served() {
    let clock = ManualClock::at(START);
    let ours =
        builder(&clock).issuer("https://shop.example").signing_key(key("1")).signing_key(key("2")).build().unwrap();
    let answer = visitor(&ours).get("/jwks.json").await;
    assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some("application/jwk-set+json")));
    assert_eq!(answer.header("cache-control").as_deref(), Some("public, max-age=300"));
    let keys = KeySet::jwks(&[Algorithm::EdDSA], answer.body.as_bytes()).unwrap();
    assert_eq!(keys.iter().filter_map(|key| key.id()).collect::<Vec<_>>(), ["1", "2"]);

    // Another service trusts us by them, and names our realm.
    let trusted = TrustedIssuer::new("https://shop.example").realm("key-rotation-client").key_set(&keys);
    let other = builder(&clock).trusted_issuer(trusted).build().unwrap();
    let token = ours.issue_token(&Client { id: "7".into() }, minutes(5)).unwrap();
    let answer = visitor(&other).ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "7 of https://shop.example"));
    assert_eq!(other.jwks(), r#"{"keys":[]}"#);
}

#[test]
fn who_is_trusted_is_said_once() {
    let clock = ManualClock::at(START);
    let trusted = |name: &str| TrustedIssuer::new(name).verifying_key(key("1").verifying_key());
    let kind = |builder: SessionsBuilder<Client>| builder.build().err().map(|error| error.kind());
    assert_eq!(kind(builder(&clock).trusted_issuer(trusted("https://a.example"))), None);
    let twice =
        builder(&clock).trusted_issuer(trusted("https://a.example")).trusted_issuer(trusted("https://a.example"));
    assert_eq!(kind(twice), Some(ConfigErrorKind::Issuer));
    let ours_again = builder(&clock).issuer("https://a.example").signing_key(key("1"));
    assert_eq!(kind(ours_again.trusted_issuer(trusted("https://a.example"))), Some(ConfigErrorKind::Issuer));
    assert_eq!(
        kind(builder(&clock).trusted_issuer(TrustedIssuer::new("https://a.example"))),
        Some(ConfigErrorKind::Key)
    );
    let nameless = builder(&clock).issuer("https://shop.example").signing_key(key("1"));
    assert_eq!(kind(nameless.signing_key(SigningKey::generate(Algorithm::EdDSA).unwrap())), Some(ConfigErrorKind::Key));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), issuer = "https://id.example", audience = "shop"), realm = "key-rotation-declared")]
struct Declared {
    #[principal(id)]
    id: String,
}

// What is declared when the program is compiled is not widened when it starts.
#[test]
fn a_declared_issuer_is_the_only_one() {
    let trusted = |name: &str| {
        let issuer = TrustedIssuer::new(name).verifying_key(key("1").verifying_key());
        Sessions::<Declared>::builder().trusted_issuer(issuer).build().err().map(|error| error.kind())
    };
    assert_eq!(trusted("https://id.example"), None);
    assert_eq!(trusted("https://other.example"), Some(ConfigErrorKind::Issuer));
}
