//! Tokens of every algorithm: this library's guard, remembered and not, beside verification by hand.

use std::cell::RefCell;
use std::future::ready;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{StatusCode, header};
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use serde_json::json;
use session_runtime::routing::{self, GuardedMethodRouter};
use session_runtime::{Algorithm, GuardedRouter, Principal, Session, Sessions, SigningKey, session};

use crate::row::{Row, headers};

const ISSUER: &str = "https://shop.example";
const AUDIENCE: &str = "shop";
/// The test key of the runtime, published with it.
const RSA: &[u8] = include_bytes!("../../session-runtime/src/token/testdata/rsa2048.pem");

/// A principal, a guarded handler and its rows, for one algorithm.
macro_rules! rows_of {
    ($module:ident, $algorithm:ident, $name:literal, $realm:literal $(, $legacy:ident)?) => {
        mod $module {
            use super::*;

            #[derive(Clone, Serialize, Deserialize, Principal)]
            #[principal(bearer(alg($name) $(, $legacy)?, issuer = "https://shop.example", audience = "shop"), realm = $realm)]
            struct Client {
                #[principal(id)]
                id: u64,
                name: String,
                #[principal(roles)]
                roles: Vec<Role>,
                #[principal(scopes)]
                scopes: Vec<String>,
            }

            #[session(required)]
            async fn name(session: Session<Client>) -> String {
                session.name.clone()
            }

            fn guarded(route: GuardedMethodRouter<Sessions<Client>>, state: Sessions<Client>) -> Option<Router> {
                GuardedRouter::new().route("/", route).with_state(state).into_router().ok()
            }

            /// The guard's rows, and the key and token for the peers.
            pub(super) fn rows() -> Option<(Vec<Row>, SigningKey, String)> {
                let key = key(Algorithm::$algorithm)?;
                let with = |remembered| {
                    Sessions::<Client>::builder().signing_key(key.clone()).remember_tokens(remembered).build().ok()
                };
                let client = Client {
                    id: 7,
                    name: "Ada".into(),
                    roles: vec![Role::Customer, Role::Staff],
                    scopes: vec!["orders:read".into(), "orders:write".into()],
                };
                let token = with(0)?.issue_token(&client, Duration::from_hours(1)).ok()?;
                let row = |row_name, remembered| {
                    let router = guarded(routing::get(name), with(remembered)?)?;
                    Some(Row::new(row_name, router, bearer(&token)))
                };
                let forged = forged(&token);
                let refused = guarded(routing::get(name), with(1000)?)?;
                let rows = vec![
                    row(concat!($name, " token, remembered"), 1000)?,
                    row(concat!($name, " token, not remembered"), 0)?,
                    Row::new(concat!($name, " token, forged"), refused, bearer(&forged))
                        .answered_with(StatusCode::UNAUTHORIZED),
                ];
                Some((rows, key, token))
            }
        }
    };
}

rows_of!(hs256, HS256, "HS256", "bench-hs256");
rows_of!(rs256, RS256, "RS256", "bench-rs256", legacy);
rows_of!(es256, ES256, "ES256", "bench-es256");
rows_of!(eddsa, EdDSA, "EdDSA", "bench-eddsa");

#[derive(Clone, PartialEq, Serialize, Deserialize)]
enum Role {
    Customer,
    Staff,
}

fn key(algorithm: Algorithm) -> Option<SigningKey> {
    match algorithm {
        Algorithm::RS256 => SigningKey::pem(algorithm, RSA).ok(),
        Algorithm::HS256 => SigningKey::secret(algorithm, &[7; 32]).ok(),
        _ => SigningKey::generate(algorithm).ok(),
    }
}

fn bearer(token: &str) -> http::HeaderMap {
    headers(Some((header::AUTHORIZATION, format!("Bearer {token}"))))
}

/// The dearest kind of forgery: all is right up to the signature. It must not cost more than a good token.
fn forged(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or_default();
    let (first, rest) = signature.split_at_checked(1).unwrap_or_default();
    format!("{signed}.{}{rest}", if first == "A" { "B" } else { "A" })
}

