//! Forged and malformed tokens against a guard: none is admitted, none makes it fail, each is refused for its own reason.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use session_runtime::routing::get;
use session_runtime::{Algorithm, GuardedRouter, ManualClock, Principal, Session, Sessions, SigningKey, session};
use tests::forger::{ED25519, P256, RSA, forgeries, good};
use tests::{Events, START, Visitor, router};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Role {
    Staff,
    Admin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    bearer(
        alg("EdDSA", "ES256", "PS256"),
        issuer = "https://id.example",
        audience = "shop",
        max_age = "15m",
        auth_time
    ),
    realm = "forged-tokens-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
    #[principal(roles)]
    roles: Vec<Role>,
    #[principal(scopes)]
    scopes: Vec<String>,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    session.id.to_string()
}

fn visitor() -> Visitor {
    let keys = [(Algorithm::EdDSA, ED25519), (Algorithm::ES256, P256), (Algorithm::PS256, RSA)];
    let builder = keys.into_iter().fold(Sessions::<Client>::builder(), |builder, (algorithm, pem)| {
        let key = SigningKey::pem(algorithm, pem).unwrap().with_id(algorithm.as_str());
        builder.verifying_key(key.verifying_key())
    });
    let sessions = builder.clock(ManualClock::at(START)).build().unwrap();
    Visitor::of(&router(GuardedRouter::new().route("/", get(whose)), sessions))
}

#[tokio::test]
async fn the_forger_can_do_it_right() {
    for token in good() {
        let answer = visitor().ask("GET /", &[("authorization", &format!("Bearer {token}"))]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "7"), "{answer:?}");
    }
}

// ASVS 9.1.1 to 9.2.4; RFC 8725 2, 3; ASVS 16.5.1: a response does not tell the reason, an event does.
#[tokio::test]
async fn no_forgery_is_admitted_and_each_is_refused_for_its_own_reason() {
    let (events, _guard) = Events::here();
    let (mut visitor, forged) = (visitor(), forgeries());
    let mut failures = Vec::new();
    for forgery in &forged {
        let answer = visitor.ask("GET /", &[("authorization", &format!("Bearer {}", forgery.token))]).await;
        let events = events.drain();
        let found = events.iter().find_map(|event| event.field("reason"));
        let status = if forgery.reason.is_some() { 401 } else { 400 };
        if answer.status != status || found != forgery.reason {
            failures.push(format!("{}: {} {found:?}, not {:?}", forgery.name, answer.status, forgery.reason));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), forged.len(), failures.join("\n"));

    let names: BTreeSet<_> = forged.iter().map(|forgery| &forgery.name).collect();
    assert_eq!(names.len(), forged.len(), "each is another");
    let reasons: BTreeSet<_> = forged.iter().filter_map(|forgery| forgery.reason).collect();
    assert!(forged.len() >= 300 && reasons.len() >= 30, "{} forgeries, {} reasons", forged.len(), reasons.len());
}
