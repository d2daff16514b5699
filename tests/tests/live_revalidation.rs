//! Connections that stay open are revalidated, as requests are.
//!
//! Tokio's time runs by itself when there is nothing to do but to wait; that of the sessions stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{FromRef, State};
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, GuardedRouter, ManualClock, MemoryStore, PrincipalSource, Revalidation, Session, SessionErrorKind,
    Sessions, SqliteStore, session,
};
use tests::{Failed, ProbedStore, Role, START, User, Visitor, minutes, router, seconds, sessions, user};
use tokio::task::JoinHandle;

session_runtime::default_principal!(User);

const EVERY: Duration = minutes(5);

/// The one account of the application, if there is one.
#[derive(Clone)]
struct Account(Arc<Inner>);

struct Inner {
    user: Mutex<Option<User>>,
    asked: AtomicUsize,
    fails: AtomicBool,
}

impl Account {
    fn set(&self, user: Option<User>) {
        *self.0.user.lock().unwrap() = user;
    }

    fn set_failing(&self, fails: bool) {
        self.0.fails.store(fails, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

impl PrincipalSource<User> for Account {
    async fn load(&self, _: &u64) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.fails.load(Ordering::SeqCst) {
            return Err("the database is down".into());
        }
        Ok(self.0.user.lock().unwrap().clone())
    }
}

#[derive(Clone, FromRef)]
struct Live {
    sessions: Sessions<User>,
    /// Those that connections were opened with.
    opened: Arc<Mutex<Vec<Session<User>>>>,
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>) -> Result<(), Failed> {
    auth.log_in(staff()).await?;
    Ok(())
}

#[session(required)]
async fn rotate(mut session: Session<User>) -> Result<(), Failed> {
    Ok(session.rotate().await?)
}

#[session(required)]
async fn open(session: Session<User>, State(opened): State<Arc<Mutex<Vec<Session<User>>>>>) {
    opened.lock().unwrap().push(session);
}

fn staff() -> User {
    user(7).with_roles(&[Role::Staff])
}

struct Site {
    live: Live,
    clock: ManualClock,
    account: Account,
    visitor: Visitor,
}

impl Site {
    /// A site whose visitor has just logged in.
    async fn over(store: ProbedStore) -> Self {
        let clock = ManualClock::at(START);
        let inner =
            Inner { user: Mutex::new(Some(staff())), asked: AtomicUsize::new(0), fails: AtomicBool::new(false) };
        let account = Account(Arc::new(inner));
        let revalidation = Revalidation::every(EVERY, account.clone());
        let sessions = sessions(&clock, &store).revalidate(revalidation).build().unwrap();
        let live = Live { sessions, opened: Arc::default() };
        let pages = GuardedRouter::new()
            .route("/log-in", post(log_in))
            .route("/rotate", post(rotate))
            .route("/open", get(open));
        let mut visitor = Visitor::of(&router(pages, live.clone()));
        assert!(visitor.post("/log-in").await.is_ok());
        Self { live, clock, account, visitor }
    }

    async fn connected(&mut self) -> Session<User> {
        assert!(self.visitor.get("/open").await.is_ok());
        self.live.opened.lock().unwrap().pop().unwrap()
    }
}

/// In the process, and sealed: a database would have to be waited for in real time.
async fn sites_without_waiting() -> [Site; 2] {
    [
        Site::over(ProbedStore::over(MemoryStore::new())).await,
        Site::over(ProbedStore::outside(MemoryStore::new())).await,
    ]
}

/// The same, and in a database.
async fn sites() -> [Site; 3] {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    let [inside, sealed] = sites_without_waiting().await;
    [inside, sealed, Site::over(ProbedStore::of(Arc::new(sqlite))).await]
}

fn watch(session: &Session<User>) -> JoinHandle<()> {
    tokio::spawn(session.ended())
}

async fn one_turn() {
    tokio::time::sleep(seconds(11)).await;
}

async fn touched(session: &mut Session<User>) -> Result<(), SessionErrorKind> {
    session.touch().await.map_err(|error| error.kind())
}

#[tokio::test]
async fn touch_ends_the_session_of_a_deleted_account() {
    for mut site in sites().await {
        let mut session = site.connected().await;
        site.account.set(None);
        for (pause, expected) in [
            (EVERY.saturating_sub(seconds(1)), Ok(())),
            (seconds(1), Err(SessionErrorKind::Ended)),
            (seconds(1), Err(SessionErrorKind::Ended)),
        ] {
            site.clock.advance(pause);
            assert_eq!(touched(&mut session).await, expected, "{pause:?}");
        }
        assert_eq!(site.account.asked(), 1);
        assert_eq!(site.visitor.get("/open").await.status, 401);
    }
}

#[tokio::test]
async fn touch_asks_once_per_interval() {
    for mut site in sites().await {
        let mut session = site.connected().await;
        for _ in 0..30 {
            site.clock.advance(minutes(1));
            touched(&mut session).await.unwrap();
            assert!(site.visitor.get("/open").await.is_ok());
        }
        assert_eq!(site.account.asked(), 6);
    }
}

#[tokio::test]
async fn touch_shows_changed_rights_and_the_next_request_gets_an_id() {
    for mut site in sites().await {
        let mut session = site.connected().await;
        site.account.set(Some(user(7)));
        site.clock.advance(EVERY);
        assert!(session.has_role(&Role::Staff));
        touched(&mut session).await.unwrap();
        assert!(!session.has_role(&Role::Staff));
        let before = site.visitor.cookie("__Host-id").unwrap().to_owned();
        assert!(!site.connected().await.has_role(&Role::Staff));
        assert_ne!(site.visitor.cookie("__Host-id"), Some(&*before));
        assert_eq!(site.account.asked(), 1);
    }
}

#[tokio::test]
async fn touch_fails_while_the_source_does() {
    for mut site in sites().await {
        let mut session = site.connected().await;
        site.account.set_failing(true);
        site.clock.advance(EVERY);
        assert_eq!(touched(&mut session).await, Err(SessionErrorKind::Unavailable));
        site.account.set_failing(false);
        assert_eq!(touched(&mut session).await, Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn connection_of_a_deleted_account_is_closed() {
    for mut site in sites_without_waiting().await {
        let session = site.connected().await;
        let watched = [watch(&session), watch(&session), watch(&session), watch(&session)];
        site.account.set(None);
        site.clock.advance(EVERY.saturating_sub(seconds(1)));
        one_turn().await;
        assert!(watched.iter().all(|watched| !watched.is_finished()));
        site.clock.advance(seconds(1));
        // The second one hears of it at its next turn.
        one_turn().await;
        one_turn().await;
        assert!(watched.iter().all(JoinHandle::is_finished));
        assert_eq!(site.account.asked(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn connection_is_closed_when_the_rights_change() {
    for mut site in sites_without_waiting().await {
        let session = site.connected().await;
        let watched = watch(&session);
        site.clock.advance(EVERY);
        one_turn().await;
        assert!(!watched.is_finished(), "nothing has changed");
        site.account.set(Some(user(7)));
        site.clock.advance(EVERY);
        one_turn().await;
        assert!(watched.is_finished());
        assert_eq!(site.account.asked(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn connection_under_a_replaced_id_is_revalidated() {
    for (account, closes) in [(Some(staff()), false), (Some(user(7)), true), (None, true)] {
        for mut site in sites_without_waiting().await {
            let mut session = site.connected().await;
            let watched = watch(&session);
            one_turn().await;
            assert!(site.visitor.post("/rotate").await.is_ok());
            one_turn().await;
            site.account.set(account.clone());
            site.clock.advance(EVERY);
            one_turn().await;
            assert_eq!(watched.is_finished(), closes, "{account:?}");
            assert_eq!(touched(&mut session).await.is_err(), closes, "{account:?}");
            let asked = site.account.asked();
            one_turn().await;
            assert_eq!(site.account.asked(), asked, "{account:?}");
            assert_eq!(site.visitor.get("/open").await.status, if account.is_some() { 200 } else { 401 });
            assert_eq!(asked, 1, "{account:?}");
        }
    }
}

// As while the store does not answer.
#[tokio::test(start_paused = true)]
async fn connection_stays_open_while_the_source_fails() {
    for mut site in sites_without_waiting().await {
        let session = site.connected().await;
        let watched = watch(&session);
        site.account.set_failing(true);
        site.clock.advance(EVERY);
        one_turn().await;
        assert!(!watched.is_finished());
        site.account.set_failing(false);
        site.account.set(None);
        one_turn().await;
        assert!(watched.is_finished());
    }
}
