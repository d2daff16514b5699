//! Log in, see a guarded page, log out.

use axum::extract::Form;
use axum::response::{Html, Redirect};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, MemoryStore, Principal, Session, SessionError, Sessions, session};

/// Whose sessions these are.
#[derive(Clone, Serialize, Deserialize, Principal)]
struct User {
    #[principal(id)]
    name: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
}

#[session(public)]
async fn home() -> Html<&'static str> {
    Html(
        r#"<!doctype html><title>Quickstart</title>
        <form method="post" action="/login"><label>Name <input name="name" required></label> <button>Log in</button></form>
        <a href="/account">Your account</a> <form method="post" action="/logout"><button>Log out</button></form>"#,
    )
}

/// Lets in whoever has a name: here is where you check a password.
#[session(optional)]
async fn log_in(mut auth: AuthSession<User>, Form(login): Form<Login>) -> Result<Redirect, SessionError> {
    auth.log_in(User { name: login.name }).await?;
    Ok(Redirect::to("/account"))
}

#[session(required, max_age = "15m", sliding, login = "/")]
async fn account(session: Session<User>) -> String {
    format!("Hello, {}. Stay away for fifteen minutes, and you will have to log in again.", session.name)
}

#[session(optional)]
async fn log_out(mut auth: AuthSession<User>) -> Result<Redirect, SessionError> {
    auth.log_out().await?;
    Ok(Redirect::to("/"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::builder().store(MemoryStore::new()).build()?;
    let router = GuardedRouter::new()
        .route("/", get(home))
        .route("/login", post(log_in))
        .route("/account", get(account))
        .route("/logout", post(log_out));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("Listening on http://127.0.0.1:3000");
    axum::serve(listener, router.with_state(sessions).into_router()?).await?;
    Ok(())
}
