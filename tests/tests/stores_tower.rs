//! Stores of tower-sessions: what of the contract they keep, and that everything else is said.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use session_runtime::{
    ConfigErrorKind, GuardedRouter, Principal, Record, RecordParts, Removed, Replaced, SessionErrorKind, Sessions,
    SqliteStore, Store, StoreKey, Timestamp, TowerStore, conformance,
};
use tests::servers::Server;
use tests::servers::redis::{command, redis};
use tests::{ProbedStore, Site, User, index_key, sealing_key, seconds, user};
use tower_sessions_core::session::Id;
use tower_sessions_core::{SessionStore, session, session_store};
use tower_sessions_moka_store::MokaStore;
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool};

const COOKIE: &str = "__Host-id";
const NOW: Timestamp = Timestamp::from_secs(1_000_000);
const KEY: StoreKey = StoreKey::from_bytes([1; 32]);
const OTHER: StoreKey = StoreKey::from_bytes([2; 32]);

const NOT_PROMISED: [&str; 12] = [
    "the records of a subject are listed, and no others",
    "a record of nobody is listed under nobody",
    "an alias is not listed",
    "many records of one subject are listed and removed",
    "a subject is removed but for one record and its aliases",
    "of many insertions of a key, one succeeds",
    "no replacement is lost",
    "no touch is lost, nor what a replacement writes beside it",
    "of many removals of a record, one is told so",
    "of many that alias a record, one does",
    "a removal wins over every write that it meets",
    "the removal of a subject wins over every write that it meets",
];

// ---------------------------------------------------------------------------------------------------------------------
// What holds of them all

fn memory() -> (TowerStore, tower_sessions_memory_store::MemoryStore) {
    let memory = tower_sessions_memory_store::MemoryStore::default();
    (TowerStore::best_effort(memory.clone()), memory)
}

fn memory_0_14() -> TowerStore {
    TowerStore::best_effort_0_14(tower_sessions_memory_store_0_14::MemoryStore::default())
}

fn moka() -> TowerStore {
    TowerStore::best_effort_0_14(MokaStore::new(Some(10_000)))
}

/// The published store, which is one of 0.14.
async fn published(server: &Server) -> TowerStore {
    let config = Config::from_url(&format!("redis://{}", server.address())).unwrap();
    let pool = Pool::new(config, None, None, None, 4).unwrap();
    pool.init().await.unwrap();
    TowerStore::best_effort_0_14(RedisStore::new(pool))
}

async fn keeps_what_it_can(store: TowerStore) {
    let report = conformance::check(store).await.unwrap_or_else(|violations| panic!("{violations}"));
    assert_eq!(report.not_promised(), NOT_PROMISED);
    assert_eq!(report.held().len(), 16, "{report:?}");
}

fn site(store: TowerStore) -> Site {
    site_over(Arc::new(store))
}

fn site_over(store: Arc<dyn Store>) -> Site {
    Site::over(GuardedRouter::new(), ProbedStore::of(store), |builder| builder)
}

