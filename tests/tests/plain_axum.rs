//! A guarded handler is an axum handler: it works on a plain router, with any extractor and any response.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::extract::{FromRef, OriginalUri, Path, Query, Request, State};
use axum::response::{Html, IntoResponse};
use axum::routing::{any, get, post};
use axum::{Extension, Json, Router};
use http::{HeaderMap, Method, StatusCode};
use serde::{Deserialize, Serialize};
use session_runtime::{AuthSession, ManualClock, MemoryStore, Principal, Session, SessionError, Sessions, session};
use tests::{Gate, START, User, Visitor, user};

#[derive(Clone, FromRef)]
struct App {
    users: Sessions<User>,
    gate: Gate,
    greeting: &'static str,
}

fn app() -> App {
    let clock = ManualClock::at(START);
    let users = Sessions::builder().clock(clock).store(MemoryStore::new()).build().unwrap();
    App { users, gate: Gate::new(), greeting: "Hello" }
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>, Json(user): Json<User>) -> Result<(), SessionError> {
    auth.log_in(user).await?;
    Ok(())
}

/// Documented as any other function.
#[session(required)]
async fn greet(session: Session<User>, State(greeting): State<&'static str>) -> Html<String> {
    Html(format!("{greeting}, {}", session.name))
}

#[derive(Deserialize)]
struct Paging {
    page: u32,
}

type Mine = Session<User>;

#[session(required, principal(User))]
#[allow(clippy::too_many_arguments, reason = "as many as a handler may have")]
async fn everything(
    method: Method,
    Path((shelf, book)): Path<(String, u32)>,
    mine: Mine,
    Query(Paging { page }): Query<Paging>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Extension(extension): Extension<u8>,
    State(_): State<Gate>,
    optional: Option<Session<User>>,
    mut auth: AuthSession<User>,
    request: Request,
) -> Result<(StatusCode, String), SessionError> {
    assert_eq!(optional.unwrap().id, mine.id);
    auth.log_out().await?;
    let text = format!(
        "{method} {shelf} {book} {} {page} {} {uri} {extension} {}",
        mine.id,
        headers.contains_key("host"),
        request.uri().path()
    );
    Ok((StatusCode::ACCEPTED, text))
}

#[session(required, principal(User))]
async fn generic<T: Default + Serialize + Send + 'static>() -> Json<T> {
    Json(T::default())
}

#[session(public)]
async fn public(body: String) -> impl IntoResponse {
    body
}

mod inner {
    use session_runtime::{Session, session};
    use tests::User;

    #[session(required)]
    pub(super) async fn account(session: Session<User>) -> String {
        // A handler stays a function: its name can be a variable's.
        let account = session.id;
        account.to_string()
    }
}

async fn member(router: &Router) -> Visitor {
    let mut visitor = Visitor::of(router);
    assert!(visitor.post_json("/log-in", &user(7)).await.is_ok());
    visitor
}

fn routes() -> Router {
    Router::new()
        .route("/log-in", post(log_in))
        .route("/greet", get(greet))
        .route("/{shelf}/books/{book}", any(everything))
        .route("/generic", get(generic::<Vec<u8>>))
        .route("/public", post(public))
        .nest("/inner", Router::new().route("/account", get(inner::account)))
        .layer(Extension(3_u8))
        .with_state(app())
}

#[tokio::test]
async fn a_plain_router_guards_as_well() {
    let router = routes();
    for path in ["/greet", "/generic", "/inner/account", "/a/books/1?page=2"] {
        assert_eq!(Visitor::of(&router).get(path).await.status, 401, "{path}");
    }
    let mut visitor = member(&router).await;
    assert_eq!(visitor.get("/greet").await.body, "Hello, Ada");
    assert_eq!(visitor.get("/generic").await.body, "[]");
    assert_eq!(visitor.get("/inner/account").await.body, "7");
    assert_eq!(visitor.send("POST /public", &[], "anybody".into()).await.body, "anybody");
    assert_eq!(visitor.ask("POST /greet", &[]).await.status, 405);
    assert_eq!(visitor.ask("HEAD /greet", &[]).await.status, 200);
}

#[tokio::test]
async fn a_handler_takes_every_extractor_that_axum_has() {
    let router = routes();
    let mut visitor = member(&router).await;
    let answer = visitor.ask("PUT /fiction/books/4?page=2", &[]).await;
    let expected = "PUT fiction 4 7 2 true /fiction/books/4?page=2 3 /fiction/books/4";
    assert_eq!((answer.status, answer.body.as_str()), (202, expected));
    assert_eq!(visitor.cookie("__Host-id"), None);
    assert_eq!(visitor.get("/greet").await.status, 401);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Name(String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-named"), realm = "plain-axum-named")]
struct Named {
    #[principal(id)]
    name: Name,
}

#[session(optional)]
async fn log_in_named(mut auth: AuthSession<Named>, Json(named): Json<Named>) -> Result<(), SessionError> {
    auth.log_in(named).await?;
    Ok(())
}
#[session(required)]
async fn named(session: Session<Named>) -> Json<Named> {
    Json(session.principal().clone())
}

// The state may be the handle itself; an id that identifies nobody begins no session.
#[tokio::test]
async fn an_id_is_a_text_or_a_number_and_not_empty() {
    let sessions: Sessions<Named> = Sessions::builder().store(MemoryStore::new()).build().unwrap();
    let router = Router::new().route("/", get(named).post(log_in_named)).with_state(sessions);
    let mut visitor = Visitor::of(&router);
    let nobody = visitor.post_json("/", &Named { name: Name(String::new()) }).await;
    assert_eq!((nobody.status, nobody.header("set-cookie")), (500, None));
    let somebody = Named { name: Name("Ada".into()) };
    assert!(visitor.post_json("/", &somebody).await.is_ok());
    assert_eq!(visitor.get("/").await.json::<Named>(), somebody);
}
