//! Requests that meet.

use tests::{Answer, Visitor, user};
use tokio::task::JoinSet;

use super::{COOKIE, all, done, sealed_site, site, values};

const ROUNDS: u64 = 200;

async fn post_to(mut visitor: Visitor, path: &'static str) -> (Answer, Visitor) {
    (visitor.post(path).await, visitor)
}

// Two requests that began with the same key-values: neither takes back what the other wrote.
#[tokio::test]
async fn what_two_requests_write_is_merged_by_key() {
    for site in [site(), sealed_site()] {
        for mut visitor in [site.visitor(), site.member(&user(7)).await] {
            done(&mut visitor, "/set/cart/tea").await;
            let slow = tokio::spawn(post_to(visitor.clone(), "/slow/a/1"));
            site.app.gate.reached().await;
            done(&mut visitor, "/set/b/2").await;
            done(&mut visitor, "/unset/cart").await;
            site.app.gate.open();
            assert_eq!(slow.await.unwrap().0.status, 200);
            assert_eq!(all(&mut visitor).await, values([("a", "1"), ("b", "2")]));
        }
    }
}

// ASVS 7.4.1: the write of a request that is still running is refused, and its answer is not recalled.
#[tokio::test]
async fn a_log_out_wins_over_a_slow_write() {
    let site = site();
    let mut ada = site.member(&user(7)).await;
    done(&mut ada, "/set/cart/tea").await;
    let slow = tokio::spawn(post_to(ada.clone(), "/slow/cart/milk"));
    site.app.gate.reached().await;
    let mut stolen = ada.clone();
    done(&mut ada, "/log-out").await;
    site.app.gate.open();
    let (answer, _) = slow.await.unwrap();
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None));
    assert_eq!(all(&mut stolen).await, values([]));
    assert_eq!(site.store.statistics().anonymous, 0);
}

// The answer to a request from before the log-in must not take the new session's cookie away.
#[tokio::test]
async fn a_slow_write_from_before_the_log_in_says_that_it_was_not_made() {
    let site = site();
    let mut ada = site.visitor();
    done(&mut ada, "/set/cart/tea").await;
    let slow = tokio::spawn(post_to(ada.clone(), "/slow/cart/milk"));
    site.app.gate.reached().await;
    assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
    site.app.gate.open();
    let (answer, _) = slow.await.unwrap();
    assert_eq!((answer.status, answer.header("set-cookie")), (409, None), "{answer:?}");
    assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
}

// A record whose cookie no response carries is nobody's to find.
#[tokio::test]
async fn nothing_begins_after_the_response() {
    let site = site();
    let mut visitor = site.visitor();
    done(&mut visitor, "/too-late/cart/tea").await;
    site.app.gate.reached().await;
    site.app.gate.open();
    // It comes here a second time when it was refused.
    site.app.gate.reached().await;
    assert_eq!((visitor.cookie(COOKIE), site.store.writes()), (None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_lost() {
    for round in 0..ROUNDS {
        let site = if round % 4 == 0 { sealed_site() } else { site() };
        let mut visitor = if round % 2 == 0 { site.visitor() } else { site.member(&user(7)).await };
        done(&mut visitor, "/set/card/0").await;
        site.store.dawdle(round);
        let paths = ["/set/a/1", "/set/b/2", "/set/cart/3", "/set/lang/4", "/unset/card"];
        let tasks: JoinSet<_> = paths.map(|path| post_to(visitor.clone(), path)).into_iter().collect();
        for (answer, _) in tasks.join_all().await {
            assert_eq!(answer.status, 200, "{round}: {answer:?}");
        }
        assert_eq!(all(&mut visitor).await, values([("a", "1"), ("b", "2"), ("cart", "3"), ("lang", "4")]), "{round}");
    }
}

// What a request was told that it wrote is there after a log-in that it met.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_loses_no_write_that_was_accepted() {
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let site = if round % 4 == 0 { sealed_site() } else { site() };
        let mut visitor = if round % 2 == 0 { site.visitor() } else { site.member(&user(7)).await };
        done(&mut visitor, "/set/card/0").await;
        site.store.dawdle(round);
        let mut tasks: JoinSet<_> = JoinSet::new();
        tasks.spawn(post_to(visitor.clone(), "/saved/a/1"));
        let mut log_in = visitor.clone();
        tasks.spawn(async move { (log_in.post_json("/log-in", &user(7)).await, log_in) });
        let (mut written, mut member) = (false, None);
        for (answer, tab) in tasks.join_all().await {
            if tab.cookie(COOKIE) == visitor.cookie(COOKIE) {
                written = answer.status == 200 && tab.cookie(COOKIE).is_some();
                continue;
            }
            // A write that comes after the end of the old session begins a record of nobody.
            let mut tab = tab;
            if tab.get("/me").await.status == 200 {
                member = Some(tab);
            }
        }
        let found = all(&mut member.unwrap()).await;
        assert_eq!(found.get("card").map(String::as_str), Some("0"), "{round}");
        if written {
            accepted += 1;
            assert_eq!(found.get("a").map(String::as_str), Some("1"), "{round}");
        }
    }
    assert!(accepted > 0);
}

// ASVS 7.4.1, 15.4.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_survives_a_log_out() {
    for round in 0..ROUNDS {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        done(&mut visitor, "/set/card/0").await;
        site.store.dawdle(round);
        let paths = ["/set/a/1", "/cycle", "/flush", "/log-out"];
        let tasks: JoinSet<_> = paths.map(|path| post_to(visitor.clone(), path)).into_iter().collect();
        let tabs = tasks.join_all().await;
        for (_, mut tab) in tabs.into_iter().chain([(visitor.get("/nothing").await, visitor.clone())]) {
            assert_eq!(tab.get("/me").await.status, 401, "{round}");
            assert_eq!(all(&mut tab).await.get("card"), None, "{round}");
        }
    }
}
