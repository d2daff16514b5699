//! `jwt-simple`, in Rust alone: its feature `optimal` would need a C++ compiler and more to build another library.

use std::collections::HashSet;

use jwt_simple::prelude::*;

use crate::presented::{self, AUDIENCE, ISSUER, Presented, Verify, member};
use crate::row::Row;

#[derive(Clone)]
struct Verifier {
    key: Key,
    options: VerificationOptions,
}

#[derive(Clone)]
enum Key {
    Hs256(HS256Key),
    Rs256(RS256PublicKey),
    Es256(ES256PublicKey),
    EdDsa(Ed25519PublicKey),
}

impl Verify for Verifier {
    fn verify(&self, token: &str) -> Option<presented::Claims> {
        let options = Some(self.options.clone());
        let claims = match &self.key {
            Key::Hs256(key) => key.verify_token(token, options),
            Key::Rs256(key) => key.verify_token(token, options),
            Key::Es256(key) => key.verify_token(token, options),
            Key::EdDsa(key) => key.verify_token(token, options),
        };
        Some(claims.ok()?.custom)
    }
}

pub(crate) fn row(token: &Presented) -> Row {
    let of = |name| member(&token.key, name);
    let key = match &*token.algorithm {
        "HS256" => Key::Hs256(HS256Key::from_bytes(&of("k"))),
        "RS256" => Key::Rs256(RS256PublicKey::from_components(&of("n"), &of("e")).expect("a key")),
        "ES256" => Key::Es256(ES256PublicKey::from_bytes(&[vec![4], of("x"), of("y")].concat()).expect("a key")),
        "EdDSA" => Key::EdDsa(Ed25519PublicKey::from_bytes(&of("x")).expect("a key")),
        other => panic!("no row for {other}"),
    };
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([ISSUER.to_owned()])),
        allowed_audiences: Some(HashSet::from([AUDIENCE.to_owned()])),
        ..VerificationOptions::default()
    };
    presented::row(format!("{}, jwt-simple", token.algorithm), Verifier { key, options }, &token.token)
}
