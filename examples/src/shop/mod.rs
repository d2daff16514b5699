//! A small web shop: pages for customers, for staff and for those who move money, and an interface for programs.
//!
//! A reader's path: `user` says whose sessions these are, `policies` what staff and treasury demand, `login` how a
//! session begins and ends, and the rest are the pages behind them. Everything is in the process, so there is nothing to
//! set up, and nothing survives it.

mod account;
mod api;
mod front;
mod login;
mod outside;
mod page;
mod policies;
mod reauthenticate;
mod refusals;
mod register;
mod response_headers;
mod staff;
mod treasury;
mod user;

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::map_response;
use session_runtime::routing::{get, jwks, post};
use session_runtime::{
    Algorithm, Clock, GuardedRouter, MemoryStore, PolicyTable, Sessions, SessionsBuilder, SigningKey,
};

pub use self::outside::OutsideIssuer;
pub use self::register::{DEMONSTRATION_PASSWORD, Register};
use self::treasury::Ledger;
use self::user::User;

/// The state of the router: what handlers and guards share.
#[derive(Clone, FromRef)]
pub(crate) struct Shop {
    sessions: Sessions<User>,
    register: Arc<Register>,
    ledger: Arc<Ledger>,
    policies: Arc<PolicyTable>,
}

/// The shop, ready to be served. What time it is tells `clock`, so that a test need not wait for anything to expire. Beside
/// its own tokens it takes those of `outside`.
///
/// # Errors
///
/// When the system gives no random bytes to draw a key from, and when the keys of `outside` are nowhere to be had safely.
pub fn router(clock: impl Clock, outside: Option<OutsideIssuer>) -> Result<Router, Box<dyn Error>> {
    let routes = routes();
    let shop = Shop {
        sessions: sessions(clock, outside)?,
        register: Arc::new(Register::demonstration()),
        ledger: Arc::new(Ledger::demonstration()),
        policies: Arc::new(routes.policies()),
    };
    Ok(routes.layer(map_response(response_headers::add)).with_state(shop).into_router()?)
}

/// What protects which route.
pub fn policies() -> PolicyTable {
    routes().policies()
}

fn routes() -> GuardedRouter<Shop> {
    GuardedRouter::new()
        .route("/", get(front::home))
        .route("/policies", get(front::policies))
        .route("/login", get(login::login_form).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/reauthenticate", get(reauthenticate::reauthentication_form).post(reauthenticate::reauthenticate))
        .route("/account", get(account::account))
        .route("/heartbeat", get(account::heartbeat))
        .route("/staff", get(staff::staff))
        .route("/treasury/transfer", get(treasury::transfer_form).post(treasury::transfer))
        .route("/jwks.json", jwks::<User, _>())
        .route("/api/token", post(api::token))
        .route("/api/me", get(api::me))
        .route("/api/orders", get(api::orders))
        .route("/api/either", get(api::either))
        .fallback(front::not_found)
}

/// Sessions in this process, and tokens signed with a key that ends with it.
fn sessions(clock: impl Clock, outside: Option<OutsideIssuer>) -> Result<Sessions<User>, Box<dyn Error>> {
    let builder = Sessions::builder()
        .store(MemoryStore::new())
        .clock(clock)
        .issuer("https://shop.example")
        .audience("shop")
        .signing_key(SigningKey::generate(Algorithm::EdDSA)?)
        .on_refusal(refusals::as_page);
    let trusted = outside.into_iter().map(OutsideIssuer::trusted);
    Ok(trusted.fold(builder, SessionsBuilder::trusted_issuer).build()?)
}
