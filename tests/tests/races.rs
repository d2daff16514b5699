//! Requests that meet. Each race is run many times, over a store whose operations let others go first.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;
use std::num::NonZeroUsize;
use std::task::Poll;

use session_runtime::routing::post;
use session_runtime::{GuardedRouter, MemoryStore, session};
use tests::{Answer, Guests, Site, User, Visitor, WhoAmI, seconds, user};
use tokio::task::JoinSet;

const ROUNDS: u64 = 300;

session_runtime::default_principal!(User);

#[session(required, sliding)]
async fn sliding() {}

fn site(round: u64) -> Site {
    let site = Site::of(GuardedRouter::new().route("/sliding", post(sliding)));
    site.store.dawdle(round);
    site
}

/// The answers to these requests, all sent at the same time.
async fn together(requests: impl IntoIterator<Item = impl Future<Output = Answer> + Send + 'static>) -> Vec<Answer> {
    requests.into_iter().collect::<JoinSet<_>>().join_all().await
}

async fn post_to(mut visitor: Visitor, path: &'static str) -> Answer {
    visitor.post(path).await
}

async fn log_in_again(mut visitor: Visitor, path: &'static str) -> Answer {
    visitor.post_json(path, &user(7)).await
}

// ASVS 15.4: two updates of different fields, and hundreds of one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_update_is_lost() {
    for round in 0..20 {
        let site = site(round);
        let mut visitor = site.member(&user(7)).await;
        let mut tasks: JoinSet<Answer> = (0..100).map(|_| post_to(visitor.clone(), "/visit")).collect();
        tasks.spawn(post_to(visitor.clone(), "/rename/Grace"));
        tasks.join_all().await.iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
        let who: WhoAmI<User> = visitor.get("/me").await.json();
        assert_eq!((who.principal.visits, who.principal.name.as_str()), (100, "Grace"));
    }
}

// ASVS 7.4.1: whatever meets the log-out, the session is over and nothing of it is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_survives_a_log_out() {
    for round in 0..ROUNDS {
        let site = site(round);
        let visitor = site.member(&user(7)).await;
        site.clock.advance(seconds(300));
        let mut tasks = JoinSet::new();
        for path in ["/visit", "/sliding", "/rotate", "/log-out", "/rotate", "/visit", "/sliding"] {
            let mut tab = visitor.clone();
            tasks.spawn(async move {
                let answer = tab.post(path).await;
                (path, answer, tab)
            });
        }
        tasks.spawn(async move {
            let mut tab = visitor;
            let answer = tab.post_json("/reauthenticate", &user(7)).await;
            ("/reauthenticate", answer, tab)
        });
        let tabs = tasks.join_all().await;
        for (path, answer, mut tab) in tabs {
            assert!([200, 401, 409].contains(&answer.status), "{round} {path} {answer:?}");
            assert_eq!(tab.get("/me").await.status, 401, "{round} {path}");
        }
        // An alias whose successor is gone opens nothing and goes with the next sweep.
        assert!(site.store.statistics().sessions <= 1, "{round}");
    }
}

// Of two rotations one wins, and the session goes on under one id that can change it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_parallel_rotations_one_wins_and_nobody_is_thrown_out() {
    for round in 0..ROUNDS {
        let site = site(round);
        let visitor = site.member(&user(7)).await;
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let mut tab = visitor.clone();
            tasks.spawn(async move { (tab.post("/rotate").await.status, tab) });
        }
        let (mut winners, mut others) = (0, 0);
        for (status, mut tab) in tasks.join_all().await {
            match status {
                200 => winners += 1,
                409 => others += 1,
                other => panic!("{other}"),
            }
            assert!(tab.get("/me").await.is_ok());
            assert_eq!(tab.post("/visit").await.status, status);
        }
        assert_eq!((winners, others), (1, 3), "{round}");
        assert_eq!(site.store.statistics().sessions, 2, "the session and its alias");
    }
}

// Rotation and update: the update is in what goes on, or it is told that it is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_loses_no_update_that_was_accepted() {
    for round in 0..ROUNDS {
        let site = site(round);
        let visitor = site.member(&user(7)).await;
        let mut rotating = visitor.clone();
        let updates = tokio::spawn(together((0..4).map(move |_| post_to(visitor.clone(), "/visit"))));
        assert!(rotating.post("/rotate").await.is_ok());
        let accepted = updates.await.unwrap().iter().filter(|answer| answer.is_ok()).count();
        let who: WhoAmI<User> = rotating.get("/me").await.json();
        assert_eq!(who.principal.visits, accepted as u64, "{round}");
    }
}

// While the id is replaced, requests under way are not thrown out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_requests_are_admitted_while_the_id_is_replaced() {
    for round in 0..ROUNDS {
        let site = site(round);
        let visitor = site.member(&user(7)).await;
        site.clock.advance(seconds(120));
        let rotating = tokio::spawn(post_to(visitor.clone(), "/rotate"));
        for answer in together((0..8).map(|_| post_to(visitor.clone(), "/sliding"))).await {
            assert!(answer.is_ok(), "{round} {answer:?}");
        }
        assert!(rotating.await.unwrap().is_ok());
    }
}