/// Each algorithm's rows, the guard's and those of `jsonwebtoken` by hand.
pub fn rows() -> Vec<Row> {
    use jsonwebtoken::Algorithm::{ES256, EdDSA, HS256, RS256};
    let with_peers = |algorithm, guarded: Option<(Vec<Row>, SigningKey, String)>, alone, by_hand| {
        let Some((mut rows, key, token)) = guarded else { return Vec::new() };
        let Some(verifying) = verifying_key(algorithm, &key) else { return rows };
        rows.extend(signature_row(alone, algorithm, &verifying, &token));
        rows.push(by_hand_row(by_hand, algorithm, verifying, &token));
        rows
    };
    [
        with_peers(HS256, hs256::rows(), "HS256, its signature alone", "HS256, jsonwebtoken by hand"),
        with_peers(RS256, rs256::rows(), "RS256, its signature alone", "RS256, jsonwebtoken by hand"),
        with_peers(ES256, es256::rows(), "ES256, its signature alone", "ES256, jsonwebtoken by hand"),
        with_peers(EdDSA, eddsa::rows(), "EdDSA, its signature alone", "EdDSA, jsonwebtoken by hand"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A token of each algorithm with the key that verifies it, for the rows of other programs.
pub fn presented() -> serde_json::Value {
    let guarded =
        [("HS256", hs256::rows()), ("RS256", rs256::rows()), ("ES256", es256::rows()), ("EdDSA", eddsa::rows())];
    let presented = guarded.into_iter().filter_map(|(algorithm, rows)| {
        let (_, key, token) = rows?;
        Some(json!({ "algorithm": algorithm, "token": token, "key": jwk(algorithm, &key)? }))
    });
    presented.collect()
}

fn jwk(algorithm: &str, key: &SigningKey) -> Option<serde_json::Value> {
    if algorithm == "HS256" {
        return Some(json!({ "kty": "oct", "alg": "HS256", "k": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc" }));
    }
    let set = session_runtime::KeySet::new([key.verifying_key()]).ok()?.to_jwks();
    let mut set: serde_json::Value = serde_json::from_str(&set).ok()?;
    Some(set.get_mut("keys")?.get_mut(0)?.take())
}

#[derive(Clone)]
struct ByHand {
    key: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    name: String,
    #[expect(dead_code, reason = "a peer reads them, too")]
    roles: Vec<Role>,
    #[expect(dead_code, reason = "a peer reads it, too")]
    scope: String,
}

impl FromRequestParts<ByHand> for Claims {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &ByHand) -> Result<Self, StatusCode> {
        let token =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let decoded = jsonwebtoken::decode(token, &state.key, &state.validation);
        decoded.map(|decoded| decoded.claims).map_err(|_| StatusCode::UNAUTHORIZED)
    }
}

fn verifying_key(algorithm: jsonwebtoken::Algorithm, key: &SigningKey) -> Option<DecodingKey> {
    if algorithm == jsonwebtoken::Algorithm::HS256 {
        return Some(DecodingKey::from_secret(&[7; 32]));
    }
    let set = session_runtime::KeySet::new([key.verifying_key()]).ok()?;
    let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&set.to_jwks()).ok()?;
    DecodingKey::from_jwk(jwks.keys.first()?).ok()
}

/// The least that any verification costs: the one call to the backend, by a verifier that is there already, of a signature
/// that is decoded already. Nothing of the request is read.
fn signature_row(
    name: &'static str,
    algorithm: jsonwebtoken::Algorithm,
    key: &DecodingKey,
    token: &str,
) -> Option<Row> {
    // A verifier is neither `Send` nor `Sync`.
    thread_local! {
        static VERIFIERS: RefCell<Vec<(jsonwebtoken::Algorithm, Box<dyn JwtVerifier>)>> = const { RefCell::new(Vec::new()) };
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (signed, signature) = (signed.to_owned(), URL_SAFE_NO_PAD.decode(signature).ok()?);
    let verifier = (DEFAULT_PROVIDER.verifier_factory)(&algorithm, key).ok()?;
    VERIFIERS.with_borrow_mut(|verifiers| verifiers.push((algorithm, verifier)));
    let handler = move || {
        let is_good = VERIFIERS.with_borrow(|verifiers| {
            let verifier = verifiers.iter().find(|(of, _)| *of == algorithm);
            verifier.is_some_and(|(_, verifier)| verifier.verify(signed.as_bytes(), &signature).is_ok())
        });
        ready(if is_good { Ok("Ada".to_owned()) } else { Err(StatusCode::UNAUTHORIZED) })
    };
    Some(Row::new(name, Router::new().route("/", get(handler)), bearer(token)))
}

/// As its documentation shows it: an extractor that decodes with issuer and audience.
fn by_hand_row(name: &'static str, algorithm: jsonwebtoken::Algorithm, key: DecodingKey, token: &str) -> Row {
    async fn handler(claims: Claims) -> String {
        claims.name
    }
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let router = Router::new().route("/", get(handler)).with_state(ByHand { key, validation });
    Row::new(name, router, bearer(token))
}
