//! Handlers are routed from another module than their own, however visible they are.
#![deny(warnings)]
#![allow(unreachable_pub, reason = "that is the point")]

use session_runtime::GuardedRouter;
use session_runtime::routing::get;
use ui_tests::App;

session_runtime::default_principal!(member::Member);

/// Seen in this crate alone: no handler makes its principal more visible than it is.
mod member {
    use serde::{Deserialize, Serialize};
    use session_runtime::Principal;

    #[derive(Clone, Serialize, Deserialize, Principal)]
    #[principal(cookie(name = "__Host-member"))]
    pub(crate) struct Member {
        #[principal(id)]
        pub(crate) id: u64,
    }
}

mod pages {
    pub mod open {
        use session_runtime::{Session, session};
        use ui_tests::User;

        use crate::member::Member;

        #[session(public)]
        pub async fn home() {}

        #[session(required)]
        pub async fn account(session: Session<User>) -> String {
            session.id.to_string()
        }

        #[session(required)]
        pub async fn membership(session: Session<Member>) -> String {
            session.id.to_string()
        }

        #[session(required)]
        pub(crate) async fn within_the_crate(_session: Session<User>) {}

        #[session(required)]
        pub(in crate::pages) async fn within_the_pages(_session: Session<User>) {}

        #[session(required)]
        pub(super) async fn within_the_module_above(_session: Session<User>) {}
    }

    pub(super) fn router() -> session_runtime::GuardedRouter<ui_tests::App> {
        use session_runtime::routing::get;

        session_runtime::GuardedRouter::new()
            .route("/pages", get(open::within_the_pages))
            .route("/above", get(open::within_the_module_above))
    }
}

/// A module that shows its handlers and its state, and neither its policy nor whom that is about.
mod closed {
    use axum::extract::FromRef;
    use serde::{Deserialize, Serialize};
    use session_runtime::{Principal, Sessions, policy, session};

    #[derive(Clone, Serialize, Deserialize, Principal)]
    struct Operator {
        #[principal(id)]
        id: u64,
    }

    #[policy(principal(Operator))]
    struct Known;

    #[derive(Clone, FromRef)]
    pub struct Console {
        operators: Sessions<Operator>,
    }

    #[session(policy(Known))]
    pub async fn console() {}

    #[session(principal(Operator))]
    pub(crate) async fn log() {}

    #[session(principal(crate::member::Member))]
    pub async fn of_a_member() {}

    #[session]
    pub async fn of_the_default() {}
}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new()
        .merge(pages::router())
        .route("/", get(pages::open::home))
        .route("/account", get(pages::open::account))
        .route("/crate", get(pages::open::within_the_crate))
        .route("/office", get(ui_tests::back_office))
        .route("/cellar", get(ui_tests::cellar));
    let _: axum::Router<App> = axum::Router::new().route("/cellar", axum::routing::get(ui_tests::cellar));
    let _: GuardedRouter<session_runtime::Sessions<member::Member>> =
        GuardedRouter::new()
            .route("/membership", get(pages::open::membership))
            .route("/member", get(closed::of_a_member))
            .route("/default", get(closed::of_the_default));
    let _: GuardedRouter<closed::Console> =
        GuardedRouter::new().route("/", get(closed::console)).route("/log", get(closed::log));
}
