//! One authenticated visit, as a handler sees it.

mod arrival;
mod auth_session;
#[cfg(feature = "cookie-tokens")]
mod carried;
mod change;
mod confirmation;
mod inventory;
mod live;
mod log_in;
mod log_in_task;
mod of_issuer;

pub(crate) use self::arrival::{Arrival, Known};
pub use self::auth_session::AuthSession;
pub use self::confirmation::{Confirmation, ConfirmationToken};
pub use self::inventory::ListedSession;
pub use self::log_in::{LogIn, Reauthentication};
pub use self::of_issuer::IssuerSessions;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use self::arrival::{Continued, Shown};
use crate::clock::Timestamp;
use crate::principal::{Lifetime, ListsSessions, Principal};
use crate::sessions::{
    Current, Exchange, Issued, Opened, SessionError, SessionErrorKind, SessionHandle, Sessions, ShownId,
};
use crate::shared::Shared;
use crate::store::StoreKey;

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
    shown: Arc<dyn Shown<P>>,
    sessions: Sessions<P>,
}

/// What a request showed to be admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// A session cookie.
    Cookie,
    /// A bearer token.
    Bearer,
}

/// What it shows. Of every `P`: of what is no principal the compiler says that, and not as well that its sessions show nothing.
impl<P> Session<P> {
    /// Who this is.
    pub fn principal(&self) -> &P {
        &self.known().contents.principal
    }

    /// What the visitor showed.
    pub fn credential(&self) -> CredentialKind {
        self.known().credential
    }

    /// The `iss` of the token. `None` for a cookie.
    ///
    /// A principal with a `#[principal(issuer)]` field holds its issuer in that field, for cookies as well.
    pub fn issuer(&self) -> Option<&str> {
        self.known().contents.token.as_ref().map(|token| &*token.issuer)
    }

    /// When the visitor logged in, or the token was issued.
    pub fn created_at(&self) -> Timestamp {
        self.known().instants.created_at
    }

    /// The last time the visitor proved who they are. `None` for tokens that do not say.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.known().instants.authenticated_at
    }

    /// The last request that counted as activity, or when the token was issued.
    pub fn last_seen_at(&self) -> Timestamp {
        self.known().instants.last_seen_at
    }

    /// When the session ends unless there is activity.
    pub fn expires_at(&self) -> Timestamp {
        self.known().instants.expires_at
    }

    /// Whether the visitor has given this factor since the log-in; of a token, whether it is in its `amr` or is its
    /// `acr`. What `factors(..)` demands, for handlers that admit others, too.
    pub fn has_factor(&self, factor: &str) -> bool {
        self.known().contents.factors.given_within(factor, None, self.known().instants.created_at)
    }

    /// The factors that the visitor has given since the log-in, each with the last time; `None` for tokens that do not say
    /// when.
    pub fn factors(&self) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        self.known().contents.factors.iter()
    }

    /// Whether the visitor asked to [be remembered](LogIn::remember): the session outlives the browser.
    pub fn is_remembered(&self) -> bool {
        self.known().contents.remembered
    }

    pub(crate) fn sessions(&self) -> &Sessions<P> {
        &self.sessions
    }

    pub(crate) fn known(&self) -> &Known<P> {
        self.shown.known()
    }

    pub(crate) fn exchange(&self) -> &Exchange {
        self.shown.exchange()
    }

    pub(crate) fn share_exchange(&self) -> Shared<Exchange> {
        Arc::clone(&self.shown).share_exchange()
    }
}

