//! One step from the mistakes in `fail/values`.
#![deny(warnings)]

use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, session};
use ui_tests::User;

// V01, V02: a number with its unit.
#[session(max_age = "900s")]
async fn seconds(_session: Session<User>) {}

#[session(max_age = "15m")]
async fn minutes(_session: Session<User>) {}

// V03: the shortest limit.
#[session(max_age = "1s")]
async fn second(_session: Session<User>) {}

// V04: several units, the larger first.
#[session(max_age = "1h30m")]
async fn hours_and_minutes(_session: Session<User>) {}

// V05: as long as browsers keep a cookie.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(persistent = "400d"))]
pub struct Regular {
    #[principal(id)]
    pub id: u64,
}

// V06, V09, V12, V13: any token of RFC 6265 as a name, a path of ASCII, one session.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Secure-my.sid_1", same_site = "strict", path = "/caf%C3%A9"), max_sessions = 1)]
pub struct Near {
    #[principal(id)]
    pub id: u64,
}

// V17: every letter that a realm may have.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "Shop-1.user_a~b:c/d@e")]
pub struct Named {
    #[principal(id)]
    pub id: u64,
}

// V07, V11: one scope with punctuation.
#[session(scope("orders:read/write.all"))]
async fn scoped(_session: Session<User>) {}

// V16: as many as one likes.
#[session(factors("pwd", "otp"), factors("urn:shop:pin"))]
async fn with_factors(_session: Session<User>) {}

// V15: whatever the purpose is called.
#[session(cookie, confirm = "to pay")]
async fn pay(_session: Session<User>) {}

// V08: a local path with a query.
#[session(login = "/login?from=shop#form", reauthenticate = "/")]
async fn local(_session: Session<User>) {}

// V10: the longest leeway, and none.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), leeway = "5m"))]
pub struct Late {
    #[principal(id)]
    pub id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), leeway = "0s"))]
pub struct Punctual {
    #[principal(id)]
    pub id: u64,
}

// V14: the kind of token that there is.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt", revocable))]
pub struct Carried {
    #[principal(id)]
    pub id: u64,
}

fn main() {
    let _ = (seconds, minutes, second, hours_and_minutes, scoped, local);
}
