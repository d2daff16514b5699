//! Bare clients that send what the stores send, and look no further than whether there is an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{Client, Cmd, IntoConnectionInfo, Script, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ours::{LISTING, NOW, counters, next};
use crate::work::{MOST_WORKERS, PAYLOAD, Work, work};

const FIELDS: [&str; 3] = ["head", "payload", "listing"];
const INSERT: &str = include_str!("../../session-runtime/src/store/redis/scripts/insert.lua");
const ENLIST: &str = include_str!("../../session-runtime/src/store/redis/scripts/enlist.lua");
const TOUCH: &str = concat!(
    include_str!("../../session-runtime/src/store/redis/scripts/head.lua"),
    include_str!("../../session-runtime/src/store/redis/scripts/touch.lua")
);
const REPLACE: &str = concat!(
    include_str!("../../session-runtime/src/store/redis/scripts/head.lua"),
    include_str!("../../session-runtime/src/store/redis/scripts/replace.lua")
);

#[derive(Clone)]
pub(crate) struct Redis(MultiplexedConnection);

/// As long as the names of the store.
fn name(row: &str, turn: u64) -> String {
    format!("bare:{row}:{turn:043}")
}

fn instant(milliseconds: u64) -> String {
    format!("{:020}", NOW.as_millis() + milliseconds)
}

impl Redis {
    pub(crate) async fn connect(address: &str) -> Self {
        let tcp = redis::io::tcp::TcpSettings::default().set_nodelay(true);
        let info = address.into_connection_info().expect("an address").set_tcp_settings(tcp);
        let client = Client::open(info).expect("a client");
        let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
        for script in [INSERT, ENLIST, TOUCH, REPLACE] {
            let mut load = redis::cmd("SCRIPT");
            load.arg("LOAD").arg(script);
            connection.req_packed_command(&load).await.expect("an answer");
        }
        Self(connection)
    }

    async fn ask(&self, command: &Cmd) -> Value {
        self.0.clone().req_packed_command(command).await.expect("an answer")
    }

    fn call(script: &Script, key: &str) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        command.arg(script.get_hash()).arg(1).arg(key);
        command
    }

    fn insertion(script: &Script, name: &str) -> Cmd {
        let mut command = Self::call(script, name);
        command.arg("3660000").arg("listed").arg(instant(7_200_000));
        let (now, expiry, none) = (instant(0), instant(3_600_000), "0".repeat(20));
        let mut head = format!("{now}{now}{now}{none}{expiry}{none}1").into_bytes();
        head.extend([9; 32]);
        head.extend([b'0'; 33]);
        command.arg("head").arg(head);
        command.arg("payload").arg(vec![7_u8; PAYLOAD]).arg("listing").arg(vec![8_u8; LISTING]);
        command
    }

    async fn records(&self, row: &str) {
        let script = Script::new(INSERT);
        for worker in 0..MOST_WORKERS as u64 {
            self.ask(&Self::insertion(&script, &name(row, worker))).await;
        }
    }

    pub(crate) async fn loads(&self) -> Work {
        self.records("load").await;
        let client = self.clone();
        work(move |worker, _| {
            let client = client.clone();
            async move {
                let mut command = redis::cmd("HMGET");
                command.arg(name("load", worker as u64)).arg(&FIELDS);
                assert!(matches!(client.ask(&command).await, Value::Array(_)));
            }
        })
    }

    /// One value of the same size.
    pub(crate) async fn gets(&self) -> Work {
        for worker in 0..MOST_WORKERS as u64 {
            let mut command = redis::cmd("SET");
            command.arg(name("get", worker)).arg(vec![7_u8; PAYLOAD + LISTING + 180]);
            self.ask(&command).await;
        }
        let client = self.clone();
        work(move |worker, _| {
            let client = client.clone();
            async move {
                let mut command = redis::cmd("GET");
                command.arg(name("get", worker as u64));
                assert!(matches!(client.ask(&command).await, Value::BulkString(_)));
            }
        })
    }

    pub(crate) async fn touches(&self) -> Work {
        self.records("touch").await;
        let (client, script) = (self.clone(), Arc::new(Script::new(TOUCH)));
        let milliseconds = counters();
        work(move |worker, _| {
            let (client, script, milliseconds) = (client.clone(), Arc::clone(&script), Arc::clone(&milliseconds));
            async move {
                let mut command = Self::call(&script, &name("touch", worker as u64));
                let seen = next(&milliseconds, worker);
                command.arg(instant(seen)).arg(instant(3_600_000 + seen)).arg("3660000").arg("");
                assert_eq!(client.ask(&command).await, Value::Int(1));
            }
        })
    }

    pub(crate) async fn updates(&self) -> Work {
        self.records("update").await;
        let (client, script) = (self.clone(), Arc::new(Script::new(REPLACE)));
        let revisions = counters();
        work(move |worker, _| {
            let (client, script, revisions) = (client.clone(), Arc::clone(&script), Arc::clone(&revisions));
            async move {
                let revision = next(&revisions, worker);
                let mut command = Self::call(&script, &name("update", worker as u64));
                command.arg(format!("{revision:020}")).arg(format!("{:020}", revision + 1)).arg(instant(0));
                command.arg(vec![7_u8; PAYLOAD]).arg(vec![8_u8; LISTING]);
                assert_eq!(client.ask(&command).await, Value::Int(1));
            }
        })
    }

    pub(crate) fn log_ins(&self) -> Work {
        let scripts = Arc::new((Script::new(ENLIST), Script::new(INSERT)));
        let client = self.clone();
        work(move |_, turn| {
            let (client, scripts) = (client.clone(), Arc::clone(&scripts));
            async move {
                let mut enlist = Self::call(&scripts.0, &name("of", turn));
                enlist.arg(vec![9_u8; 32]).arg("7260000");
                client.ask(&enlist).await;
                assert_eq!(client.ask(&Self::insertion(&scripts.1, &name("id", turn))).await, Value::Int(1));
            }
        })
    }
}

