//! The sessions of a subject: an item that names them. What it does not name does not count.

use std::collections::BTreeSet;
use std::time::Duration;

use super::expiry::UNLIMITED;
use super::item::{Written, written};
use super::pool::Failure;
use super::protocol::{Condition, Reply, Unique};
use super::{ATTEMPTS, MemcachedStore};
use crate::clock::Timestamp;
use crate::store::{Record, StoreKey, SubjectKey};

/// How long a key may be on a list without leading anywhere: far longer than an insertion takes.
const GRACE: Duration = Duration::from_secs(60);
/// A list is tidied whenever it grew by so many.
const TIDIED_EVERY: usize = 64;
const ENTRY_LENGTH: usize = 40;

/// A session on a list.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    key: StoreKey,
    listed_at: Timestamp,
}

/// The list, and what tells it from any other state of it; `None` when there is none.
type Standing = Option<(Unique, Vec<Entry>)>;

impl MemcachedStore {
    /// Lists a record under its subject.
    pub(super) async fn enlist(&self, subject: SubjectKey, key: StoreKey, now: Timestamp) -> Result<(), Failure> {
        let entries = self
            .change_list(subject, |entries| {
                entries.retain(|entry| entry.key != key);
                entries.push(Entry { key, listed_at: now });
            })
            .await?;
        // Somebody who logs in again and again, and is never asked for, must not fill the item.
        if entries.len() % TIDIED_EVERY == 0 {
            self.tidy(subject, &entries, now).await?;
        }
        Ok(())
    }

    /// Takes records off the list.
    pub(super) async fn strike(&self, subject: SubjectKey, keys: &[StoreKey]) -> Result<(), Failure> {
        self.change_list(subject, |entries| entries.retain(|entry| !keys.contains(&entry.key))).await.map(drop)
    }

    pub(super) async fn is_listed(&self, subject: SubjectKey, key: StoreKey) -> Result<bool, Failure> {
        let standing = self.list(subject).await?;
        Ok(standing.is_some_and(|(_, entries)| entries.iter().any(|entry| entry.key == key)))
    }

    pub(super) async fn of_subject_now(&self, subject: SubjectKey) -> Result<Vec<(StoreKey, Record)>, Failure> {
        self.expect_index()?;
        let mut records = Vec::new();
        for Entry { key, .. } in self.list(subject).await?.map_or_else(Vec::new, |(_, entries)| entries) {
            if let Some((_, record)) = self.read(&self.record_name(key)).await?
                && record.subject == Some(subject)
                && record.successor.is_none()
            {
                records.push((key, record));
            }
        }
        Ok(records)
    }

    /// The list goes first, and with it all sessions at once; the records are removed after that. What became an alias
    /// meanwhile is followed, so that a rotation under way is caught.
    pub(super) async fn remove_subject_now(
        &self,
        subject: SubjectKey,
        except: Option<StoreKey>,
    ) -> Result<usize, Failure> {
        self.expect_index()?;
        let mut met: BTreeSet<StoreKey> = except.into_iter().collect();
        let mut to_remove = self.strike_all(subject, except).await?;
        let mut removed = 0;
        while let Some(key) = to_remove.pop() {
            if !met.insert(key) {
                continue;
            }
            let is_meant = |record: &Record| {
                record.subject == Some(subject) && (record.successor.is_none() || record.successor != except)
            };
            if let Some(record) = self.remove_if(key, is_meant).await? {
                removed += 1;
                to_remove.extend(record.successor);
            }
        }
        Ok(removed)
    }

    /// Takes all records off the list but one and its aliases; answers with those taken.
    async fn strike_all(&self, subject: SubjectKey, except: Option<StoreKey>) -> Result<Vec<StoreKey>, Failure> {
        for _ in 0..ATTEMPTS {
            let Some((unique, entries)) = self.list(subject).await? else { return Ok(Vec::new()) };
            let (mut kept, mut struck) = (Vec::new(), Vec::new());
            for entry in entries {
                if self.is_kept(entry.key, except).await? { kept.push(entry) } else { struck.push(entry.key) }
            }
            match self.write_list(subject, Some(unique), &kept).await? {
                Written::Done | Written::Gone => return Ok(struck),
                Written::Changed => {}
            }
        }
        Err(Failure::NeverThrough)
    }

