//! What somebody gets who takes the disk of a store, or its memory: no cookie, and nothing of who visits.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_runtime::{
    GuardedRouter, MemcachedStore, MySqlStore, PostgresStore, Record, RecordParts, RedisStore, SqliteStore, Store,
    StoreKey, SubjectKey,
};
use tests::servers::memcached::memcached;
use tests::servers::redis::{REMEMBERING, redis};
use tests::servers::{dump_of, mariadb, mariadb_url, postgres, postgres_url};
use tests::{ProbedStore, START, Site, User, hours, user};

const NAME: &str = "Augusta Ada King-Noel, Countess of Lovelace";
const ID: u64 = 8_271_845_904_523_536_028;
const SCOPE: &str = "letters-to-babbage:read";
/// What the store is given in clear, so that a dump that finds nothing has looked at all.
const CANARY: &[u8] = b"a canary that nobody seals";

/// Secrets that a visit leaves behind, each with what it is.
type Secrets = Vec<(&'static str, Vec<u8>)>;

/// Somebody visits a site on this store: logs in, is renamed, gets a new id, logs in elsewhere.
async fn visit(store: Arc<dyn Store>) -> Secrets {
    assert!(store.insert(StoreKey::from_bytes([1; 32]), canary()).await.unwrap());
    let site = Site::over(GuardedRouter::new(), ProbedStore::of(store), |builder| builder);
    let ada = User { id: ID, name: NAME.to_owned(), scopes: vec![SCOPE.to_owned()], ..user(0) };
    let mut secrets: Secrets = vec![
        ("name", NAME.into()),
        ("new name", b"Enchantress-of-Numbers".into()),
        ("scope", SCOPE.into()),
        ("id as text", ID.to_string().into()),
        ("id", ID.to_be_bytes().into()),
        ("id, the other way round", ID.to_le_bytes().into()),
        ("device", b"Firefox on Linux".into()),
    ];

    let mut visitor = site.visitor();
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let headers = [("user-agent", browser), ("content-type", "application/json")];
    let body = Body::from(serde_json::to_vec(&ada).unwrap());
    assert_eq!(visitor.send("POST /log-in", &headers, body).await.status, 200);
    let first = visitor.cookie("__Host-id").unwrap().to_owned();
    assert_eq!(visitor.post("/rename/Enchantress-of-Numbers").await.status, 200);
    assert_eq!(visitor.post("/rotate").await.status, 200);
    let second = visitor.cookie("__Host-id").unwrap().to_owned();
    assert_ne!(first, second);
    let listed = site.app.users.of(&ID).await;
    assert!(listed.is_ok_and(|listed| listed.len() == 1 && listed[0].device() == Some("Firefox on Linux")));

    for cookie in [first, second] {
        let bytes = URL_SAFE_NO_PAD.decode(&cookie).unwrap();
        // The first byte is the version.
        secrets.push(("bytes of the cookie", bytes[1..].to_vec()));
        secrets.push(("cookie", cookie.into()));
    }
    secrets
}

fn canary() -> Record {
    RecordParts {
        created_at: START,
        authenticated_at: START,
        last_seen_at: START,
        longest_pause: Duration::ZERO,
        expires_at: START.plus(hours(1)),
        revision: 0,
        subject: Some(SubjectKey::from_bytes([2; 32])),
        successor: None,
        payload: CANARY.into(),
        listing: CANARY.into(),
    }
    .into()
}

fn hides(dump: &[u8], secrets: &Secrets) {
    let finds = |needle: &[u8]| memchr::memmem::find(dump, needle).is_some();
    assert!(finds(CANARY), "the dump of {} bytes does not hold what is there", dump.len());
    for (what, bytes) in secrets {
        assert!(!finds(bytes), "{what} is in the dump");
        let in_hexadecimal = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert!(!finds(in_hexadecimal.as_bytes()), "{what} is in the dump, in hexadecimal");
    }
}

#[tokio::test]
async fn a_file_of_sqlite_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::connect(&format!("sqlite:{}/shop.db", folder.path().display())).await.unwrap();
    store.migrate().await.unwrap();
    let secrets = visit(Arc::new(store)).await;
    hides(&dump_of(folder.path()), &secrets);
}

#[tokio::test]
async fn redis_tells_nothing() {
    let Some(mut server) = redis(&REMEMBERING) else { return };
    let store = RedisStore::connect(format!("redis://{}", server.address())).await.unwrap();
    let secrets = visit(Arc::new(store)).await;
    server.stop();
    hides(&server.dump(), &secrets);
}

#[tokio::test]
async fn postgresql_tells_nothing() {
    let Some(mut server) = postgres() else { return };
    let store = PostgresStore::connect(&postgres_url(&server)).await.unwrap();
    store.migrate().await.unwrap();
    let secrets = visit(Arc::new(store)).await;
    server.stop();
    hides(&server.dump(), &secrets);
}

#[tokio::test]
async fn mariadb_tells_nothing() {
    let Some(mut server) = mariadb() else { return };
    let store = MySqlStore::connect(&mariadb_url(&server)).await.unwrap();
    store.migrate().await.unwrap();
    let secrets = visit(Arc::new(store)).await;
    server.stop();
    hides(&server.dump(), &secrets);
}

#[tokio::test]
async fn memcached_tells_nothing() {
    let Some(server) = memcached(&[], |_| {}) else { return };
    let store = MemcachedStore::builder(server.address().to_string()).subject_index().connect().await.unwrap();
    let secrets = visit(Arc::new(store)).await;
    hides(&memory_of(server.address()), &secrets);
}

/// All items that Memcached has, with their names.
fn memory_of(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(b"lru_crawler metadump all\r\n").unwrap();
    let mut replies = BufReader::new(stream.try_clone().unwrap());
    let mut memory = Vec::new();
    let mut items = 0;
    loop {
        let mut line = String::new();
        replies.read_line(&mut line).unwrap();
        let Some(name) = line.strip_prefix("key=").and_then(|rest| rest.split(' ').next()) else { break };
        // The only character of ours that it writes otherwise.
        let name = name.replace("%3A", ":");
        memory.extend_from_slice(name.as_bytes());
        stream.write_all(format!("get {name}\r\n").as_bytes()).unwrap();
        items += 1;
    }
    for _ in 0..items {
        loop {
            let mut line = Vec::new();
            replies.read_until(b'\n', &mut line).unwrap();
            memory.extend_from_slice(&line);
            if line == b"END\r\n" {
                break;
            }
        }
    }
    memory
}
