//! Bare `sqlx` with the statements of the stores, on the pool of the store.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::ours::{LISTING, NOW, key};
use crate::work::PAYLOAD;

/// The table, which a store has made.
pub(crate) const TABLE: &str = "bare";

/// The statements as one engine writes them.
pub(crate) struct Statements {
    pub(crate) insert: SqlStr,
    pub(crate) load: SqlStr,
    pub(crate) touch: SqlStr,
    pub(crate) update: SqlStr,
}

const COLUMNS: &str = "id, subject, successor, created_at, authenticated_at, last_seen_at, longest_pause, expires_at, \
                       revision, listing, payload";

impl Statements {
    pub(crate) fn new(numbered: bool) -> Self {
        let written = |text: &str| {
            let mut text = text.replace("{columns}", COLUMNS).replace("{table}", TABLE);
            for number in (1..).take_while(|_| numbered) {
                let Some(place) = text.find('?') else { break };
                text.replace_range(place..=place, &format!("${number}"));
            }
            AssertSqlSafe(text).into_sql_str()
        };
        Self {
            insert: written("INSERT INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
            load: written("SELECT {columns} FROM {table} WHERE id = ?"),
            touch: written(
                "UPDATE {table} SET \
                 longest_pause = CASE WHEN ? - last_seen_at > longest_pause THEN ? - last_seen_at ELSE longest_pause END, \
                 last_seen_at = CASE WHEN ? > last_seen_at THEN ? ELSE last_seen_at END, \
                 expires_at = CASE WHEN ? > expires_at THEN ? ELSE expires_at END \
                 WHERE id = ? AND successor IS NULL AND expires_at > ?",
            ),
            update: written(
                "UPDATE {table} SET authenticated_at = ?, listing = ?, payload = ?, revision = revision + 1 \
                 WHERE id = ? AND revision = ? AND successor IS NULL",
            ),
        }
    }
}

pub(crate) fn instant(milliseconds: u64) -> i64 {
    i64::try_from(NOW.as_millis() + milliseconds).expect("a number of this century")
}

pub(crate) fn id(row: u8, turn: u64) -> Vec<u8> {
    key(row, turn).as_bytes().to_vec()
}

pub(crate) fn contents() -> [Vec<u8>; 2] {
    [vec![8; LISTING], vec![7; PAYLOAD]]
}

/// The four operations on a pool of this engine: for each, [`Work`](crate::work::Work).
macro_rules! bare {
    ($engine:ident, $database:ty, numbered: $numbered:literal) => {
        pub(crate) mod $engine {
            use std::sync::Arc;

            use sqlx::{Pool, Row};

            use super::{Statements, contents, id, instant};
            use crate::ours::{counters, next, subject};
            use crate::work::{MOST_WORKERS, Work, work};

            type Client = Arc<(Pool<$database>, Statements)>;

            pub(crate) fn client(pool: &Pool<$database>) -> Client {
                Arc::new((pool.clone(), Statements::new($numbered)))
            }

            async fn insert(client: &Client, row: u8, turn: u64, owner: u64) {
                let [listing, payload] = contents();
                let inserted = sqlx::query(client.1.insert.clone())
                    .bind(id(row, turn))
                    .bind(subject(owner).as_bytes().to_vec())
                    .bind(None::<Vec<u8>>)
                    .bind(instant(0))
                    .bind(instant(0))
                    .bind(instant(0))
                    .bind(0_i64)
                    .bind(instant(3_600_000))
                    .bind(0_i64)
                    .bind(listing)
                    .bind(payload)
                    .execute(&client.0);
                assert_eq!(inserted.await.expect("an answer").rows_affected(), 1);
            }

            async fn records(client: &Client, row: u8) {
                for worker in 0..MOST_WORKERS as u64 {
                    insert(client, row, worker, worker).await;
                }
            }

            pub(crate) async fn loads(client: &Client) -> Work {
                records(client, 1).await;
                let client = Arc::clone(client);
                work(move |worker, _| {
                    let client = Arc::clone(&client);
                    async move {
                        let query = sqlx::query(client.1.load.clone()).bind(id(1, worker as u64));
                        let row = query.fetch_one(&client.0).await.expect("a row");
                        // As the store does, which hands on what it read.
                        let (listing, payload): (Vec<u8>, Vec<u8>) = (row.get(9), row.get(10));
                        assert!(!listing.is_empty() && !payload.is_empty());
                    }
                })
            }

            pub(crate) async fn touches(client: &Client) -> Work {
                records(client, 2).await;
                let (client, milliseconds) = (Arc::clone(client), counters());
                work(move |worker, _| {
                    let (client, milliseconds) = (Arc::clone(&client), Arc::clone(&milliseconds));
                    async move {
                        let seen = next(&milliseconds, worker);
                        let (seen, expiry) = (instant(seen), instant(seen + 3_600_000));
                        let query = sqlx::query(client.1.touch.clone());
                        let query = query.bind(seen).bind(seen).bind(seen).bind(seen).bind(expiry).bind(expiry);
                        let query = query.bind(id(2, worker as u64)).bind(seen).execute(&client.0);
                        assert!(query.await.is_ok());
                    }
                })
            }

            pub(crate) async fn updates(client: &Client) -> Work {
                records(client, 3).await;
                let (client, revisions) = (Arc::clone(client), counters());
                work(move |worker, _| {
                    let (client, revisions) = (Arc::clone(&client), Arc::clone(&revisions));
                    async move {
                        let revision = i64::try_from(next(&revisions, worker)).expect("a small count");
                        let [listing, payload] = contents();
                        let query = sqlx::query(client.1.update.clone()).bind(instant(0)).bind(listing).bind(payload);
                        let query = query.bind(id(3, worker as u64)).bind(revision).execute(&client.0);
                        assert_eq!(query.await.expect("an answer").rows_affected(), 1);
                    }
                })
            }

            pub(crate) fn log_ins(client: &Client) -> Work {
                let client = Arc::clone(client);
                work(move |_, turn| {
                    let client = Arc::clone(&client);
                    async move { insert(&client, 4, turn, turn).await }
                })
            }
        }
    };
}

bare!(sqlite, sqlx::Sqlite, numbered: false);
bare!(postgres, sqlx::Postgres, numbered: true);
bare!(mysql, sqlx::MySql, numbered: false);
