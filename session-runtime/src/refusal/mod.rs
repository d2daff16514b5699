//! What a refused visitor gets.

mod answer;
mod challenge;
mod navigation;
mod problem;
mod request;

pub use self::request::RefusedRequest;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};

use self::answer::{Answer, NO_STORE};
use crate::credential::CredentialError;

/// Why a guard refused a request, and so what the client gets.
///
/// | refused because | status | `WWW-Authenticate` | navigation |
/// |---|---|---|---|
/// | no credential | 401 | without an error code | 303 to `login` |
/// | the credential is not, or no longer, good | 401 | `error="invalid_token"` | 303 to `login` |
/// | malformed `Authorization: Bearer` | 400 | `error="invalid_request"` | |
/// | not fresh, factor missing | 401 | `error="insufficient_user_authentication"`, `max_age`, `acr_values` | 303 to `reauthenticate` |
/// | scope | 403 | `error="insufficient_scope"`, `scope` | |
/// | role, check, forgery, confirmation | 403 | | |
/// | store does not answer | 503, `Retry-After` | | |
///
/// A navigation is redirected only where the policy names a page to go to, and never to the page being served: with `next`,
/// where the visitor wanted to go, and with `factors`, those that are missing, separated by spaces.
/// Elsewhere the body is a problem document (RFC 9457), whose `type` is `urn:problem:session:` and the kind.
///
/// It is in the extensions of the response, for outer layers that count or log:
///
/// ```
/// use axum::response::Response;
/// use session_runtime::{Refusal, RefusalKind};
///
/// async fn count(response: Response) -> Response {
///     if let Some(refusal) = response.extensions().get::<Refusal>() {
///         match refusal.kind() {
///             RefusalKind::Forgery => eprintln!("somebody forges requests"),
///             kind => eprintln!("refused: {kind:?}"),
///         }
///     }
///     response
/// }
/// ```
///
/// Where a `check(..)` refused, its own redirects, 4xx and 5xx stand as it wrote them; any other answer of it is 403.
///
/// It tells no more than the response does: not why a credential was not good, nor whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    kind: RefusalKind,
    max_age: Option<Duration>,
    factors: Vec<&'static str>,
    scopes: Vec<&'static str>,
}

/// The category of a [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The request showed neither cookie nor token, and the route demands a session.
    NoCredential,
    /// `Authorization: Bearer` was there twice, or without a token.
    MalformedCredential,
    /// The credential was shown and is not, or no longer, good. It is not told which: expired, unknown, ended, forged.
    InvalidCredential,
    /// The visitor logged in longer ago than the route's `fresh` allows; the session itself is good.
    NotFresh,
    /// The visitor logged in without a factor that the route demands.
    MissingFactor,
    /// The visitor has none of the roles that the route demands, or one that it excludes.
    Role,
    /// The visitor or the token lacks a scope that the route demands.
    Scope,
    /// An unsafe request came from a page of another site.
    Forgery,
    /// The token of `confirm = ".."` was missing, used, or for something else.
    Confirmation,
    /// The route's `check(..)` refused.
    Check,
    /// The store did not answer, or the keys of the token's issuer are not to be had, so nobody knows whether the visitor may.
    Unavailable,
}

impl Refusal {
    /// A refusal that needs no further words.
    pub(crate) const fn of(kind: RefusalKind) -> Self {
        Self { kind, max_age: None, factors: Vec::new(), scopes: Vec::new() }
    }

    /// The visitor has to log in again to be within `max_age`.
    pub(crate) fn not_fresh(max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..Self::of(RefusalKind::NotFresh) }
    }

    /// The visitor has to log in with these factors, within `max_age` if that is demanded, too.
    pub(crate) fn missing_factors(factors: impl IntoIterator<Item = &'static str>, max_age: Option<Duration>) -> Self {
        Self { max_age, factors: factors.into_iter().collect(), ..Self::of(RefusalKind::MissingFactor) }
    }

    /// The route demands these scopes.
    pub(crate) fn scopes(scopes: impl IntoIterator<Item = &'static str>) -> Self {
        Self { scopes: scopes.into_iter().collect(), ..Self::of(RefusalKind::Scope) }
    }

    /// Why the request was refused.
    pub fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// The status of the response, where it is neither a redirect nor what a `check(..)` chose.
    pub fn status(&self) -> StatusCode {
        problem::of(self.kind).status
    }

    /// How long ago the visitor may have logged in, where that is why.
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    /// The factors to log in with, where that is why.
    pub fn required_factors(&self) -> &[&'static str] {
        &self.factors
    }

    /// The scopes that the route demands, where that is why.
    pub fn required_scopes(&self) -> &[&'static str] {
        &self.scopes
    }
}