impl<P: Principal> Session<P> {
    /// The session of a request, as a handler is given it.
    pub(crate) fn of(arrival: Arc<Arrival<P>>, sessions: Sessions<P>) -> Self {
        Self { shown: arrival, sessions }
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

    /// How long it lasts.
    pub(crate) fn lifetime(&self) -> Lifetime {
        P::SPEC.lifetime(self.known().contents.remembered)
    }

    /// Notes an activity.
    pub(crate) fn seen(&mut self, now: Timestamp, expires_at: Timestamp) {
        self.go_on_as(self.known().seen(now, expires_at));
    }

    /// Goes on as another.
    fn go_on_as(&mut self, known: Known<P>) {
        self.shown = Arc::new(Continued { known, exchange: self.share_exchange() });
    }

    /// Makes a single-use token that confirms what the visitor is about to do: what `confirm = ".."` of a route demands.
    ///
    /// It is good for this session, also under its next id, and for this purpose, once and for five minutes; bind it to what
    /// is confirmed by [`of`](Confirmation::of). A page puts it into the form that it shows, so that the form is sent once and
    /// as it was shown:
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// # use session_runtime::Principal;
    /// use axum::{Form, extract::Query, response::Html};
    /// use session_runtime::{Confirmed, Session, SessionError, session};
    ///
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # struct User { #[principal(id)] id: u64 }
    /// #[derive(Serialize, Deserialize)]
    /// struct Transfer { to: u64, cents: u64 }
    ///
    /// #[session(required)]
    /// async fn ask(session: Session<User>, Query(order): Query<Transfer>) -> Result<Html<String>, SessionError> {
    ///     let Transfer { to, cents } = order;
    ///     let token = session.confirmation("transfer").of(&order).await?;
    ///     Ok(Html(format!(
    ///         r#"<form method="post"><input type="hidden" name="_confirm" value="{token}">
    ///         <input name="to" value="{to}" readonly><input name="cents" value="{cents}" readonly>
    ///         <button>Send</button></form>"#
    ///     )))
    /// }
    ///
    /// #[session(required, fresh = "5m", confirm = "transfer")]
    /// async fn transfer(_session: Session<User>, Confirmed(Form(order)): Confirmed<Form<Transfer>>) -> String {
    ///     format!("{} cents to {}", order.cents, order.to)
    /// }
    /// ```
    ///
    /// A session has at most 32 that nobody has used; the oldest gives way.
    ///
    /// # Errors
    ///
    /// When it is awaited, as for [`update`](Self::update), [`IdChanged`](SessionErrorKind::IdChanged) apart, and
    /// [`Unserialisable`](SessionErrorKind::Unserialisable) for a content that does not become JSON.
    pub fn confirmation<'a>(&'a self, purpose: &'a str) -> Confirmation<'a, P>
    where
        P: ListsSessions,
    {
        Confirmation::new(self, purpose)
    }

    /// What names this session in a list of the principal's sessions; `None` for a token's.
    fn handle(&self) -> Option<SessionHandle> {
        self.known().contents.handle
    }

    /// Where the session lies in the store, if it does.
    fn key(&self) -> Option<StoreKey> {
        match self.exchange().current()? {
            Current::Named(Issued { key, .. }) | Current::Alias(key) => Some(key),
            #[cfg(feature = "cookie-tokens")]
            Current::Carried(_) | Current::CarriedReadOnly => None,
        }
    }

    /// This session's id, for operations that change it. A token's session has none.
    fn writable(&self) -> Result<Issued, SessionError> {
        match self.known().credential {
            CredentialKind::Cookie => self.exchange().writable(),
            CredentialKind::Bearer => Err(SessionErrorKind::NotACookie.into()),
        }
    }

    /// The id under which the request came, for a visitor who proves again who they are.
    fn shown_id(&self) -> Result<ShownId, SessionError> {
        match (self.known().credential, self.exchange().current()) {
            (CredentialKind::Cookie, Some(Current::Alias(key))) => Ok(ShownId::Alias(key)),
            _ => self.writable().map(ShownId::Current),
        }
    }

    /// Ends the token whose session it is.
    #[cfg(feature = "jwt")]
    async fn end_token(&self) -> Result<(), SessionError> {
        self.sessions.end_token(&self.known().contents).await
    }

    #[cfg(not(feature = "jwt"))]
    #[expect(clippy::unused_async, reason = "with tokens it has to wait")]
    async fn end_token(&self) -> Result<(), SessionError> {
        Err(SessionErrorKind::NotACookie.into())
    }

    fn opened(opened: Opened<P>, sessions: &Sessions<P>, exchange: &Shared<Exchange>) -> Self {
        let Opened { contents, instants, .. } = opened;
        let known = Known { contents, instants, credential: CredentialKind::Cookie };
        Self::begun(known, exchange, sessions)
    }

    fn begun(known: Known<P>, exchange: &Shared<Exchange>, sessions: &Sessions<P>) -> Self {
        Self { shown: Arc::new(Continued { known, exchange: exchange.clone() }), sessions: sessions.clone() }
    }
}

impl<P> Deref for Session<P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.principal()
    }
}

impl<P> Clone for Session<P> {
    fn clone(&self) -> Self {
        Self { shown: Arc::clone(&self.shown), sessions: self.sessions.clone() }
    }
}

/// Shows instants, and neither the principal nor the id.
impl<P: Principal> fmt::Debug for Session<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("instants", &self.known().instants)
            .field("credential", &self.known().credential)
            .finish_non_exhaustive()
    }
}
