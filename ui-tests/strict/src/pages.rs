//! Handlers that everybody can name.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use renamed::routing::{get, post};
use renamed::{AuthSession, GuardedRouter, Session, session};

use crate::{Anybody, Guest, Role, Shop, Staff, Treasury, User, desk, owns_account};

/// Moves money.
///
/// # Errors
///
/// When there is none.
#[session(policy(Treasury), check(owns_account), state(Shop), crate(::renamed))]
pub async fn transfer(
    session: Session<User>,
    Path(account): Path<u64>,
    Json(order): Json<u64>,
) -> Result<Json<u64>, StatusCode> {
    if session.has_role(&Role::Suspended) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(Json(account + order))
}

/// Everything that a route can say for itself.
#[session(
    required,
    max_age = "15m",
    sliding,
    fresh = "10m",
    cookie,
    csrf(same_site),
    login = "/login",
    reauthenticate = "/reauthenticate",
    principal(User),
    crate(::renamed)
)]
pub async fn account(session: Session<User>, State(shop): State<Shop>) -> impl IntoResponse {
    drop(shop);
    session.id.to_string()
}

/// Whose session it is, is said at the crate's root.
#[session(bearer, max_age = "10m", crate(::renamed))]
pub async fn machine() {}

/// Reports what it would refuse.
#[session(csrf(report), crate(::renamed))]
pub async fn reported(_session: Session<User>, _guest: Option<Session<Guest>>) {}

/// Looks at no origin.
#[session(csrf(off), crate(::renamed))]
#[deprecated(note = "use `reported`")]
pub async fn unprotected(_session: Session<User>) {}

/// Logs somebody in.
#[session(optional, crate(::renamed))]
#[must_use]
pub async fn log_in(mut auth: AuthSession<User>, session: Option<Session<User>>) -> StatusCode {
    let _ = &mut auth;
    session.map_or(StatusCode::UNAUTHORIZED, |_| StatusCode::OK)
}

/// Takes whatever it is given.
#[session(policy(Staff), crate(::renamed))]
pub async fn generic<T>(_session: Session<User>, _argument: T)
where
    T: FromRequestParts<Shop> + Send + 'static,
{
}

/// Lives.
#[session(policy(Anybody), crate(::renamed))]
pub async fn health() -> &'static str {
    "well"
}

/// All of them.
pub fn router() -> GuardedRouter<Shop> {
    #[session(public, crate(::renamed))]
    async fn inside() {}

    GuardedRouter::new()
        .route("/transfer/{account}", post(transfer))
        .route("/account", get(account))
        .route("/machine", get(machine))
        .route("/reported", post(reported))
        .route("/log-in", post(log_in))
        .route("/generic", get(generic::<State<Shop>>))
        .route("/desk", get(desk::desk))
        .route("/health", get(health))
        .route("/inside", get(inside))
}