/// In, changed, rotated and out again; and in again until it expires.
async fn serves_a_guarded_site(store: TowerStore) {
    let site = site(store);
    let mut ada = site.member(&user(7)).await;
    assert_eq!(ada.post("/rename/Grace").await.body, "Grace");
    assert_eq!(ada.post("/visit").await.body, "1");
    assert_eq!(ada.get("/me").await.json::<tests::WhoAmI<User>>().principal.name, "Grace");

    let mut before = ada.clone();
    assert_eq!(ada.post("/rotate").await.status, 200);
    assert_ne!(ada.cookie(COOKIE), before.cookie(COOKIE));
    assert_eq!([ada.get("/me").await.status, before.get("/me").await.status], [200, 200]);

    let mut stolen = ada.clone();
    assert_eq!(ada.post("/log-out").await.status, 200);
    for visitor in [&mut ada, &mut stolen, &mut before] {
        assert_eq!(visitor.get("/me").await.status, 401);
    }

    let mut again = site.member(&user(7)).await;
    site.clock.advance(seconds(2 * 3_600 - 1));
    assert_eq!(again.get("/me").await.status, 200);
    site.clock.advance(seconds(1));
    assert_eq!(again.get("/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_store_keeps_all_that_is_promised() {
    keeps_what_it_can(memory().0).await;
    serves_a_guarded_site(memory().0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_store_of_0_14_keeps_all_that_is_promised() {
    keeps_what_it_can(memory_0_14()).await;
    serves_a_guarded_site(memory_0_14()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_moka_store_keeps_all_that_is_promised() {
    keeps_what_it_can(moka()).await;
    serves_a_guarded_site(moka()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_redis_store_keeps_all_that_is_promised() {
    let Some(server) = redis(&[]) else { return };
    keeps_what_it_can(published(&server).await).await;
    serves_a_guarded_site(published(&server).await).await;
}

// The engine's clock is the real one, the caller's stands in 1970.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_lives_a_minute_longer_than_its_session() {
    let Some(server) = redis(&[]) else { return };
    let store = published(&server).await;
    assert!(store.insert(KEY, record(0)).await.unwrap());
    let keys = command(server.port(), "KEYS *").unwrap();
    let name = keys.lines().nth(2).unwrap();
    let left = || {
        let answer = command(server.port(), &format!("TTL {name}")).unwrap();
        answer.trim().trim_start_matches(':').parse::<i64>().unwrap()
    };
    assert!((3_655..=3_660).contains(&left()), "{}", left());
    assert!(store.touch(KEY, later(60), later(60 + 7_200)).await.unwrap());
    assert!((7_255..=7_260).contains(&left()), "{}", left());
}

// ASVS 11.3, 7.2.2: a dump opens no session and shows nobody.
#[tokio::test]
async fn what_is_kept_shows_neither_the_cookie_nor_the_user() {
    const NAME: &str = "Xanthippe";
    let (store, memory) = memory();
    let site = site(store);
    let visitor = site.member(&User { name: NAME.to_owned(), ..user(7) }).await;
    let cookie = visitor.cookie(COOKIE).unwrap();
    let secret = URL_SAFE_NO_PAD.decode(cookie).unwrap();

    let dump = format!("{memory:?}");
    let (_, text) = dump.split_once("String(\"").unwrap();
    let kept = STANDARD_NO_PAD.decode(text.split_once('"').unwrap().0).unwrap();
    assert!(kept.len() > 200, "{}", kept.len());
    // The version, and 32 random bytes.
    assert_eq!(secret.len(), 33);
    for part in [&secret[1..17], &secret[17..], NAME.as_bytes(), b"name", b"visits", cookie.as_bytes()] {
        assert!(!kept.windows(part.len()).any(|window| window == part), "{part:?}");
    }
    for part in [cookie, NAME] {
        assert!(!dump.contains(part), "{part}");
    }
    let shown = format!("{:?}", TowerStore::best_effort(memory));
    assert_eq!(shown, "TowerStore { .. }");
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(max_sessions = 3, realm = "stores-tower-counted")]
struct Counted {
    #[principal(id)]
    id: u64,
}

#[tokio::test]
async fn what_needs_to_find_sessions_is_refused() {
    let (store, _) = memory();
    let promises = store.promises();
    assert!(!promises.atomic_writes && !promises.final_removal);
    assert!(!promises.subject_index && !promises.keeps_until_expiry);

    let built =
        Sessions::<Counted>::builder().store(store.clone()).sealing_key(sealing_key()).index_key(index_key()).build();
    assert_eq!(built.unwrap_err().kind(), ConfigErrorKind::Store);
    let site = site(store);
    site.member(&user(7)).await;
    assert_eq!(site.app.users.of(&7).await.unwrap_err().kind(), SessionErrorKind::NotListed);
    assert_eq!(site.app.users.end_all(&7).await.unwrap_err().kind(), SessionErrorKind::NotListed);
}

#[tokio::test]
async fn the_table_of_policies_says_so_at_its_head() {
    let table = || tests::entrance().policies();
    let said = "!! sessions of User (user): logging out is not final, an update may be lost, \
                nobody's sessions can be found, sessions may be forgotten";
    let site = site(memory().0);
    let shown = table().with_sessions(&site.app.users).to_string();
    assert_eq!(shown.split_once('\n').unwrap(), (said, &*table().to_string()));

    let rows: serde_json::Value = serde_json::from_str(&table().with_sessions(&site.app.users).to_json()).unwrap();
    for row in rows.as_array().unwrap() {
        let expected = ["final_removal", "atomic_writes", "subject_index", "keeps_until_expiry"];
        match row["principal"].as_str() {
            Some("User") => assert_eq!(row["not_promised"], serde_json::json!(expected), "{row}"),
            _ => assert_eq!(row.get("not_promised"), None, "{row}"),
        }
    }
    let both = table().with_sessions(&site.app.users).with_sessions(&site.app.partners).to_string();
    assert_eq!(both.lines().filter(|line| line.starts_with("!! sessions of ")).count(), 2);

    // The store in the process forgets when it is full, and nothing else is to be said of it.
    let in_process = Site::of(GuardedRouter::new());
    let shown = table().with_sessions(&in_process.app.users).to_string();
    assert_eq!(shown.lines().next(), Some("!! sessions of User (user): sessions may be forgotten"));
    let promised = site_over(Arc::new(SqliteStore::connect("sqlite::memory:").await.unwrap()));
    assert_eq!(table().with_sessions(&promised.app.users).to_string(), table().to_string());
}

// ---------------------------------------------------------------------------------------------------------------------
// What may stand where a record should be

/// A store without a `create` of its own, as the trait allows: it overwrites.
#[derive(Clone, Debug, Default)]
struct Overwriting {
    records: Arc<Mutex<HashMap<Id, session::Record>>>,
    fault: Arc<Mutex<Option<Fault>>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Down,
    Undecodable,
    /// Another insertion comes between: as the published stores do, it then draws an id of its own.
    Moves,
}

impl Overwriting {
    fn store(&self) -> TowerStore {
        TowerStore::best_effort(self.clone())
    }

    fn set(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    fn records(&self) -> HashMap<Id, session::Record> {
        self.records.lock().unwrap().clone()
    }

    /// The id of the only record.
    fn only(&self) -> Id {
        let records = self.records();
        assert_eq!(records.len(), 1);
        *records.keys().next().unwrap()
    }

    fn check(&self) -> session_store::Result<Option<Fault>> {
        match *self.fault.lock().unwrap() {
            Some(Fault::Down) => Err(session_store::Error::Backend("down".to_owned())),
            fault => Ok(fault),
        }
    }
}

#[async_trait]
impl SessionStore for Overwriting {
    async fn create(&self, record: &mut session::Record) -> session_store::Result<()> {
        if self.check()? == Some(Fault::Moves) {
            record.id = Id(7);
        }
        self.save(record).await
    }

    async fn save(&self, record: &session::Record) -> session_store::Result<()> {
        self.check()?;
        self.records.lock().unwrap().insert(record.id, record.clone());
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<session::Record>> {
        match self.check()? {
            Some(Fault::Undecodable) => Err(session_store::Error::Decode("of another release".to_owned())),
            _ => Ok(self.records.lock().unwrap().get(id).cloned()),
        }
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.check()?;
        self.records.lock().unwrap().remove(id);
        Ok(())
    }
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn record(revision: u64) -> Record {
    Record::from(RecordParts {
        created_at: NOW,
        authenticated_at: NOW,
        last_seen_at: NOW,
        longest_pause: Duration::ZERO,
        expires_at: later(3_600),
        revision,
        subject: None,
        successor: None,
        payload: Arc::from(*b"payload"),
        listing: Arc::from(*b"listing"),
    })
}

/// Neither a session nor overwritten.
async fn is_left_alone(store: &TowerStore) {
    assert!(store.load(KEY).await.unwrap().unwrap().is_unreadable());
    assert!(!store.insert(KEY, record(0)).await.unwrap());
    assert!(store.replace(KEY, record(0), 0).await.is_err());
    assert!(store.touch(KEY, later(1), later(3_601)).await.is_err());
    assert!(store.alias(KEY, OTHER, later(10), 0).await.is_err());
}

#[tokio::test]
async fn what_is_no_record_is_left_alone() {
    let inner = Overwriting::default();
    let store = inner.store();
    assert!(store.insert(KEY, record(0)).await.unwrap());
    let id = inner.only();
    for data in [r"{}", r#"{"record": null}"#, r#"{"record": "AQEB"}"#, r#"{"cart": [1, 2]}"#] {
        inner.records.lock().unwrap().get_mut(&id).unwrap().data = serde_json::from_str(data).unwrap();
        let before = inner.records();
        is_left_alone(&store).await;
        assert_eq!(inner.records(), before, "{data}");
    }
}

#[tokio::test]
async fn what_the_store_cannot_decode_is_left_alone() {
    let inner = Overwriting::default();
    let store = inner.store();
    assert!(store.insert(KEY, record(0)).await.unwrap());
    let before = inner.records();
    inner.set(Some(Fault::Undecodable));
    is_left_alone(&store).await;
    assert_eq!(inner.records(), before);
}

#[tokio::test]
async fn a_record_under_the_id_of_another_key_is_nothing_and_stays() {
    let inner = Overwriting::default();
    let store = inner.store();
    assert!(store.insert(OTHER, record(0)).await.unwrap());
    let others = inner.only();
    store.remove(OTHER).await.unwrap();
    assert!(store.insert(KEY, record(0)).await.unwrap());
    let own = inner.only();
    assert_ne!(own, others);

    // As if both keys had one id.
    let colliding = session::Record { id: others, ..inner.records.lock().unwrap().remove(&own).unwrap() };
    inner.records.lock().unwrap().insert(others, colliding);
    let before = inner.records();
    assert!(store.load(OTHER).await.unwrap().is_none());
    assert!(!store.insert(OTHER, record(0)).await.unwrap());
    assert_eq!(store.replace(OTHER, record(0), 0).await.unwrap(), Replaced::Gone);
    assert!(!store.touch(OTHER, later(1), later(3_601)).await.unwrap());
    assert_eq!(store.remove(OTHER).await.unwrap(), Removed::Nothing);
    assert_eq!(inner.records(), before);
}

#[tokio::test]
async fn a_record_that_the_store_keeps_elsewhere_is_not_kept() {
    let inner = Overwriting::default();
    inner.set(Some(Fault::Moves));
    assert!(!inner.store().insert(KEY, record(0)).await.unwrap());
    assert_eq!(inner.records(), HashMap::new());
}

#[tokio::test]
async fn a_store_that_is_down_admits_nobody() {
    let inner = Overwriting::default();
    let site = site(inner.store());
    let mut ada = site.member(&user(7)).await;
    inner.set(Some(Fault::Down));
    assert_eq!(ada.get("/me").await.status, 503);
    inner.set(None);
    assert_eq!(ada.get("/me").await.status, 200);
}
