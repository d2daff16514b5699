// Said where it is named, and once at the router; nothing that follows from it.
use axum::extract::FromRef;
use serde::{Deserialize, Serialize};
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, Sessions, policy, session};

#[derive(Clone, Serialize, Deserialize)]
struct Visitor {
    id: u64,
}

#[policy(principal(Visitor), max_age = "15m")]
struct Visitors;

#[session(required)]
async fn account(visitor: Session<Visitor>) -> String {
    visitor.id.to_string()
}

#[session(optional)]
async fn home(visitor: Option<Session<Visitor>>) -> String {
    visitor.map_or_else(String::new, |visitor| visitor.is_remembered().to_string())
}

#[session(policy(Visitors))]
async fn list() {}

#[derive(Clone, FromRef)]
struct Site {
    visitors: Sessions<Visitor>,
}

fn main() {
    let _: GuardedRouter<Site> =
        GuardedRouter::new().route("/account", get(account)).route("/", get(home)).route("/list", get(list));
}
