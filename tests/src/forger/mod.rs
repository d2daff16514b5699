//! Makes tokens that are not to be accepted, and knows why each is not.
//!
//! The forger knows all that is public: the keys that verify, the declaration of the principal, tokens of others. For what is
//! wrong with the claims of a token it borrows the key that signs, since only those are read.

mod algorithms;
mod claims;
mod encoding;
mod headers;
mod signatures;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::START;

/// Keys made for these tests and published with them.
macro_rules! key {
    ($name:literal) => {
        include_bytes!(concat!("../../../session-runtime/src/token/testdata/", $name, ".pem"))
    };
}
pub(crate) use key;

/// The private key of what is accepted, by `EdDSA`.
pub const ED25519: &[u8] = key!("ed25519");
/// By `ES256`.
pub const P256: &[u8] = key!("p256");
/// By `PS256`.
pub const RSA: &[u8] = key!("rsa2048");
/// Who issues what is accepted.
pub const ISSUER: &str = "https://id.example";
/// For whom it is.
pub const AUDIENCE: &str = "shop";

/// A token that is not to be accepted.
#[derive(Clone, Debug)]
pub struct Forgery {
    /// What is done to it.
    pub name: String,
    /// The text behind `Authorization: Bearer`.
    pub token: String,
    /// Why it is refused, in the words of the event. `None` for what is no token by its characters alone, which is 400.
    pub reason: Option<&'static str>,
}

/// All of them.
pub fn forgeries() -> Vec<Forgery> {
    [algorithms::forgeries(), headers::forgeries(), signatures::forgeries(), encoding::forgeries(), claims::forgeries()]
        .concat()
}

/// A token with which nothing is wrong, by each algorithm that is accepted.
pub fn good() -> [String; 3] {
    let claims = good_claims().to_string();
    [(ED25519, Algorithm::EdDSA), (P256, Algorithm::ES256), (RSA, Algorithm::PS256)]
        .map(|(key, algorithm)| signed(good_header(algorithm), &claims, key, algorithm))
}

/// A token with nothing wrong but these claims, which replace others; signed by [`ED25519`].
pub fn token_with(changes: Value) -> String {
    let mut claims = good_claims();
    if let (Value::Object(claims), Value::Object(changes)) = (&mut claims, changes) {
        claims.extend(changes);
    }
    signed(good_header(Algorithm::EdDSA), claims.to_string(), ED25519, Algorithm::EdDSA)
}

fn forgery(name: impl Into<String>, token: String, reason: &'static str) -> Forgery {
    Forgery { name: name.into(), token, reason: Some(reason) }
}

fn good_claims() -> Value {
    let now = START.as_secs();
    json!({
        "iss": ISSUER, "sub": "7", "aud": AUDIENCE, "exp": now + 600, "nbf": now, "iat": now, "auth_time": now,
        "jti": "a", "scope": "orders:read", "roles": ["Staff"], "amr": ["pwd"],
    })
}

/// Each key has the name of its algorithm.
fn good_header(algorithm: Algorithm) -> String {
    format!(r#"{{"alg":"{algorithm:?}","typ":"at+jwt","kid":"{algorithm:?}"}}"#)
}

/// Header and payload as they travel, with a dot between them.
fn encoded(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, pem: &[u8], algorithm: Algorithm) -> String {
    let text = encoded(header, payload);
    let signature = signature(&text, pem, algorithm);
    with_signature(&text, signature)
}

fn with_signature(signed: &str, signature: impl AsRef<[u8]>) -> String {
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// By the key in a PEM; for HMAC by the bytes themselves.
fn signature(text: &str, key: &[u8], algorithm: Algorithm) -> Vec<u8> {
    let key = match algorithm {
        Algorithm::EdDSA => EncodingKey::from_ed_pem(key).unwrap(),
        Algorithm::ES256 => EncodingKey::from_ec_pem(key).unwrap(),
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => EncodingKey::from_secret(key),
        _ => EncodingKey::from_rsa_pem(key).unwrap(),
    };
    (DEFAULT_PROVIDER.signer_factory)(&algorithm, &key).unwrap().try_sign(text.as_bytes()).unwrap()
}

/// Signed as it should be, but for what the header says.
fn by_ed25519(header: &str) -> String {
    signed(header, good_claims().to_string(), ED25519, Algorithm::EdDSA)
}
