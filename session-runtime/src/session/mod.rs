//! One authenticated visit, as a handler sees it.

mod auth_session;
mod inventory;

pub use self::auth_session::AuthSession;
pub use self::inventory::{ListedSession, SessionHandle, SessionHandleError};

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{
    ALIAS_LIFETIME, Contents, Current, Exchange, Instants, Issued, Opened, SessionError, SessionErrorKind, Sessions,
};
use crate::shared::Shared;

/// One authenticated visit of one principal: who, since when, last seen.
///
/// An argument of a guarded handler. Dereferences to the principal, which is shared and never cloned:
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use session_runtime::{Principal, Session, session};
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// struct User {
///     #[principal(id)]
///     id: u64,
///     name: String,
/// }
///
/// #[session(required)]
/// async fn greet(session: Session<User>) -> String {
///     format!("Hello, {}", session.name)
/// }
/// ```
///
/// What it holds is what was known when the visitor logged in, or was [updated](Self::update) since.
pub struct Session<P> {
    contents: Shared<Contents<P>>,
    instants: Instants,
    credential: CredentialKind,
    sessions: Sessions<P>,
    exchange: Shared<Exchange>,
}

/// What a request showed to be admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// A session cookie.
    Cookie,
    /// A bearer token.
    Bearer,
}

impl<P: Principal> Session<P> {
    pub(crate) fn new(
        contents: Arc<Contents<P>>,
        instants: Instants,
        credential: CredentialKind,
        sessions: Sessions<P>,
        exchange: Arc<Exchange>,
    ) -> Self {
        Self { contents: contents.into(), instants, credential, sessions, exchange: exchange.into() }
    }

    /// Who this is.
    pub fn principal(&self) -> &P {
        &self.contents.principal
    }

    /// Whether the principal has `role`: what `role(..)` demands, for handlers that admit others, too.
    ///
    /// ```
    /// # mod people {
    /// #     use serde::{Deserialize, Serialize};
    /// #     #[derive(Clone, PartialEq, Serialize, Deserialize)]
    /// #     pub enum Role { Editor }
    /// #     #[derive(Clone, Serialize, Deserialize, session_runtime::Principal)]
    /// #     pub struct User { #[principal(id)] pub id: u64, #[principal(roles)] pub roles: Vec<Role> }
    /// # }
    /// # use people::{Role, User};
    /// use session_runtime::{Session, session};
    ///
    /// #[session(optional)]
    /// async fn page(session: Option<Session<User>>) -> &'static str {
    ///     if session.is_some_and(|session| session.has_role(&Role::Editor)) { "Edit me" } else { "Read me" }
    /// }
    /// ```
    pub fn has_role(&self, role: &P::Role) -> bool {
        self.principal().has_role(role)
    }

