//! From a record to a session, or to nothing.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{Contents, Instants, expiry, is_from_ahead};
use crate::store::Record;

/// What a record says about its session.
pub(crate) enum Standing<P> {
    /// The session stands.
    Good(Arc<Contents<P>>, Instants),
    /// The session is over.
    Over,
    /// The record holds something else than this release's principal, or instants that are not to be believed.
    Unreadable,
}

/// Judges a record. `unseal` reads what it holds, and is not asked when the session is over.
///
/// A session ends at its `absolute` limit after it began or its `idle` limit after the last activity, whichever comes
/// first, and a remembered one at its `persistent` limit; at that instant it is over.
pub(crate) fn authenticate<P: Principal>(
    record: &Record,
    now: Timestamp,
    unseal: impl FnOnce() -> Option<Arc<Contents<P>>>,
) -> Standing<P> {
    if record.is_unreadable() {
        tracing::warn!(target: "session", reason = "the store cannot read the record", "session.unreadable");
        return Standing::Unreadable;
    }
    let newest = record.created_at.max(record.authenticated_at).max(record.last_seen_at);
    let is_from_ahead = is_from_ahead(record, now);
    if is_from_ahead || newest.is_ahead_of(now) {
        tracing::warn!(target: "session", ahead = ?newest.since(now), "session.clock_skew");
    }
    if is_from_ahead {
        return Standing::Unreadable;
    }
    let instants = Instants::of(record, now, P::SPEC.longest_lifetime());
    if instants.are_over(now) {
        return Standing::Over;
    }
    let Some(contents) = unseal() else { return Standing::Unreadable };
    // Whether a session is remembered is sealed: who can write to the store lengthens none.
    let lifetime = P::SPEC.lifetime(contents.remembered);
    let ends_at = expiry(record.created_at, record.last_seen_at, lifetime);
    let mut instants = instants.limited_to(lifetime).answering(record, ends_at);
    if let Some(ends_at) = contents.key_values.ends_at() {
        instants.expires_at = instants.expires_at.min(ends_at);
    }
    if instants.are_over(now) { Standing::Over } else { Standing::Good(contents, instants) }
}
