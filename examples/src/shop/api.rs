//! For programs: what a token opens.

use axum::Json;
use serde::Serialize;
use session_runtime::{CredentialKind, Session, session};

use super::user::{Role, User};

#[derive(Serialize)]
struct Me {
    username: String,
    roles: Vec<Role>,
    scope: String,
    via: &'static str,
}

impl Me {
    fn of(session: &Session<User>) -> Self {
        Self {
            username: session.username.clone(),
            roles: session.roles.clone(),
            scope: session.scopes.join(" "),
            via: match session.credential() {
                CredentialKind::Cookie => "cookie",
                CredentialKind::Bearer => "bearer",
            },
        }
    }
}

#[session(required, bearer)]
pub(super) async fn me(session: Session<User>) -> Json<Me> {
    Json(Me::of(&session))
}

/// Shows a cookie or a token, whichever the client has; the token wins where it has both.
#[session(required, cookie, bearer)]
pub(super) async fn either(session: Session<User>) -> Json<Me> {
    Json(Me::of(&session))
}

#[derive(Serialize)]
struct Order {
    customer: String,
    article: &'static str,
    quantity: u32,
}

#[session(required, bearer, scope("orders:read"))]
pub(super) async fn orders(session: Session<User>) -> Json<[Order; 2]> {
    let order = |article, quantity| Order { customer: session.username.clone(), article, quantity };
    Json([order("horse", 1), order("battery staple", 3)])
}
