//! A small web shop: pages for customers, for staff and for those who move money, and an interface for programs.
//!
//! A reader's path: `user` says whose sessions these are, `policies` what staff and treasury demand, `login` how a
//! session begins and ends, and the rest are the pages behind them. Unless the environment says otherwise (`settings`),
//! everything is in the process: there is nothing to set up, and nothing survives it.

mod account;
mod api;
mod articles;
mod attempts;
mod basket;
mod client;
mod devices;
mod front;
mod hashing;
mod live;
mod login;
mod notice;
mod page;
mod policies;
mod raw_rejections;
mod reauthenticate;
mod refusals;
mod register;
mod response_headers;
mod settings;
mod staff;
mod tokens;
mod treasury;
mod user;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn, map_response};
use session_runtime::routing::{get, jwks, post};
use session_runtime::{Clock, ConfigError, GuardedRouter, PolicyTable, Revalidation, Sessions};

use self::attempts::Attempts;
use self::client::BehindProxy;
pub use self::register::{DEMONSTRATION_PASSWORD, Register};
pub use self::settings::Settings;
use self::treasury::Ledger;
use self::user::{ISSUER, User};

/// How long a session goes on with what was known of its account: a role that was taken away is gone after that.
const RIGHTS_COUNT_FOR: Duration = Duration::from_secs(60);

/// No form is larger. What waits for others, such as an attempt to log in, takes no more memory than this.
const LARGEST_BODY: usize = 16 * 1024;

/// The state of the router: what handlers and guards share.
#[derive(Clone, FromRef)]
pub(crate) struct Shop {
    sessions: Sessions<User>,
    register: Arc<Register>,
    ledger: Arc<Ledger>,
    policies: Arc<PolicyTable>,
    attempts: Arc<Attempts>,
    behind_proxy: BehindProxy,
}

/// The shop, ready to be served. What time it is tells `clock`, so that a test need not wait for anything to expire.
///
/// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: attempts to log in are counted by client.
///
/// # Errors
///
/// When the settings do not go together, such as an issuer whose keys are nowhere to be had safely.
pub fn router(clock: impl Clock, settings: Settings) -> Result<Router, Box<dyn Error>> {
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let routes = routes();
    let register = Arc::clone(&settings.register);
    let behind_proxy = BehindProxy(settings.behind_proxy);
    let shop = Shop {
        sessions: sessions(Arc::clone(&clock), settings)?,
        register,
        ledger: Arc::new(Ledger::demonstration()),
        policies: Arc::new(routes.policies()),
        attempts: Arc::new(Attempts::new(clock)),
        behind_proxy,
    };
    let routes = routes
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(raw_rejections::render))
        .layer(map_response(response_headers::add));
    Ok(routes.with_state(shop).into_router()?)
}

/// What protects which route.
pub fn policies() -> PolicyTable {
    routes().policies()
}

fn routes() -> GuardedRouter<Shop> {
    GuardedRouter::new()
        .route("/", get(front::home))
        .route("/policies", get(front::policies))
        .route("/basket", get(basket::basket).post(basket::add))
        .route("/basket/remove", post(basket::remove))
        .route("/login", get(login::login_form).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/reauthenticate", get(reauthenticate::reauthentication_form).post(reauthenticate::reauthenticate))
        .route("/account", get(account::account))
        .route("/account/live", get(live::live))
        .route("/account/watch", get(live::watch::watch))
        .route("/account/watch.js", get(live::watch::watch_script))
        .route("/account/watch/socket", get(live::watch::watch_socket))
        .route("/heartbeat", get(account::heartbeat))
        .route("/sessions", get(devices::sessions))
        .route("/sessions/end", post(devices::end))
        .route("/sessions/end-others", post(devices::end_others))
        .route("/sessions/end-all", post(devices::end_all))
        .route("/staff", get(staff::staff))
        .route("/staff/account", post(staff::change_account))
        .route("/treasury/transfer", get(treasury::transfer_form).post(treasury::prepare))
        .route("/treasury/confirm", get(treasury::confirmation_page).post(treasury::transfer))
        .route("/jwks.json", jwks::<User, _>())
        .route("/api/token", post(tokens::token))
        .route("/api/refresh", post(tokens::refresh))
        .route("/api/revoke", post(tokens::revoke))
        .route("/api/me", get(api::me))
        .route("/api/orders", get(api::orders))
        .route("/api/either", get(api::either))
        .fallback(front::not_found)
}

fn sessions(clock: impl Clock, settings: Settings) -> Result<Sessions<User>, ConfigError> {
    let builder = Sessions::builder()
        .clock(clock)
        .issuer(ISSUER)
        .audience("shop")
        .revalidate(Revalidation::every(RIGHTS_COUNT_FOR, Arc::clone(&settings.register)))
        .on_refusal(refusals::as_page);
    settings.apply(builder).build()
}
