//! The nearest things that a router takes.

use std::rc::Rc;

use axum::Json;
use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use session_runtime::routing::{get, post};
use session_runtime::{GuardedRouter, Session, Sessions, session};
use ui_tests::{Guest, User};

// R01: the body is read by the last argument.
type Order = Json<String>;

#[session(required)]
async fn order(_session: Session<User>, Path(_shop): Path<u64>, _order: Order) {}

// R02: an extractor of the program's own, for every state that has what it needs.
struct Account(u64);

impl<S> FromRequestParts<S> for Account
where
    S: Send + Sync,
    Database: FromRef<S>,
{
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        Ok(Self(Database::from_ref(state).0))
    }
}

#[session(required)]
async fn account(account: Account, session: Session<User>, _again: Account) -> String {
    format!("{} of {}", account.0, session.id)
}

// R03: an error that is a response.
enum ShopError {
    Closed,
}

impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        match self {
            Self::Closed => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

#[session(required)]
async fn roles(session: Session<User>) -> Result<Json<u64>, ShopError> {
    if session.roles.is_empty() { Err(ShopError::Closed) } else { Ok(Json(session.id)) }
}

// R04: a part that the state provides, and the state itself.
#[derive(Clone)]
struct Database(u64);

#[derive(Clone, FromRef)]
struct Shop {
    database: Database,
    users: Sessions<User>,
    guests: Sessions<Guest>,
}

#[session(required)]
async fn parts(State(_database): State<Database>, State(_shop): State<Shop>, _session: Session<User>) {}

// R05: both principals in the state.
#[session(required)]
async fn guest(_session: Session<User>, _guest: Option<Session<Guest>>) {}

// R06: what is not `Send` is gone before the next `.await`.
#[session(required)]
async fn basket(session: Session<User>) -> String {
    let text = {
        let basket = Rc::new(session.id);
        basket.to_string()
    };
    std::future::ready(()).await;
    text
}

fn main() {
    let _: GuardedRouter<Shop> = GuardedRouter::new()
        .route("/orders/{shop}", post(order))
        .route("/account", get(account))
        .route("/roles", get(roles))
        .route("/parts", get(parts))
        .route("/guest", get(guest))
        .route("/basket", get(basket));
    let _: axum::Router<Shop> = axum::Router::new()
        .route("/orders/{shop}", axum::routing::post(order))
        .route("/account", axum::routing::get(account))
        .route("/guest", axum::routing::get(guest));
}
