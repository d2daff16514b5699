//! The periods into which the rows of a list are cut.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::clock::Timestamp;

/// The tolerated difference between the clocks of two nodes, or of a node and an issuer.
pub(in crate::sessions) const SKEW: Duration = Duration::from_secs(60);

/// The length of the periods of one list, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Periods(u64);

impl Periods {
    /// Periods for credentials that live for `longest`.
    ///
    /// A credential that is revoked within a period has expired before the next one ends. The skew counts twice: the clock of the node
    /// that revokes may be ahead, or behind.
    pub(super) fn new(longest: Duration) -> Self {
        let period = longest.saturating_add(SKEW * 2);
        Self(u64::try_from(period.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    /// The period to which a revocation at `now` belongs.
    pub(super) const fn at(self, now: Timestamp) -> u64 {
        now.as_millis() / self.0
    }

    /// The periods in which a credential that is valid at `now` may have been revoked.
    pub(super) fn asked_at(self, now: Timestamp) -> RangeInclusive<u64> {
        let newest = self.at(now.plus(SKEW));
        newest.saturating_sub(1)..=newest
    }

    /// The periods that any node asks at `now`, whose clock may be behind this one.
    pub(super) fn in_force_at(self, now: Timestamp) -> RangeInclusive<u64> {
        self.at(now).saturating_sub(1)..=self.at(now.plus(SKEW))
    }

    /// The instant from which no node asks for the rows of `period`.
    pub(super) const fn end_of(self, period: u64) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(period.saturating_add(2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Between a revocation and the last instant at which a credential that it covers is valid, with both clocks off.
    #[test]
    fn a_revocation_is_asked_for_as_long_as_it_matters() {
        let longest = 300 + 30 + 30;
        let periods = Periods::new(Duration::from_secs(longest));
        for revoked_at in (1_000_000..1_002_000).map(Timestamp::from_secs) {
            let period = periods.at(revoked_at);
            for later in [0, 1, longest - 1, longest, longest + 60] {
                let asked = revoked_at.plus(Duration::from_secs(later));
                assert!(periods.asked_at(asked).contains(&period), "{revoked_at:?} {later}");
                assert!(periods.end_of(period) > asked);
            }
            let behind = Timestamp::from_secs(revoked_at.as_secs() - 60);
            assert!(periods.asked_at(behind).contains(&period), "{revoked_at:?}, by a clock that is behind");
        }
    }

    #[test]
    fn an_issuing_node_knows_what_every_node_asks() {
        let periods = Periods::new(Duration::from_secs(360));
        for now in (1_000_000..1_001_000).map(Timestamp::from_secs) {
            let in_force = periods.in_force_at(now);
            for behind in [0, 1, 59, 60] {
                let other = now.minus(Duration::from_secs(behind));
                assert!(periods.asked_at(other).all(|period| in_force.contains(&period)), "{now:?}, {behind} s behind");
            }
            assert!(in_force.contains(&periods.at(now)));
        }
    }
}