    /// Whether the principal has `scope`: what `scope(..)` demands, for handlers that admit others, too.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.principal().has_scope(scope)
    }

    /// What the visitor showed.
    pub fn credential(&self) -> CredentialKind {
        self.credential
    }

    /// Who issued the token. `None` for a cookie.
    ///
    /// A subject is one person only together with its issuer: where a builder trusts several, what one calls `7` is not
    /// what another calls `7`.
    pub fn issuer(&self) -> Option<&str> {
        self.contents.token.as_ref().map(|token| &*token.issuer)
    }

    /// When the visitor logged in, or the token was issued.
    pub fn created_at(&self) -> Timestamp {
        self.instants.created_at
    }

    /// The last time the visitor proved who they are. `None` for tokens that do not say.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.instants.authenticated_at
    }

    /// The last request that counted as activity, or when the token was issued.
    pub fn last_seen_at(&self) -> Timestamp {
        self.instants.last_seen_at
    }

    /// When the session ends unless there is activity.
    pub fn expires_at(&self) -> Timestamp {
        self.instants.expires_at
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    pub(crate) fn contents(&self) -> Arc<Contents<P>> {
        self.contents.to_arc()
    }

    pub(crate) const fn instants(&self) -> &Instants {
        &self.instants
    }

    /// Notes an activity that the store has noted.
    pub(crate) const fn seen(&mut self, now: Timestamp, expires_at: Timestamp) {
        self.instants.last_seen_at = now;
        self.instants.expires_at = expires_at;
    }

    /// Changes the principal of this session, here and in the store.
    ///
    /// When another request changed it meanwhile, `change` is applied again to what that one left, so that neither change
    /// is lost. It may therefore run more than once.
    ///
    /// # Errors
    ///
    /// [`Ended`](SessionErrorKind::Ended) when the session was ended meanwhile, or has expired,
    /// [`IdChanged`](SessionErrorKind::IdChanged) when `change` altered what identifies the principal,
    /// [`Unidentifiable`](SessionErrorKind::Unidentifiable) when nothing identifies it after `change`,
    /// [`Superseded`](SessionErrorKind::Superseded) when the request came under an id that has been replaced, or the session
    /// is that of another principal than the route's, [`NotACookie`](SessionErrorKind::NotACookie) for the session of a
    /// token, [`Unavailable`](SessionErrorKind::Unavailable) when the store does not answer, or lets no write through. In
    /// each case nothing was changed.
    pub async fn update(&mut self, mut change: impl FnMut(&mut P) + Send) -> Result<(), SessionError> {
        let issued = self.writable()?;
        let subject = &self.contents.subject;
        let changed = |standing: &Contents<P>| {
            if standing.subject == *subject {
                standing.changed(&mut change)
            } else {
                // This request logged in somebody else since: that session is not this one.
                Err(SessionErrorKind::Ended.into())
            }
        };
        self.contents = self.sessions.replace(&issued, changed).await?.into();
        Ok(())
    }

    /// Gives the session a new id, and the visitor a new cookie. The old id answers for ten more seconds, so that requests
    /// already under way are not thrown out.
    ///
    /// For a change of the visitor's rights (ASVS 7.2.4); logging in and re-authenticating do it on their own.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update), [`IdChanged`](SessionErrorKind::IdChanged) and
    /// [`Unidentifiable`](SessionErrorKind::Unidentifiable) apart.
    pub async fn rotate(&mut self) -> Result<(), SessionError> {
        let issued = self.sessions.succeed(&self.writable()?, ALIAS_LIFETIME, Ok).await?;
        self.exchange.issue(issued);
        Ok(())
    }

    /// What names this session in a list of the principal's sessions; `None` for a token's.
    fn handle(&self) -> Option<SessionHandle> {
        match self.exchange.current()? {
            Current::Named(Issued { key, .. }) | Current::Alias(key) => Some(SessionHandle::of(key)),
        }
    }

    /// This session's id, for operations that change it. A token's session has none.
    fn writable(&self) -> Result<Issued, SessionError> {
        match self.credential {
            CredentialKind::Cookie => self.exchange.writable(),
            CredentialKind::Bearer => Err(SessionErrorKind::NotACookie.into()),
        }
    }

    /// Ends the token whose session it is.
    #[cfg(feature = "jwt")]
    async fn end_token(&self) -> Result<(), SessionError> {
        self.sessions.end_token(&self.contents).await
    }

    #[cfg(not(feature = "jwt"))]
    #[expect(clippy::unused_async, reason = "with tokens it has to wait")]
    async fn end_token(&self) -> Result<(), SessionError> {
        Err(SessionErrorKind::NotACookie.into())
    }

    fn opened(opened: Opened<P>, sessions: &Sessions<P>, exchange: &Arc<Exchange>) -> Self {
        let session = Self::new(
            Arc::clone(&opened.contents),
            opened.instants,
            CredentialKind::Cookie,
            sessions.clone(),
            Arc::clone(exchange),
        );
        exchange.issue(opened.issued);
        session
    }
}

impl<P: Principal> Deref for Session<P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.principal()
    }
}

impl<P: Principal> Clone for Session<P> {
    fn clone(&self) -> Self {
        Self {
            contents: self.contents.clone(),
            instants: self.instants,
            credential: self.credential,
            sessions: self.sessions.clone(),
            exchange: self.exchange.clone(),
        }
    }
}

/// Shows instants, and neither the principal nor the id.
impl<P: Principal> fmt::Debug for Session<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("instants", &self.instants)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}
