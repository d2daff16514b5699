//! Where key-values are kept, and where they cannot be.

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, PrincipalSource, Revalidation,
    SealingKey, Session, Sessions, SigningKey, SqliteStore, Store, TokenOptions, TowerStore, session,
};
use tests::{
    Failed, Operation, ProbedStore, SECRET, START, Site, User, Visitor, WhoAmI, minutes, partner, router, seconds,
    sessions, user,
};
use tower_sessions_core::Session as KeyValues;

use super::{COOKIE, all, done, routes, site, values};

#[tokio::test]
async fn nobodys_records_displace_no_session() {
    // Room for one of them beside two sessions.
    let store = MemoryStore::with_capacity(NonZeroUsize::new(2).unwrap());
    let site = Site::with(routes(), store, |builder| builder);
    let (mut ada, mut bob) = (site.member(&user(7)).await, site.member(&user(8)).await);
    let (mut first, mut last) = (site.visitor(), site.visitor());
    done(&mut first, "/set/cart/tea").await;
    for _ in 0..50 {
        done(&mut site.visitor(), "/set/cart/tea").await;
    }
    site.clock.advance(seconds(1));
    done(&mut last, "/set/cart/tea").await;
    assert_eq!([ada.get("/me").await.status, bob.get("/me").await.status], [200, 200]);
    assert_eq!([all(&mut first).await.len(), all(&mut last).await.len()], [0, 1]);
    assert_eq!(site.store.statistics().displaced_anonymous, 51);
}

// ASVS 11.3: sealed with the cookie's bytes, as the principal is.
#[tokio::test]
async fn a_key_or_a_cookie_alone_reads_nothing() {
    let store = MemoryStore::new();
    let site = Site::over(routes(), ProbedStore::outside(store), |builder| builder);
    let mut nobody = site.visitor();
    done(&mut nobody, "/set/cart/tea").await;
    let other = SealingKey::new(*b"another key that the tests show.").unwrap();
    let same_store = site.store.clone();
    let elsewhere = Site::over(routes(), same_store, |builder| builder.sealing_key(other));
    let mut moved = elsewhere.visitor();
    moved.set_cookie(COOKIE, nobody.cookie(COOKIE).unwrap());
    // As with every record that does not open: nothing here, and the cookie is left alone.
    assert_eq!(all(&mut moved).await, values([]));
    let answer = moved.post("/set/cart/milk").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None));
    assert_eq!(all(&mut nobody).await, values([("cart", "tea")]));
}

struct Renamed;

impl PrincipalSource<User> for Renamed {
    async fn load(&self, id: &u64) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
        Ok(Some(User { name: "Grace".to_owned(), ..user(*id) }))
    }
}

#[tokio::test]
async fn who_is_asked_about_again_keeps_them() {
    let revalidation = || Revalidation::every(seconds(60), Renamed);
    let site = Site::with(routes(), MemoryStore::new(), |builder| builder.revalidate(revalidation()));
    let mut ada = site.member(&user(7)).await;
    done(&mut ada, "/set/cart/tea").await;
    for _ in 0..2 {
        site.clock.advance(seconds(60));
        assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
        assert_eq!(ada.get("/me").await.json::<WhoAmI<User>>().principal.name, "Grace");
    }
}

