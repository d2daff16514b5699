//! Requests that meet. Each race is run many times, over a store whose operations let others go first.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;
use std::num::NonZeroUsize;
use std::task::Poll;

use session_runtime::{GuardedRouter, MemoryStore};
use tests::{Answer, Guests, ProbedStore, Site, User, WhoAmI, races, seconds, user};
use tokio::task::JoinSet;

const ROUNDS: u64 = 300;

fn site(round: u64) -> Site {
    let site = Site::of(races::routes());
    site.store.dawdle(round);
    site
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_meet_over_the_in_process_store() {
    races::all(ROUNDS, site).await;
}

// What a store outside the process is given, without what such a store adds of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_meet_over_sealed_records() {
    let site_of = |round| {
        let site = Site::over(races::routes(), ProbedStore::outside(MemoryStore::new()), |builder| builder);
        site.store.dawdle(round);
        site
    };
    races::all(ROUNDS / 5, site_of).await;
}

// An alias whose successor is gone opens nothing and goes with the next sweep; nothing else is left of a session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_session_is_left_that_ended_while_its_id_was_replaced() {
    for round in 0..ROUNDS {
        let site = site(round);
        races::nothing_survives_a_log_out(&site).await;
        assert!(site.store.statistics().sessions <= 1, "{round}");
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
    let site = Site::with(races::routes(), MemoryStore::with_capacity(capacity), |builder| builder);
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
