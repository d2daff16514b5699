//! A list of revoked credentials: one row for each subject and period, so that it is forgotten when it matters no more.

use std::ops::RangeInclusive;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::periods::Periods;
use super::revoked::{Issuance, Moment, Revoked};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::lifecycle::{MOST_CONFLICTS, NEVER_THROUGH};
use crate::sessions::{SessionError, SessionErrorKind, Sessions};
use crate::store::{Record, Replaced, Store, StoreError, StoreFuture, StoreKey, SubjectKey};

/// The list of one kind of credential, in a store.
pub(in crate::sessions) struct List<'s> {
    store: &'s dyn Store,
    periods: Periods,
    /// The tolerated lead of the clock of an issuer that has no epochs.
    tolerated: Duration,
    /// The kind of credential and its issuer: part of the subject key, behind the realm, whose name cannot contain a space.
    subjects: String,
    /// The kind of credential: part of the key of a row.
    kind: &'static str,
}

/// A row of the list, as it stands.
struct Row {
    key: StoreKey,
    record: Option<Record>,
    revoked: Revoked,
}

impl<'s> List<'s> {
    /// The list of credentials that live for at most `longest`.
    pub(in crate::sessions) fn new(
        store: &'s dyn Store,
        longest: Duration,
        tolerated: Duration,
        subjects: String,
        kind: &'static str,
    ) -> Self {
        Self { store, periods: Periods::new(longest), tolerated, subjects, kind }
    }

    /// Changes what is revoked of `subject`.
    ///
    /// # Errors
    ///
    /// If the store does not answer, or a row does not open.
    pub(in crate::sessions) async fn change<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        change: impl Fn(&mut Revoked, &Moment) + Send,
    ) -> Result<(), SessionError> {
        let index_key = self.index_keys(sessions, subject).next().ok_or(SessionErrorKind::Unidentifiable)?;
        for _ in 0..MOST_CONFLICTS {
            let now = sessions.now();
            let period = self.periods.at(now);
            let mut rows = self.rows_in_force(sessions, subject, now).await?;
            let moment = Moment { now, epoch: highest_epoch(&rows) };
            let key = self.row_key(index_key, period);
            let standing = rows.iter_mut().find(|row| row.key == key);
            let (record, mut revoked) =
                standing.map(|row| (row.record.take(), std::mem::take(&mut row.revoked))).unwrap_or_default();
            change(&mut revoked, &moment);
            let changed = sessions.write_row(self.store, key, &revoked, now, self.periods.end_of(period))?;
            let done = match record {
                None => self.store.insert(key, changed).await?,
                Some(record) => self.store.replace(key, changed, record.revision()).await? == Replaced::Replaced,
            };
            if done {
                return Ok(());
            }
        }
        Err(StoreError::from_reason(NEVER_THROUGH).into())
    }

    /// Returns the epoch of a credential that is issued to `subject` now.
    pub(in crate::sessions) async fn epoch<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ok(highest_epoch(&self.rows_in_force(sessions, subject, now).await?))
    }

    /// Returns true if a credential of `subject`, issued so and named by one of `hashes`, is revoked.
    pub(in crate::sessions) async fn covers<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        hashes: &[Box<str>],
        issuance: Issuance,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        for index_key in self.index_keys(sessions, subject) {
            let rows = self.rows(sessions, index_key, self.periods.asked_at(now)).await?;
            if rows.iter().any(|row| row.revoked.covers(hashes, issuance, self.tolerated)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the rows that any node asks at `now`, in every realm.
    async fn rows_in_force<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        now: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for index_key in self.index_keys(sessions, subject) {
            rows.append(&mut self.rows(sessions, index_key, self.periods.in_force_at(now)).await?);
        }
        Ok(rows)
    }

    async fn rows<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        index_key: SubjectKey,
        periods: RangeInclusive<u64>,
    ) -> Result<Vec<Row>, StoreError> {
        let keys: Vec<_> = periods.map(|period| self.row_key(index_key, period)).collect();
        let records = all(keys.iter().map(|key| self.store.load(*key)).collect()).await;
        let rows = keys.into_iter().zip(records).map(|(key, record)| {
            let record = record?;
            let revoked = record.as_ref().map(|record| sessions.read_row(self.store, key, record));
            Ok(Row { key, record, revoked: revoked.transpose()?.unwrap_or_default() })
        });
        rows.collect()
    }

    /// Returns the keys under which a subject may be listed: the key for new rows, then those of former realms.
    fn index_keys<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
    ) -> impl Iterator<Item = SubjectKey> + use<P> {
        let keys: Vec<_> = sessions.subject_keys_in(&self.subjects, subject).collect();
        keys.into_iter()
    }

    fn row_key(&self, index_key: SubjectKey, period: u64) -> StoreKey {
        StoreKey::of(&format!("{} {period}", self.kind), index_key.as_bytes())
    }
}

fn highest_epoch(rows: &[Row]) -> u64 {
    rows.iter().map(|row| row.revoked.epoch()).max().unwrap_or_default()
}

/// Shortens an id of any length to 22 characters.
pub(in crate::sessions) fn hash(kind: &[u8], id: &str) -> Box<str> {
    let hash: [u8; 32] = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).finalize().into();
    let [start, _] = hash.as_chunks::<16>().0 else { return Box::default() };
    URL_SAFE_NO_PAD.encode(start).into()
}

/// Waits for all answers at once: one round trip.
async fn all<T: Unpin>(mut waiting: Vec<StoreFuture<'_, T>>) -> Vec<Result<T, StoreError>> {
    let mut answers: Vec<_> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (future, answer) in waiting.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
            if let Poll::Ready(ready) = Pin::new(future).poll(context) {
                *answer = Some(ready);
            }
        }
        if answers.iter().any(Option::is_none) {
            return Poll::Pending;
        }
        Poll::Ready(answers.drain(..).flatten().collect())
    })
    .await
}
