//! This library's rows.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::response::Html;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{GuardedMethodRouter, get};
use session_runtime::{
    Algorithm, AuthSession, Clock, GuardedRouter, MemoryStore, Principal, Session, SessionError, Sessions, SigningKey,
    Store, SystemClock, Timestamp, session,
};

use crate::counted::{Counted, Counts, counted};
use crate::row::{Row, headers};
use crate::site::{Site, greeting};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
enum Role {
    Customer,
    Staff,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-id"),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"),
    realm = "bench-user"
)]
struct User {
    #[principal(id)]
    id: u64,
    name: String,
    #[principal(roles)]
    roles: Vec<Role>,
    #[principal(scopes)]
    scopes: Vec<String>,
}

/// One whose session outlives a clock that is moved ahead at every request.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-regular"), absolute = "400d", realm = "bench-regular")]
struct Regular {
    #[principal(id)]
    id: u64,
    name: String,
    #[principal(roles)]
    roles: Vec<Role>,
}

#[derive(Clone, FromRef)]
struct App {
    sessions: Sessions<User>,
    regulars: Sessions<Regular>,
}

#[session(public)]
async fn open() -> String {
    "Ada".to_owned()
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>) -> Result<(), SessionError> {
    auth.log_in(ada()).await.map(|_| ())
}

#[session(required, cookie)]
async fn session(session: Session<User>) -> String {
    session.name.clone()
}

#[session(required, cookie, role(Role::Staff), max_age = "15m", sliding)]
async fn role_sliding(session: Session<User>) -> String {
    session.name.clone()
}

#[session(required, bearer)]
async fn token(session: Session<User>) -> String {
    session.name.clone()
}

#[session(optional)]
async fn log_in_regular(mut auth: AuthSession<Regular>) -> Result<(), SessionError> {
    let regular = Regular { id: 7, name: "Ada".into(), roles: vec![Role::Customer, Role::Staff] };
    auth.log_in(regular).await.map(|_| ())
}

#[session(required, role(Role::Staff), max_age = "15m", sliding)]
async fn due(session: Session<Regular>) -> String {
    session.name.clone()
}

#[session(required, cookie)]
async fn page(session: Session<User>) -> Html<String> {
    greeting(&session.name)
}

/// Of somebody else each time: what a visitor has several sessions for is not what is measured.
#[session(optional)]
async fn log_in_next(mut auth: AuthSession<User>) -> Result<(), SessionError> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    auth.log_in(User { id, ..ada() }).await.map(|_| ())
}

fn ada() -> User {
    User {
        id: 7,
        name: "Ada".into(),
        roles: vec![Role::Customer, Role::Staff],
        scopes: vec!["orders:read".into(), "orders:write".into()],
    }
}

/// A clock that reads the system's, as in an application, and can be moved ahead, so that a touch is due at every request.
#[derive(Clone, Default)]
struct MovedClock(Arc<AtomicU64>);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_millis(self.0.load(Ordering::Relaxed)))
    }
}

/// This library's rows.
pub async fn rows() -> Vec<Row> {
    let counts = Arc::<Counts>::default();
    let twins = over(|| Counted::over(MemoryStore::new(), &counts)).await;
    counted(over(MemoryStore::new).await, twins, &counts)
}

/// The page, over a store for so many sessions.
pub fn site(sessions: NonZeroUsize) -> Option<Site> {
    let (app, _) = app(|| MemoryStore::with_capacity(sessions), MovedClock::default())?;
    let at = |route| guarded(route, &app);
    Some(Site::new("session", at(get(page))).with_log_in(at(get(log_in_next))))
}

async fn over<S: Store>(store: impl Fn() -> S) -> Vec<Row> {
    let clock = MovedClock::default();
    let Some((app, bearer)) = app(store, clock.clone()) else { return Vec::new() };
    // One route a router, as the unguarded row has: finding the route is not what is measured.
    let at = |route| guarded(route, &app);
    let (cookie, regular) = (cookie(at(get(log_in))).await, cookie(at(get(log_in_regular))).await);
    let five = format!("theme=dark; lang=en; _ga=GA1.1.1; {cookie}; consent=1");
    let with_cookie = |cookie: &str| headers(Some((header::COOKIE, cookie.to_owned())));
    let with_token = |token: &str| headers(Some((header::AUTHORIZATION, format!("Bearer {token}"))));
    let on_axum = Router::new().route("/", axum::routing::get(session)).with_state(app.clone());
    let row = |name, route, headers| Row::new(name, at(route), headers).answered_by("Ada");
    let refused = |name, route, headers| Row::new(name, at(route), headers).answered_with(StatusCode::UNAUTHORIZED);
    vec![
        row("public", get(open), headers(None)),
        row("session", get(session), with_cookie(&cookie)),
        row("session, role, sliding, touch not due", get(role_sliding), with_cookie(&cookie)),
        row("the same, among five cookies", get(role_sliding), with_cookie(&five)),
        row("the same, touch due", get(due), with_cookie(&regular)).before(move || {
            clock.0.fetch_add(15_001, Ordering::Relaxed);
        }),
        refused("refused: no credential", get(session), headers(None)),
        refused("refused: bad token", get(token), with_token(bearer.get(1..).unwrap_or_default())),
        Row::new("session, on axum's own router", on_axum, with_cookie(&cookie)).answered_by("Ada"),
    ]
}

/// Were it no router, no row would be answered as it has to be.
fn guarded(route: GuardedMethodRouter<App>, app: &App) -> Router {
    GuardedRouter::new().route("/", route).with_state(app.clone()).into_router().unwrap_or_default()
}

fn app<S: Store>(store: impl Fn() -> S, clock: MovedClock) -> Option<(App, String)> {
    let key = SigningKey::secret(Algorithm::HS256, &[7; 32]).ok()?;
    let sessions = Sessions::builder().store(store()).signing_key(key).build().ok()?;
    let regulars = Sessions::builder().store(store()).clock(clock).build().ok()?;
    let token = sessions.issue_token(&ada(), Duration::from_hours(1)).ok()?;
    Some((App { sessions, regulars }, token))
}

async fn cookie(log_in: Router) -> String {
    let response = Row::new("log-in", log_in, headers(None)).send().await;
    let line = response.headers().get(header::SET_COOKIE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    line.split(';').next().unwrap_or_default().to_owned()
}
