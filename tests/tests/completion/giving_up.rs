//! Time-outs, panics and shutdowns.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use session_runtime::{Algorithm, MemoryStore, Sessions, SigningKey, TokenOptions, TokenPair};
use tests::{Events, Gate, Operation, ProbedStore, SECRET, Visitor, minutes, seconds};
use tokio::time::timeout;

use crate::site::{Client, Site, is_in, sites};

const SOON: Duration = Duration::from_millis(30);
const LATE: Duration = Duration::from_secs(10);

impl Site {
    /// Drops a request, as a time-out does, while the store is asked for `operation`. Waits for what goes on without it.
    async fn give_up_at(&self, operation: Operation, request: impl Future) {
        let gate = Gate::new();
        self.store.hold(operation, &gate);
        tokio::select! {
            _ = request => panic!("it was answered"),
            () = gate.reached() => {}
        }
        gate.open();
        self.settle().await;
    }

    async fn pair(&self) -> TokenPair {
        self.app.sessions.issue_pair(&Client { id: 7 }, &options()).await.unwrap()
    }

    async fn refreshes(&self, pair: &TokenPair) -> bool {
        self.app.sessions.refresh(pair.refresh_token()).await.is_ok()
    }
}

fn options() -> TokenOptions {
    TokenOptions::lasting(minutes(5))
}

#[tokio::test]
async fn a_log_out_completes_after_a_time_out() {
    for site in sites().await {
        let member = site.member().await;
        site.give_up_at(Operation::Remove, member.clone().post("/log-out")).await;
        assert!(!is_in(&member).await);
        assert_eq!(site.listed().await, 0);
    }
}

#[tokio::test]
async fn a_log_in_after_a_time_out_leaves_no_session() {
    for operation in [Operation::Insert, Operation::OfSubject] {
        for site in sites().await {
            site.give_up_at(operation, Visitor::of(&site.router).post("/log-in")).await;
            assert_eq!(site.listed().await, 0, "{operation:?}");
        }
    }
}

