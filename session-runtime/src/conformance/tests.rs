use std::time::Duration;

use super::*;
use crate::clock::Timestamp;
use crate::store::{MemoryStore, Record, Removed, Replaced, StoreFuture, StoreKey, SubjectKey};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_in_process_store_keeps_every_rule() {
    let report = check(MemoryStore::new()).await.unwrap_or_else(|violations| panic!("{violations}"));
    assert_eq!(report.not_promised(), [""; 0]);
    assert!(report.held().len() > 25, "{report:?}");
}

/// What a store may do wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    InsertsAgain,
    BringsBack,
    IgnoresTheRevision,
    TouchesBack,
    RevivesTheExpired,
    TouchesAliases,
    ForgetsTheSuccessor,
    ListsAPart,
    KeepsOthers,
}

/// The in-process store with one fault.
struct Faulty(MemoryStore, Fault);

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.1 == fault
    }
}

impl Store for Faulty {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        if self.has(Fault::InsertsAgain) {
            StoreFuture::new(async move {
                self.0.remove(key).await?;
                self.0.insert(key, record).await
            })
        } else {
            self.0.insert(key, record)
        }
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        self.0.load(key)
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(async move {
            let standing = self.0.load(key).await?;
            match standing {
                None if self.has(Fault::BringsBack) => {
                    self.0.insert(key, record).await?;
                    Ok(Replaced::Replaced)
                }
                Some(standing) if self.has(Fault::IgnoresTheRevision) => {
                    self.0.replace(key, record, standing.revision()).await
                }
                _ => self.0.replace(key, record, revision).await,
            }
        })
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        StoreFuture::new(async move {
            let Some(record) = self.0.load(key).await? else { return Ok(false) };
            match self.1 {
                Fault::TouchesBack if seen_at < record.last_seen_at() => Ok(false),
                Fault::RevivesTheExpired => {
                    let just_before = record.expires_at().minus(Duration::from_millis(1));
                    self.0.touch(key, seen_at.min(just_before), expires_at).await
                }
                Fault::TouchesAliases if record.successor().is_some() => Ok(true),
                _ => self.0.touch(key, seen_at, expires_at).await,
            }
        })
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        self.0.alias(old, new, until, revision)
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        StoreFuture::new(async move {
            match self.0.remove(key).await? {
                Removed::Alias(_) if self.has(Fault::ForgetsTheSuccessor) => Ok(Removed::Record),
                removed => Ok(removed),
            }
        })
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        StoreFuture::new(async move {
            let mut records = self.0.of_subject(subject).await?;
            if self.has(Fault::ListsAPart) {
                records.truncate(100);
            }
            Ok(records)
        })
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        let except = except.filter(|_| !self.has(Fault::KeepsOthers));
        self.0.remove_subject(subject, except)
    }

    fn in_process(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_found() {
    for (fault, rule) in [
        (Fault::InsertsAgain, "an existing key is not inserted again"),
        (Fault::BringsBack, "nothing but an insertion brings a key into being"),
        (Fault::IgnoresTheRevision, "a replacement needs the revision that it read"),
        (Fault::TouchesBack, "a touch moves forward and never back"),
        (Fault::RevivesTheExpired, "a touch does not bring back what has expired"),
        (Fault::TouchesAliases, "an alias is neither changed, nor touched, nor aliased again"),
        (Fault::ForgetsTheSuccessor, "removing an alias names what it stood for"),
        (Fault::ListsAPart, "many records of one subject are listed and removed"),
        (Fault::KeepsOthers, "a subject is removed but for one record and its aliases"),
    ] {
        let violations = check(Faulty(MemoryStore::new(), fault)).await.err();
        let found: Vec<&str> = violations.iter().flat_map(Violations::rules).map(|(rule, _)| *rule).collect();
        assert!(found.contains(&rule), "{fault:?}: {found:?}");
    }
}
