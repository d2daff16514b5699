//! A list of what counts no more: for each subject, cut into periods, so that it is forgotten when nothing on it could count.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::lifecycle::{MOST_CONFLICTS, NEVER_THROUGH};
use crate::sessions::{SessionError, SessionErrorKind, Sessions};
use crate::store::{Record, Replaced, Store, StoreError, StoreKey, SubjectKey};

/// How far the clocks of two nodes may be apart.
const SKEW: Duration = Duration::from_secs(60);
/// How many single ones of a subject are listed in a period. One more, and all that were issued until now are revoked.
const MOST_IDS: usize = 256;

/// What was revoked of one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sessions) struct Revoked {
    /// What was issued at this instant or before does not count, in milliseconds.
    until: Option<u64>,
    /// Hashes of single tokens and of families.
    ids: Vec<Box<str>>,
}

impl Revoked {
    fn covers(&self, hashes: &[Box<str>], issued_at: Timestamp) -> bool {
        self.until.is_some_and(|until| issued_at.as_millis() <= until) || hashes.iter().any(|id| self.ids.contains(id))
    }

    /// Everything that was issued until `now`, and whatever came after the last time that this was said, by a clock that is
    /// ahead of this one.
    pub(in crate::sessions) fn add_all(&mut self, now: Timestamp) {
        let after_the_last = self.until.map(|until| until.saturating_add(1));
        self.until = after_the_last.max(Some(now.as_millis()));
    }

    pub(in crate::sessions) fn add(&mut self, ids: &[Box<str>], now: Timestamp) {
        for id in ids {
            if !self.ids.contains(id) {
                self.ids.push(id.clone());
            }
        }
        if self.ids.len() > MOST_IDS {
            self.ids.clear();
            self.add_all(now);
        }
    }
}

/// The periods into which time is cut for one list.
#[derive(Clone, Copy)]
struct Periods(u64);

impl Periods {
    /// Whatever is revoked within one is over before the next one ends: nothing counts for longer than `longest`, and clocks
    /// disagree by [`SKEW`] twice: who revokes may be ahead, or behind.
    fn of(longest: Duration) -> Self {
        let period = longest.saturating_add(SKEW * 2);
        Self(u64::try_from(period.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    const fn at(self, now: Timestamp) -> u64 {
        now.as_millis() / self.0
    }

    /// The periods in which a token that counts at `now` may have been revoked.
    fn before(self, now: Timestamp) -> [u64; 2] {
        let newest = self.at(now.plus(SKEW));
        [newest, newest.saturating_sub(1)]
    }

    /// When nobody asks for the records of `period` any more.
    const fn end_of(self, period: u64) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(period.saturating_add(2)))
    }
}

/// The list of one kind of credential, in a store.
pub(in crate::sessions) struct List<'s> {
    store: &'s dyn Store,
    periods: Periods,
    /// What names the subjects of this list, and its records.
    subjects: String,
    records: String,
}

impl<'s> List<'s> {
    /// The list of what counts for `longest` at the most, under these two names.
    pub(in crate::sessions) fn new(store: &'s dyn Store, longest: Duration, subjects: String, records: String) -> Self {
        Self { store, periods: Periods::of(longest), subjects, records }
    }

