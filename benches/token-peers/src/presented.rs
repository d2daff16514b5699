//! A token, and what is read of it.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::routing::get;
use http::request::Parts;
use http::{StatusCode, header};
use serde::Deserialize;

use crate::row::{Row, headers};

pub(crate) const ISSUER: &str = "https://shop.example";
pub(crate) const AUDIENCE: &str = "shop";

/// A token, and what verifies it.
#[derive(Deserialize)]
pub(crate) struct Presented {
    pub(crate) algorithm: String,
    pub(crate) token: String,
    /// As a JWK.
    pub(crate) key: serde_json::Value,
}

/// What is read of a token beside its registered claims.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub(crate) name: String,
    #[expect(dead_code, reason = "the others read them, too")]
    roles: Vec<String>,
    #[expect(dead_code, reason = "the others read it, too")]
    scope: String,
}

/// One way to verify.
pub(crate) trait Verify: Clone + Send + Sync + 'static {
    /// What the token says, if it is good.
    fn verify(&self, token: &str) -> Option<Claims>;
}

struct Verified(Claims);

impl<V: Verify> FromRequestParts<V> for Verified {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, verifier: &V) -> Result<Self, StatusCode> {
        let token =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        token.and_then(|token| verifier.verify(token)).map(Self).ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// The application that verifies so.
pub(crate) fn row(name: String, verifier: impl Verify, token: &str) -> Row {
    async fn handler(Verified(claims): Verified) -> String {
        claims.name
    }
    let router = Router::new().route("/", get(handler)).with_state(verifier);
    Row::new(name.leak(), router, headers(Some((header::AUTHORIZATION, format!("Bearer {token}")))))
}

/// A member of the JWK.
pub(crate) fn member(key: &serde_json::Value, name: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text = key[name].as_str().expect("a member of the key");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
