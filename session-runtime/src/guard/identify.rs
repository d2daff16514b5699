//! From the credential of a request to the session that it names.

use std::sync::Arc;

use http::HeaderMap;

use super::refuse::Refused;
use super::visit::Visitor;
use crate::authenticate::{Standing, authenticate};
use crate::clock::Timestamp;
use crate::credential::{self, Credential, CredentialError, SessionId};
use crate::policy::Via;
use crate::principal::Principal;
use crate::refusal::RefusalKind;
use crate::session::{Arrival, CredentialKind, Session};
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
use crate::sessions::Look;
#[cfg(feature = "jwt")]
use crate::sessions::TokenSession;
use crate::sessions::{Answer, Contents, Current, Exchange, Instants, Issued, Sessions};
use crate::shared::Shared;
#[cfg(feature = "jwt")]
use crate::token::TokenRefusal;

/// Who a request comes from.
pub(super) enum Identity<P: Principal> {
    /// A visitor with a session that stands.
    Known(Arc<Arrival<P>>),
    /// A visitor whom nobody knows, with key-values.
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    Unknown(Shared<Exchange>, Look),
    /// A visitor whose session is too old for an optional route, to which it is none.
    TooOld(Arc<Arrival<P>>),
    /// Nobody: no credential that the route accepts.
    Anonymous,
    /// A cookie that names no session of this realm, and never will again.
    Dead,
    /// Cookies that cannot be told apart, or a session that this release cannot read: it says nothing about the visitor.
    Unreadable,
}

impl<P: Principal> Identity<P> {
    /// Why a route that requires a session refuses.
    pub(super) fn refused(&self) -> Refused {
        match self {
            Self::Anonymous => RefusalKind::NoCredential.into(),
            // Their cookie says nothing about who they are.
            #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
            Self::Unknown(..) => RefusalKind::NoCredential.into(),
            Self::Dead => Refused::DeadCookie,
            Self::Known(_) | Self::TooOld(_) | Self::Unreadable => RefusalKind::InvalidCredential.into(),
        }
    }

    /// Whom an admitted request is from.
    #[inline]
    pub(super) fn visitor(self, sessions: Sessions<P>) -> Visitor<P> {
        match self {
            Self::Known(arrival) => Visitor::Known(Session::of(arrival, sessions)),
            #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
            Self::Unknown(exchange, _) => Visitor::Unknown(sessions, exchange),
            Self::TooOld(arrival) => Visitor::Unknown(sessions, Shared::viewing(arrival)),
            Self::Anonymous | Self::Dead | Self::Unreadable => Visitor::Unknown(sessions, Exchange::default().into()),
        }
    }
}

