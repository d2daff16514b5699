//! `tower_sessions::Session` in guarded routes: key-values in the record of the visitor's own session.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod layers;
mod meetings;
mod routes;
mod stores;

use std::collections::BTreeMap;

use session_runtime::MemoryStore;
use tests::{Operation, ProbedStore, Site, Visitor, hours, seconds, user};

use self::routes::routes;

const COOKIE: &str = "__Host-id";

fn site() -> Site {
    Site::of(routes())
}

/// Over a store that is given what one outside the process is given.
fn sealed_site() -> Site {
    Site::over(routes(), ProbedStore::outside(MemoryStore::new()), |builder| builder)
}

/// What a visitor has, as the optional route shows it.
async fn all(visitor: &mut Visitor) -> BTreeMap<String, String> {
    let answer = visitor.get("/values").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn values<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

async fn done(visitor: &mut Visitor, path: &str) {
    let answer = visitor.post(path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
}

// ASVS 7.6.2: no record and no cookie without something to keep.
#[tokio::test]
async fn nothing_is_begun_where_nothing_is_written() {
    let site = site();
    let mut visitor = site.visitor();
    for path in ["GET /values", "POST /unset/cart", "POST /clear", "POST /flush", "POST /cycle", "POST /ends-in/60"] {
        let answer = visitor.ask(path, &[]).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (200, None), "{path}: {answer:?}");
    }
    assert_eq!(site.store.writes(), 0);
}

#[tokio::test]
async fn a_visitor_whom_nobody_knows_keeps_what_was_written() {
    for site in [site(), sealed_site()] {
        let mut visitor = site.visitor();
        let answer = visitor.post("/set/cart/tea").await;
        assert!(answer.header("set-cookie").unwrap().ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
        assert_eq!(answer.header("cache-control").unwrap(), "no-store");
        assert_eq!(all(&mut visitor).await, values([("cart", "tea")]));

        // Another key of the same record, under the same id.
        let answer = visitor.post("/set/lang/en").await;
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(all(&mut visitor).await, values([("cart", "tea"), ("lang", "en")]));
        done(&mut visitor, "/unset/cart").await;
        assert_eq!(all(&mut visitor).await, values([("lang", "en")]));
        assert_eq!(site.store.asked(Operation::Insert), 1);

        // It says nothing about who somebody is.
        let answer = visitor.navigate("/me").await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
        assert_eq!(site.visitor().get("/values").await.body, "{}");
    }
}

#[tokio::test]
async fn what_is_written_twice_the_same_is_written_once() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    done(&mut visitor, "/set/cart/tea").await;
    let before = site.store.writes();
    done(&mut visitor, "/set/cart/tea").await;
    done(&mut visitor, "/saved/cart/tea").await;
    assert_eq!(site.store.writes(), before);
    done(&mut visitor, "/saved/cart/milk").await;
    assert_eq!(site.store.writes(), before + 1);
}

// The principal is one thing and its key-values another.
#[tokio::test]
async fn the_principals_session_keeps_them_in_its_record() {
    for site in [site(), sealed_site()] {
        let mut ada = site.member(&user(7)).await;
        let inserted = site.store.asked(Operation::Insert);
        done(&mut ada, "/set/cart/tea").await;
        assert_eq!(ada.get("/required/cart").await.body, "tea");
        // What else changes the record leaves them alone.
        assert_eq!(ada.post("/rename/Grace").await.body, "Grace");
        assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
        assert_eq!(site.store.asked(Operation::Insert), inserted);

        done(&mut ada, "/rotate").await;
        assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
        let answer = ada.post_json("/reauthenticate", &user(7)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(all(&mut ada).await, values([("cart", "tea")]));

        for path in ["/clear", "/flush", "/delete"] {
            done(&mut ada, "/set/cart/tea").await;
            done(&mut ada, path).await;
            assert_eq!(all(&mut ada).await, values([]), "{path}");
            assert_eq!(ada.get("/me").await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn logging_in_takes_along_what_a_visitor_had() {
    for site in [site(), sealed_site()] {
        let mut ada = site.visitor();
        done(&mut ada, "/set/cart/tea").await;
        let before = ada.cookie(COOKIE).unwrap().to_owned();
        // Written and not saved when the session begins.
        let answer = ada.post_json("/set-and-log-in/lang/en", &user(7)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_ne!(ada.cookie(COOKIE), Some(&*before), "ASVS 7.2.4");
        assert_eq!(all(&mut ada).await, values([("cart", "tea"), ("lang", "en")]));
        assert_eq!(ada.get("/me").await.status, 200);

        // The same subject again keeps them; the id changes, and the old one is dead.
        let mut old = ada.clone();
        assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
        assert_eq!(all(&mut ada).await, values([("cart", "tea"), ("lang", "en")]));
        assert_eq!(all(&mut old).await, values([]));
        assert_eq!(old.get("/me").await.status, 401);

        // Somebody else gets nothing, not even what this request wrote before.
        let answer = ada.post_json("/set-and-log-in/secret/x", &user(8)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(all(&mut ada).await, values([]));
    }
}

// The id of somebody whom nobody knew answers for ten more seconds: as nobody's, and to be read.
#[tokio::test]
async fn an_id_from_before_the_log_in_gains_nothing() {
    let site = site();
    let mut ada = site.visitor();
    done(&mut ada, "/set/cart/tea").await;
    let mut planted = ada.clone();
    assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
    done(&mut ada, "/set/card/4711").await;

    assert_eq!(planted.get("/me").await.status, 401);
    assert_eq!(all(&mut planted).await, values([("cart", "tea")]));
    let answer = planted.clone().post("/set/cart/poison").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (409, None), "{answer:?}");
    assert_eq!(planted.clone().post("/log-out").await.status, 200);
    assert_eq!(ada.get("/me").await.status, 200);
    // Who clicks twice logs in twice, and still has the cart.
    let mut twice = planted.clone();
    assert_eq!(twice.post_json("/log-in", &user(7)).await.status, 200);
    assert_eq!(all(&mut twice).await, values([("cart", "tea")]));

    assert_eq!(all(&mut ada).await, values([("cart", "tea"), ("card", "4711")]));
    site.clock.advance(seconds(10));
    assert_eq!(all(&mut planted).await, values([]));
}

#[tokio::test]
async fn logging_out_ends_them() {
    for site in [site(), sealed_site()] {
        let mut ada = site.member(&user(7)).await;
        done(&mut ada, "/set/cart/tea").await;
        let mut stolen = ada.clone();
        // What is said after it, is said to whoever comes next: a record of nobody, and not under the old id.
        let answer = ada.post("/set-log-out-and-say/lost/bye").await;
        assert_eq!((answer.status, answer.all("set-cookie").len()), (200, 1), "{answer:?}");
        assert_eq!(answer.header("clear-site-data").unwrap(), "\"cache\"");
        assert_eq!(all(&mut ada).await, values([("message", "bye")]));
        assert_eq!(ada.get("/me").await.status, 401);
        assert_ne!(ada.cookie(COOKIE), stolen.cookie(COOKIE));
        assert_eq!(all(&mut stolen).await, values([]));
        assert_eq!(stolen.get("/me").await.status, 401);

        // That of a visitor whom nobody knows ends, too.
        let mut nobody = site.visitor();
        done(&mut nobody, "/set/cart/tea").await;
        let mut copy = nobody.clone();
        done(&mut nobody, "/log-out").await;
        assert_eq!(nobody.cookie(COOKIE), None);
        assert_eq!(all(&mut copy).await, values([]));
    }
}

#[tokio::test]
async fn the_id_is_drawn_anew_and_can_be_replaced() {
    for site in [site(), sealed_site()] {
        for mut visitor in [site.visitor(), site.member(&user(7)).await] {
            done(&mut visitor, "/set/cart/tea").await;
            let ids = [visitor.get("/id").await.body, visitor.get("/id").await.body];
            assert_ne!(ids[0], ids[1]);
            assert!(ids.iter().all(|id| !visitor.cookie(COOKIE).unwrap().contains(&**id) && id.len() == 22), "{ids:?}");

            let mut before = visitor.clone();
            done(&mut visitor, "/cycle").await;
            assert_ne!(visitor.cookie(COOKIE), before.cookie(COOKIE));
            assert_eq!(all(&mut visitor).await, values([("cart", "tea")]));
            // As after every rotation: read, and no more.
            assert_eq!(all(&mut before).await, values([("cart", "tea")]));
            assert_eq!(before.post("/set/cart/milk").await.status, 409);
            site.clock.advance(seconds(61));
            assert_eq!(all(&mut before).await, values([]));
            assert_eq!(all(&mut visitor).await, values([("cart", "tea")]));
        }
    }
}

#[tokio::test]
async fn an_error_of_the_server_keeps_nothing_but_what_was_saved() {
    let site = site();
    let mut ada = site.member(&user(7)).await;
    done(&mut ada, "/set/cart/tea").await;
    assert_eq!(ada.post("/answer/500/cart/milk").await.status, 500);
    assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
    assert_eq!(ada.post("/answer/404/cart/milk").await.status, 404);
    assert_eq!(all(&mut ada).await, values([("cart", "milk")]));
    assert_eq!(ada.post("/save-and-fail/cart/tea").await.status, 500);
    assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
    // Nothing in between loses them, and what was to be emptied is.
    assert_eq!(ada.post("/cycle-and-fail").await.status, 500);
    assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
    assert_eq!(ada.post("/flush-and-fail").await.status, 500);
    assert_eq!(all(&mut ada).await, values([]));

    // A session that is saved sends its cookie, whatever the answer is.
    let mut visitor = site.visitor();
    assert_eq!(visitor.post("/save-and-fail/cart/tea").await.status, 500);
    assert_eq!(all(&mut visitor).await, values([("cart", "tea")]));
}

#[tokio::test]
async fn an_end_is_only_moved_forward() {
    for site in [site(), sealed_site()] {
        let mut ada = site.member(&user(7)).await;
        done(&mut ada, "/ends-in/60").await;
        done(&mut ada, "/ends-in/999999").await;
        done(&mut ada, "/set/cart/tea").await;
        site.clock.advance(seconds(58));
        assert_eq!(ada.get("/me").await.status, 200);
        site.clock.advance(seconds(3));
        assert_eq!(ada.get("/me").await.status, 401);
        assert_eq!(all(&mut ada).await, values([]));
        // The next session is not concerned.
        assert_eq!(ada.post_json("/log-in", &user(7)).await.status, 200);
        site.clock.advance(seconds(600));
        assert_eq!(ada.get("/me").await.status, 200);
    }
}

#[tokio::test]
async fn nobodys_record_is_forgotten_an_hour_after_its_last_use() {
    let site = site();
    let mut visitor = site.visitor();
    done(&mut visitor, "/set/cart/tea").await;
    // A use is written down at most once a minute.
    let writes = site.store.writes();
    site.clock.advance(seconds(60));
    assert_eq!(all(&mut visitor).await.len(), 1);
    assert_eq!(site.store.writes(), writes);
    for _ in 0..3 {
        site.clock.advance(hours(1).checked_sub(seconds(61)).unwrap());
        assert_eq!(all(&mut visitor).await.len(), 1);
    }
    site.clock.advance(hours(1).checked_sub(seconds(1)).unwrap());
    let mut late = visitor.clone();
    assert_eq!(all(&mut visitor).await.len(), 1);
    // A request that uses nothing counts for nothing.
    site.clock.advance(hours(1).checked_sub(seconds(1)).unwrap());
    assert_eq!(late.get("/nothing").await.status, 200);
    site.clock.advance(seconds(1));
    assert_eq!(all(&mut late).await, values([]));
    // And begins anew.
    done(&mut late, "/set/cart/milk").await;
    assert_eq!(all(&mut late).await, values([("cart", "milk")]));
}
