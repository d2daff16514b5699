//! A site whose sessions live in their cookies.

use axum::Json;
use axum::Router;
use axum::extract::{FromRef, Path, State};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, SessionsBuilder, session,
};
use tests::{Failed, ProbedStore, Role, START, Visitor, WhoAmI, index_key, sealing_key};

pub(crate) const COOKIE: &str = "__Host-reader";
pub(crate) const PASSING: &str = "__Host-passer";

/// Sessions that can be ended: a list says which ones were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-reader", token = "jwt", revocable, persistent = "30d"),
    absolute = "12h",
    idle = "2h",
    realm = "cookie-tokens-reader"
)]
pub(crate) struct Reader {
    #[principal(id)]
    pub(crate) id: u64,
    pub(crate) name: String,
    #[principal(roles)]
    pub(crate) roles: Vec<Role>,
}

/// Sessions that stand until they expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-passer", token = "jwt", unrevocable),
    absolute = "12h",
    realm = "cookie-tokens-passer"
)]
pub(crate) struct Passer {
    #[principal(id)]
    pub(crate) id: u64,
}

pub(crate) fn reader(id: u64) -> Reader {
    Reader { id, name: "Ada".to_owned(), roles: Vec::new() }
}

#[derive(Clone, FromRef)]
pub(crate) struct App {
    readers: Sessions<Reader>,
    passers: Sessions<Passer>,
}

pub(crate) struct Library {
    pub(crate) router: Router,
    pub(crate) clock: ManualClock,
    /// Where the list of ended sessions is.
    pub(crate) list: ProbedStore,
    pub(crate) sessions: Sessions<Reader>,
}

impl Library {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(more: impl FnOnce(SessionsBuilder<Reader>) -> SessionsBuilder<Reader>) -> Self {
        let clock = ManualClock::at(START);
        let list = ProbedStore::over(MemoryStore::new().keeping_until_expiry());
        let readers = Sessions::builder().clock(clock.clone()).revocation_store(list.clone());
        let passers = Sessions::builder().clock(clock.clone()).sealing_key(sealing_key()).index_key(index_key());
        let app = App {
            readers: more(readers.sealing_key(sealing_key()).index_key(index_key())).build().unwrap(),
            passers: passers.build().unwrap(),
        };
        let sessions = app.readers.clone();
        Self { router: routes().with_state(app).into_router().unwrap(), clock, list, sessions }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::of(&self.router)
    }

    /// The visitor who has just logged in as this reader.
    pub(crate) async fn member(&self, reader: &Reader) -> Visitor {
        let mut visitor = self.visitor();
        let answer = visitor.post_json("/log-in", reader).await;
        assert!(answer.is_ok(), "{answer:?}");
        visitor
    }
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/me", get(me))
        .route("/seen", get(seen))
        .route("/window", get(window))
        .route("/fresh", get(fresh))
        .route("/staff", get(staff))
        .route("/proved", get(proved))
        .route("/log-in", post(log_in))
        .route("/log-in-for-long", post(log_in_for_long))
        .route("/log-out", post(log_out))
        .route("/log-out-everywhere", post(log_out_everywhere))
        .route("/log-in-alone", post(log_in_alone))
        .route("/reauthenticate", post(reauthenticate))
        .route("/prove", post(prove))
        .route("/rename/{name}", post(rename))
        .route("/rotate", post(rotate))
        .route("/become/{id}", post(become_another))
        .route("/passers/log-in", post(log_in_passing))
        .route("/passers/me", get(me_passing))
        .route("/passers/forget", post(forget))
        .route("/passers/rename-reader", post(rename_reader))
}

#[session(required)]
async fn me(session: Session<Reader>) -> Json<WhoAmI<Reader>> {
    Json(session.into())
}

#[session(required, sliding)]
async fn seen(session: Session<Reader>) -> Json<WhoAmI<Reader>> {
    Json(session.into())
}

#[session(principal(Reader), max_age = "15m", sliding)]
async fn window() {}

#[session(principal(Reader), fresh = "5m")]
async fn fresh() {}

#[session(principal(Reader), role(Role::Staff))]
async fn staff() {}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Reader>, Json(reader): Json<Reader>) -> Result<(), Failed> {
    auth.log_in(reader).await?;
    Ok(())
}

#[session(optional)]
async fn log_in_for_long(mut auth: AuthSession<Reader>, Json(reader): Json<Reader>) -> Result<(), Failed> {
    auth.log_in(reader).remember().await?;
    Ok(())
}

/// Whatever else there is of this reader ends.
#[session(optional)]
async fn log_in_alone(
    mut auth: AuthSession<Reader>,
    State(sessions): State<Sessions<Reader>>,
    Json(reader): Json<Reader>,
) -> Result<(), Failed> {
    sessions.end_all(&reader.id).await?;
    auth.log_in(reader).await?;
    Ok(())
}

#[session(optional)]
async fn log_out(mut auth: AuthSession<Reader>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}

#[session(required)]
async fn log_out_everywhere(
    session: Session<Reader>,
    State(sessions): State<Sessions<Reader>>,
) -> Result<String, Failed> {
    Ok(sessions.end_all(&session.id).await?.to_string())
}

#[session(required)]
async fn reauthenticate(mut auth: AuthSession<Reader>, Json(reader): Json<Reader>) -> Result<(), Failed> {
    auth.reauthenticate(reader).await?;
    Ok(())
}

#[session(required)]
async fn prove(mut auth: AuthSession<Reader>, Json(reader): Json<Reader>) -> Result<(), Failed> {
    auth.reauthenticate(reader).factors(["otp"]).await?;
    Ok(())
}

#[session(principal(Reader), factors("otp"))]
async fn proved() {}

#[session(required)]
async fn rename(mut session: Session<Reader>, Path(name): Path<String>) -> Result<String, Failed> {
    session.update(|reader| reader.name.clone_from(&name)).await?;
    Ok(session.name.clone())
}

#[session(required)]
async fn rotate(mut session: Session<Reader>) -> Result<(), Failed> {
    Ok(session.rotate().await?)
}

/// Somebody else logs in, and what was to be changed of the former session comes too late.
#[session(required)]
async fn become_another(
    mut session: Session<Reader>,
    mut auth: AuthSession<Reader>,
    Path(id): Path<u64>,
) -> Result<(), Failed> {
    auth.log_in(reader(id)).await?;
    session.update(|reader| "Mallory".clone_into(&mut reader.name)).await?;
    Ok(())
}

#[session(optional)]
async fn log_in_passing(mut auth: AuthSession<Passer>) -> Result<(), Failed> {
    auth.log_in(Passer { id: 7 }).await?;
    Ok(())
}

#[session(required)]
async fn me_passing(session: Session<Passer>) -> String {
    session.id.to_string()
}

#[session(required)]
async fn forget(mut auth: AuthSession<Passer>) {
    auth.forget_cookie();
}

/// A reader's session is looked at here, and not changed: the route is about passers.
#[session(required)]
async fn rename_reader(_passer: Session<Passer>, reader: Option<Session<Reader>>) -> Result<(), Failed> {
    let Some(mut reader) = reader else { return Ok(()) };
    reader.update(|reader| "Mallory".clone_into(&mut reader.name)).await?;
    Ok(())
}
