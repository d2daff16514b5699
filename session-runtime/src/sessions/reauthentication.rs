//! Re-authentication under an id that has been replaced.
//!
//! A lost response, or a second click, leaves a browser with an id that is an alias. Who proves again who they are gets
//! another id of the same session. The alias itself gains nothing.

use std::sync::Arc;

use super::lifecycle::{MOST_CONFLICTS, NEVER_THROUGH};
use super::{
    Contents, Instants, Issued, SessionError, SessionErrorKind, Sessions, UNASKED_ALIAS_LIFETIME, Unsealed, followed,
};
use crate::principal::Principal;
use crate::store::{Record, StoreError, StoreKey};

/// The id under which a request came that re-authenticates.
pub(crate) enum ShownId {
    /// The session's id, as far as the request knows.
    Current(Issued),
    /// One that was replaced.
    Alias(StoreKey),
}

impl ShownId {
    const fn key(&self) -> StoreKey {
        match self {
            Self::Current(issued) => issued.key,
            Self::Alias(key) => *key,
        }
    }
}

impl<P: Principal> Sessions<P> {
    /// Lets a session go on under a new id, with `proved` for its principal and factors, and `instants`.
    ///
    /// `known` is what the session held under the shown id. Where that id has been replaced, the successor's record may be
    /// sealed under an id that only the browser has; then the session goes on as it was known.
    pub(crate) async fn reauthenticate(
        &self,
        shown: &ShownId,
        known: &Arc<Contents<P>>,
        proved: &Contents<P>,
        instants: Instants,
    ) -> Result<Issued, SessionError> {
        for _ in 0..MOST_CONFLICTS {
            let (key, standing) = followed(self.store()?, shown.key()).await?.ok_or(SessionErrorKind::Ended)?;
            let standing = self.unless_over(standing)?;
            let unsealed = match shown {
                ShownId::Current(issued) if issued.key == key => self.unsealed(&standing, issued),
                _ => self.unsealed_behind(&standing, key, known),
            };
            // This request may have logged in another subject since.
            let unsealed = unsealed.filter(|unsealed| unsealed.contents.subject == proved.subject);
            let Unsealed { contents, device, .. } = unsealed.ok_or(SessionErrorKind::Ended)?;
            let contents = Arc::new(proved.renewed(&contents)?);
            let renewed = Unsealed { contents, instants, device, listed: None };
            let renew = |issued: &Issued| self.record(&renewed, issued);
            if let Some(issued) = self.replace_id(key, standing.revision, UNASKED_ALIAS_LIFETIME, renew).await? {
                return Ok(issued.persisting(&renewed.contents, &instants));
            }
        }
        Err(StoreError::new(NEVER_THROUGH).into())
    }

    /// What a record holds that an alias leads to: `known`, unless the record can be read without its id.
    fn unsealed_behind(&self, record: &Record, key: StoreKey, known: &Arc<Contents<P>>) -> Option<Unsealed<P>> {
        if !self.subject_keys(&known.subject).any(|subject| record.subject == Some(subject)) {
            return None;
        }
        let contents = record.payload.as_value().unwrap_or_else(|| Arc::clone(known));
        Some(Unsealed { contents, instants: Instants::kept(record), device: self.device(record, key), listed: None })
    }
}
