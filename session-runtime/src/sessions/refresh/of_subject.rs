//! The families of one subject.

use super::{FAMILY, GrantError};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::lifecycle::rank;
use crate::sessions::{Instants, Sessions, is_from_ahead};
use crate::store::{Record, Store, StoreError, StoreKey, SubjectKey};

impl<P: Principal> Sessions<P> {
    /// Ends every family of a subject, and says how many there were.
    pub(crate) async fn end_families(&self, subject: &str) -> Result<usize, StoreError> {
        let Some(store) = self.0.store.as_deref().filter(|_| P::SPEC.bearer.is_some()) else { return Ok(0) };
        let mut ended = 0;
        for key in self.family_subjects(subject) {
            ended += store.remove_subject(key, None).await?;
        }
        Ok(ended)
    }

    /// Ends the oldest families of a subject that are more than `max_sessions` allows, and never `newest`, which has just begun.
    ///
    /// Of those that begin at one instant, every node takes the same for the older, so that grants that meet leave as many as
    /// are allowed, or fewer. Answers with whether one ended.
    pub(super) async fn enforce_most_families(
        &self,
        store: &dyn Store,
        subject: &str,
        newest: StoreKey,
        now: Timestamp,
    ) -> Result<bool, GrantError> {
        let Some(most) = P::SPEC.max_sessions else { return Ok(false) };
        let mut standing = Vec::new();
        for key in self.family_subjects(subject) {
            standing.append(&mut store.of_subject(key).await?);
        }
        let is_over = |record: &Record| Instants::of(record, now, P::SPEC.lifetime(false)).are_over(now);
        standing.retain(|(_, record)| is_from_ahead(record, now) || !is_over(record));
        standing.sort_by_key(|(key, record)| (*key == newest, rank(record, now), *key));
        let excess = standing.len().saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
        for (key, _) in standing.into_iter().take(excess) {
            self.end_family(key, subject).await?;
        }
        Ok(excess > 0)
    }

    /// Under whom families are listed: not among the sessions of the same subject.
    pub(super) fn family_subjects(&self, subject: &str) -> impl Iterator<Item = SubjectKey> {
        let keys: Vec<_> = self.subject_keys_in(FAMILY, subject).collect();
        keys.into_iter()
    }
}
