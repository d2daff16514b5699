//! Ten mistakes, ten errors: none hides another, and none makes a second one.

use axum::extract::FromRef;
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Principal, Session, Sessions, policy, session};
use ui_tests::{Guest, Plain, Role, Staff, User};

// 1: an unknown option.
#[session(required, maxage = "15m")]
async fn misspelt(_session: Session<User>) {}

// 2: a duration without a unit.
#[session(max_age = 900, sliding)]
async fn without_unit(_session: Session<User>) {}

// 3: two items that contradict each other.
#[session(public, role(Role::Admin))]
async fn contradicted() {}

// 4: longer than the policy it builds on.
#[session(policy(Staff), max_age = "2h", sliding)]
async fn loosened(_session: Session<User>) {}

// 5: no policy.
#[session(policy(Plain))]
async fn unfounded() {}

// 6: no principal.
#[session(required)]
async fn about_nobody(_session: Session<Plain>) {}

// 7: no roles.
#[session(role(Role::Admin))]
async fn without_roles(_session: Session<Guest>) {}

// 8: a principal that no session can hold.
#[derive(Clone, Principal)]
struct Visitor {
    #[principal(id)]
    id: u64,
}

// 9: a mistake in the author's own code.
#[session(required)]
async fn account(session: Session<User>) -> String {
    let count: usize = "one";
    format!("{count}{}", session.id)
}

// 10: a policy whose cookie's limit can never apply.
#[policy(principal(User), max_age = "30d")]
struct Never;

// A mistake in an attribute leaves a handler that the router takes.
#[derive(Clone, FromRef)]
struct App {
    users: Sessions<User>,
    guests: Sessions<Guest>,
}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new()
        .route("/misspelt", get(misspelt))
        .route("/without-unit", get(without_unit))
        .route("/contradicted", get(contradicted))
        .route("/loosened", get(loosened))
        .route("/without-roles", get(without_roles))
        .route("/account", get(account));
    let _ = (unfounded, about_nobody, Never);
}
