//! Stores that count how often they are asked.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use session_runtime::{Record, Removed, Replaced, Store, StoreFuture, StoreKey, StorePromises, SubjectKey, Timestamp};

use crate::row::Row;

/// How often a store was read and written.
#[derive(Debug, Default)]
pub struct Counts {
    reads: AtomicU64,
    writes: AtomicU64,
}

impl Counts {
    /// Reads and writes until now.
    pub fn get(&self) -> [u64; 2] {
        [&self.reads, &self.writes].map(|count| count.load(Ordering::Relaxed))
    }

    fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    fn written(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }
}

/// Each row with its twin over a store that counts.
pub fn counted(rows: Vec<Row>, twins: Vec<Row>, counts: &Arc<Counts>) -> Vec<Row> {
    let with_twin = |(row, twin): (Row, Row)| {
        let counts = Arc::clone(counts);
        row.counted_by(twin, move || counts.get())
    };
    rows.into_iter().zip(twins).map(with_twin).collect()
}

/// A store whose operations are counted.
#[derive(Clone)]
pub struct Counted<S> {
    store: S,
    counts: Arc<Counts>,
}

impl<S> Counted<S> {
    /// Counts what is asked of `store`.
    pub fn over(store: S, counts: &Arc<Counts>) -> Self {
        Self { store, counts: Arc::clone(counts) }
    }
}

impl<S> fmt::Debug for Counted<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Counted").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl<S: Store> Store for Counted<S> {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        self.counts.written();
        self.store.insert(key, record)
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        self.counts.read();
        self.store.load(key)
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        self.counts.written();
        self.store.replace(key, record, revision)
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        self.counts.written();
        self.store.touch(key, seen_at, expires_at)
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        self.counts.written();
        self.store.alias(old, new, until, revision)
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        self.counts.written();
        self.store.remove(key)
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        self.counts.read();
        self.store.of_subject(subject)
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        self.counts.written();
        self.store.remove_subject(subject, except)
    }

    fn promises(&self) -> StorePromises {
        self.store.promises()
    }

    fn in_process(&self) -> bool {
        self.store.in_process()
    }
}

/// The same trait twice: `axum-login` uses the release before the last.
macro_rules! count_tower_sessions {
    ($release:path) => {
        const _: () = {
            use $release as release;

            use release::SessionStore;
            use release::session::{Id, Record};
            use release::session_store::Result;

            #[async_trait]
            impl<S: SessionStore> SessionStore for Counted<S> {
                async fn create(&self, record: &mut Record) -> Result<()> {
                    self.counts.written();
                    self.store.create(record).await
                }

                async fn save(&self, record: &Record) -> Result<()> {
                    self.counts.written();
                    self.store.save(record).await
                }

                async fn load(&self, id: &Id) -> Result<Option<Record>> {
                    self.counts.read();
                    self.store.load(id).await
                }

                async fn delete(&self, id: &Id) -> Result<()> {
                    self.counts.written();
                    self.store.delete(id).await
                }
            }
        };
    };
}

count_tower_sessions!(tower_sessions);
count_tower_sessions!(axum_login::tower_sessions);
