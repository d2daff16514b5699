//! One step from the mistakes in `fail/handlers`.
#![deny(warnings)]

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use session_runtime::{AuthSession, Confirmed, Session, policy, session};
use ui_tests::{App, Guest, Role, User};

// H01: above a struct stands `#[policy]`.
#[policy(principal(User), role(Role::Admin))]
struct Account;

// H02, H03, H04, H06, H10, H17: an ordinary function with all its demands in one attribute, among the methods of nothing.
#[session(required, role(Role::Admin))]
async fn ordinary(session: Session<User>) -> String {
    let count: usize = 1;
    format!("{count}{}", session.id)
}

// H04, H16: shared data is an argument, and the condition is on the handler.
#[session(required)]
#[cfg(not(any()))]
async fn shared(_session: Session<User>, State(_app): State<App>) {}

#[session(required)]
#[cfg(any())]
async fn shared(_session: Session<User>) {}

// H05: a parameter, and a return type that nobody names.
#[session(required)]
async fn generic<T>(_session: Session<User>, _name: T) -> impl IntoResponse
where
    T: FromRequestParts<App> + Send + 'static,
{
    "any response"
}

// H07, H08, H13: what may be absent.
#[session(optional)]
async fn absent(_session: Option<Session<User>>, _auth: AuthSession<User>) {}

// H07, H15: a session of nobody's that we know. `Session` without a principal may be anything that is no guard's.
mod theirs {
    pub struct Session;

    impl<S: Sync> axum::extract::FromRequestParts<S> for Session {
        type Rejection = std::convert::Infallible;

        async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
            Ok(Self)
        }
    }
}

#[session(required)]
async fn both_kinds(_session: Session<User>, _theirs: theirs::Session) {}

// H09: whatever is a response.
struct Receipt;

impl IntoResponse for Receipt {
    fn into_response(self) -> Response {
        "receipt".into_response()
    }
}

#[session(required)]
async fn receipt(_session: Session<User>) -> Receipt {
    Receipt
}

// H11: the session of another principal is read as an option.
#[session(optional)]
async fn two(_user: Option<Session<User>>, _guest: Option<Session<Guest>>) {}

// H12: each of the ways to say whose session it is, but for the crate's; an alias is what it stands for.
#[session(principal(User))]
async fn by_the_attribute() {}

#[session(policy(Account))]
async fn by_the_policy() {}

#[session(required)]
async fn by_a_log_out(_auth: AuthSession<User>) {}

type Visitor = Session<User>;

#[session(principal(User))]
async fn alias(_visitor: Visitor) {}

// H14: the body comes last, be it optional.
#[session(required)]
async fn body(_session: Session<User>, Json(_order): Json<u8>) {}

#[session(required)]
async fn optional_body(_session: Session<User>, _order: Option<Json<u8>>) {}

// H18: on a route that demands a token, or whose policy does.
#[session(cookie, confirm = "order")]
async fn confirmed(_session: Session<User>, Confirmed(Json(_order)): Confirmed<Json<u8>>) {}

#[policy(principal(User), cookie, confirm = "order")]
struct Order;

#[session(policy(Order))]
async fn confirmed_by_the_policy(Confirmed(Json(_order)): Confirmed<Json<u8>>) {}

fn main() {
    let _ = (ordinary, shared, generic::<State<App>>, absent, both_kinds, receipt, two, by_the_attribute);
    let _ = (by_the_policy, by_a_log_out, alias, body, optional_body, confirmed, confirmed_by_the_policy);
}
