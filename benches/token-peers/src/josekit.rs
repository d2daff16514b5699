//! `josekit`: OpenSSL verifies, and the claims are checked by its validator.

use std::sync::Arc;
use std::time::SystemTime;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, HS256, JwsVerifier, RS256};
use josekit::jwt::{JwtPayloadValidator, decode_with_verifier};

use crate::presented::{AUDIENCE, Claims, ISSUER, Presented, Verify, row as row_of};
use crate::row::Row;

#[derive(Clone)]
struct Verifier(Arc<dyn JwsVerifier + Send + Sync>);

impl Verify for Verifier {
    fn verify(&self, token: &str) -> Option<Claims> {
        let (payload, _) = decode_with_verifier(token, &*self.0).ok()?;
        let mut validator = JwtPayloadValidator::new();
        validator.set_base_time(SystemTime::now());
        validator.set_issuer(ISSUER);
        validator.set_audience(AUDIENCE);
        validator.validate(&payload).ok()?;
        let claims: serde_json::Map<String, serde_json::Value> = payload.into();
        serde_json::from_value(claims.into()).ok()
    }
}

pub(crate) fn row(token: &Presented) -> Row {
    let key = Jwk::from_bytes(token.key.to_string()).expect("a key");
    let verifier: Arc<dyn JwsVerifier + Send + Sync> = match &*token.algorithm {
        "HS256" => Arc::new(HS256.verifier_from_jwk(&key).expect("a key")),
        "RS256" => Arc::new(RS256.verifier_from_jwk(&key).expect("a key")),
        "ES256" => Arc::new(ES256.verifier_from_jwk(&key).expect("a key")),
        "EdDSA" => Arc::new(EdDSA.verifier_from_jwk(&key).expect("a key")),
        other => panic!("no row for {other}"),
    };
    row_of(format!("{}, josekit", token.algorithm), Verifier(verifier), &token.token)
}
