//! Tokens of other issuers, which know of no epoch: their `iat` decides.

use serde::{Deserialize, Serialize};
use serde_json::json;
use session_runtime::routing::get;
use session_runtime::{Algorithm, GuardedRouter, Principal, Session, Sessions, SigningKey, TrustedIssuer, session};
use tests::{SECRET, START, Visitor, router, seconds, sessions};

use crate::nodes::{SKEW, clock_at, sealed};

const THEIRS: &str = "https://id.example";

macro_rules! principal {
    ($module:ident, $leeway:literal, $realm:literal) => {
        mod $module {
            use super::*;

            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
            #[principal(bearer(alg("HS256"), audience = "shop", max_age = "5m", leeway = $leeway, revocable), realm = $realm)]
            pub(super) struct Client {
                #[principal(id)]
                pub(super) id: u64,
            }

            #[session(required)]
            async fn whose(session: Session<Client>) -> String {
                session.id.to_string()
            }

            pub(super) fn routes() -> GuardedRouter<Sessions<Client>> {
                GuardedRouter::new().route("/", get(whose))
            }
        }
    };
}

principal!(usual, "30s", "epochs-usual");
principal!(lenient, "90s", "epochs-lenient");

/// A token of the other issuer, with this `iat` in seconds.
fn token(issued_at: u64) -> String {
    let claims = json!({
        "iss": THEIRS, "aud": "shop", "sub": "7", "iat": issued_at, "exp": issued_at + 300, "jti": issued_at.to_string(),
        "revocation_epoch": 9_000_000_000_000_u64,
    });
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(&SECRET)).unwrap()
}

macro_rules! limit_is {
    ($module:ident, $tolerated:expr) => {
        for offset in [-60_000, -1, 0, 1, 60_000] {
            let (store, limit) = (sealed(), $tolerated.as_secs());
            let [ender, other] = [offset, 0].map(|offset| {
                let clock = clock_at(START, offset);
                let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap().verifying_key();
                let trusted = TrustedIssuer::new(THEIRS).verifying_key(key);
                let sessions = sessions::<$module::Client>(&clock, &store).trusted_issuer(trusted).build().unwrap();
                let visitor = Visitor::of(&router($module::routes(), sessions.clone()));
                (sessions, clock, visitor)
            });
            ender.0.revoke_tokens_of(&7).await.unwrap();
            let ended_at = session_runtime::Clock::now(&ender.1).as_secs();
            ender.1.advance($tolerated);
            other.1.set(session_runtime::Clock::now(&ender.1));
            for (issued_at, status) in [
                (ended_at - 1, 401),
                (ended_at, 401),
                (ended_at + limit - 1, 401),
                (ended_at + limit, 401),
                (ended_at + limit + 1, 200),
            ] {
                let bearer = format!("Bearer {}", token(issued_at));
                for mut visitor in [ender.2.clone(), other.2.clone()] {
                    let answer = visitor.ask("GET /", &[("authorization", &bearer)]).await;
                    assert_eq!(answer.status, status, "{offset} ms, iat {} s after", issued_at - ended_at + 1);
                }
            }
        }
    };
}

#[tokio::test]
async fn an_iat_within_the_tolerated_skew_is_rejected() {
    limit_is!(usual, SKEW);
}

// A token is accepted up to the leeway before its `iat`.
#[tokio::test]
async fn a_longer_leeway_is_the_tolerated_skew() {
    limit_is!(lenient, seconds(90));
}