#[tokio::test]
async fn a_rotation_completes_after_a_time_out() {
    for path in ["/rotate", "/reauthenticate"] {
        for operation in [Operation::Insert, Operation::Alias] {
            for site in sites().await {
                let member = site.member().await;
                site.give_up_at(operation, member.clone().post(path)).await;
                assert_eq!(site.listed().await, 1, "{path} {operation:?}");
                let answer = member.clone().post("/rotate").await;
                assert_eq!(answer.error().as_deref(), Some("Superseded"), "{path} {operation:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_end_of_one_session_completes_after_a_time_out() {
    for site in sites().await {
        let (here, mut there) = (site.member().await, site.member().await);
        let old = there.clone();
        assert!(there.post("/rotate").await.is_ok());
        site.give_up_at(Operation::Remove, here.clone().post("/end-listed")).await;
        assert!(is_in(&here).await && !is_in(&there).await && !is_in(&old).await);
    }
}

// The request goes on without what it gave up: its response carries what was done in time.
#[tokio::test]
async fn a_handler_that_gives_a_log_out_up_still_logs_out() {
    for site in sites().await {
        let (member, gate) = (site.member().await, Gate::new());
        site.store.hold(Operation::Remove, &gate);
        let mut tab = member.clone();
        let request = tokio::spawn(async move { tab.post("/log-out-impatiently").await });
        gate.reached().await;
        site.app.gate.reached().await;
        gate.open();
        site.app.sessions.drained().await;
        site.app.gate.open();
        let answer = request.await.unwrap();
        assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"), "{answer:?}");
        assert!(!is_in(&member).await);
    }
}

#[tokio::test]
async fn a_handler_that_panics_stops_no_log_out() {
    for site in sites().await {
        let (member, gate) = (site.member().await, Gate::new());
        site.store.hold(Operation::Remove, &gate);
        let mut tab = member.clone();
        let request = tokio::spawn(async move { tab.post("/panic-while-logging-out").await });
        gate.reached().await;
        site.app.gate.open();
        assert!(request.await.unwrap_err().is_panic());
        gate.open();
        site.settle().await;
        assert!(!is_in(&member).await);
    }
}

#[tokio::test]
async fn a_panic_after_a_log_in_leaves_no_session() {
    for site in sites().await {
        let mut visitor = Visitor::of(&site.router);
        assert!(tokio::spawn(async move { visitor.post("/panic-after-log-in").await }).await.unwrap_err().is_panic());
        site.settle().await;
        assert_eq!(site.listed().await, 0);
    }
}

// A response that was sent carries no cookie any more.
#[tokio::test]
async fn a_log_in_after_the_response_begins_no_session() {
    for site in sites().await {
        assert!(Visitor::of(&site.router).post("/log-in-later").await.is_ok());
        site.app.gate.open();
        site.app.requests.over().await;
        site.settle().await;
        assert_eq!(site.listed().await, 0);
    }
}

// `max_sessions` is 2: a family that was left behind would displace the first one.
#[tokio::test]
async fn a_pair_that_nobody_receives_ends() {
    for site in sites().await {
        let first = site.pair().await;
        site.clock.advance(seconds(1));
        site.give_up_at(Operation::OfSubject, site.pair()).await;
        site.clock.advance(seconds(1));
        let third = site.pair().await;
        assert!(site.refreshes(&first).await && site.refreshes(&third).await);
    }
}

#[tokio::test]
async fn a_refresh_that_nobody_receives_can_be_repeated() {
    for operation in [Operation::Replace, Operation::Touch] {
        for site in sites().await {
            let pair = site.pair().await;
            site.give_up_at(operation, site.app.sessions.refresh(pair.refresh_token())).await;
            assert!(site.refreshes(&pair).await);
        }
    }
}

#[tokio::test]
async fn a_revocation_completes_after_a_time_out() {
    for operation in [Operation::Insert, Operation::Remove] {
        for site in sites().await {
            let pair = site.pair().await;
            site.give_up_at(operation, site.app.sessions.revoke(pair.refresh_token())).await;
            assert!(!site.refreshes(&pair).await);
        }
    }
}

#[tokio::test]
async fn drained_waits_for_what_is_under_way() {
    let site = Site::over(ProbedStore::over(MemoryStore::new().keeping_until_expiry()));
    timeout(LATE, site.app.sessions.drained()).await.unwrap();
    let (member, gate) = (site.member().await, Gate::new());
    site.store.hold(Operation::Remove, &gate);
    let mut tab = member.clone();
    let request = tokio::spawn(async move { tab.post("/log-out").await });
    gate.reached().await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    let clone = site.app.sessions.clone();
    assert!(timeout(SOON, clone.drained()).await.is_err(), "a log-out waits at the gate");
    gate.open();
    timeout(LATE, clone.drained()).await.unwrap();
    assert!(!is_in(&member).await);
}

#[test]
fn without_a_runtime_operations_run_in_place() {
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let store = MemoryStore::new().keeping_until_expiry();
    let sessions: Sessions<Client> = Sessions::builder().store(store).signing_key(key).build().unwrap();
    let pair = now(sessions.issue_pair(&Client { id: 7 }, &options())).unwrap();
    assert_eq!(now(sessions.end_all(&7)).unwrap(), 1);
    assert!(now(sessions.refresh(pair.refresh_token())).is_err());
    now(sessions.drained());
}

/// The output of a future that waits for nothing.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

// The subscriber is one thread's own: the task has it on whichever thread it runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_keeps_the_subscriber_of_its_request() {
    let (events, guard) = Events::here();
    let site = Site::over(ProbedStore::over(MemoryStore::new().keeping_until_expiry()));
    let first = site.pair().await;
    let second = site.app.sessions.refresh(first.refresh_token()).await.unwrap();
    assert!(site.refreshes(&second).await && !site.refreshes(&first).await);
    drop(guard);
    assert!(events.drain().iter().any(|event| event.name() == "session.refresh_reused"));
}
