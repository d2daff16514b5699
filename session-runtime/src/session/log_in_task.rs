//! The part of a log-in that runs to its end, whatever becomes of the request.

use std::sync::Arc;

use crate::key_values::RequestKeyValues;
use crate::principal::Principal;
use crate::sessions::{Contents, Device, Exchange, Issued, Opened, SessionError, SessionErrorKind, Sessions};
use crate::shared::Shared;
use crate::store::StoreKey;

/// The inputs of a log-in beyond the principal.
pub(super) struct LogInTask<P> {
    pub(super) sessions: Sessions<P>,
    pub(super) exchange: Shared<Exchange>,
    #[cfg_attr(
        not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")),
        expect(dead_code, reason = "there are none")
    )]
    pub(super) key_values: Option<RequestKeyValues>,
    pub(super) device: &'static Device,
}

impl<P: Principal> LogInTask<P> {
    /// Begins a session that holds `contents` and ends the one under `before`.
    ///
    /// The new session is removed again unless a response carries its cookie.
    pub(super) async fn run(self, before: Option<Issued>, contents: Contents<P>) -> Result<Opened<P>, SessionError> {
        let (opened, before) = self.open(before, contents).await?;
        let rollback = self.sessions.rollback_of(opened.issued.key);
        // From here on the browser may learn the new id: when ending the old session fails, neither stands.
        if let Err(error) = self.close_others(before, &opened.contents.subject).await {
            let _ = self.sessions.end_by_key(opened.issued.key).await;
            rollback.cancel();
            return Err(error);
        }
        if !self.exchange.enter(opened.issued.clone(), rollback) {
            return Err(SessionErrorKind::Ended.into());
        }
        Ok(opened)
    }

    /// The new session, and the record that has to end for it.
    #[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
    async fn open(
        &self,
        before: Option<Issued>,
        contents: Contents<P>,
    ) -> Result<(Opened<P>, Option<StoreKey>), SessionError> {
        let opened = self.sessions.open(Arc::new(contents), self.device).await?;
        Ok((opened, before.map(|issued| issued.key)))
    }

    /// The new session with the key-values of the visitor, and the record that has to end for it. Nothing is taken along
    /// of what another subject left.
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    async fn open(
        &self,
        before: Option<Issued>,
        mut contents: Contents<P>,
    ) -> Result<(Opened<P>, Option<StoreKey>), SessionError> {
        let key_values = self.key_values.as_ref();
        if let Some(old) = &before
            && let Some(opened) = self.sessions.open_after(old, &contents, self.device).await?
        {
            key_values.inspect(|key_values| key_values.reopen());
            return Ok((opened, None));
        }
        if let Some(left_behind) = key_values.and_then(RequestKeyValues::left_behind) {
            contents.key_values = left_behind;
        }
        let opened = self.sessions.open(Arc::new(contents), self.device).await?;
        if let Some(key_values) = key_values {
            if before.is_some() {
                key_values.forget().await;
            }
            key_values.reopen();
        }
        Ok((opened, before.map(|issued| issued.key)))
    }

    async fn close_others(&self, before: Option<StoreKey>, subject: &str) -> Result<(), SessionError> {
        if let Some(key) = before {
            self.sessions.end_by_key(key).await?;
        }
        self.sessions.enforce_max_sessions(subject).await
    }
}
