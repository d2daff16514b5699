//! Families of refresh tokens.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use session_runtime::{
    Algorithm, ManualClock, MemoryStore, Principal, Revalidation, Sessions, SessionsBuilder, SigningKey, SqliteStore,
    TokenOptions, TokenPair,
};
use tests::{ProbedStore, SECRET, START, index_key, minutes, sealing_key};

use crate::Account;
use crate::releases::release;

release!(
    old,
    (
        cookie(name = "__Host-client"),
        bearer(alg("HS256"), issuer = "https://id.example", audience = "shop"),
        realm = "rolling-families",
        idle = "2h"
    ),
    {}
);
release!(
    new,
    (
        cookie(name = "__Host-client"),
        bearer(alg("HS256"), issuer = "https://id.example", audience = "shop"),
        realm = "rolling-families",
        idle = "2h"
    ),
    {
        #[serde(default)]
        pub(crate) suspended: bool,
    }
);

fn builder<P: Principal>(clock: &ManualClock, store: &ProbedStore) -> SessionsBuilder<P> {
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    Sessions::builder()
        .clock(clock.clone())
        .store(store.clone())
        .sealing_key(sealing_key())
        .index_key(index_key())
        .signing_key(key)
}

fn claims(pair: &TokenPair) -> Value {
    let payload = pair.access().token().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn old_node_keeps_fields_of_a_token_family() {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    for store in [ProbedStore::outside(MemoryStore::new()), ProbedStore::of(Arc::new(sqlite))] {
        for revalidated in [None, Some("Ada"), Some("Grace")] {
            let clock = ManualClock::at(START);
            let user = new::User { id: 7, name: "Ada".into(), visits: 3, nick: None, suspended: true };
            let new: Sessions<new::User> = builder(&clock, &store).as_another_release().build().unwrap();
            let mut old = builder(&clock, &store);
            if let Some(name) = revalidated {
                let account = old::User { id: 7, name: name.into(), visits: 3, nick: None };
                old = old.revalidate(Revalidation::every(minutes(5), Account::of(account)));
            }
            let old: Sessions<old::User> = old.build().unwrap();
            let first = new.issue_pair(&user, &TokenOptions::lasting(minutes(5))).await.unwrap();
            let second = old.refresh(first.refresh_token()).await.unwrap();
            let third = new.refresh(second.refresh_token()).await.unwrap();
            for pair in [second, third] {
                let claims = claims(&pair);
                assert_eq!(claims["suspended"], json!(true), "{revalidated:?} {claims}");
                assert_eq!(claims["userName"], json!(revalidated.unwrap_or("Ada")));
            }
        }
    }
}
