//! One step from the mistakes in `fail/tokens`.
#![deny(warnings)]

use serde::{Deserialize, Serialize};
use session_runtime::Principal;
use ui_tests::Role;

// J01, J03, J09: algorithms as RFC 7518 spells them.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA", "ES256", "ES384", "PS256")))]
pub struct Signed {
    #[principal(id)]
    pub id: u64,
}

// J02, J05, J08: HMAC alone, a type that tells, rights for an hour.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("HS256", "HS512"), typ = "access+jwt", max_age = "1h"))]
pub struct Device {
    #[principal(id)]
    pub id: u64,
    #[principal(roles)]
    pub role: Option<Role>,
}

// J04, J05, J10: what is being retired, on purpose.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("RS256"), typ = "JWT", legacy, claim("token_use", "access")))]
pub struct Old {
    #[principal(id)]
    pub id: u64,
}

// J11: what was revoked is forgotten when it would have expired.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), revocable, max_age = "15m"))]
pub struct Revocable {
    #[principal(id)]
    pub id: u64,
}

// J06, J07: an encrypted issuer, or one on this machine; keys are for the builder.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), issuer = "https://id.example/realm"))]
pub struct Issued {
    #[principal(id)]
    pub id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), issuer = "http://127.0.0.1:8080"))]
pub struct IssuedHere {
    #[principal(id)]
    pub id: u64,
}

// J08: long, but without rights; or the author knows.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), max_age = "30d"))]
pub struct WithoutRights {
    #[principal(id)]
    pub id: u64,
}

#[allow(deprecated)]
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), max_age = "2h"))]
pub struct OnPurpose {
    #[principal(id)]
    pub id: u64,
    #[principal(scopes)]
    pub scopes: String,
}

fn main() {}
