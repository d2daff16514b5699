//! Key-values in the records of one principal's realm.

use std::sync::Arc;

use super::super::{Contents, Current, Instants, Issued, SessionError, SessionErrorKind, Sessions, Unsealed, expiry};
use super::anonymous::ANONYMOUS_IDLE;
use super::{Anonymous, Changes, KeyValues};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::store::Record;

/// What is known of the key-values that a request came with.
#[derive(Clone)]
pub(crate) struct Seen {
    holder: Arc<dyn Holds>,
    pub(crate) expires_at: Timestamp,
    /// Of a record that is nobody's: when it began, and when it was last used.
    pub(crate) anonymous: Option<(Timestamp, Timestamp)>,
}

/// Something in a record that holds key-values.
trait Holds: Send + Sync {
    fn key_values(&self) -> &KeyValues;
}

impl<P: Principal> Holds for Contents<P> {
    fn key_values(&self) -> &KeyValues {
        &self.key_values
    }
}

impl Holds for Anonymous {
    fn key_values(&self) -> &KeyValues {
        &self.key_values
    }
}

impl Seen {
    /// Those of a session.
    pub(crate) fn of_session<P: Principal>(contents: Arc<Contents<P>>, expires_at: Timestamp) -> Self {
        Self { holder: contents, expires_at, anonymous: None }
    }

    pub(crate) fn key_values(&self) -> &KeyValues {
        self.holder.key_values()
    }
}

/// What a cookie leads to.
#[derive(Clone, Default)]
pub(crate) struct Look {
    pub(crate) current: Option<Current>,
    pub(crate) seen: Option<Seen>,
    /// Why nothing can be written, if so.
    pub(crate) closed: Option<SessionErrorKind>,
}

impl<P: Principal> Sessions<P> {
    /// What the record of nobody says about a request that shows its id.
    pub(crate) fn anonymous_look(&self, record: &Record, issued: Issued, now: Timestamp) -> Look {
        let ends_at = anonymous_expiry::<P>(record.created_at, record.last_seen_at);
        let expires_at = Instants::of(record, now, P::SPEC.lifetime(false)).answering(record, ends_at).expires_at;
        if now >= expires_at {
            return Look::default();
        }
        let Some(anonymous) = self.unseal_anonymous(record, &issued.id) else {
            return Look { closed: Some(SessionErrorKind::Ended), ..Look::default() };
        };
        let expires_at = anonymous.key_values.ends_at().map_or(expires_at, |ends_at| ends_at.min(expires_at));
        if now >= expires_at {
            return Look::default();
        }
        let seen = Seen { holder: anonymous, expires_at, anonymous: Some((record.created_at, record.last_seen_at)) };
        // It was replaced: by a session that this id must not lead to, or by another id, which the browser has by now.
        let is_alias = record.successor.is_some();
        Look {
            current: (!is_alias).then_some(Current::Named(issued)),
            seen: Some(seen),
            closed: is_alias.then_some(SessionErrorKind::Superseded),
        }
    }

    /// Begins a record of nobody.
    pub(crate) async fn begin_anonymous(&self, changes: &Changes) -> Result<Issued, SessionError> {
        let anonymous = Arc::new(Anonymous { key_values: changes.applied_to(&KeyValues::default()) });
        let now = self.now();
        let instants = Instants {
            expires_at: anonymous_expiry::<P>(now, now),
            ..Instants::starting(now, P::SPEC.lifetime(false))
        };
        self.insert_as(|issued| self.anonymous_record(&anonymous, instants, issued)).await
    }

    /// The key-values of the record under an id, for a session that takes its place: those of a visitor whom nobody knew, or
    /// of the same subject. `None` where they are somebody else's.
    pub(crate) fn key_values_for(&self, subject: &str, standing: &Record, issued: &Issued) -> Option<KeyValues> {
        if standing.is_anonymous() {
            return Some(self.unseal_anonymous(standing, &issued.id)?.key_values.carried_over());
        }
        let contents = self.unseal(standing, &issued.id)?;
        (*contents.subject == *subject).then(|| contents.key_values.carried_over())
    }

    pub(crate) fn key_values(&self, standing: &Record, issued: &Issued) -> Result<KeyValues, SessionError> {
        let unread = || SessionError::from(SessionErrorKind::Ended);
        if standing.is_anonymous() {
            let anonymous = self.unseal_anonymous(standing, &issued.id).ok_or_else(unread)?;
            return Ok(anonymous.key_values.clone());
        }
        Ok(self.unseal(standing, &issued.id).ok_or_else(unread)?.key_values.clone())
    }

    /// The record that stands under `old`, changed, as it is kept under `new`.
    pub(crate) fn with_changes(
        &self,
        standing: &Record,
        old: &Issued,
        changes: &Changes,
        new: &Issued,
    ) -> Result<Record, SessionError> {
        if standing.is_anonymous() {
            let anonymous = self.unseal_anonymous(standing, &old.id).ok_or(SessionErrorKind::Ended)?;
            let rewritten = Arc::new(Anonymous { key_values: changes.applied_to(&anonymous.key_values) });
            return self.anonymous_record(&rewritten, Instants::kept(standing), new);
        }
        let unsealed = self.unsealed(standing, old).ok_or(SessionErrorKind::Ended)?;
        let contents = unsealed.contents.holding(changes.applied_to(&unsealed.contents.key_values));
        let contents = Arc::new(contents);
        let contents = if new.key == old.key { contents } else { contents.under_new_id() };
        self.record(&Unsealed { contents, ..unsealed }, new)
    }
}

/// When a record of nobody that was last used now is forgotten.
pub(crate) fn anonymous_expiry<P: Principal>(created_at: Timestamp, used_at: Timestamp) -> Timestamp {
    expiry(created_at, used_at, P::SPEC.lifetime(false)).min(used_at.plus(ANONYMOUS_IDLE))
}
