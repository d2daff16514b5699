//! One step from the mistakes in `fail/types`.
#![deny(warnings)]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, Principal, Session, SessionError, Sessions, policy, session};
use ui_tests::{Guest, Role, Staff, User};

// T01: a policy, through whatever path.
mod policies {
    pub(crate) use ui_tests::Staff as Employees;
}

#[session(policy(crate::policies::Employees))]
async fn staff() {}

// T02, T03, T04, T05: roles and scopes of a principal that has both; a constant is a role, too.
const ADMIN: Role = Role::Admin;

#[session(role(Role::Admin), role(ADMIN), scope("orders"))]
async fn rights(_session: Session<User>) {}

// T06: of the policy's principal, and another as an option.
#[session(policy(Staff))]
async fn same(_session: Session<User>, _guest: Option<Session<Guest>>) {}

// T07: extractors that leave the body alone, and any response in the error.
async fn is_owner(_session: Session<User>, State(_shop): State<Shop>) -> Result<(), (StatusCode, &'static str)> {
    Ok(())
}

#[session(check(is_owner), state(Shop))]
async fn owned(_session: Session<User>) {}

// T08: a state that has sessions of everybody whom a handler looks at.
#[derive(Clone, FromRef)]
struct Shop {
    users: Sessions<User>,
    guests: Sessions<Guest>,
    visitors: Sessions<Visitor>,
    regulars: Sessions<Regular>,
}

// T09: an open handler with a policy.
#[session(public)]
async fn open() {}

// T10, T11, T12: one field that identifies, whatever its type, and one that holds the issuer, whatever text it is.
#[derive(Clone, Serialize, Deserialize)]
pub struct Id(u64);

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-visitor"))]
pub struct Visitor {
    #[principal(id)]
    #[serde(rename = "visitor")]
    pub id: Id,
    #[principal(issuer)]
    #[serde(rename = "iss")]
    pub issuer: Box<str>,
    pub name: String,
}

#[session(required)]
async fn visit(session: Session<Visitor>) -> String {
    session.name.clone()
}

// T13: a principal that is as visible as the policy about it.
#[derive(Clone, Serialize, Deserialize, Principal)]
struct Operator {
    #[principal(id)]
    id: u64,
}

#[policy(principal(Operator))]
struct Known;

// T14: a cookie that persists.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-regular", persistent = "30d"))]
pub struct Regular {
    #[principal(id)]
    pub id: u64,
}

#[session(optional)]
async fn remembered(mut auth: AuthSession<Regular>) -> Result<(), SessionError> {
    auth.log_in(Regular { id: 7 }).remember().await?;
    Ok(())
}

fn main() {
    let _: GuardedRouter<Shop> = GuardedRouter::new()
        .route("/staff", get(staff))
        .route("/rights", get(rights))
        .route("/same", get(same))
        .route("/owned", get(owned))
        .route("/open", get(open))
        .route("/visit", get(visit))
        .route("/remembered", post(remembered));
    let _ = Known;
}