impl From<CredentialError> for Refusal {
    fn from(error: CredentialError) -> Self {
        Self::of(match error {
            CredentialError::TwoAuthorizations => RefusalKind::MalformedCredential,
            CredentialError::TwoCookies => RefusalKind::InvalidCredential,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(problem::of(self.kind).title)
    }
}

impl std::error::Error for Refusal {}

/// What the policy of a route says about refusing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefusalContext {
    /// The principal's realm: its cookie's name, or else its type's.
    pub(crate) realm: &'static str,
    pub(crate) accepts_bearer: bool,
    pub(crate) login: Option<&'static str>,
    pub(crate) reauthenticate: Option<&'static str>,
}

/// How an application presents refusals. Given the refusal, the request and the response that would be sent, it returns
/// another response: an HTML page, a translated problem document.
///
/// What a `check(..)` answers itself, with a status of 300 or more, is presented already and does not come here.
///
/// The status, `WWW-Authenticate`, `Location` and `Cache-Control` stay as they were, whatever it returns: clients act on
/// them, and so does the next reader of this program.
///
/// ```
/// use axum::response::{Html, IntoResponse, Response};
/// use session_runtime::{OnRefusal, Refusal, RefusedRequest};
/// use std::sync::Arc;
///
/// let on_refusal: OnRefusal = Arc::new(|refusal: &Refusal, request: &RefusedRequest<'_>, response: Response| {
///     if request.accepts_html() {
///         Html(format!("<h1>{refusal}</h1>")).into_response()
///     } else {
///         response
///     }
/// });
/// ```
pub type OnRefusal = Arc<dyn Fn(&Refusal, &RefusedRequest<'_>, Response) -> Response + Send + Sync>;

/// The response to a refused request.
pub(crate) fn respond(
    refusal: Refusal,
    context: &RefusalContext,
    parts: &Parts,
    on_refusal: Option<&OnRefusal>,
) -> Response {
    let request = RefusedRequest::of(parts);
    let page = navigation::page(refusal.kind, context, &request);
    let location = page
        .filter(|_| request.is_navigation())
        .and_then(|page| navigation::location(page, &refusal.factors, &request));
    let answer = match location {
        Some(location) => Answer::redirect(location),
        None => Answer::problem(&refusal, context),
    };
    let response = answer.to_response(refusal.kind);
    let mut response = present(response, refusal, &answer, &request, on_refusal);
    if page.is_some() && on_refusal.is_none() {
        response.headers_mut().append(header::VARY, navigation::VARY);
    }
    response
}

/// The response to an operation that fails inside a handler for the reason of a refusal.
pub(crate) fn respond_within(kind: RefusalKind) -> Response {
    // A handler's error knows no policy: the challenge names no realm in particular.
    let context = RefusalContext { realm: "session", accepts_bearer: false, login: None, reauthenticate: None };
    Answer::problem(&Refusal::of(kind), &context).to_response(kind)
}

/// The response to an operation that fails inside a handler for a reason that no guard has: 403, 409 or 500.
pub(crate) fn respond_to_operation(status: StatusCode) -> Response {
    let problem = problem::of_operation(status);
    (problem.status, [(header::CACHE_CONTROL, NO_STORE)], problem).into_response()
}

/// The response of a `check(..)` that refused. Its redirects, 4xx and 5xx stand. One that answers below 300 has admitted
/// nobody (`Err(())` is 200 in axum): it is 403, in the check's words if it has any, and presented like every other refusal.
pub(crate) fn refused_by_check(
    mut response: Response,
    context: &RefusalContext,
    parts: &Parts,
    on_refusal: Option<&OnRefusal>,
) -> Response {
    let refusal = Refusal::of(RefusalKind::Check);
    if response.status() < StatusCode::MULTIPLE_CHOICES {
        if response.body().is_end_stream() {
            return respond(refusal, context, parts, on_refusal);
        }
        let answer = Answer::problem(&refusal, context);
        answer.impose_on(&mut response);
        return present(response, refusal, &answer, &RefusedRequest::of(parts), on_refusal);
    }
    let lacks_challenge = !response.headers().contains_key(header::WWW_AUTHENTICATE);
    if response.status() == StatusCode::UNAUTHORIZED && lacks_challenge {
        // RFC 9110 15.5.2: a 401 says how to authenticate.
        let challenge = challenge::of(&Refusal::of(RefusalKind::NoCredential), context);
        response.headers_mut().extend(challenge.map(|challenge| (header::WWW_AUTHENTICATE, challenge)));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    response.extensions_mut().insert(refusal);
    response
}

/// A response as the application presents it.
fn present(
    mut response: Response,
    refusal: Refusal,
    answer: &Answer,
    request: &RefusedRequest<'_>,
    on_refusal: Option<&OnRefusal>,
) -> Response {
    if let Some(on_refusal) = on_refusal {
        response = on_refusal(&refusal, request, response);
        answer.impose_on(&mut response);
        response.headers_mut().append(header::VARY, navigation::VARY);
    }
    response.extensions_mut().insert(refusal);
    response
}

#[cfg(test)]
mod tests;
