//! One step from the mistakes of the catalogue.
#![deny(warnings)]

use axum::Json;
use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, policy, session};
use ui_tests::{Desk, Guest, Role, Staff, User};

// V01, V04, L02: seconds have a unit, and the limit is below `absolute`.
#[session(max_age = "900s", required,)]
async fn seconds(_session: Session<User>) {}

// V07, V11, V08: one scope with punctuation, one local path with a query.
#[session(scope("orders:read/write.all"), login = "/login?from=shop#form")]
async fn scoped(_session: Session<User>) {}

// L03: shorter than the limit; or above a window, which is no limit since the log-in.
#[session(max_age = "5m", fresh = "4m")]
async fn fresh(_session: Session<User>) {}

#[session(max_age = "5m", sliding, fresh = "1h")]
async fn fresh_above_a_window(_session: Session<User>) {}

// L01: the principal's `idle` is a window.
#[session(sliding)]
async fn slides_under_idle(_session: Session<User>) {}

// L06, K01: a window beside an inherited limit; equal limits; the same credential.
#[session(policy(Desk), max_age = "10m", sliding, fresh = "5m", cookie)]
async fn window_beside_a_limit() {}

#[session(policy(Staff), max_age = "30m", sliding, required)]
async fn as_long_as_the_base(_session: Session<User>) {}

// D03, D04, D05: different roles, and a positive one beside.
#[session(any(role(Role::Admin), not(role(Role::Suspended))), role(Role::Staff))]
async fn different(_session: Session<User>) {}

// D05: a base says who may enter.
#[session(policy(Staff), not(role(Role::Suspended)))]
async fn base_is_positive(_session: Session<User>) {}

// H08, H11: the session of another principal is read as an option.
#[session(optional)]
async fn two(_user: Option<Session<User>>, _guest: Option<Session<Guest>>) {}

// H14: the body comes last.
#[session(required)]
async fn body(_session: Session<User>, Json(_order): Json<u8>) {}

// An alias is what it stands for.
type Visitor = Session<User>;

#[session(principal(User))]
async fn alias(_visitor: Visitor) {}

// C01, C05, C06: as the errors say.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-near", same_site = "strict", path = "/"), absolute = "12h", idle = "12h")]
pub struct Near {
    #[principal(id)]
    #[serde(rename = "sub")]
    pub id: u64,
}

// J02, J05, J06, J08: HMAC alone, a type that tells, an encrypted issuer, an hour.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("HS256", "HS512"), typ = "access+jwt", issuer = "https://id.example", max_age = "1h", leeway = "0s"))]
pub struct Device {
    #[principal(id)]
    pub id: u64,
    #[principal(roles)]
    pub role: Option<Role>,
}

// K02: a public policy is not the base of anything, but a policy.
#[policy(public)]
struct Open;

fn main() {
    let _ = (seconds, scoped, fresh, fresh_above_a_window, slides_under_idle, window_beside_a_limit, as_long_as_the_base);
    let _ = (different, base_is_positive, two, body, alias, Open);
}