#[tokio::test]
async fn stores_outside_the_process_keep_them() {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    let tower = TowerStore::best_effort(tower_sessions_memory_store::MemoryStore::default());
    let stores: [Arc<dyn Store>; 2] = [Arc::new(sqlite), Arc::new(tower)];
    for store in stores {
        let site = Site::over(routes(), ProbedStore::of(store), |builder| builder);
        let mut ada = site.visitor();
        done(&mut ada, "/set/cart/tea").await;
        done(&mut ada, "/cycle").await;
        site.clock.advance(seconds(1_800));
        assert_eq!(all(&mut ada).await, values([("cart", "tea")]));
        assert_eq!(ada.post_json("/set-and-log-in/lang/en", &user(7)).await.status, 200);
        done(&mut ada, "/unset/cart").await;
        assert_eq!(all(&mut ada).await, values([("lang", "en")]));
        assert_eq!(ada.get("/me").await.status, 200);
        let mut stolen = ada.clone();
        done(&mut ada, "/log-out").await;
        assert_eq!(all(&mut stolen).await, values([]));
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_said_to_be() {
    let site = site();
    let mut ada = site.member(&user(7)).await;
    site.store.set_failing(Operation::Replace, true);
    let answer = ada.post("/set/cart/tea").await;
    assert_eq!((answer.status, answer.header("retry-after").is_some()), (503, true), "{answer:?}");
    // What was told that it is not saved is tried once more.
    assert_eq!(ada.post("/saved/cart/tea").await.status, 503);
    site.store.set_failing(Operation::Replace, false);
    site.store.set_failing(Operation::Insert, true);
    let answer = site.visitor().post("/set/cart/tea").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (503, None));
}

#[tokio::test]
async fn where_there_is_no_record_nothing_is_kept() {
    let site = site();
    // A token is in no store. What was asked to be saved says so.
    let token = site.app.partners.issue_token(&partner(7), seconds(60)).unwrap();
    let bearer = format!("Bearer {token}");
    let mut robot = site.visitor();
    let authorization = [("authorization", &*bearer)];
    let answer = robot.ask("POST /partners/set/cart/tea", &authorization).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None), "{answer:?}");
    assert_eq!(robot.ask("POST /partners/saved/cart/tea", &authorization).await.status, 418);

    // A session that is too old for a route is none there, and its record is left alone.
    let mut ada = site.member(&user(7)).await;
    done(&mut ada, "/set/cart/tea").await;
    site.clock.advance(seconds(61));
    assert_eq!(ada.get("/recent").await.body, "{}");
    let answer = ada.post("/recent/set/cart/milk").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None));
    assert_eq!(all(&mut ada).await, values([("cart", "tea")]));

    // Nor is a third cookie given out beside two of which nobody knows whose is whose.
    let mut confused = site.visitor();
    done(&mut confused, "/set/cart/tea").await;
    let own = confused.cookie(COOKIE).unwrap();
    let two = format!("{COOKIE}={own}; {COOKIE}={}", ada.cookie(COOKIE).unwrap());
    let answer = site.visitor().ask("POST /set/cart/milk", &[("cookie", &two)]).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None), "{answer:?}");

    // On a public route there is none: tower-sessions' own rejection.
    let answer = ada.get("/public").await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("session"), "{answer:?}");
}

/// Somebody with sessions and with tokens that can be revoked.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-client"),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "5m", revocable),
    realm = "key-values-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
}

#[session(optional, principal(Client), cookie)]
async fn visit(values: KeyValues) {
    values.insert("seen", true).await.unwrap();
}

#[session(optional, cookie)]
async fn log_in(mut auth: AuthSession<Client>) -> Result<(), Failed> {
    auth.log_in(Client { id: 7 }).await?;
    Ok(())
}

#[session(required)]
async fn me(session: Session<Client>) -> String {
    session.id.to_string()
}

// As sealed records, too: those of anonymous visitors are told from revocation lists.
#[tokio::test]
async fn anonymous_writes_leave_room_in_a_store_that_keeps() {
    let keeping = || MemoryStore::with_capacity(NonZeroUsize::new(16).unwrap()).keeping_until_expiry();
    for store in [ProbedStore::over(keeping()), ProbedStore::outside(keeping())] {
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let clients: Sessions<Client> =
            sessions(&ManualClock::at(START), &store).signing_key(key).remember_tokens(0).build().unwrap();
        let pages =
            GuardedRouter::new().route("/visit", post(visit)).route("/log-in", post(log_in)).route("/", get(me));
        let router = router(pages, clients.clone());
        let token = clients.issue_pair(&Client { id: 8 }, &TokenOptions::lasting(minutes(5))).await.unwrap();
        for _ in 0..100 {
            assert_eq!(Visitor::of(&router).post("/visit").await.status, 200);
        }
        let mut ada = Visitor::of(&router);
        assert_eq!(ada.post("/log-in").await.status, 200);
        assert_eq!(ada.get("/").await.status, 200);
        let bearer = format!("Bearer {}", token.access().token());
        assert_eq!(Visitor::of(&router).ask("GET /", &[("authorization", &bearer)]).await.status, 200);
        clients.revoke(token.access().token()).await.unwrap();
        for _ in 0..100 {
            assert_eq!(Visitor::of(&router).post("/visit").await.status, 200);
        }
        assert_eq!(Visitor::of(&router).ask("GET /", &[("authorization", &bearer)]).await.status, 401);
        assert_eq!(ada.get("/").await.status, 200);
        let statistics = store.statistics();
        assert_eq!((statistics.anonymous, statistics.revocation_lists, statistics.displaced), (4, 1, 0));
    }
}
