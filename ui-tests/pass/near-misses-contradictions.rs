//! One step from the mistakes in `fail/contradictions`.
#![deny(warnings)]

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use session_runtime::{AuthSession, Principal, Session, SessionError, Sessions, policy, session};
use ui_tests::{Client, Desk, Guest, Role, Staff, User};

async fn open_hours() -> Result<(), StatusCode> {
    Ok(())
}

// A01, A03: demands of visitors with a session.
#[session(required, role(Role::Admin), check(open_hours), fresh = "5m")]
async fn demands(_session: Session<User>) {}

// A02, A04: one access, and what counts on it.
#[session(optional, max_age = "15m", sliding, cookie, csrf(off))]
async fn limits(_session: Option<Session<User>>) {}

// A04: nothing beside `public`.
#[session(public)]
async fn open() {}

// A05: a route that refuses.
#[session(required, login = "/login")]
async fn redirects(_session: Session<User>) {}

// L01: the principal's `idle` is a window.
#[session(sliding)]
async fn slides_under_idle(_session: Session<User>) {}

// L02: below `absolute`.
#[session(max_age = "11h59m")]
async fn shorter_than_the_session(_session: Session<User>) {}

// L03: shorter than the limit; or above a window, which is no limit since the log-in.
#[session(max_age = "5m", fresh = "4m")]
async fn fresh(_session: Session<User>) {}

#[session(max_age = "5m", sliding, fresh = "1h")]
async fn fresh_above_a_window(_session: Session<User>) {}

// L04: a window for cookies and tokens alike.
#[session(cookie, bearer, max_age = "15m", sliding)]
async fn window_of_both(_session: Session<User>) {}

// L05: tokens that say when their subject logged in; no limit on those that do not.
#[session(bearer, max_age = "15m", fresh = "5m")]
async fn tokens_with_a_log_in(_session: Session<User>) {}

#[session(bearer)]
async fn tokens_without(_session: Session<Client>) {}

// L06: a window beside an inherited limit.
#[session(policy(Desk), max_age = "10m", sliding)]
async fn window_beside_a_limit() {}

// L07, C02, C05: as long as it lives; the path that the prefix stands for; a stricter cookie.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-near", same_site = "strict", path = "/"), absolute = "12h", idle = "12h")]
pub struct Near {
    #[principal(id)]
    pub id: u64,
}

// L02, L03, L07: remembered for longer than others, so that a limit can lie between.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(persistent = "30d"), absolute = "12h")]
pub struct Regular {
    #[principal(id)]
    pub id: u64,
}

#[session(max_age = "29d", fresh = "1d")]
async fn within_a_remembered_session(_session: Session<Regular>) {}

// C01, C02, C03, C04, C06: the other prefix, with a domain and a path.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Secure-near", domain = "shop.example", shared, path = "/app"))]
pub struct Shared {
    #[principal(id)]
    pub id: u64,
}

// C05, C07, C11: for other sites' pages, on purpose. Nothing says `secure`.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(same_site = "none", cross_site, partitioned))]
pub struct Embedded {
    #[principal(id)]
    pub id: u64,
}

// C12, C13, C14: each says whether it can be ended, and is ended so.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-reader", token = "jwt", revocable))]
pub struct Reader {
    #[principal(id)]
    pub id: u64,
}

#[session(required)]
async fn log_out(mut auth: AuthSession<Reader>, State(sessions): State<Sessions<Reader>>) -> Result<(), SessionError> {
    sessions.end_all(&7).await?;
    auth.log_out().await
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-passer", token = "jwt", unrevocable))]
pub struct Passer {
    #[principal(id)]
    pub id: u64,
}

#[session(required)]
async fn forget(mut auth: AuthSession<Passer>) {
    auth.forget_cookie();
}

// C15: sessions in a store are counted.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-counted"), max_sessions = 3)]
pub struct Counted {
    #[principal(id)]
    pub id: u64,
}

// C08, C09, C10: what is about cookies, where cookies are accepted beside tokens.
#[session(cookie, bearer, csrf(same_site), login = "/login")]
async fn both(_session: Session<User>) {}

// D01, D02: one alternative, one condition.
#[session(any(role(Role::Admin)), all(scope("till")))]
async fn one(_session: Session<User>) {}

// D03, D04, D06: different roles.
#[session(any(role(Role::Admin), not(role(Role::Suspended))), role(Role::Staff))]
async fn different(_session: Session<User>) {}

#[session(any(role(Role::Admin), all(role(Role::Staff), scope("x"))))]
async fn needed(_session: Session<User>) {}

// D05: a base says who may enter, or the author that they know.
#[session(policy(Staff), not(role(Role::Suspended)))]
async fn base_is_positive(_session: Session<User>) {}

#[session(not(role(Role::Suspended)))]
#[allow(deprecated)]
async fn on_purpose(_session: Session<User>) {}

#[policy(principal(User), not(role(Role::Suspended)))]
#[allow(deprecated)]
struct OnPurpose;

// D07: a check and a confirmation beside the alternatives, a factor as one of them.
#[session(cookie, any(role(Role::Admin), scope("till"), factors("otp")), check(open_hours), confirm = "till")]
async fn checked(_session: Session<User>) {}

// C13: of a cookie, and as the base says.
#[policy(principal(User), cookie, confirm = "transfer")]
struct Transfer;

#[session(policy(Transfer), confirm = "transfer")]
async fn transfer() {}

// K01: as much as the base; less; more often.
#[session(policy(Staff), max_age = "30m", sliding, required)]
async fn as_long_as_the_base(_session: Session<User>) {}

#[session(policy(Desk), max_age = "10m", fresh = "5m", cookie)]
async fn tighter() {}

// K02: a public policy is a policy, and a handler may have it.
#[policy(public)]
struct Open;

#[session(policy(Open))]
async fn below_a_public_policy() {}

// K03: a row of policies that is no ring.
#[policy(extends(Staff), role(Role::Admin))]
struct Treasury;

#[policy(extends(Treasury), fresh = "5m")]
struct Vault;

// K04: shorter than the inherited limit.
#[session(policy(Desk), fresh = "4m", max_age = "5m")]
async fn shorter_than_inherited() {}

// K05: raised to `required` first.
#[policy(optional, principal(User))]
struct Anybody;

#[session(policy(Anybody), required, role(Role::Admin), fresh = "5m")]
async fn raised(_guest: Option<Session<Guest>>) {}

fn main() {
    let _ = (demands, limits, open, redirects, slides_under_idle, shorter_than_the_session, fresh, fresh_above_a_window);
    let _ = (window_of_both, tokens_with_a_log_in, tokens_without, window_beside_a_limit, both, one, different, needed);
    let _ = (base_is_positive, on_purpose, checked, as_long_as_the_base, tighter, below_a_public_policy);
    let _ = (shorter_than_inherited, raised, Vault, Open, OnPurpose, log_out, forget);
}
