//! What a handler changes of a session: the principal, and the id.

use super::Session;
use crate::principal::Principal;
use crate::sessions::{ALIAS_LIFETIME, Contents, SessionError, SessionErrorKind};

impl<P: Principal> Session<P> {
    /// Changes the principal of this session, here and in the store.
    ///
    /// When another request changed it meanwhile, `change` is applied again to what that one left, so that neither change
    /// is lost. It may therefore run more than once.
    ///
    /// Where the session lives in its cookie (`token = "jwt"`), the response carries the change, and of two requests that
    /// meet the one counts whose response the browser sees last.
    ///
    /// # Errors
    ///
    /// [`Ended`](SessionErrorKind::Ended) when the session was ended meanwhile, or has expired,
    /// [`IdChanged`](SessionErrorKind::IdChanged) when `change` altered what identifies the principal,
    /// [`Unidentifiable`](SessionErrorKind::Unidentifiable) when nothing identifies it after `change`,
    /// [`Unserialisable`](SessionErrorKind::Unserialisable) when a store outside the process, or a cookie, could not hold it so
    /// that it can be read again,
    /// [`Superseded`](SessionErrorKind::Superseded) when the request came under an id that has been replaced, or the session
    /// is that of another principal than the route's, [`NotACookie`](SessionErrorKind::NotACookie) for the session of a
    /// token, [`Unavailable`](SessionErrorKind::Unavailable) when the store does not answer, or lets no write through,
    /// [`TooLarge`](SessionErrorKind::TooLarge) for a session that lives in its cookie and does not fit any more. In each
    /// case nothing was changed.
    pub async fn update(&mut self, mut change: impl FnMut(&mut P) + Send) -> Result<(), SessionError> {
        #[cfg(feature = "cookie-tokens")]
        if let Some(id) = self.carried()? {
            return self.update_carried(id, change);
        }
        let issued = self.writable()?;
        let subject = &self.known().contents.subject;
        let changed = |standing: &Contents<P>| {
            if standing.subject == *subject {
                standing.changed(&mut change)
            } else {
                // This request logged in somebody else since: that session is not this one.
                Err(SessionErrorKind::Ended.into())
            }
        };
        let contents = self.sessions.replace(&issued, changed).await?;
        self.go_on_as(self.known().holding(contents));
        Ok(())
    }

    /// Gives the session a new id, and the visitor a new cookie. The old id answers for ten more seconds, so that requests
    /// already under way are not thrown out.
    ///
    /// For a change of the visitor's rights (ASVS 7.2.4); logging in and re-authenticating do it on their own. A session that
    /// lives in its cookie is sealed anew, and what was sealed before stands until it expires or the session is ended.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update), [`IdChanged`](SessionErrorKind::IdChanged) and
    /// [`Unidentifiable`](SessionErrorKind::Unidentifiable) apart.
    pub async fn rotate(&mut self) -> Result<(), SessionError> {
        #[cfg(feature = "cookie-tokens")]
        if let Some(id) = self.carried()? {
            return self.carry_on(id);
        }
        let (sessions, exchange, old) = (self.sessions.clone(), self.share_exchange(), self.writable()?);
        let rotation = async move {
            exchange.issue(sessions.succeed(&old, ALIAS_LIFETIME, Ok).await?);
            Ok(())
        };
        self.sessions.tasks().run(rotation).await
    }
}
