//! How a handler logs a visitor in and out.

use std::fmt;
use std::sync::Arc;

use super::log_in_task::LogInTask;
use super::{LogIn, Reauthentication, Session};
use crate::key_values::RequestKeyValues;
use crate::principal::{EndsSessions, ForgetsCookies, Principal};
use crate::sessions::{
    Contents, Current, Device, Exchange, Factors, Issued, Opened, SessionError, SessionErrorKind, SessionFuture,
    SessionHandle, Sessions,
};
use crate::shared::Shared;

/// Logs a visitor in and out: an argument of a `required` or `optional` handler.
///
/// What it does is done at once, and stands whatever status the response has; the cookie travels with that response. Nobody
/// else writes it: a `Set-Cookie` of its name in the handler's own response is left out.
///
/// Each operation runs to its end even if the client hangs up, a time-out fires or the handler panics. A session that began
/// is removed again if its request is dropped before the response is finished. At a shutdown, await
/// [`Sessions::drained`].
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use axum::response::Redirect;
/// use session_runtime::{AuthSession, Principal, SessionError, session};
///
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # struct User { #[principal(id)] id: u64 }
/// #[session(required)]
/// async fn log_out(mut auth: AuthSession<User>) -> Result<Redirect, SessionError> {
///     auth.log_out().await?;
///     Ok(Redirect::to("/"))
/// }
/// ```
pub struct AuthSession<P> {
    pub(super) session: Option<Session<P>>,
    pub(super) sessions: Sessions<P>,
    pub(super) exchange: Shared<Exchange>,
    key_values: Option<RequestKeyValues>,
    device: &'static Device,
}

impl<P: Principal> AuthSession<P> {
    pub(crate) const fn new(
        session: Option<Session<P>>,
        sessions: Sessions<P>,
        exchange: Shared<Exchange>,
        key_values: Option<RequestKeyValues>,
        device: &'static Device,
    ) -> Self {
        Self { session, sessions, exchange, key_values, device }
    }

    /// The visitor's session, if there is one.
    pub fn session(&self) -> Option<&Session<P>> {
        self.session.as_ref()
    }

