//! What a visitor takes along into the session that begins.

use std::sync::Arc;
use std::time::Duration;

use super::super::{
    ALIAS_LIFETIME, Contents, Device, Instants, Issued, Opened, SessionError, SessionErrorKind, Sessions, Unsealed,
};
use crate::principal::Principal;
use crate::store::Record;

impl<P: Principal> Sessions<P> {
    /// Begins a session that takes along the key-values of the record under `old`, in the place of that one. `None` where
    /// there is nothing to take along: the record is gone, or another subject's.
    ///
    /// Key-values that another request writes in this moment are in the new record, or that request is told that they are
    /// not. The id of a visitor whom nobody knew answers for some more seconds, as nobody's and to be read: a request under
    /// way would otherwise begin a record of its own, and its answer take the new session's cookie away. That of a session
    /// is dead at once.
    pub(crate) async fn open_after(
        &self,
        old: &Issued,
        contents: &Contents<P>,
        device: &'static Device,
    ) -> Result<Option<Opened<P>>, SessionError> {
        let is_anonymous = match self.standing(old.key).await {
            Ok(standing) if self.key_values_for(&contents.subject, &standing, old).is_some() => standing.is_anonymous(),
            Ok(_) => return Ok(None),
            Err(error) => return nothing_stands(error),
        };
        let mut instants = Instants::starting(self.now(), P::SPEC.lifetime(contents.remembered));
        instants.created_at = self.after_others(&contents.subject, instants.created_at).await?;
        let renew = move |standing: &Record, new: &Issued| {
            let key_values = self.key_values_for(&contents.subject, standing, old).ok_or(SessionErrorKind::Ended)?;
            let contents = Arc::new(contents.holding(key_values));
            self.record(&Unsealed { contents, instants, device, listed: None }, new)
        };
        let alias_lifetime = if is_anonymous { ALIAS_LIFETIME } else { Duration::ZERO };
        let issued = match self.succeed_as(old, alias_lifetime, renew).await {
            Ok(issued) => issued.persisting(contents, &instants),
            Err(error) => return nothing_stands(error),
        };
        // Older ids lead to this one, and would lead to the new session.
        if !is_anonymous && let Err(error) = self.store()?.remove(old.key).await {
            let _ = self.end_by_key(issued.key).await;
            return Err(error.into());
        }
        let contents = Arc::new(contents.holding(contents.key_values.clone()));
        Ok(Some(Opened { issued, contents, instants }))
    }
}

/// A record that ended, or was replaced, leaves nothing to take along; a store that does not answer is another matter.
fn nothing_stands<T>(error: SessionError) -> Result<Option<T>, SessionError> {
    match error.kind() {
        SessionErrorKind::Ended | SessionErrorKind::Superseded => Ok(None),
        _ => Err(error),
    }
}
