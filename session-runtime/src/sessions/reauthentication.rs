//! Re-authentication, also under an id that has been replaced.
//!
//! A lost response, or a second click, leaves a browser with an id that is an alias. Who proves again who they are gets
//! another id of the same session. The alias itself gains nothing.
//!
//! A sealed record opens by its own id alone. So the record of an id that a re-authentication replaces keeps the id that took
//! its place, sealed like the rest of it: what was written under that one meanwhile is not lost. It never leaves the server.

use std::sync::Arc;

use super::lifecycle::{LONGEST_CHAIN, MOST_CONFLICTS, NEVER_THROUGH};
use super::{Contents, Instants, Issued, SessionError, SessionErrorKind, Sessions, UNASKED_ALIAS_LIFETIME, Unsealed};
use crate::credential::SessionId;
use crate::principal::Principal;
use crate::store::{Record, Replaced, StoreError, StoreKey};

/// The id under which a request came that re-authenticates.
pub(crate) enum ShownId {
    /// The session's id, as far as the request knows.
    Current(Issued),
    /// One that was replaced.
    Alias(StoreKey),
}

/// The record that a session has now.
struct Standing<P> {
    key: StoreKey,
    record: Record,
    contents: Arc<Contents<P>>,
    /// The id that leads to the record, where it is known.
    issued: Option<Issued>,
}

impl<P: Principal> Sessions<P> {
    /// Lets a session go on under a new id, with `proved` for its principal and factors, and `instants`.
    ///
    /// `known` is what the session held under the shown id.
    pub(crate) async fn reauthenticate(
        &self,
        shown: &ShownId,
        known: &Arc<Contents<P>>,
        proved: &Contents<P>,
        instants: Instants,
    ) -> Result<Issued, SessionError> {
        for _ in 0..MOST_CONFLICTS {
            let standing = self.standing_under(shown, known).await?;
            // This request may have logged in another subject since.
            if standing.contents.subject != proved.subject {
                return Err(SessionErrorKind::Ended.into());
            }
            let Standing { key, record, contents, .. } = &standing;
            let next = Self::issued(SessionId::generate().map_err(|_| SessionErrorKind::Unavailable)?);
            let renewed = Arc::new(proved.renewed(contents)?);
            let device = self.device(record, *key);
            let unsealed = Unsealed { contents: Arc::clone(&renewed), instants, device, listed: None };
            let Some(revision) = self.note_successor(&standing, &next).await? else { continue };
            if !self.store()?.insert(next.key, self.record(&unsealed, &next)?).await? {
                continue;
            }
            if let Some(issued) = self.alias_to(*key, next, revision, UNASKED_ALIAS_LIFETIME).await? {
                return Ok(issued.persisting(&renewed, &instants));
            }
        }
        Err(StoreError::new(NEVER_THROUGH).into())
    }

    /// Finds the record that a session has now. Where its id is not known and it is sealed, the session goes on as it was known
    /// under the last id that is.
    async fn standing_under(&self, shown: &ShownId, known: &Arc<Contents<P>>) -> Result<Standing<P>, SessionError> {
        let (mut key, mut issued) = match shown {
            ShownId::Current(issued) => (issued.key, Some(issued.clone())),
            ShownId::Alias(key) => (*key, None),
        };
        let mut contents = Arc::clone(known);
        for _ in 0..LONGEST_CHAIN {
            let record = self.store()?.load(key).await?.ok_or(SessionErrorKind::Ended)?;
            if !self.subject_keys(&known.subject).any(|subject| record.subject == Some(subject)) {
                return Err(SessionErrorKind::Ended.into());
            }
            let opened = match &issued {
                Some(issued) => self.unseal(&record, &issued.id),
                None => record.payload.as_value(),
            };
            match opened {
                Some(opened) => contents = opened,
                None if issued.is_some() => return Err(SessionErrorKind::Ended.into()),
                None => {}
            }
            let Some(successor) = record.successor else {
                let record = self.unless_over(record)?;
                return Ok(Standing { key, record, contents, issued });
            };
            let noted = contents.successor.as_deref().map(|id| Self::issued(id.clone()));
            (key, issued) = (successor, noted.filter(|noted| noted.key == successor));
        }
        Err(StoreError::new("the store's aliases lead nowhere").into())
    }

    /// Notes in a sealed record by which id it is about to be replaced. The record's revision after that; `None` when another
    /// write came first.
    async fn note_successor(&self, standing: &Standing<P>, next: &Issued) -> Result<Option<u64>, SessionError> {
        let Standing { key, record, contents, issued: Some(issued) } = standing else {
            return Ok(Some(standing.record.revision));
        };
        if record.payload.as_sealed().is_none() {
            return Ok(Some(record.revision));
        }
        let noting = Unsealed {
            contents: Arc::new(contents.succeeded_by(next.id.clone())),
            instants: Instants::kept(record),
            device: self.device(record, *key),
            listed: record.subject.map(|subject| (*key, subject)),
        };
        let noted = self.store()?.replace(*key, self.record(&noting, issued)?, record.revision).await?;
        Ok((noted == Replaced::Replaced).then(|| record.revision.saturating_add(1)))
    }
}
