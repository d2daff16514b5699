//! A user's crate that forbids all it can, and knows the runtime by another name: every item of the grammar compiles here
//! without a word from the compiler or from clippy.
//!
//! The lints of the workspace do not hold here; these do.
//!
//! What serde's and axum's own derives allow can be denied and not forbidden: `unused_qualifications`, and groups of clippy's.
#![forbid(unsafe_code, missing_docs, unreachable_pub, missing_debug_implementations)]
#![deny(warnings, unused_qualifications)]
#![deny(missing_copy_implementations, unnameable_types, unused_results)]
#![deny(rust_2018_idioms, single_use_lifetimes, trivial_casts, unused_import_braces, unused_lifetimes, unit_bindings)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

pub mod pages;
mod desk;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use renamed::{Principal, Session, Sessions, policy};
use serde::{Deserialize, Serialize};

renamed::default_principal!(User);

/// What a [`User`] may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Role {
    /// Runs the shop.
    Admin,
    /// Works there.
    Staff,
    /// Was shown the door.
    Suspended,
}

/// Somebody with a cookie or a token.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(
    cookie(
        name = "__Secure-shop",
        same_site = "none",
        cross_site,
        partitioned,
        path = "/shop",
        domain = "shop.example",
        shared
    ),
    bearer(
        alg("PS256", "RS256"),
        legacy,
        issuer = "https://id.example",
        audience = "shop",
        typ = "JWT",
        claim("token_use", "access"),
        leeway = "1m",
        max_age = "1h",
        auth_time
    ),
    absolute = "12h",
    idle = "2h",
    max_sessions = 5,
    crate(::renamed),
    realm = "user"
)]
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

/// Somebody of whom nothing else is known.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(crate(::renamed), realm = "guest")]
pub struct Guest {
    /// Who.
    #[principal(id)]
    pub id: String,
}

/// The state of the shop's router.
#[derive(Clone, Debug, FromRef)]
pub struct Shop {
    /// Sessions of users.
    pub users: Sessions<User>,
    /// Sessions of guests.
    pub guests: Sessions<Guest>,
}

/// The staff, who stay while they are busy.
#[policy(
    principal(User),
    any(role(Role::Staff), all(role(Role::Admin), scope("till"))),
    not(role(Role::Suspended)),
    max_age = "30m",
    sliding,
    login = "/login",
    crate(::renamed)
)]
#[derive(Clone, Copy, Debug)]
pub struct Staff;

/// Money moves only for admins who signed in just now.
#[policy(
    extends(Staff),
    role(Role::Admin),
    fresh = "5m",
    cookie,
    check(is_open),
    state(Shop),
    reauthenticate = "/reauthenticate",
    crate(::renamed)
)]
#[derive(Clone, Copy, Debug)]
pub struct Treasury;

/// Whoever comes.
#[policy(public, crate(::renamed))]
#[derive(Clone, Copy, Debug)]
pub struct Anybody;

/// May this visitor touch this account?
///
/// # Errors
///
/// When it belongs to somebody else.
pub async fn owns_account(session: Session<User>, Path(account): Path<u64>) -> Result<(), StatusCode> {
    if session.id == account { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}

/// Is the shop open?
///
/// # Errors
///
/// Never, it turns out.
pub async fn is_open(State(_shop): State<Shop>) -> Result<(), StatusCode> {
    std::future::ready(Ok(())).await
}