    async fn is_kept(&self, key: StoreKey, except: Option<StoreKey>) -> Result<bool, Failure> {
        if except.is_none() || except == Some(key) {
            return Ok(except.is_some());
        }
        let standing = self.read(&self.record_name(key)).await?;
        Ok(standing.is_some_and(|(_, record)| record.successor == except))
    }

    /// Strikes what leads nowhere, unless it was listed a moment ago and may be about to be inserted.
    async fn tidy(&self, subject: SubjectKey, entries: &[Entry], now: Timestamp) -> Result<(), Failure> {
        let mut leads_nowhere = Vec::new();
        for entry in entries.iter().filter(|entry| now.since(entry.listed_at) >= GRACE) {
            if self.item(&self.record_name(entry.key)).await?.is_none() {
                leads_nowhere.push(*entry);
            }
        }
        if leads_nowhere.is_empty() {
            return Ok(());
        }
        self.change_list(subject, |entries| entries.retain(|entry| !leads_nowhere.contains(entry))).await.map(drop)
    }

    /// Changes the list until no other change came first; answers with what it is then.
    async fn change_list(&self, subject: SubjectKey, change: impl Fn(&mut Vec<Entry>)) -> Result<Vec<Entry>, Failure> {
        for _ in 0..ATTEMPTS {
            let (unique, before) = self.list(subject).await?.map_or((None, Vec::new()), |(u, e)| (Some(u), e));
            let mut entries = before.clone();
            change(&mut entries);
            if entries == before {
                return Ok(entries);
            }
            if matches!(self.write_list(subject, unique, &entries).await?, Written::Done) {
                return Ok(entries);
            }
        }
        Err(Failure::NeverThrough)
    }

    /// An empty list is none.
    async fn write_list(
        &self,
        subject: SubjectKey,
        unique: Option<Unique>,
        entries: &[Entry],
    ) -> Result<Written, Failure> {
        let name = self.list_name(subject);
        let condition = match unique {
            Some(unique) if entries.is_empty() => return self.delete(&name, unique).await,
            Some(unique) => Condition::Unchanged(unique),
            None => Condition::Absent,
        };
        match self.write_item(&name, condition, UNLIMITED, &encode(entries)).await? {
            Reply::NotStored => Ok(Written::Changed),
            reply => written(&reply),
        }
    }

    async fn list(&self, subject: SubjectKey) -> Result<Standing, Failure> {
        let Some((unique, bytes)) = self.item(&self.list_name(subject)).await? else { return Ok(None) };
        let entries = decode(&bytes).ok_or(Failure::Unreadable)?;
        Ok(Some((unique, entries)))
    }

    fn list_name(&self, subject: SubjectKey) -> String {
        self.name("of:", subject.as_bytes())
    }

    fn expect_index(&self) -> Result<(), Failure> {
        if self.0.indexed { Ok(()) } else { Err(Failure::NoIndex) }
    }
}

/// A key and an instant in milliseconds for each.
fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_LENGTH);
    for Entry { key, listed_at } in entries {
        bytes.extend(key.as_bytes());
        bytes.extend(listed_at.as_millis().to_be_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Vec<Entry>> {
    let (entries, rest) = bytes.as_chunks::<ENTRY_LENGTH>();
    let entries = entries.iter().map(|entry| {
        let (key, listed_at) = entry.split_first_chunk()?;
        let listed_at = Timestamp::from_millis(u64::from_be_bytes(listed_at.try_into().ok()?));
        Some(Entry { key: StoreKey::from_bytes(*key), listed_at })
    });
    if rest.is_empty() { entries.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_read_does_no_harm_and_is_written_the_same(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(decode(&bytes).is_some(), bytes.len() % ENTRY_LENGTH == 0);
            if let Some(entries) = decode(&bytes) {
                prop_assert_eq!(encode(&entries), bytes);
            }
        }
    }
}
