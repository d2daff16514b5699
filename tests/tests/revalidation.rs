//! Rights that change while somebody is logged in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use session_runtime::routing::get;
use session_runtime::{GuardedRouter, MemoryStore, PrincipalSource, Revalidation, Session, session};
use tests::{App, ProbedStore, Role, Site, User, WhoAmI, minutes, seconds, user};
use tokio::task::JoinSet;

session_runtime::default_principal!(User);

const EVERY: Duration = minutes(5);

/// What the application knows of its users.
#[derive(Clone, Default)]
struct Accounts(Arc<Known>);

#[derive(Default)]
struct Known {
    users: Mutex<HashMap<u64, User>>,
    asked: AtomicUsize,
    fails: AtomicBool,
    dawdles: AtomicBool,
}

impl Accounts {
    fn set(&self, user: User) {
        self.0.users.lock().unwrap().insert(user.id, user);
    }

    fn delete(&self, id: u64) {
        self.0.users.lock().unwrap().remove(&id);
    }

    fn set_failing(&self, fails: bool) {
        self.0.fails.store(fails, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

impl PrincipalSource<User> for Accounts {
    async fn load(&self, id: &u64) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.dawdles.load(Ordering::SeqCst) {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        if self.0.fails.load(Ordering::SeqCst) {
            return Err("the database is down".into());
        }
        Ok(self.0.users.lock().unwrap().get(id).cloned())
    }
}

#[session(required, role(Role::Staff))]
async fn staff(session: Session<User>) -> String {
    session.name.clone()
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new().route("/staff", get(staff))
}

fn staff_member() -> User {
    user(7).with_roles(&[Role::Staff])
}

fn site_over(store: ProbedStore, accounts: &Accounts, stale: Duration) -> Site {
    accounts.set(staff_member());
    let revalidation = Revalidation::every(EVERY, accounts.clone()).stale(stale);
    Site::over(routes(), store, |builder| builder.revalidate(revalidation))
}

fn site(accounts: &Accounts) -> Site {
    site_over(ProbedStore::over(MemoryStore::new()), accounts, Duration::ZERO)
}

// ASVS 8.3.2: a change of rights takes effect within the declared time, in the process and outside of it.
#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_after_the_interval() {
    for probe in [ProbedStore::over, ProbedStore::outside] {
        let accounts = Accounts::default();
        let site = site_over(probe(MemoryStore::new()), &accounts, Duration::ZERO);
        let mut visitor = site.member(&staff_member()).await;
        accounts.set(user(7));
        for (pause, status, asked) in
            [(EVERY.saturating_sub(seconds(1)), 200, 0), (seconds(1), 403, 1), (seconds(1), 403, 1)]
        {
            site.clock.advance(pause);
            assert_eq!((visitor.get("/staff").await.status, accounts.asked()), (status, asked), "{pause:?}");
        }
        accounts.set(staff_member());
        site.clock.advance(EVERY);
        assert!(visitor.get("/staff").await.is_ok());
    }
}

// ASVS 7.2.4: a change of rights gives the session a new id; the old one has no more rights than the new.
#[tokio::test]
async fn changed_rights_come_with_a_new_id() {
    let accounts = Accounts::default();
    let site = site(&accounts);
    let mut visitor = site.member(&staff_member()).await;
    let mut tab = visitor.clone();
    let before = visitor.cookie("__Host-id").unwrap().to_owned();
    accounts.set(user(7));
    site.clock.advance(EVERY);
    // A refusal does not carry a new cookie: the id stays until somebody can learn the next.
    assert_eq!(visitor.get("/staff").await.status, 403);
    assert_eq!(visitor.cookie("__Host-id"), Some(&*before));

    accounts.set(user(7).with_roles(&[Role::Admin]));
    site.clock.advance(EVERY);
    assert!(visitor.get("/me").await.is_ok());
    assert_ne!(visitor.cookie("__Host-id"), Some(&*before));
    for (pause, status) in [(seconds(59), 200), (seconds(1), 401)] {
        site.clock.advance(pause);
        assert_eq!(tab.get("/me").await.status, status);
    }
    let who: WhoAmI<User> = visitor.get("/me").await.json();
    assert_eq!(who.principal.roles, [Role::Admin]);
}

// ASVS 7.4.2: the session of a deleted account ends.
#[tokio::test]
async fn a_deleted_account_has_no_session() {
    let accounts = Accounts::default();
    let site = site(&accounts);
    let mut visitor = site.member(&staff_member()).await;
    accounts.delete(7);
    assert!(visitor.get("/me").await.is_ok());
    site.clock.advance(EVERY);
    assert_eq!(visitor.get("/me").await.status, 401);
    assert_eq!(site.store.statistics().sessions, 0);
}

// ASVS 16.5.3: nobody is admitted on what nobody can confirm, unless that was allowed in words, and for so long.
#[tokio::test]
async fn a_source_that_fails_refuses_unless_stale_answers_are_allowed() {
    for (stale, beyond) in [(Duration::ZERO, seconds(0)), (minutes(10), minutes(10))] {
        let accounts = Accounts::default();
        let site = site_over(ProbedStore::over(MemoryStore::new()), &accounts, stale);
        let mut visitor = site.member(&staff_member()).await;
        accounts.set_failing(true);
        site.clock.advance((EVERY + beyond).saturating_sub(seconds(1)));
        assert!(visitor.get("/staff").await.is_ok());
        site.clock.advance(seconds(1));
        assert_eq!(visitor.get("/staff").await.status, 503);
        accounts.set_failing(false);
        assert!(visitor.get("/staff").await.is_ok(), "the session was left alone");
    }
}

// However many requests come at once, the application is asked once, and all get the same answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_ask_once() {
    for round in 0..50 {
        let accounts = Accounts::default();
        let site = site(&accounts);
        let visitor = site.member(&staff_member()).await;
        site.store.dawdle(round);
        accounts.0.dawdles.store(true, Ordering::SeqCst);
        accounts.set(user(7));
        site.clock.advance(EVERY);
        let mut requests = JoinSet::new();
        for _ in 0..16 {
            let mut tab = visitor.clone();
            requests.spawn(async move { tab.get("/staff").await.status });
        }
        assert!(requests.join_all().await.iter().all(|status| *status == 403));
        assert_eq!(accounts.asked(), 1, "{round}");
    }
}

// The answer to somebody who hangs up is not waited for by anybody.
#[tokio::test]
async fn a_client_that_hangs_up_does_not_hold_up_the_next() {
    let accounts = Accounts::default();
    let site = site(&accounts);
    let mut visitor = site.member(&staff_member()).await;
    accounts.0.dawdles.store(true, Ordering::SeqCst);
    site.clock.advance(EVERY);
    {
        let mut client = visitor.clone();
        let mut request = Box::pin(client.get("/staff"));
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(request.as_mut().poll(context)));
        assert!(polled.await.is_pending());
    }
    assert!(visitor.get("/staff").await.is_ok());
    assert_eq!(accounts.asked(), 2);
}

// What the application says of an account is not what another request has just changed in the session alone.
#[tokio::test]
async fn an_unchanged_account_leaves_the_session_alone() {
    let accounts = Accounts::default();
    let site = site(&accounts);
    let mut visitor = site.member(&staff_member()).await;
    let before = visitor.cookie("__Host-id").unwrap().to_owned();
    site.clock.advance(EVERY);
    assert!(visitor.get("/staff").await.is_ok());
    assert_eq!((visitor.cookie("__Host-id"), accounts.asked()), (Some(&*before), 1));
}
