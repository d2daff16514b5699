//! Handlers that do to a session of tower-sessions whatever can be done to it.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, Session, session};
use tests::{App, Failed, Partner, User};
use tower_sessions_core::Session as KeyValues;
use tower_sessions_core::session::{Error, Expiry};

pub(crate) fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/values", get(all))
        .route("/required/{key}", get(one))
        .route("/nothing", get(nothing))
        .route("/id", get(id))
        .route("/visits", get(visits))
        .route("/set/{key}/{value}", post(set))
        .route("/saved/{key}/{value}", post(saved))
        .route("/unset/{key}", post(unset))
        .route("/clear", post(clear))
        .route("/flush", post(flush))
        .route("/delete", post(delete))
        .route("/cycle", post(cycle))
        .route("/ends-in/{seconds}", post(ends_in))
        .route("/answer/{status}/{key}/{value}", post(answer))
        .route("/save-and-fail/{key}/{value}", post(save_and_fail))
        .route("/cycle-and-fail", post(cycle_and_fail))
        .route("/flush-and-fail", post(flush_and_fail))
        .route("/set-and-log-in/{key}/{value}", post(set_and_log_in))
        .route("/set-log-out-and-say/{key}/{message}", post(set_log_out_and_say))
        .route("/slow/{key}/{value}", post(slow))
        .route("/too-late/{key}/{value}", post(too_late))
        .route("/partners/set/{key}/{value}", post(set_of_partner))
        .route("/partners/saved/{key}/{value}", post(saved_of_partner))
        .route("/recent", get(recent))
        .route("/recent/set/{key}/{value}", post(set_recent))
        .route("/public", get(public))
}

type Pair = Path<(String, String)>;

/// The answer where tower-sessions returned an error.
struct Told;

impl From<Error> for Told {
    fn from(_: Error) -> Self {
        Self
    }
}

impl axum::response::IntoResponse for Told {
    fn into_response(self) -> axum::response::Response {
        StatusCode::IM_A_TEAPOT.into_response()
    }
}

/// Those that tests use.
async fn shown(values: &KeyValues) -> Json<BTreeMap<&'static str, String>> {
    let mut all = BTreeMap::new();
    for key in ["cart", "lang", "secret", "lost", "message", "card", "a", "b"] {
        if let Some(value) = values.get(key).await.unwrap() {
            all.insert(key, value);
        }
    }
    Json(all)
}

#[session(optional, principal(User))]
async fn all(values: KeyValues) -> Json<BTreeMap<&'static str, String>> {
    shown(&values).await
}

#[session(required)]
async fn one(_session: Session<User>, values: tower_sessions_core::Session, Path(key): Path<String>) -> String {
    values.get(&key).await.unwrap().unwrap_or_default()
}

#[session(optional, principal(User))]
async fn nothing(_values: KeyValues) {}

#[session(optional, principal(User))]
async fn id(values: KeyValues) -> String {
    values.id().map(|id| id.to_string()).unwrap_or_default()
}

#[session(optional, principal(User))]
async fn visits(values: KeyValues) -> String {
    values.get::<u64>("visits").await.unwrap().unwrap_or_default().to_string()
}

#[session(optional, principal(User))]
async fn set(values: KeyValues, Path((key, value)): Pair) -> Result<(), Told> {
    Ok(values.insert(&key, value).await?)
}

#[session(optional, principal(User))]
async fn saved(values: KeyValues, Path((key, value)): Pair) -> Result<(), Told> {
    values.insert(&key, value).await?;
    Ok(values.save().await?)
}

#[session(optional, principal(User))]
async fn unset(values: KeyValues, Path(key): Path<String>) -> Result<(), Told> {
    values.remove::<String>(&key).await?;
    Ok(())
}

#[session(optional, principal(User))]
async fn clear(values: KeyValues) {
    values.clear().await;
}

#[session(optional, principal(User))]
async fn flush(values: KeyValues) -> Result<(), Told> {
    Ok(values.flush().await?)
}

#[session(optional, principal(User))]
async fn delete(values: KeyValues) -> Result<(), Told> {
    Ok(values.delete().await?)
}

#[session(optional, principal(User))]
async fn cycle(values: KeyValues) -> Result<(), Told> {
    Ok(values.cycle_id().await?)
}

#[session(optional, principal(User))]
async fn ends_in(values: KeyValues, Path(seconds): Path<u64>) {
    let inactive = Duration::from_secs(seconds).try_into().unwrap();
    values.set_expiry(Some(Expiry::OnInactivity(inactive)));
}

#[session(optional, principal(User))]
async fn answer(values: KeyValues, Path((status, key, value)): Path<(u16, String, String)>) -> StatusCode {
    values.insert(&key, value).await.unwrap();
    StatusCode::from_u16(status).unwrap()
}

#[session(optional, principal(User))]
async fn save_and_fail(values: KeyValues, Path((key, value)): Pair) -> StatusCode {
    values.insert(&key, value).await.unwrap();
    values.save().await.unwrap();
    StatusCode::INTERNAL_SERVER_ERROR
}

#[session(optional, principal(User))]
async fn cycle_and_fail(values: KeyValues) -> StatusCode {
    values.cycle_id().await.unwrap();
    StatusCode::INTERNAL_SERVER_ERROR
}

#[session(optional, principal(User))]
async fn flush_and_fail(values: KeyValues) -> StatusCode {
    values.flush().await.unwrap();
    StatusCode::INTERNAL_SERVER_ERROR
}

#[session(optional)]
async fn set_and_log_in(
    mut auth: AuthSession<User>,
    values: KeyValues,
    Path((key, value)): Pair,
    Json(user): Json<User>,
) -> Result<(), Failed> {
    values.insert(&key, value).await.unwrap();
    auth.log_in(user).await?;
    Ok(())
}

#[session(optional)]
async fn set_log_out_and_say(
    mut auth: AuthSession<User>,
    values: KeyValues,
    Path((key, message)): Pair,
) -> Result<(), Failed> {
    values.insert(&key, "before").await.unwrap();
    auth.log_out().await?;
    values.insert("message", message).await.unwrap();
    Ok(())
}

/// Reads, waits, and then writes.
#[session(optional, principal(User))]
async fn slow(State(app): State<App>, values: KeyValues, Path((key, value)): Pair) -> Result<(), Told> {
    values.get::<String>(&key).await?;
    app.gate.pass().await;
    Ok(values.insert(&key, value).await?)
}

/// Answers, and writes afterwards.
#[session(optional, principal(User))]
async fn too_late(State(app): State<App>, values: KeyValues, Path((key, value)): Pair) {
    tokio::spawn(async move {
        app.gate.pass().await;
        values.insert(&key, value).await.unwrap();
        assert!(values.save().await.is_err());
        app.gate.pass().await;
    });
}

#[session(required)]
async fn set_of_partner(_session: Session<Partner>, values: KeyValues, Path((key, value)): Pair) -> Result<(), Told> {
    Ok(values.insert(&key, value).await?)
}

#[session(required)]
async fn saved_of_partner(_session: Session<Partner>, values: KeyValues, Path((key, value)): Pair) -> Result<(), Told> {
    values.insert(&key, value).await?;
    Ok(values.save().await?)
}

#[session(optional, principal(User), max_age = "1m")]
async fn recent(values: KeyValues) -> Json<BTreeMap<&'static str, String>> {
    shown(&values).await
}

#[session(optional, principal(User), max_age = "1m")]
async fn set_recent(values: KeyValues, Path((key, value)): Pair) -> Result<(), Told> {
    Ok(values.insert(&key, value).await?)
}

#[session(public)]
async fn public(_values: KeyValues) {}
