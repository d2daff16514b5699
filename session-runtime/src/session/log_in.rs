//! A log-in, and what is said about it before it happens.

use std::fmt;
use std::pin::Pin;

use super::{AuthSession, Session};
use crate::principal::{Principal, RememberedPrincipal};
use crate::sessions::{Factors, SessionError};

/// A log-in that happens when it is awaited: what [`AuthSession::log_in`] returns.
#[must_use = "nobody is logged in before this is awaited"]
pub struct LogIn<'a, P: Principal> {
    auth: &'a mut AuthSession<P>,
    principal: P,
    remembered: bool,
    factors: Factors,
}

impl<'a, P: Principal> LogIn<'a, P> {
    pub(super) fn new(auth: &'a mut AuthSession<P>, principal: P) -> Self {
        Self { auth, principal, remembered: false, factors: Factors::none() }
    }

    /// Says with what the visitor proved who they are: what `factors(..)` of a route demands. Named as in the `amr` of tokens
    /// ([RFC 8176](https://www.rfc-editor.org/rfc/rfc8176#section-2)): `pwd`, `otp`, `hwk`, ..
    pub fn factors<F: AsRef<str>>(mut self, factors: impl IntoIterator<Item = F>) -> Self {
        self.factors = Factors::given(factors, None);
        self
    }

    /// Keeps the visitor logged in when the browser is closed, for as long as `cookie(persistent = "..")` says.
    ///
    /// A remembered session ends that long after it began and not sooner: `idle` and `absolute` are about the others.
    /// Activity does not lengthen it, and neither does [re-authentication](AuthSession::reauthenticate): the browser is told
    /// once, by `Max-Age`, and again with what remains of it whenever the id changes. It is no proof of who sits there:
    /// `max_age` and `fresh` of a route count from when the visitor last gave one.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use axum::{Form, response::Redirect};
    /// use session_runtime::{AuthSession, Principal, SessionError, session};
    ///
    /// #[derive(Clone, Serialize, Deserialize, Principal)]
    /// #[principal(cookie(persistent = "30d"))]
    /// struct User {
    ///     #[principal(id)]
    ///     id: u64,
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Credentials {
    ///     name: String,
    ///     password: String,
    ///     /// A checkbox: there when it is ticked.
    ///     remember: Option<String>,
    /// }
    ///
    /// #[session(optional)]
    /// async fn log_in(mut auth: AuthSession<User>, Form(form): Form<Credentials>) -> Result<Redirect, SessionError> {
    ///     let user = verify(&form.name, &form.password);
    ///     let log_in = auth.log_in(user);
    ///     if form.remember.is_some() { log_in.remember().await? } else { log_in.await? };
    ///     Ok(Redirect::to("/"))
    /// }
    /// # fn verify(_: &str, _: &str) -> User { User { id: 7 } }
    /// ```
    pub fn remember(mut self) -> Self
    where
        P: RememberedPrincipal,
    {
        self.remembered = true;
        self
    }
}

impl<'a, P: Principal> IntoFuture for LogIn<'a, P> {
    type Output = Result<&'a Session<P>, SessionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { auth, principal, remembered, factors } = self;
        Box::pin(auth.begin_session(principal, remembered, factors))
    }
}

/// Another proof of who the visitor is, recorded when it is awaited: what [`AuthSession::reauthenticate`] returns.
#[must_use = "nothing is recorded before this is awaited"]
pub struct Reauthentication<'a, P: Principal> {
    auth: &'a mut AuthSession<P>,
    principal: P,
    factors: Factors,
}

impl<'a, P: Principal> Reauthentication<'a, P> {
    pub(super) fn new(auth: &'a mut AuthSession<P>, principal: P) -> Self {
        Self { auth, principal, factors: Factors::none() }
    }

    /// Says with what, as [`LogIn::factors`] does. Each factor keeps the last time at which it was given: those that are not
    /// named here are not forgotten, and not renewed.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use axum::{Form, response::Redirect};
    /// use session_runtime::{AuthSession, Principal, ReturnTo, Session, SessionError, session};
    ///
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # struct User { #[principal(id)] id: u64 }
    /// #[session(required, factors("otp"), fresh = "5m", reauthenticate = "/code")]
    /// async fn transfer(session: Session<User>) -> &'static str {
    ///     "Whoever is here gave a code in the last five minutes"
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Code { code: String }
    ///
    /// #[session(required)]
    /// async fn code(mut auth: AuthSession<User>, to: ReturnTo, Form(form): Form<Code>) -> Result<Redirect, SessionError> {
    ///     let user = verify(&form.code);
    ///     auth.reauthenticate(user).factors(["otp"]).await?;
    ///     Ok(Redirect::to(to.as_str()))
    /// }
    /// # fn verify(_: &str) -> User { User { id: 7 } }
    /// ```
    pub fn factors<F: AsRef<str>>(mut self, factors: impl IntoIterator<Item = F>) -> Self {
        self.factors = Factors::given(factors, None);
        self
    }
}

impl<'a, P: Principal> IntoFuture for Reauthentication<'a, P> {
    type Output = Result<&'a Session<P>, SessionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { auth, principal, factors } = self;
        Box::pin(auth.prove_again(principal, factors))
    }
}

/// Shows instants, and neither the principal nor the id.
impl<P: Principal> fmt::Debug for Reauthentication<'_, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reauthentication").field("auth", &self.auth).finish_non_exhaustive()
    }
}

/// Shows instants, and neither the principal nor the id.
impl<P: Principal> fmt::Debug for LogIn<'_, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LogIn").field("auth", &self.auth).finish_non_exhaustive()
    }
}
