//! The principal of two releases, and what a site does with it.

macro_rules! release {
    ($release:ident, ($($declared:tt)*), { $($more:tt)* }) => {
        #[allow(dead_code, reason = "families of tokens need no routes")]
        pub(crate) mod $release {
            use axum::Json;
            use axum::extract::Path;
            use serde::{Deserialize, Serialize};
            use session_runtime::routing::{get, post};
            use session_runtime::{AuthSession, GuardedRouter, Principal, Session, Sessions, session};
            use tests::Failed;

            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
            #[principal($($declared)*)]
            pub(crate) struct User {
                #[principal(id)]
                pub(crate) id: u64,
                #[serde(rename = "userName", alias = "login")]
                pub(crate) name: String,
                pub(crate) visits: u64,
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub(crate) nick: Option<String>,
                $($more)*
            }

            #[session(principal(User))]
            async fn me(session: Session<User>) -> Json<User> {
                Json(session.principal().clone())
            }

            #[session(principal(User), sliding)]
            async fn seen() {}

            #[session(principal(User), optional)]
            async fn log_in(mut auth: AuthSession<User>, Json(user): Json<User>) -> Result<(), Failed> {
                auth.log_in(user).await?;
                Ok(())
            }

            #[session(principal(User))]
            async fn reauthenticate(mut auth: AuthSession<User>, Json(user): Json<User>) -> Result<(), Failed> {
                auth.reauthenticate(user).await?;
                Ok(())
            }

            #[session(principal(User))]
            async fn visit(mut session: Session<User>) -> Result<(), Failed> {
                Ok(session.update(|user| user.visits += 1).await?)
            }

            #[session(principal(User))]
            async fn change_nothing(mut session: Session<User>) -> Result<(), Failed> {
                Ok(session.update(|_| {}).await?)
            }

            #[session(principal(User))]
            async fn nick(mut session: Session<User>, Path(nick): Path<String>) -> Result<(), Failed> {
                Ok(session.update(|user| user.nick = (nick != "-").then(|| nick.clone())).await?)
            }

            #[session(principal(User))]
            async fn rotate(mut session: Session<User>) -> Result<(), Failed> {
                Ok(session.rotate().await?)
            }

            pub(crate) fn routes() -> GuardedRouter<Sessions<User>> {
                GuardedRouter::new()
                    .route("/me", get(me))
                    .route("/seen", get(seen))
                    .route("/log-in", post(log_in))
                    .route("/reauthenticate", post(reauthenticate))
                    .route("/visit", post(visit))
                    .route("/change-nothing", post(change_nothing))
                    .route("/nick/{nick}", post(nick))
                    .route("/rotate", post(rotate))
            }
        }
    };
}

pub(crate) use release;