// ASVS 7.2.4: the id that a log-in replaces is dead, whatever runs beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_dead_after_a_log_in_that_met_a_rotation() {
    for round in 0..ROUNDS {
        let site = site(round);
        let mut old = site.member(&user(7)).await;
        let logging_in = tokio::spawn(log_in_again(old.clone(), "/log-in"));
        let rotating = tokio::spawn(post_to(old.clone(), "/rotate"));
        let (logged_in, rotated) = (logging_in.await.unwrap(), rotating.await.unwrap());
        if logged_in.is_ok() {
            assert_eq!(old.get("/me").await.status, 401, "{round} {rotated:?}");
        } else {
            // The rotation was there first: the log-in came under a replaced id.
            assert_eq!((logged_in.status, rotated.status), (409, 200), "{round}");
        }
    }
}

// ASVS 7.1.2, 15.4.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_at_the_same_time_leave_as_many_sessions_as_allowed() {
    for round in 0..ROUNDS {
        let guests = Guests::new();
        guests.store.dawdle(round);
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let guests = guests.clone();
            tasks.spawn(async move { guests.enter(7).await });
        }
        let mut standing = 0;
        for mut visitor in tasks.join_all().await {
            standing += usize::from(visitor.get("/stay").await.is_ok());
        }
        // All began in the same instant: each log-in spares its own, so that fewer may be left, and never more.
        assert_eq!(standing, guests.store.statistics().sessions, "{round}");
        assert!((1..=2).contains(&standing), "{round}: {standing}");
    }
}

/// Asks so often whether the request is answered, and then goes away, as a client does that hangs up.
async fn hang_up_after(polls: usize, request: impl Future<Output = Answer>) -> bool {
    let mut request = std::pin::pin!(request);
    for _ in 0..polls {
        let answered = std::future::poll_fn(|context| Poll::Ready(request.as_mut().poll(context).is_ready())).await;
        if answered {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

// Wherever a request is dropped, nobody is let in who was not, and what is left can be ended.
#[tokio::test]
async fn a_client_that_hangs_up_leaves_a_session_that_can_be_ended() {
    for path in ["/visit", "/rotate", "/sliding", "/log-in", "/reauthenticate", "/log-out"] {
        for by_alias in [false, true] {
            let mut polls = 0;
            loop {
                let site = site(polls as u64);
                let mut visitor = site.member(&user(7)).await;
                let mut tab = visitor.clone();
                if by_alias {
                    assert!(visitor.post("/rotate").await.is_ok());
                }
                site.clock.advance(seconds(5));
                let mut client = tab.clone();
                let answered = hang_up_after(polls, client.post_json(path, &user(7))).await;
                // The id that the client has answers as before, or is dead: nothing is half-way.
                let standing = [tab.get("/me").await.status, visitor.get("/me").await.status];
                assert!(standing.iter().all(|status| [200, 401].contains(status)), "{path} {polls}: {standing:?}");
                assert!(tab.post("/log-out").await.is_ok());
                // Whoever hung up while logging out, or still has an id, ends the session under whichever id they have.
                if path == "/log-out" || standing[0] == 200 {
                    assert_eq!(visitor.get("/me").await.status, 401, "{path} {polls} {by_alias}");
                }
                assert!(visitor.post("/log-out").await.is_ok());
                for mut id in [visitor, tab] {
                    assert_eq!(id.get("/me").await.status, 401, "{path} {polls}");
                }
                if answered {
                    break;
                }
                polls += 1;
            }
            assert!(polls > 2, "{path} waits for its store");
        }
    }
}

// A full store ends the oldest idle sessions and mixes up nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_store_admits_each_visitor_as_themselves_or_not_at_all() {
    for round in 0..50 {
        let capacity = NonZeroUsize::new(10).unwrap();
        let site = Site::with(GuardedRouter::new(), MemoryStore::with_capacity(capacity), |builder| builder);
        site.store.dawdle(round);
        let mut tasks = JoinSet::new();
        for id in 0..40 {
            let mut visitor = site.visitor();
            tasks.spawn(async move {
                assert!(visitor.post_json("/log-in", &user(id)).await.is_ok());
                (id, visitor)
            });
        }
        let mut standing = 0;
        for (id, mut visitor) in tasks.join_all().await {
            let answer = visitor.get("/me").await;
            if answer.is_ok() {
                assert_eq!(answer.json::<WhoAmI<User>>().principal, user(id));
                standing += 1;
            }
        }
        let statistics = site.store.statistics();
        assert_eq!((standing, statistics.sessions, statistics.displaced), (10, 10, 30), "{round}");
    }
}

#[tokio::test]
async fn a_full_store_ends_the_session_that_was_idle_for_longest() {
    let capacity = NonZeroUsize::new(3).unwrap();
    let routes = GuardedRouter::new().route("/sliding", post(sliding));
    let site = Site::with(routes, MemoryStore::with_capacity(capacity), |builder| builder);
    let mut visitors = Vec::new();
    for id in 0..3 {
        visitors.push(site.member(&user(id)).await);
        site.clock.advance(seconds(100));
    }
    // The first is active, so the second is the one that rested for longest.
    assert!(visitors[0].post("/sliding").await.is_ok());
    visitors.push(site.member(&user(3)).await);
    let mut statuses = Vec::new();
    for visitor in &mut visitors {
        statuses.push(visitor.get("/me").await.status);
    }
    assert_eq!(statuses, [200, 401, 200, 200]);
    assert_eq!(site.store.statistics().displaced, 1);
}
