//! Events that a client without a session can cause are at `DEBUG`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_runtime::routing::post;
use session_runtime::{GuardedRouter, ManualClock, MemoryStore, Sessions, SigningKey, session};
use tests::{SECRET, START, Visitor, index_key, router, sealing_key};
use tower_sessions_core::Session as KeyValues;

use crate::Witness;
use crate::principals::{Device, Patient, Traveller};

#[session(required, principal(Patient))]
async fn stored() {}
#[session(optional, principal(Patient))]
async fn key_values(values: KeyValues) {
    values.insert("a", "canary").await.unwrap();
}
#[session(required, principal(Traveller))]
async fn carried() {}
#[session(optional, principal(Traveller), csrf(report))]
async fn reported() {}
#[session(required, principal(Device))]
async fn by_token() {}

#[derive(Clone, axum::extract::FromRef)]
struct App {
    patients: Sessions<Patient>,
    travellers: Sessions<Traveller>,
    devices: Sessions<Device>,
}

fn visitor() -> Visitor {
    let clock = ManualClock::at(START);
    let store = || MemoryStore::new().keeping_until_expiry();
    let key = SigningKey::secret(session_runtime::Algorithm::HS256, &SECRET).unwrap();
    let app = App {
        patients: Sessions::builder().clock(clock.clone()).store(store()).build().unwrap(),
        travellers: Sessions::builder()
            .clock(clock.clone())
            .sealing_key(sealing_key())
            .index_key(index_key())
            .revocation_store(store())
            .build()
            .unwrap(),
        devices: Sessions::builder().clock(clock).store(store()).signing_key(key).build().unwrap(),
    };
    let routes = GuardedRouter::new()
        .route("/stored", post(stored))
        .route("/key-values", post(key_values))
        .route("/carried", post(carried))
        .route("/reported", post(reported))
        .route("/by-token", post(by_token));
    Visitor::of(&router(routes, app))
}

#[tokio::test]
async fn a_stranger_causes_debug_events_only() {
    let witness = Witness::new();
    let mut visitor = visitor();
    let made_up: Vec<String> =
        [1, 33, 64, 200, 2000].map(|length| URL_SAFE_NO_PAD.encode(vec![1_u8; length])).into_iter().collect();
    for path in ["/stored", "/key-values", "/carried", "/reported", "/by-token"] {
        for value in made_up.iter().map(String::as_str).chain(["canary", "", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"]) {
            for (name, value) in [
                ("cookie", format!("__Host-id={value}; __Host-traveller={value}; __Host-device={value}")),
                ("authorization", format!("Bearer {value}")),
                ("authorization", value.to_owned()),
                ("sec-fetch-site", "cross-site".to_owned()),
                ("origin", "https://canary.example".to_owned()),
            ] {
                visitor.ask(&format!("POST {path}"), &[(name, &value)]).await;
            }
        }
    }
    let events = witness.assert_silent("a stranger", &[]);
    witness.assert_heard(&["refused", "token_refused", "unreadable", "forgery", "forgery_reported"]);
    let loud: Vec<_> = events.iter().filter(|event| !["DEBUG", "TRACE"].contains(&event.level())).collect();
    assert!(loud.is_empty(), "{loud:?}");
}
