//! What a store does, in statements.
//!
//! Every operation is one statement whose condition the engine checks as it writes; where the answer needs a second
//! statement, that one only looks, and whatever happened in between leaves its answer true.

use super::SqlStore;
use super::engine::{SqlEngine, Value};
use super::row::{self, bytes, instant, integer};
use crate::clock::Timestamp;
use crate::store::{Record, RecordParts, Removed, Replaced, Store, StoreError, StoreFuture, StoreKey, SubjectKey};

impl<DB: SqlEngine> Store for SqlStore<DB> {
    fn insert(&self, key: StoreKey, record: Record) -> StoreFuture<'_, bool> {
        StoreFuture::new(self.insert_now(key, record))
    }

    fn load(&self, key: StoreKey) -> StoreFuture<'_, Option<Record>> {
        StoreFuture::new(self.load_now(key))
    }

    fn replace(&self, key: StoreKey, record: Record, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(self.replace_now(key, record, revision))
    }

    fn touch(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> StoreFuture<'_, bool> {
        StoreFuture::new(self.touch_now(key, seen_at, expires_at))
    }

    fn alias(&self, old: StoreKey, new: StoreKey, until: Timestamp, revision: u64) -> StoreFuture<'_, Replaced> {
        StoreFuture::new(self.alias_now(old, new, until, revision))
    }

    fn remove(&self, key: StoreKey) -> StoreFuture<'_, Removed> {
        StoreFuture::new(self.remove_now(key))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreFuture<'_, Vec<(StoreKey, Record)>> {
        StoreFuture::new(self.of_subject_now(subject))
    }

    fn remove_subject(&self, subject: SubjectKey, except: Option<StoreKey>) -> StoreFuture<'_, usize> {
        StoreFuture::new(self.remove_subject_now(subject, except))
    }
}

impl<DB: SqlEngine> SqlStore<DB> {
    async fn insert_now(&self, key: StoreKey, record: Record) -> Result<bool, StoreError> {
        let parts = RecordParts::try_from(record)?;
        let values = [
            bytes(key.as_bytes()),
            Value::Bytes(parts.subject.as_ref().map(|subject| subject.as_bytes().as_slice())),
            Value::Bytes(parts.successor.as_ref().map(|successor| successor.as_bytes().as_slice())),
            instant(parts.created_at),
            instant(parts.authenticated_at),
            instant(parts.last_seen_at),
            instant(Timestamp::EPOCH.plus(parts.longest_pause)),
            instant(parts.expires_at),
            integer(parts.revision),
            bytes(&parts.listing),
            bytes(&parts.payload),
        ];
        match self.connections.write(&self.statements.insert, &values).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.is_duplicate() => Ok(false),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn load_now(&self, key: StoreKey) -> Result<Option<Record>, StoreError> {
        let rows = self.connections.read(&self.statements.load, &[bytes(key.as_bytes())]).await?;
        rows.first().map(|row| Ok(row::record::<DB>(row)?.1)).transpose()
    }

    async fn replace_now(&self, key: StoreKey, record: Record, revision: u64) -> Result<Replaced, StoreError> {
        let parts = RecordParts::try_from(record)?;
        let values = [
            instant(parts.authenticated_at),
            bytes(&parts.listing),
            bytes(&parts.payload),
            bytes(key.as_bytes()),
            integer(revision),
        ];
        let changed = self.connections.write(&self.statements.replace, &values).await?;
        self.replaced(key, changed).await
    }

    async fn touch_now(&self, key: StoreKey, seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, StoreError> {
        let (seen_at, expires_at) = (instant(seen_at), instant(expires_at));
        let values = [
            // The longest pause.
            seen_at,
            seen_at,
            // The last activity.
            seen_at,
            seen_at,
            // The expiry.
            expires_at,
            expires_at,
            // The condition.
            bytes(key.as_bytes()),
            seen_at,
        ];
        Ok(self.connections.write(&self.statements.touch, &values).await? > 0)
    }

    async fn alias_now(
        &self,
        old: StoreKey,
        new: StoreKey,
        until: Timestamp,
        revision: u64,
    ) -> Result<Replaced, StoreError> {
        let until = instant(until);
        let values = [bytes(new.as_bytes()), until, until, bytes(old.as_bytes()), integer(revision)];
        let changed = self.connections.write(&self.statements.alias, &values).await?;
        self.replaced(old, changed).await
    }

    /// Whether a write that depends on a revision was done, and why not.
    ///
    /// The second look comes after the write found nothing to change. What it sees is what stands then: no record or an
    /// alias, and the write would have found the same; a record, and whoever loads it and tries again finds out, also when
    /// it has just come into being.
    async fn replaced(&self, key: StoreKey, changed: u64) -> Result<Replaced, StoreError> {
        if changed > 0 {
            return Ok(Replaced::Replaced);
        }
        match self.successor(key).await? {
            Some(None) => Ok(Replaced::Conflict),
            Some(Some(_)) | None => Ok(Replaced::Gone),
        }
    }

    /// What the record under `key`, if there is one, is an alias of, if it is one.
    ///
    /// Asked where writes go: a pool for reading may be another server's, and behind.
    async fn successor(&self, key: StoreKey) -> Result<Option<Option<StoreKey>>, StoreError> {
        let rows = self.connections.read_latest(&self.statements.successor, &[bytes(key.as_bytes())]).await?;
        rows.first().map(|row| row::key::<DB>(row, 0).map(|successor| successor.map(StoreKey::from_bytes))).transpose()
    }

    /// A record becomes an alias at most once, and never anything else again: what was read of an alias is true for as
    /// long as it stands. So each removal is one statement, of a record or of the alias that was seen, and of many that
    /// remove the same, the engine lets one.
    async fn remove_now(&self, key: StoreKey) -> Result<Removed, StoreError> {
        let id = bytes(key.as_bytes());
        if self.connections.write(&self.statements.remove, &[id]).await? > 0 {
            return Ok(Removed::Record);
        }
        let Some(Some(successor)) = self.successor(key).await? else { return Ok(Removed::Nothing) };
        let values = [id, bytes(successor.as_bytes())];
        let removed = self.connections.write(&self.statements.remove_alias, &values).await?;
        Ok(if removed > 0 { Removed::Alias(successor) } else { Removed::Nothing })
    }

    async fn of_subject_now(&self, subject: SubjectKey) -> Result<Vec<(StoreKey, Record)>, StoreError> {
        let rows = self.connections.read_latest(&self.statements.of_subject, &[bytes(subject.as_bytes())]).await?;
        rows.iter().map(row::record::<DB>).collect()
    }

    /// Again until nothing is left: a statement sees the records of the instant at which it began, and a rotation may have
    /// inserted its new record after that and made the old one an alias before the statement reached it. When a statement
    /// has found nothing, no rotation is left that could go on.
    async fn remove_subject_now(&self, subject: SubjectKey, except: Option<StoreKey>) -> Result<usize, StoreError> {
        let subject = bytes(subject.as_bytes());
        let mut removed = 0;
        loop {
            let batch = match &except {
                None => self.connections.write(&self.statements.remove_subject, &[subject]).await?,
                Some(key) => {
                    let key = bytes(key.as_bytes());
                    self.connections.write(&self.statements.remove_others, &[subject, key, key]).await?
                }
            };
            if batch == 0 {
                return Ok(removed);
            }
            removed += usize::try_from(batch).unwrap_or(usize::MAX);
        }
    }
}