    /// Changes what is listed of `subject`.
    pub(in crate::sessions) async fn change<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        change: impl Fn(&mut Revoked, Timestamp) + Send,
    ) -> Result<(), SessionError> {
        let index_key = self.index_keys(sessions, subject).next().ok_or(SessionErrorKind::Unidentifiable)?;
        for _ in 0..MOST_CONFLICTS {
            let now = sessions.now();
            let period = self.periods.at(now);
            let key = self.record_key(index_key, period);
            let standing = self.store.load(key).await?;
            let mut revoked = self.row(sessions, key, standing.as_ref())?;
            change(&mut revoked, now);
            let record = sessions.write_row(self.store, key, &revoked, now, self.periods.end_of(period))?;
            let done = match &standing {
                None => self.store.insert(key, record).await?,
                Some(standing) => self.store.replace(key, record, standing.revision()).await? == Replaced::Replaced,
            };
            if done {
                return Ok(());
            }
        }
        Err(StoreError::new(NEVER_THROUGH).into())
    }

    /// Since when what is issued to `subject` counts.
    #[cfg(feature = "cookie-tokens")]
    pub(in crate::sessions) async fn counts_from<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut until = None;
        for index_key in self.index_keys(sessions, subject) {
            for revoked in self.listed(sessions, index_key, now).await? {
                until = until.max(revoked.until);
            }
        }
        Ok(until.map(|until| Timestamp::from_millis(until.saturating_add(1))))
    }

    /// Whether one of `hashes`, or all that `subject` was issued at `issued_at`, is listed.
    pub(in crate::sessions) async fn covers<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
        hashes: &[Box<str>],
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        for index_key in self.index_keys(sessions, subject) {
            let listed = self.listed(sessions, index_key, now).await?;
            if listed.iter().any(|revoked| revoked.covers(hashes, issued_at)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is listed under this name of what may count at `now`.
    async fn listed<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        index_key: SubjectKey,
        now: Timestamp,
    ) -> Result<[Revoked; 2], StoreError> {
        let keys = self.periods.before(now).map(|period| self.record_key(index_key, period));
        let [newest, before] = keys.map(|key| self.store.load(key));
        let (newest, before) = both(newest, before).await;
        let [newest_key, key_before] = keys;
        Ok([self.row(sessions, newest_key, newest?.as_ref())?, self.row(sessions, key_before, before?.as_ref())?])
    }

    /// Reads the row under `key`; empty if there is no record.
    fn row<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        key: StoreKey,
        record: Option<&Record>,
    ) -> Result<Revoked, StoreError> {
        record.map_or_else(|| Ok(Revoked::default()), |record| sessions.read_row(self.store, key, record))
    }

    /// Under which names a subject may be listed, first that for what is new: one for each key of the ring.
    fn index_keys<P: Principal>(
        &self,
        sessions: &Sessions<P>,
        subject: &str,
    ) -> impl Iterator<Item = SubjectKey> + use<P> {
        let keys: Vec<_> = sessions.subject_keys_in(&self.subjects, subject).collect();
        keys.into_iter()
    }

    fn record_key(&self, index_key: SubjectKey, period: u64) -> StoreKey {
        StoreKey::of(&format!("{} {period}", self.records), index_key.as_bytes())
    }
}

/// An id of whatever length as 22 characters.
pub(in crate::sessions) fn hash(kind: &[u8], id: &str) -> Box<str> {
    let hash: [u8; 32] = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).finalize().into();
    let [start, _] = hash.as_chunks::<16>().0 else { return Box::default() };
    URL_SAFE_NO_PAD.encode(start).into()
}

/// Waits for both at once: one round trip, not two.
async fn both<A: Future, B: Future>(one: A, other: B) -> (A::Output, B::Output) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let mut answers = (None, None);
    std::future::poll_fn(|context| {
        if answers.0.is_none()
            && let Poll::Ready(answer) = one.as_mut().poll(context)
        {
            answers.0 = Some(answer);
        }
        if answers.1.is_none()
            && let Poll::Ready(answer) = other.as_mut().poll(context)
        {
            answers.1 = Some(answer);
        }
        match (answers.0.take(), answers.1.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            some => {
                answers = some;
                Poll::Pending
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    // Between the instant of a revocation and the last at which a token counts that it covers, both nodes' clocks being off.
    #[test]
    fn what_is_revoked_is_asked_for_as_long_as_it_could_count() {
        let longest = 300 + 30 + 30;
        let periods = Periods::of(Duration::from_secs(longest));
        for revoked_at in (1_000_000..1_002_000).map(Timestamp::from_secs) {
            let period = periods.at(revoked_at);
            for later in [0, 1, longest - 1, longest, longest + 60] {
                let asked = revoked_at.plus(Duration::from_secs(later));
                assert!(periods.before(asked).contains(&period), "{revoked_at:?} {later}");
                assert!(periods.end_of(period) > asked);
            }
            let behind = Timestamp::from_secs(revoked_at.as_secs() - 60);
            assert!(periods.before(behind).contains(&period), "{revoked_at:?}, by a clock that is behind");
        }
    }

    #[test]
    fn too_many_single_ones_are_all_of_them() {
        let mut revoked = Revoked::default();
        let now = Timestamp::from_secs(100);
        for number in 0..MOST_IDS {
            let hash = hash(b"token", &number.to_string());
            revoked.add(&[hash.clone(), hash], now);
        }
        let other = [hash(b"token", "other")];
        assert!(!revoked.covers(&other, now));
        assert!(revoked.covers(&[hash(b"token", "7")], now.plus(Duration::from_secs(1))));
        revoked.add(&other, now);
        assert_eq!(revoked, Revoked { until: Some(100_000), ids: Vec::new() });
        assert!(revoked.covers(&[], now));
        assert!(!revoked.covers(&[], now.plus(Duration::from_secs(1))));
    }
}
