//! A published crate whose layer looks for the session of tower-sessions before any guard has run.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use axum_messages::{Messages, MessagesManagerLayer};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, SessionsLayer, session};
use tests::{App, Failed, Operation, Site, User, Visitor, user};
use tower_sessions_core::Session as KeyValues;

use super::{COOKIE, routes, values};

#[session(optional, principal(User))]
async fn say(messages: Messages) {
    messages.info("saved");
}

#[session(optional, principal(User))]
async fn read(messages: Messages) -> String {
    messages.into_iter().map(|message| message.message).collect::<Vec<_>>().join(",")
}

#[session(optional)]
async fn log_out_and_say(mut auth: AuthSession<User>, messages: Messages) -> Result<(), Failed> {
    auth.log_out().await?;
    messages.info("bye");
    Ok(())
}

#[session(public)]
async fn public(messages: Messages) -> String {
    messages.into_iter().map(|message| message.message).collect::<Vec<_>>().join(",")
}

/// Both releases in one program: the layer has one session, the handlers of the other tests another.
fn site() -> Site {
    let messages: GuardedRouter<App> = GuardedRouter::new()
        .route("/say", post(say))
        .route("/read", get(read))
        .route("/log-out-and-say", post(log_out_and_say))
        .route("/read-in-public", get(public));
    let mut site = Site::of(routes().merge(messages));
    let layer = SessionsLayer::<User>::new(site.app.users.clone());
    site.router = site.router.layer(MessagesManagerLayer).layer(layer);
    site
}

async fn tells(visitor: &mut Visitor, path: &str, expected: &str) {
    let answer = visitor.get(path).await;
    assert_eq!((answer.status, &*answer.body), (200, expected), "{answer:?}");
}

#[tokio::test]
async fn messages_are_kept_before_and_after_logging_in() {
    let site = site();
    let mut ada = site.visitor();
    tells(&mut ada, "/read", "").await;
    assert_eq!((ada.cookie(COOKIE), site.store.writes()), (None, 0));
    let answer = ada.post("/say").await;
    assert_eq!((answer.status, answer.all("set-cookie").len()), (200, 1), "{answer:?}");
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
    tells(&mut ada, "/read", "saved").await;
    tells(&mut ada, "/read", "").await;
    assert_eq!(ada.get("/me").await.status, 200);
    assert_eq!(ada.post("/say").await.status, 200);
    tells(&mut ada, "/read-in-public", "saved").await;
}

// One `Set-Cookie`, and it is that of what began after the session ended.
#[tokio::test]
async fn a_message_outlives_the_log_out_that_it_is_about() {
    let site = site();
    let mut ada = site.visitor();
    assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
    let answer = ada.post("/log-out-and-say").await;
    assert_eq!((answer.status, answer.all("set-cookie").len()), (200, 1), "{answer:?}");
    assert_eq!(answer.header("clear-site-data").unwrap(), "\"cache\"");
    assert_eq!(ada.get("/me").await.status, 401);
    tells(&mut ada, "/read", "bye").await;
}

#[tokio::test]
async fn layer_and_handler_share_a_record() {
    let site = site();
    let mut ada = site.visitor();
    super::done(&mut ada, "/set/cart/tea").await;
    assert_eq!(ada.post("/say").await.status, 200);
    assert_eq!(site.store.asked(Operation::Insert), 1);
    assert_eq!(super::all(&mut ada).await, values([("cart", "tea")]));
    tells(&mut ada, "/read", "saved").await;
}

// The guard's own words about the cookie stand.
#[tokio::test]
async fn a_dead_cookie_is_still_taken_back_from_who_navigates() {
    let site = site();
    let mut ada = site.visitor();
    assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
    let mut stale = ada.clone();
    assert_eq!(ada.post("/log-out").await.status, 200);
    let answer = stale.navigate("/me").await;
    assert_eq!((answer.status, answer.all("set-cookie").len()), (401, 1), "{answer:?}");
    assert_eq!(stale.cookie(COOKIE), None);
}

#[tokio::test]
async fn a_layer_that_nobody_uses_looks_nothing_up() {
    let mut site = Site::of(routes().merge(GuardedRouter::new().route("/plain", get(plain))));
    site.router = site.router.layer(SessionsLayer::<User>::new(site.app.users.clone()));
    let mut ada = site.member(&user(7)).await;
    let before = site.store.asked(Operation::Load);
    let answer = ada.get("/plain").await;
    assert_eq!((answer.status, answer.header("vary"), answer.header("cache-control")), (200, None, None));
    assert_eq!(site.store.asked(Operation::Load), before);
    // Nor does it cost the guard a second look.
    assert_eq!(ada.get("/me").await.status, 200);
    assert_eq!(site.store.asked(Operation::Load), before + 1);
    assert_eq!(super::all(&mut ada).await, values([]));
    assert_eq!(site.store.asked(Operation::Load), before + 2);
}

/// Counts visits, and replaces the id at each, before any guard has run.
async fn count(session: KeyValues, request: Request, next: Next) -> Response {
    let visits: u64 = session.get("visits").await.unwrap().unwrap_or_default();
    session.insert("visits", visits + 1).await.unwrap();
    if visits > 0 {
        session.cycle_id().await.unwrap();
    }
    session.save().await.unwrap();
    next.run(request).await
}

// What a layer wrote before the guard ran, the guard and its handler go on with.
#[tokio::test]
async fn the_guard_goes_on_where_a_layer_left_off() {
    let mut site = Site::of(routes());
    let counting = axum::middleware::from_fn(count);
    site.router = site.router.layer(counting).layer(SessionsLayer::<User>::new(site.app.users.clone()));
    let mut ada = site.visitor();
    let answer = ada.get("/nothing").await;
    assert_eq!((answer.status, answer.all("set-cookie").len()), (200, 1), "{answer:?}");
    for _ in 0..3 {
        let before = ada.cookie(COOKIE).unwrap().to_owned();
        let answer = ada.post("/set/cart/tea").await;
        assert_eq!((answer.status, answer.all("set-cookie").len()), (200, 1), "{answer:?}");
        assert_ne!(ada.cookie(COOKIE), Some(&*before));
    }
    assert_eq!(super::all(&mut ada).await, values([("cart", "tea")]));
    assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
    assert_eq!(ada.get("/me").await.status, 200);
    assert_eq!(super::all(&mut ada).await, values([("cart", "tea")]));
    assert_eq!(ada.get("/visits").await.body, "9");
}

#[session(public)]
async fn plain() {}