    /// Begins a session of `principal`, under a new id (ASVS 7.2.4). A session that the visitor had until now ends. Its
    /// key-values are taken along, unless it was another subject's.
    ///
    /// Verify the password, or whatever proves who this is, before you call this. Nothing happens before the [`LogIn`] is
    /// awaited; until then it takes what else there is to say about this session.
    ///
    /// # Errors
    ///
    /// [`Superseded`](SessionErrorKind::Superseded) when the request came under an id that has been replaced,
    /// [`Unidentifiable`](SessionErrorKind::Unidentifiable) when the principal's id is neither a text nor a number,
    /// [`NoCookie`](SessionErrorKind::NoCookie) when the principal declares no cookie,
    /// [`TooLarge`](SessionErrorKind::TooLarge) when the session is to live in its cookie and does not fit,
    /// [`Unavailable`](SessionErrorKind::Unavailable) when the store does not answer: no session began, and the one that the
    /// visitor had may have ended.
    pub fn log_in(&mut self, principal: P) -> LogIn<'_, P> {
        LogIn::new(self, principal)
    }

    pub(super) async fn begin_session(
        &mut self,
        principal: P,
        remembered: bool,
        factors: Factors,
    ) -> Result<&Session<P>, SessionError> {
        #[cfg(feature = "cookie-tokens")]
        if self.sessions.are_carried() {
            return self.log_in_carried(principal, remembered, factors).await;
        }
        let before = match self.exchange.current() {
            Some(Current::Alias(_)) => return Err(SessionErrorKind::Superseded.into()),
            Some(Current::Named(issued)) => Some(issued),
            _ => None,
        };
        let now = self.sessions.now();
        let handle = Some(SessionHandle::generate()?);
        let contents =
            Contents { remembered, handle, factors: factors.given_at(now), ..Contents::new(principal, now)? };
        let task = LogInTask {
            sessions: self.sessions.clone(),
            exchange: self.exchange.clone(),
            key_values: self.key_values.clone(),
            device: self.device,
        };
        let opened = self.sessions.tasks().run(task.run(before, contents)).await?;
        Ok(self.enter(opened))
    }

    /// Ends the visitor's session, for good: requests that are still running can no longer change it, and its id is dead.
    /// The browser is told to forget the cookie and what it has cached of this site.
    ///
    /// Without a session nothing is ended, and the browser is told the same.
    ///
    /// A token ends where the principal declares `bearer(revocable)`: it is revoked, and the refresh tokens of its family with
    /// it. Elsewhere it is in no store, and good until it expires: a client that shows one gets the error (403) and not a
    /// success that would promise too much; write `cookie` in the route's attribute to look at the cookie alone.
    ///
    /// # Errors
    ///
    /// [`NotACookie`](SessionErrorKind::NotACookie) for the session of a token that cannot be revoked;
    /// [`Unavailable`](SessionErrorKind::Unavailable) when the store does not answer: the session may still stand then.
    pub fn log_out(&mut self) -> SessionFuture<'_, ()>
    where
        P: EndsSessions,
    {
        Box::pin(self.end())
    }

    /// Lets the browser forget its cookie, and what it has cached of this site, where the session lives in the cookie alone
    /// (`unrevocable`). Whoever kept a copy of it keeps the session until it expires.
    pub fn forget_cookie(&mut self)
    where
        P: ForgetsCookies,
    {
        self.session = None;
        self.exchange.forget();
    }

    /// Records that the visitor has just proved again who they are, under a new id. What `fresh` demands counts from here;
    /// when the session began, and so its absolute limit, stays.
    ///
    /// `principal` takes the place of what the session holds, as after a log-in: load it anew. The old id answers for sixty
    /// more seconds, with the strength and the rights that it had. Of a session that lives in its cookie, the former cookie
    /// does until it expires. Nothing happens before the [`Reauthentication`] is awaited; until then it takes the factors that
    /// the visitor gave.
    ///
    /// While the old id answers, a repeated proof under it succeeds and issues another id: the first response may be lost, or
    /// a button clicked twice.
    ///
    /// # Errors
    ///
    /// [`Ended`](SessionErrorKind::Ended) when there is no session, or it is over,
    /// [`OtherSubject`](SessionErrorKind::OtherSubject) when `principal` is another subject,
    /// [`NotACookie`](SessionErrorKind::NotACookie) for the session of a token,
    /// [`Unidentifiable`](SessionErrorKind::Unidentifiable) when the principal's id is neither a text nor a number,
    /// [`Unavailable`](SessionErrorKind::Unavailable) when the store does not answer. In each case nothing was changed.
    pub fn reauthenticate(&mut self, principal: P) -> Reauthentication<'_, P> {
        Reauthentication::new(self, principal)
    }

    pub(super) async fn prove_again(&mut self, principal: P, factors: Factors) -> Result<&Session<P>, SessionError> {
        #[cfg(feature = "cookie-tokens")]
        if self.sessions.are_carried() {
            return self.prove_again_carried(principal, factors);
        }
        let now = self.sessions.now();
        let session = self.session.as_ref().ok_or(SessionErrorKind::Ended)?;
        let shown = session.shown_id()?;
        let known = Arc::clone(&session.known().contents);
        let proved = Contents { factors: factors.given_at(now), ..Contents::new(principal, now)? };
        if proved.subject != known.subject {
            return Err(SessionErrorKind::OtherSubject.into());
        }
        let contents = Arc::new(proved.renewed(&known)?);
        let instants = session.known().instants.authenticated_again(now, session.lifetime());
        let (sessions, exchange) = (self.sessions.clone(), self.exchange.clone());
        let issued = self.sessions.tasks().run(async move {
            let issued = sessions.reauthenticate(&shown, &known, &proved, instants).await?;
            exchange.issue(issued.clone());
            Ok::<_, SessionError>(issued)
        });
        let issued = issued.await?;
        Ok(self.enter(Opened { issued, contents, instants }))
    }

    async fn end(&mut self) -> Result<(), SessionError> {
        let (sessions, exchange, session) = (self.sessions.clone(), self.exchange.clone(), self.session.clone());
        let key_values = self.key_values.clone();
        self.sessions.tasks().run(end(sessions, exchange, session, key_values)).await?;
        self.session = None;
        Ok(())
    }

    fn enter(&mut self, opened: Opened<P>) -> &Session<P> {
        self.session.insert(Session::opened(opened, &self.sessions, &self.exchange))
    }
}

/// Ends what a request came with: the session of its cookie, else the token.
async fn end<P: Principal>(
    sessions: Sessions<P>,
    exchange: Shared<Exchange>,
    session: Option<Session<P>>,
    key_values: Option<RequestKeyValues>,
) -> Result<(), SessionError> {
    match exchange.current() {
        Some(Current::Named(Issued { key, .. }) | Current::Alias(key)) => sessions.end_by_key(key).await?,
        #[cfg(feature = "cookie-tokens")]
        Some(Current::Carried(id)) => sessions.end_carried(&id).await?,
        #[cfg(feature = "cookie-tokens")]
        Some(Current::CarriedReadOnly) => return Err(SessionErrorKind::Superseded.into()),
        None => {
            if let Some(session) = session {
                // No cookie is forgotten by it: the token alone decides what a request is that shows both.
                return session.end_token().await;
            }
        }
    }
    exchange.forget();
    if let Some(key_values) = key_values {
        key_values.forget().await;
        key_values.reopen();
    }
    Ok(())
}

/// Shows instants, and neither the principal nor the id.
impl<P: Principal> fmt::Debug for AuthSession<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuthSession").field("session", &self.session).finish_non_exhaustive()
    }
}
