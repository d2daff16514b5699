//! What the cases in `fail` and `pass` share: the people of a shop, and its policies.

use axum::extract::FromRef;
use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, Sessions, policy, session};

/// What a [`User`] may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Role {
    /// Runs the shop.
    Admin,
    /// Works there.
    Staff,
    /// Was shown the door.
    Suspended,
}

/// Somebody with a cookie or a token that says when they logged in.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-id"), bearer(alg("EdDSA"), auth_time), absolute = "12h", idle = "2h", realm = "user")]
pub struct User {
    /// Who.
    #[principal(id)]
    pub id: u64,
    /// With which roles.
    #[principal(roles)]
    pub roles: Vec<Role>,
    /// With which scopes.
    #[principal(scopes)]
    pub scopes: Vec<String>,
}

/// Somebody with a cookie alone, without rights and without an idle limit.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-guest"), realm = "guest")]
pub struct Guest {
    /// Who.
    #[principal(id)]
    pub id: u64,
}

/// A program with a token that does not say when it logged in.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA")), realm = "client")]
pub struct Client {
    /// Who.
    #[principal(id)]
    pub id: u64,
}

/// A type that nobody declared to be a principal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plain {
    /// Who.
    pub id: u64,
}

/// The staff, who stay while they are busy.
#[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
#[derive(Debug)]
pub struct Staff;

/// Those at the desk, who log in again after a while.
#[policy(principal(User), max_age = "15m", fresh = "5m", cookie)]
#[derive(Debug)]
pub struct Desk;

/// The state of the shop's router.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    /// Sessions of users.
    pub users: Sessions<User>,
}

/// A page that other crates route.
#[session(policy(Staff))]
pub async fn back_office(session: Session<User>) -> String {
    session.id.to_string()
}

/// A page that other crates route, below a policy that they cannot see.
#[session(policy(Private))]
pub async fn cellar() {}

#[policy(extends(Staff), role(Role::Admin))]
struct Private;
