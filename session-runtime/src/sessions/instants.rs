//! The instants of a session, which are never mixed up.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::principal::Lifetime;
use crate::store::Record;

use super::lifecycle::{ALIAS_LINGERS, UNASKED_ALIAS_LIFETIME};

/// How far `last_seen_at` may lag behind at the most.
const LONGEST_LAG: Duration = Duration::from_mins(1);

/// When things happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instants {
    pub(crate) created_at: Timestamp,
    /// The last time the visitor proved who they are; `None` for tokens that do not say.
    pub(crate) authenticated_at: Option<Timestamp>,
    /// The last request that counted as activity.
    pub(crate) last_seen_at: Timestamp,
    /// The longest time between two activities since the visitor authenticated.
    pub(crate) longest_pause: Duration,
    pub(crate) expires_at: Timestamp,
}

impl Instants {
    /// Those of a visitor who logs in now.
    pub(crate) fn starting(now: Timestamp, lifetime: Lifetime) -> Self {
        Self {
            created_at: now,
            authenticated_at: Some(now),
            last_seen_at: now,
            longest_pause: Duration::ZERO,
            expires_at: expiry(now, now, lifetime),
        }
    }

    /// These, for a visitor who proves again who they are: the absolute limit is not moved.
    pub(crate) fn authenticated_again(self, now: Timestamp, lifetime: Lifetime) -> Self {
        Self { created_at: self.created_at, ..Self::starting(now, lifetime) }.within(lifetime)
    }

    /// Those that a record keeps, as this node's clock [counts](Self::counted_at) them.
    pub(crate) fn of(record: &Record, now: Timestamp, lifetime: Lifetime) -> Self {
        let instants = Self::kept(record).counted_at(now).limited_to(lifetime);
        if is_alias_from_ahead(record, now) { instants.over() } else { instants }
    }

    /// These, as a node counts them whose clock shows `now`.
    ///
    /// An instant ahead of `now` counts as now within [`TOLERATED_CLOCK_SKEW`](crate::TOLERATED_CLOCK_SKEW). Beyond it,
    /// the session is over, or its authentication is not known.
    pub(crate) fn counted_at(self, now: Timestamp) -> Self {
        let counted = Self {
            created_at: self.created_at.min(now),
            authenticated_at: self.authenticated_at.filter(|at| !at.is_ahead_of(now)).map(|at| at.min(now)),
            last_seen_at: self.last_seen_at.min(now),
            ..self
        };
        if self.are_from_ahead(now) { counted.over() } else { counted }
    }

    /// Returns true if the session began, or was active, in a future that no tolerated clock shows.
    pub(crate) const fn are_from_ahead(&self, now: Timestamp) -> bool {
        self.created_at.is_ahead_of(now) || self.last_seen_at.is_ahead_of(now)
    }

    const fn over(self) -> Self {
        Self { expires_at: Timestamp::EPOCH, ..self }
    }

    /// These, of a record that may be that of a replaced id, which answers for less long than it is kept: unless what it
    /// stood for, which would last until `ends_at`, ends sooner.
    pub(crate) fn answering(self, record: &Record, ends_at: Timestamp) -> Self {
        if record.successor.is_some() && record.expires_at < ends_at {
            return Self { expires_at: self.expires_at.minus(ALIAS_LINGERS), ..self };
        }
        self
    }

    /// Those that a record keeps, as it keeps them.
    pub(crate) const fn kept(record: &Record) -> Self {
        Self {
            created_at: record.created_at,
            authenticated_at: Some(record.authenticated_at),
            last_seen_at: record.last_seen_at,
            longest_pause: record.longest_pause,
            expires_at: record.expires_at,
        }
    }

    /// Whether the session has ended by `now`: at the instant of its expiry it has.
    pub(crate) fn are_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// These, of a session that lasts so long at the most: the limits of this release hold for the sessions of an earlier
    /// one, too.
    pub(crate) fn limited_to(self, lifetime: Lifetime) -> Self {
        let limit = expiry(self.created_at, self.last_seen_at, lifetime);
        Self { expires_at: self.expires_at.min(limit), ..self }
    }

    fn within(self, lifetime: Lifetime) -> Self {
        Self { expires_at: expiry(self.created_at, self.last_seen_at, lifetime), ..self }
    }
}

/// Returns true if a record names an instant in a future that no tolerated clock shows.
pub(crate) fn is_from_ahead(record: &Record, now: Timestamp) -> bool {
    let instants = Instants::kept(record);
    instants.are_from_ahead(now) || is_alias_from_ahead(record, now)
}

/// Returns true if an id was replaced in that future: an alias never lasts longer than a moment from then.
fn is_alias_from_ahead(record: &Record, now: Timestamp) -> bool {
    let longest = UNASKED_ALIAS_LIFETIME + ALIAS_LINGERS;
    record.successor.is_some() && record.expires_at.is_ahead_of(now.plus(longest))
}

/// When a session ends that began and was last active then.
pub(crate) fn expiry(created_at: Timestamp, last_seen_at: Timestamp, lifetime: Lifetime) -> Timestamp {
    created_at.plus(lifetime.absolute).min(last_seen_at.plus(lifetime.idle))
}

/// Whether the last activity lies so far back that it has to be written: by more than a sixtieth of the window, or a minute.
/// A window is therefore never longer than declared, and shorter by at most that much.
pub(crate) fn is_touch_due(window: Duration, last_seen_at: Timestamp, now: Timestamp) -> bool {
    now.since(last_seen_at) > (window / 60).min(LONGEST_LAG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_is_due_after_a_sixtieth_of_the_window_or_a_minute() {
        let seen = Timestamp::from_secs(1_000_000);
        let due_after =
            |window, seconds| is_touch_due(Duration::from_secs(window), seen, seen.plus(Duration::from_secs(seconds)));
        assert!(!due_after(900, 14));
        assert!(!due_after(900, 15));
        assert!(due_after(900, 16));
        assert!(!due_after(86_400, 60));
        assert!(due_after(86_400, 61));
        assert!(!is_touch_due(Duration::from_secs(900), seen, seen.minus(Duration::from_secs(1))));
    }
}
