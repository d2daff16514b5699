//! Two principals that share everything but their realm: cookie name, store, keys, issuer, audience.

use axum::Router;
use axum::extract::FromRef;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GuardedRouter, ManualClock, Principal, Session, SessionError, Sessions, SessionsBuilder,
    SigningKey, session,
};
use tests::{ProbedStore, SECRET, sessions};

/// Two principals whose sessions are in a store, and the two routers that guard their pages.
macro_rules! pair {
    ($module:ident, $customer:literal, $admin:literal, $($cookie:tt)+) => {
        pub(crate) mod $module {
            use super::*;

            #[derive(Clone, Debug, Serialize, Deserialize, Principal)]
            #[principal(cookie($($cookie)+), bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"), realm = $customer)]
            pub(crate) struct Customer {
                #[principal(id)]
                pub(crate) id: u64,
            }

            #[derive(Clone, Debug, Serialize, Deserialize, Principal)]
            #[principal(cookie($($cookie)+), bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"), realm = $admin)]
            pub(crate) struct Admin {
                #[principal(id)]
                pub(crate) id: u64,
            }

            #[derive(Clone, FromRef)]
            pub(crate) struct App {
                pub(crate) customers: Sessions<Customer>,
                pub(crate) admins: Sessions<Admin>,
            }

            #[session(optional)]
            async fn log_in(mut auth: AuthSession<Customer>) -> Result<(), SessionError> {
                auth.log_in(Customer { id: 1 }).await?;
                Ok(())
            }

            #[session(required)]
            async fn customer_page(session: Session<Customer>, admin: Option<Session<Admin>>) -> String {
                format!("customer {}, admin {:?}", session.id, admin.map(|admin| admin.id))
            }

            #[session(required)]
            async fn admin_page(session: Session<Admin>) -> String {
                format!("admin {}", session.id)
            }

            #[session(optional)]
            async fn maybe_admin_page(session: Option<Session<Admin>>) -> String {
                format!("admin {:?}", session.map(|session| session.id))
            }

            pub(crate) fn app(
                clock: &ManualClock,
                store: &ProbedStore,
                customers: impl FnOnce(SessionsBuilder<Customer>) -> SessionsBuilder<Customer>,
                admins: impl FnOnce(SessionsBuilder<Admin>) -> SessionsBuilder<Admin>,
            ) -> App {
                let key = || SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
                App {
                    customers: customers(sessions(clock, store).signing_key(key())).build().unwrap(),
                    admins: admins(sessions(clock, store).signing_key(key())).build().unwrap(),
                }
            }

            /// The routers that a customer's credential is shown to, each with its name.
            pub(crate) fn routers(app: &App) -> [(&'static str, Router); 3] {
                let customers = GuardedRouter::new().route("/log-in", post(log_in)).route("/", get(customer_page));
                let admins = GuardedRouter::new().route("/", get(admin_page)).route("/maybe", get(maybe_admin_page));
                let plain = Router::new()
                    .route("/", axum::routing::get(admin_page))
                    .route("/maybe", axum::routing::get(maybe_admin_page));
                [
                    ("customers", customers.with_state(app.clone()).into_router().unwrap()),
                    ("admins", admins.with_state(app.clone()).into_router().unwrap()),
                    ("plain axum", plain.with_state(app.clone())),
                ]
            }
        }
    };
}

pair!(stored, "realms-customer", "realms-admin", name = "__Host-id");
pair!(stateless, "realms-stateless-customer", "realms-stateless-admin", token = "jwt", unrevocable);
