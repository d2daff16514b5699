//! A realm that is renamed ends nothing until the date that the builder names.

use std::time::Duration;

use axum::extract::FromRef;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GuardedRouter, ManualClock, Principal, Session, SessionError, Sessions, SigningKey,
    Store as _, Timestamp, TokenOptions, session,
};
use tests::{ProbedStore, SECRET, START, SomeStore, Visitor, every_store, hours, minutes, router, sessions};

/// The same principal in two releases: before its realm was renamed, and after.
macro_rules! release {
    ($module:ident, $realm:literal) => {
        mod $module {
            use super::*;

            #[derive(Clone, Debug, Serialize, Deserialize, Principal)]
            #[principal(cookie(name = "__Host-id"), bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"), realm = $realm)]
            pub(super) struct Member {
                #[principal(id)]
                pub(super) id: u64,
                pub(super) name: String,
            }

            #[session(optional)]
            async fn log_in(mut auth: AuthSession<Member>) -> Result<(), SessionError> {
                auth.log_in(member()).await?;
                Ok(())
            }

            #[session(required)]
            async fn name(session: Session<Member>) -> String {
                session.name.clone()
            }

            #[session(required)]
            async fn rename(mut session: Session<Member>) -> Result<(), SessionError> {
                session.update(|member| member.name = "Grace".into()).await
            }

            #[session(required)]
            async fn rotate(mut session: Session<Member>) -> Result<(), SessionError> {
                session.rotate().await
            }

            #[session(required)]
            async fn log_out(mut auth: AuthSession<Member>) -> Result<(), SessionError> {
                auth.log_out().await
            }

            pub(super) fn member() -> Member {
                Member { id: 7, name: "Ada".into() }
            }

            #[derive(Clone, FromRef)]
            pub(super) struct App {
                pub(super) members: Sessions<Member>,
            }

            pub(super) fn app(clock: &ManualClock, store: &ProbedStore, former: Option<(&str, Timestamp)>) -> App {
                let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
                let builder = sessions(clock, store).signing_key(key);
                let builder = match former {
                    Some((name, until)) => builder.former_realm(name, until).as_another_release(),
                    None => builder,
                };
                App { members: builder.build().unwrap() }
            }

            pub(super) fn visitor(app: &App) -> Visitor {
                let routes = GuardedRouter::new()
                    .route("/", get(name))
                    .route("/log-in", post(log_in))
                    .route("/rename", post(rename))
                    .route("/rotate", post(rotate))
                    .route("/log-out", post(log_out));
                Visitor::of(&router(routes, app.clone()))
            }
        }
    };
}

release!(before, "realms-former");
release!(after, "realms-present");

const FORMER: &str = "realms-former";

/// Records inside the process end with it, so no release meets those of another.
async fn outside_stores() -> Vec<SomeStore> {
    every_store().await.into_iter().filter(|some| !some.store.in_process()).collect()
}

#[tokio::test]
async fn a_session_of_a_former_realm_goes_on_until_the_date() {
    for some in outside_stores().await {
        for offset in [-1_i64, 0, 1] {
            let clock = ManualClock::at(START);
            let until = Timestamp::from_secs(START.as_secs() + 600);
            let mut old = before::visitor(&before::app(&clock, &some.store, None));
            let mut new = after::visitor(&after::app(&clock, &some.store, Some((FORMER, until))));
            assert!(old.post("/log-in").await.is_ok());
            new.set_cookie("__Host-id", old.cookie("__Host-id").unwrap());
            assert_eq!(new.get("/").await.body, "Ada", "{}", some.name);
            clock.advance(Duration::from_secs(600_u64.checked_add_signed(offset).unwrap()));
            let expected = if offset < 0 { 200 } else { 401 };
            assert_eq!(new.get("/").await.status, expected, "{} {offset}", some.name);
        }
    }
}

#[tokio::test]
async fn a_session_of_a_former_realm_changes_rotates_and_ends() {
    for some in outside_stores().await {
        let clock = ManualClock::at(START);
        let until = Timestamp::from_secs(START.as_secs() + 86_400);
        let mut old = before::visitor(&before::app(&clock, &some.store, None));
        let app = after::app(&clock, &some.store, Some((FORMER, until)));
        let mut new = after::visitor(&app);
        assert!(old.post("/log-in").await.is_ok());
        new.set_cookie("__Host-id", old.cookie("__Host-id").unwrap());
        assert!(new.post("/rename").await.is_ok(), "{}", some.name);
        assert_eq!(new.get("/").await.body, "Grace", "{}", some.name);
        assert_eq!(old.get("/").await.status, 401, "{}: written in the present realm", some.name);
        assert!(new.post("/rotate").await.is_ok(), "{}", some.name);
        assert_eq!(new.get("/").await.body, "Grace", "{}", some.name);
        // Its new id is one of the present realm, which needs no former name.
        let mut later = after::visitor(&after::app(&clock, &some.store, None));
        later.set_cookie("__Host-id", new.cookie("__Host-id").unwrap());
        assert_eq!(later.get("/").await.body, "Grace", "{}", some.name);
        assert!(new.post("/log-out").await.is_ok(), "{}", some.name);
        assert_eq!(later.get("/").await.status, 401, "{}", some.name);
    }
}

#[tokio::test]
async fn ending_all_sessions_reaches_those_of_a_former_realm() {
    for some in outside_stores().await.into_iter().filter(|some| some.store.promises().subject_index) {
        let clock = ManualClock::at(START);
        let until = Timestamp::from_secs(START.as_secs() + 86_400);
        let mut old = before::visitor(&before::app(&clock, &some.store, None));
        let app = after::app(&clock, &some.store, Some((FORMER, until)));
        let mut new = after::visitor(&app);
        assert!(old.post("/log-in").await.is_ok());
        new.set_cookie("__Host-id", old.cookie("__Host-id").unwrap());
        assert!(new.get("/").await.is_ok(), "{}", some.name);
        app.members.end_all(&7).await.unwrap();
        assert_eq!(new.get("/").await.status, 401, "{}", some.name);
    }
}

#[tokio::test]
async fn tokens_of_a_former_realm_count_until_the_date() {
    for some in outside_stores().await {
        let clock = ManualClock::at(START);
        let until = Timestamp::from_secs(START.as_secs() + 600);
        let old = before::app(&clock, &some.store, None);
        let new = after::app(&clock, &some.store, Some((FORMER, until)));
        let pair = old.members.issue_pair(&before::member(), &TokenOptions::lasting(hours(1))).await.unwrap();
        let bearer = format!("Bearer {}", pair.access().token());
        let mut visitor = after::visitor(&new);
        assert_eq!(visitor.ask("GET /", &[("authorization", &bearer)]).await.status, 200, "{}", some.name);
        let next = new.members.refresh(pair.refresh_token()).await.unwrap();
        let next_bearer = format!("Bearer {}", next.access().token());
        clock.advance(minutes(10));
        assert_eq!(visitor.ask("GET /", &[("authorization", &bearer)]).await.status, 401, "{}", some.name);
        assert_eq!(visitor.ask("GET /", &[("authorization", &next_bearer)]).await.status, 200, "{}", some.name);
        assert!(new.members.refresh(next.refresh_token()).await.is_err(), "{}", some.name);
    }
}