/// Reads the credential that `accepted` allows and finds its session.
///
/// A token that is refused, or a header that cannot be read, is an error on every route: its sender means to be known. A
/// store that does not answer is one, too: nobody is admitted on a guess.
pub(super) async fn identify<P: Principal>(
    sessions: &Sessions<P>,
    accepted: Via,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Identity<P>, Refused> {
    let cookie = P::SPEC.cookie.as_ref().filter(|_| accepted.cookie);
    match credential::read(headers, cookie.map(|cookie| cookie.name), accepted.bearer) {
        Ok(None) => Ok(Identity::Anonymous),
        Ok(Some(Credential::Cookie(value))) => by_cookie(sessions, value, now).await,
        Ok(Some(Credential::Bearer(token))) => by_token(sessions, token, now).await,
        Err(CredentialError::TwoCookies) => Ok(Identity::Unreadable),
        Err(CredentialError::TwoAuthorizations) => Err(RefusalKind::MalformedCredential.into()),
    }
}

async fn by_cookie<P: Principal>(sessions: &Sessions<P>, value: &[u8], now: Timestamp) -> Result<Identity<P>, Refused> {
    #[cfg(feature = "cookie-tokens")]
    if sessions.are_carried() {
        return super::carried::by_cookie(sessions, value, now).await;
    }
    // What this server cannot have set leads to nothing.
    let Some(id) = SessionId::parse(value) else { return Ok(Identity::Dead) };
    // A block: else the future would have room for the record while the application is asked.
    let (key, contents, instants, is_alias) = {
        let Some((key, record)) = sessions.find_record(&id, now).await? else { return Ok(Identity::Dead) };
        #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
        if record.is_anonymous() {
            let issued = Issued { id, key, persists_until: None };
            return Ok(unknown(sessions.anonymous_look(&record, issued, now)));
        }
        match authenticate(&record, now, || sessions.unseal(&record, &id)) {
            Standing::Good(contents, instants) => (key, contents, instants, record.successor().is_some()),
            Standing::Over => return Ok(Identity::Dead),
            Standing::Unreadable => return Ok(Identity::Unreadable),
        }
    };
    if is_alias {
        let answer = match sessions.revalidation() {
            Some(revalidation) => revalidation.answer_replaced(sessions, key, contents, now).await,
            None => Answer::Stands(contents),
        };
        return asked_again(answer, instants, Current::Alias(key));
    }
    let issued = Issued { id, key, persists_until: None }.persisting(&contents, &instants);
    let answer = match sessions.revalidation() {
        Some(revalidation) => revalidation.answer(sessions, &issued, contents, now).await,
        None => Answer::Stands(contents),
    };
    asked_again(answer, instants, Current::Named(issued))
}

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
fn unknown<P: Principal>(look: Look) -> Identity<P> {
    match &look {
        Look { seen: Some(_), .. } => Identity::Unknown(Exchange::new(look.current.clone()).into(), look),
        Look { closed: Some(_), .. } => Identity::Unreadable,
        Look { .. } => Identity::Dead,
    }
}

/// What the application says about a session that stands.
pub(super) fn asked_again<P: Principal>(
    answer: Answer<P>,
    instants: Instants,
    current: Current,
) -> Result<Identity<P>, Refused> {
    let is_named = matches!(current, Current::Named(_));
    let exchange = Exchange::new(Some(current));
    match answer {
        Answer::Stands(contents) => {
            // A rejected request, or an open connection, found out that the principal has changed.
            if contents.needs_new_id && is_named {
                exchange.demand_rotation();
            }
            Ok(known(contents, instants, exchange))
        }
        Answer::Changed(contents) => {
            exchange.demand_rotation();
            Ok(known(contents, instants, exchange))
        }
        // The browser keeps its cookie, which names the id that replaced this one.
        Answer::Outdated => Ok(Identity::Unreadable),
        Answer::Over => Ok(Identity::Dead),
        Answer::Unknown => Err(RefusalKind::Unavailable.into()),
    }
}

fn known<P: Principal>(contents: Arc<Contents<P>>, instants: Instants, exchange: Exchange) -> Identity<P> {
    Identity::Known(Arrival::new(contents, instants, CredentialKind::Cookie, exchange))
}

#[cfg(feature = "jwt")]
async fn by_token<P: Principal>(sessions: &Sessions<P>, token: &[u8], now: Timestamp) -> Result<Identity<P>, Refused> {
    match sessions.verify_token(token, now).await {
        Ok(TokenSession { contents, instants }) => {
            let exchange = Exchange::default();
            Ok(Identity::Known(Arrival::new(contents, instants, CredentialKind::Bearer, exchange)))
        }
        // RFC 6750 3.1: a malformed request, and no token at all.
        Err(_) if !credential::is_token(token) => Err(RefusalKind::MalformedCredential.into()),
        Err(reason) => {
            // Anybody can send a token, so this is not worth more.
            tracing::debug!(target: "session", %reason, "session.token_refused");
            // Nobody knows whether the visitor may, as when a store is down.
            let unknown = matches!(reason, TokenRefusal::KeysUnavailable | TokenRefusal::RevocationsUnavailable);
            Err(if unknown { RefusalKind::Unavailable } else { RefusalKind::InvalidCredential }.into())
        }
    }
}

/// Without tokens, no principal can declare `bearer`.
#[cfg(not(feature = "jwt"))]
#[expect(clippy::unused_async, reason = "as with tokens")]
async fn by_token<P: Principal>(_: &Sessions<P>, _: &[u8], _: Timestamp) -> Result<Identity<P>, Refused> {
    Err(RefusalKind::InvalidCredential.into())
}