/// A connection for each worker.
#[derive(Clone)]
pub(crate) struct Memcached(Arc<Mutex<Vec<TcpStream>>>);

impl Memcached {
    pub(crate) async fn connect(address: &str) -> Self {
        let mut connections = Vec::new();
        for _ in 0..MOST_WORKERS {
            let connection = TcpStream::connect(address).await.expect("a connection");
            connection.set_nodelay(true).expect("a socket");
            connections.push(connection);
        }
        Self(Arc::new(Mutex::new(connections)))
    }

    /// Sends a request and reads one reply, which ends with a line.
    async fn ask(&self, request: &[u8], is_complete: fn(&[u8]) -> bool) -> Vec<u8> {
        let mut connection = self.0.lock().expect("no panic").pop().expect("a connection for each worker");
        connection.write_all(request).await.expect("a server");
        let mut answer = Vec::with_capacity(4_096);
        while !is_complete(&answer) {
            assert!(connection.read_buf(&mut answer).await.expect("a server") > 0);
        }
        self.0.lock().expect("no panic").push(connection);
        answer
    }

    async fn get(&self, name: &str) -> String {
        let answer = self.ask(format!("mg {name} c v\r\n").as_bytes(), |answer| answer.len() > LENGTH).await;
        let line = answer.split(|byte| *byte == b'\r').next().expect("a line");
        let line = std::str::from_utf8(line).expect("a text");
        line.rsplit(' ').next().expect("a word").to_owned()
    }

    async fn set(&self, name: &str, condition: &str) {
        let mut request = format!("ms {name} {LENGTH} T3660 {condition}\r\n").into_bytes();
        request.resize(request.len() + LENGTH, 7);
        request.extend(b"\r\n");
        assert_eq!(self.ask(&request, |answer| answer.ends_with(b"\r\n")).await, b"HD\r\n");
    }

    async fn records(&self, row: &str) {
        for worker in 0..MOST_WORKERS as u64 {
            self.set(&name(row, worker), "ME").await;
        }
    }

    pub(crate) async fn loads(&self) -> Work {
        self.records("load").await;
        let client = self.clone();
        work(move |worker, _| {
            let client = client.clone();
            async move { assert!(client.get(&name("load", worker as u64)).await.starts_with('c')) }
        })
    }

    /// Reads, and writes if it is the same.
    pub(crate) async fn changes(&self) -> Work {
        static ROWS: AtomicU64 = AtomicU64::new(0);
        let row = format!("change{}", ROWS.fetch_add(1, Ordering::Relaxed));
        self.records(&row).await;
        let client = self.clone();
        work(move |worker, _| {
            let (client, name) = (client.clone(), name(&row, worker as u64));
            async move {
                let unique = client.get(&name).await;
                client.set(&name, &unique.replace('c', "C")).await;
            }
        })
    }

    pub(crate) fn adds(&self) -> Work {
        let client = self.clone();
        work(move |_, turn| {
            let client = client.clone();
            async move { client.set(&name("id", turn), "ME").await }
        })
    }
}

/// What a record comes to.
const LENGTH: usize = 2 + 6 * 8 + 32 + 4 + PAYLOAD + LISTING;
