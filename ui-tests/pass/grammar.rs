//! Every item of the grammar that there is in this version.
#![deny(warnings)]

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, Principal, Session, policy, session};
use ui_tests::{App, Desk, Guest, Role, Staff, User};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Secure-shop", same_site = "none", cross_site, partitioned, path = "/shop", domain = "shop.example", shared),
    absolute = "30d",
    idle = "1h30m",
    max_sessions = 5,
    crate(::session_runtime)
)]
pub struct Customer {
    #[principal(id)]
    pub id: String,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(
    alg("PS256", "RS256"),
    legacy,
    issuer = "http://localhost:8080",
    audience = "shop",
    typ = "JWT",
    claim("token_use", "access"),
    leeway = "5m",
    max_age = "1h",
    auth_time
))]
pub struct Program {
    #[principal(id)]
    pub id: String,
    #[principal(scopes)]
    pub scope: String,
    #[principal(issuer)]
    pub issuer: String,
}

/// Money moves only for admins who signed in just now.
#[policy(extends(Staff), role(Role::Admin), fresh = "5m", cookie, reauthenticate = "/reauthenticate")]
struct Treasury;

#[policy(principal(User), csrf(report))]
struct Lax;

#[policy(public)]
struct Anybody;

async fn owns_account(session: Session<User>, Path(account): Path<u64>) -> Result<(), StatusCode> {
    if session.id == account { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}

async fn is_open(State(_app): State<App>) -> Result<(), StatusCode> {
    Ok(())
}

#[session(policy(Treasury), check(owns_account), check(is_open), state(App))]
async fn transfer(_session: Session<User>, Path(_account): Path<u64>, _order: String) -> Result<String, StatusCode> {
    Ok(String::new())
}

#[session(required, max_age = "15m", sliding, cookie, csrf(same_site), login = "/login")]
async fn account(_session: Session<User>, State(_app): State<App>) {}

#[session(policy(Lax), csrf(same_site), any(role(Role::Admin), all(role(Role::Staff), scope("till"))), not(role(Role::Suspended)))]
async fn till(_session: Session<User>) {}

#[session(policy(Desk), max_age = "10m", required, crate(::session_runtime))]
async fn desk(_guest: Option<Session<Guest>>) {}

#[session(optional, principal(User))]
async fn home() {}

#[session(required, bearer, max_age = "1h")]
async fn machine(_session: Session<User>) {}

#[session(optional)]
async fn log_in(_auth: AuthSession<User>, _form: axum::Form<String>) {}

#[session(public)]
async fn health() -> &'static str {
    "well"
}

fn main() {
    let _ = || -> GuardedRouter<App> {
        GuardedRouter::new()
            .route("/transfer", post(transfer))
            .route("/account", get(account))
            .route("/till", get(till))
            .route("/home", get(home))
            .route("/machine", get(machine))
            .route("/log-in", post(log_in))
            .route("/health", get(health))
    };
    let _ = (desk, Treasury, Lax, Anybody);
}
