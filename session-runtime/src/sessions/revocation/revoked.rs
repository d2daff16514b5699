//! The contents of a revocation row.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The limit of single credentials in a row. One more revokes everything of the subject.
const MOST_IDS: usize = 256;

/// The revocations of a subject in one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sessions) struct Revoked {
    /// Credentials of a lower epoch are revoked. Goes up each time that everything is.
    epoch: u64,
    /// The instant at which everything was revoked last, in milliseconds.
    ended_at: Option<u64>,
    /// Hashes of single credentials and of families.
    ids: Vec<Box<str>>,
}

/// The circumstances of a revocation.
pub(in crate::sessions) struct Moment {
    /// The clock of the node that revokes.
    pub(super) now: Timestamp,
    /// The highest epoch that a node may have read.
    pub(super) epoch: u64,
}

/// When a credential was issued, as far as it says so. If it says both, it is revoked only if it is old by both.
#[derive(Clone, Copy, Debug)]
pub(in crate::sessions) struct Issuance {
    epoch: Option<u64>,
    issued_at: Option<Timestamp>,
}

impl Issuance {
    /// A credential that carries its epoch.
    pub(in crate::sessions) const fn in_epoch(epoch: u64) -> Self {
        Self { epoch: Some(epoch), issued_at: None }
    }

    /// A credential that knows of no epoch.
    pub(in crate::sessions) const fn at(issued_at: Timestamp) -> Self {
        Self { epoch: None, issued_at: Some(issued_at) }
    }

    /// The same, which is known to be of this epoch, too.
    pub(super) const fn and_in_epoch(self, epoch: u64) -> Self {
        Self { epoch: Some(epoch), ..self }
    }
}

impl Revoked {
    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns true if the credential of one of these hashes, issued so, is revoked. `tolerated` is how far the clock of its issuer
    /// may be ahead.
    pub(super) fn covers(&self, hashes: &[Box<str>], issuance: Issuance, tolerated: Duration) -> bool {
        self.covers_all_of(issuance, tolerated) || hashes.iter().any(|id| self.ids.contains(id))
    }

    fn covers_all_of(&self, issuance: Issuance, tolerated: Duration) -> bool {
        let Some(ended_at) = self.ended_at.map(Timestamp::from_millis) else { return false };
        issuance.epoch.is_none_or(|epoch| epoch < self.epoch)
            && issuance.issued_at.is_none_or(|issued_at| issued_at <= ended_at.plus(tolerated))
    }

    /// Revokes everything that was issued until now.
    ///
    /// Epochs are counted, and instants are not compared: a node whose clock is ahead may have issued a moment ago what
    /// seems to be issued later.
    pub(in crate::sessions) fn add_all(&mut self, moment: &Moment) {
        let now = moment.now.as_millis();
        self.epoch = self.epoch.max(moment.epoch).saturating_add(1).max(now);
        self.ended_at = self.ended_at.max(Some(now));
    }

    /// Revokes single credentials.
    pub(in crate::sessions) fn add(&mut self, ids: &[Box<str>], moment: &Moment) {
        for id in ids {
            if !self.ids.contains(id) {
                self.ids.push(id.clone());
            }
        }
        if self.ids.len() > MOST_IDS {
            self.ids.clear();
            self.add_all(moment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::list::hash;
    use super::*;

    const SKEW: Duration = Duration::from_secs(60);

    fn moment(now: u64, epoch: u64) -> Moment {
        Moment { now: Timestamp::from_millis(now), epoch }
    }

    #[test]
    fn an_epoch_is_above_those_before_and_not_below_the_clock() {
        for (before, known, now, after) in [
            (0, 0, 100_000, 100_000),
            (99_999, 0, 100_000, 100_000),
            (100_000, 0, 100_000, 100_001),
            (0, 100_000, 100_000, 100_001),
            (0, 150_000, 100_000, 150_001),
            (150_000, 0, 100_000, 150_001),
        ] {
            let mut revoked = Revoked { epoch: before, ..Revoked::default() };
            revoked.add_all(&moment(now, known));
            assert_eq!(revoked.epoch(), after, "{before} {known} {now}");
        }
    }

    #[test]
    fn a_lower_epoch_is_revoked() {
        let mut revoked = Revoked::default();
        assert!(!revoked.covers(&[], Issuance::in_epoch(0), SKEW), "nothing was revoked");
        revoked.add_all(&moment(100_000, 0));
        for (epoch, is_revoked) in [(0, true), (99_999, true), (100_000, false), (100_001, false)] {
            assert_eq!(revoked.covers(&[], Issuance::in_epoch(epoch), SKEW), is_revoked, "{epoch}");
        }
    }

    #[test]
    fn an_instant_within_the_skew_is_revoked() {
        let mut revoked = Revoked::default();
        assert!(!revoked.covers(&[], Issuance::at(Timestamp::EPOCH), SKEW), "nothing was revoked");
        revoked.add_all(&moment(100_000, 7_000_000));
        for (issued_at, is_revoked) in [(0, true), (159_999, true), (160_000, true), (160_001, false)] {
            let issuance = Issuance::at(Timestamp::from_millis(issued_at));
            assert_eq!(revoked.covers(&[], issuance, SKEW), is_revoked, "{issued_at}");
        }
    }

    #[test]
    fn epoch_and_instant_have_to_be_old_both() {
        let mut revoked = Revoked::default();
        revoked.add_all(&moment(100_000, 0));
        for (issued_at, epoch, is_revoked) in
            [(160_000, 99_999, true), (160_001, 99_999, false), (160_000, 100_000, false), (160_001, 100_000, false)]
        {
            let issuance = Issuance::at(Timestamp::from_millis(issued_at)).and_in_epoch(epoch);
            assert_eq!(revoked.covers(&[], issuance, SKEW), is_revoked, "{issued_at} {epoch}");
        }
    }

    #[test]
    fn too_many_single_credentials_are_all_of_them() {
        let mut revoked = Revoked::default();
        let moment = moment(100_000, 0);
        for number in 0..MOST_IDS {
            let hash = hash(b"token", &number.to_string());
            revoked.add(&[hash.clone(), hash], &moment);
        }
        let (old, new) = (Issuance::in_epoch(0), Issuance::in_epoch(100_000));
        let other = [hash(b"token", "other")];
        assert!(!revoked.covers(&other, old, SKEW));
        assert!(revoked.covers(&[hash(b"token", "7")], new, SKEW));
        revoked.add(&other, &moment);
        assert_eq!(revoked, Revoked { epoch: 100_000, ended_at: Some(100_000), ids: Vec::new() });
        assert!(revoked.covers(&[], old, SKEW));
        assert!(!revoked.covers(&[], new, SKEW));
    }
}
