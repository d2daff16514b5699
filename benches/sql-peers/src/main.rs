//! The SQL stores of `tower-sessions` 0.14: runs the rounds it is asked for, each set up as its documentation says.
//!
//! Its one argument is the address of a database. It says `ready`, then answers each line `operation workers round` of its
//! standard input with the operations of a second and the nanoseconds that each took, and ends when there are no more.

#[path = "../../stores/tower_sessions_0_14.rs"]
mod peer;
#[path = "../../stores/work.rs"]
mod work;

use std::collections::HashMap;
use std::io::BufRead;
use std::time::Duration;

use tower_sessions_core_0_14::SessionStore;
use tower_sessions_sqlx_store::sqlx::mysql::MySqlPoolOptions;
use tower_sessions_sqlx_store::sqlx::postgres::PgPoolOptions;
use tower_sessions_sqlx_store::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tower_sessions_sqlx_store::{MySqlStore, PostgresStore, SqliteStore};

/// As many as the benchmark gives this library's stores.
const CONNECTIONS: u32 = 10;

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).expect("an address");
    if let Some(path) = address.strip_prefix("sqlite:") {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).busy_timeout(Duration::from_secs(30));
        // As for this library's store: one connection, so that writers do not wait for one another by sleeping.
        let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).connect_with(options);
        let store = SqliteStore::new(pool.await.expect("a database"));
        store.migrate().await.expect("a table");
        answer(store).await;
    } else if address.starts_with("postgres:") {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(&address);
        let store = PostgresStore::new(pool.await.expect("a database"));
        store.migrate().await.expect("a table");
        answer(store).await;
    } else {
        let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(&address);
        let store = MySqlStore::new(pool.await.expect("a database"));
        store.migrate().await.expect("a table");
        answer(store).await;
    }
}

async fn answer(store: impl SessionStore + Clone) {
    let (loads, saves, creates) = (peer::loads(&store).await, peer::saves(&store).await, peer::creates(&store));
    let operations = HashMap::from([("loads", loads), ("saves", saves), ("creates", creates)]);
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let [operation, workers, round] = *line.split(' ').collect::<Vec<_>>() else {
            panic!("not a question: {line}")
        };
        let (workers, round) = (workers.parse().expect("a count"), round.parse().expect("a number"));
        let (rate, delays) = work::run(&operations[operation], workers, round).await;
        let delays: Vec<String> = delays.iter().map(|delay| delay.as_nanos().to_string()).collect();
        println!("{rate} {}", delays.join(" "));
    }
}
