//! Revalidation of replaced ids, of rejected requests, of cookies and of a source that does not answer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_runtime::routing::get;
use session_runtime::{GuardedRouter, MemoryStore, PrincipalSource, Revalidation, Session, SqliteStore, session};
use tests::{App, ProbedStore, Role, Site, User, Visitor, WhoAmI, minutes, seconds, user};
use tokio::task::JoinSet;

session_runtime::default_principal!(User);

const EVERY: Duration = minutes(5);
const COOKIE: &str = "__Host-id";

/// The accounts of the application.
#[derive(Clone, Default)]
struct Accounts(Arc<Inner>);

#[derive(Default)]
struct Inner {
    users: Mutex<HashMap<u64, User>>,
    asked: AtomicUsize,
    hangs: AtomicBool,
}

impl Accounts {
    fn set(&self, user: User) {
        self.0.users.lock().unwrap().insert(user.id, user);
    }

    fn delete(&self, id: u64) {
        self.0.users.lock().unwrap().remove(&id);
    }

    fn set_hanging(&self, hangs: bool) {
        self.0.hangs.store(hangs, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

impl PrincipalSource<User> for Accounts {
    async fn load(&self, id: &u64) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(self.0.users.lock().unwrap().get(id).cloned())
    }
}

#[session(required, role(Role::Staff))]
async fn staff(session: Session<User>) -> String {
    session.name.clone()
}

#[session(required, role(Role::Admin))]
async fn admin() {}

#[session(optional)]
async fn maybe(session: Option<Session<User>>) -> String {
    session.map_or_else(|| "anonymous".to_owned(), |session| session.name.clone())
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new().route("/staff", get(staff)).route("/admin", get(admin)).route("/maybe", get(maybe))
}

fn staff_member() -> User {
    user(7).with_roles(&[Role::Staff])
}

fn site_with(store: ProbedStore, revalidation: Revalidation<User>) -> Site {
    Site::over(routes(), store, |builder| builder.revalidate(revalidation))
}

/// In the process, sealed, and in a database.
async fn stores() -> [ProbedStore; 3] {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    let [inside, sealed] = [ProbedStore::over, ProbedStore::outside].map(|of| of(MemoryStore::new()));
    [inside, sealed, ProbedStore::of(Arc::new(sqlite))]
}

/// Over each store: a member of staff, a tab of theirs whose id was replaced just before the answer was due.
async fn replaced() -> Vec<(Site, Accounts, Visitor, Visitor)> {
    let mut all = Vec::new();
    for store in stores().await {
        let accounts = Accounts::default();
        accounts.set(staff_member());
        let site = site_with(store, Revalidation::every(EVERY, accounts.clone()));
        let mut visitor = site.member(&staff_member()).await;
        let tab = visitor.clone();
        site.clock.advance(EVERY.saturating_sub(seconds(2)));
        assert!(visitor.post("/rotate").await.is_ok());
        all.push((site, accounts, visitor, tab));
    }
    all
}

#[tokio::test]
async fn replaced_id_is_revalidated_when_it_is_due() {
    for (site, accounts, mut visitor, mut tab) in replaced().await {
        for (pause, asked) in [(seconds(1), 0), (seconds(1), 1), (seconds(1), 1)] {
            site.clock.advance(pause);
            assert!(tab.get("/staff").await.is_ok());
            assert_eq!(accounts.asked(), asked, "{pause:?}");
        }
        assert!(visitor.get("/staff").await.is_ok());
        assert_eq!(accounts.asked(), 1, "both ids are of one session");
    }
}

#[tokio::test]
async fn replaced_id_loses_rights_and_gains_none() {
    for roles in [&[] as &[Role], &[Role::Admin], &[Role::Staff, Role::Admin]] {
        for (site, accounts, mut visitor, mut tab) in replaced().await {
            accounts.set(user(7).with_roles(roles));
            site.clock.advance(seconds(2));
            for path in ["/staff", "/admin", "/me"] {
                let answer = tab.navigate(path).await;
                assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{path} {roles:?}");
            }
            assert_eq!(tab.get("/maybe").await.body, "anonymous");
            let who: WhoAmI<User> = visitor.get("/me").await.json();
            assert_eq!(who.principal.roles, roles);
        }
    }
}

#[tokio::test]
async fn replaced_id_of_a_deleted_account_ends_the_session() {
    for (site, accounts, mut visitor, mut tab) in replaced().await {
        accounts.delete(7);
        site.clock.advance(seconds(2));
        assert_eq!(tab.get("/me").await.status, 401);
        accounts.set(staff_member());
        assert_eq!(visitor.get("/me").await.status, 401, "the session has ended");
    }
}

#[tokio::test]
async fn change_found_by_a_rejected_request_leads_to_a_new_id() {
    for store in stores().await {
        let accounts = Accounts::default();
        accounts.set(staff_member());
        let site = site_with(store, Revalidation::every(EVERY, accounts.clone()));
        let mut visitor = site.member(&staff_member()).await;
        let before = visitor.cookie(COOKIE).unwrap().to_owned();
        accounts.set(user(7));
        site.clock.advance(EVERY);
        assert_eq!(visitor.get("/staff").await.status, 403);
        assert_eq!(visitor.cookie(COOKIE), Some(&*before), "a rejection carries no cookie");
        site.clock.advance(seconds(1));
        assert!(visitor.post("/visit").await.is_ok());
        let after = visitor.cookie(COOKIE).unwrap().to_owned();
        assert_ne!(after, before);
        for path in ["/me", "/maybe"] {
            assert!(visitor.get(path).await.is_ok());
        }
        assert_eq!((visitor.cookie(COOKIE), accounts.asked()), (Some(&*after), 1), "once");
        let who: WhoAmI<User> = visitor.get("/me").await.json();
        assert_eq!(who.principal.visits, 1);
    }
}

#[tokio::test]
async fn rotation_that_failed_is_made_up_for() {
    let accounts = Accounts::default();
    accounts.set(staff_member());
    let site = site_with(ProbedStore::outside(MemoryStore::new()), Revalidation::every(EVERY, accounts.clone()));
    let mut visitor = site.member(&staff_member()).await;
    let before = visitor.cookie(COOKIE).unwrap().to_owned();
    accounts.set(user(7));
    site.clock.advance(EVERY);
    site.store.set_failing(tests::Operation::Alias, true);
    assert!(visitor.get("/me").await.is_ok());
    assert_eq!(visitor.cookie(COOKIE), Some(&*before));
    site.store.set_failing(tests::Operation::Alias, false);
    assert!(visitor.get("/me").await.is_ok());
    assert_ne!(visitor.cookie(COOKIE), Some(&*before));
}

// Tokio's time runs by itself here when there is nothing to do but to wait.
#[tokio::test(start_paused = true)]
async fn source_that_hangs_has_failed_after_its_time_limit() {
    for (limit, stale) in [(None, false), (Some(seconds(2)), false), (Some(seconds(2)), true)] {
        let accounts = Accounts::default();
        accounts.set(staff_member());
        let mut revalidation = Revalidation::every(EVERY, accounts.clone());
        if let Some(limit) = limit {
            revalidation = revalidation.time_limit(limit);
        }
        if stale {
            revalidation = revalidation.stale(minutes(1));
        }
        let site = site_with(ProbedStore::over(MemoryStore::new()), revalidation);
        let mut visitor = site.member(&staff_member()).await;
        accounts.set_hanging(true);
        site.clock.advance(EVERY);
        let begun = tokio::time::Instant::now();
        assert_eq!(visitor.get("/staff").await.status, if stale { 200 } else { 503 });
        assert_eq!(begun.elapsed().as_secs(), limit.unwrap_or(seconds(5)).as_secs());
        accounts.set_hanging(false);
        assert!(visitor.get("/staff").await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_for_a_hanging_source_fail_together() {
    let accounts = Accounts::default();
    accounts.set(staff_member());
    let site = site_with(ProbedStore::over(MemoryStore::new()), Revalidation::every(EVERY, accounts.clone()));
    let visitor = site.member(&staff_member()).await;
    accounts.set_hanging(true);
    site.clock.advance(EVERY);
    let begun = tokio::time::Instant::now();
    let mut requests = JoinSet::new();
    for _ in 0..16 {
        let mut tab = visitor.clone();
        requests.spawn(async move { tab.get("/staff").await.status });
    }
    assert_eq!(requests.join_all().await, [503; 16]);
    assert_eq!((begun.elapsed().as_secs(), accounts.asked()), (5, 1));
}
