//! The end of the way in: a token that may be used once, where the policy demands one.
//!
//! Used up when everything else has been passed and read, so that a form that could not be read costs none.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use zeroize::Zeroizing;

use super::refuse::{Refused, refuse};
use super::visit::Call;
use crate::policy::Of;
use crate::principal::Principal;
use crate::refusal::RefusalKind;
use crate::sessions::{self, ContentDigest, digest_of_content};

const HEADER: HeaderName = HeaderName::from_static("confirm-token");
const FIELD: &str = "_confirm";

/// What is still to be done when the arguments are there. Boxed: a handler that demands nothing pays for no more than that.
pub(super) type Confirming = Pin<Box<dyn Future<Output = Result<(), Response>> + Send>>;

/// What the policy wants to be confirmed, if anything. The argument `Confirmed<_>` finds in the request where to leave what
/// it reads.
pub(super) fn confirming<P: Principal>(call: &mut Call<'_, Of<P>>) -> Option<Confirming> {
    let purpose = call.spec.confirm?;
    let shown = Shown::in_header(&call.parts.headers);
    call.parts.extensions.insert(shown.clone());
    let (parts, spec) = (call.parts.clone(), call.spec);
    let (sessions, exchange) = (call.visit.visitor.sessions().clone(), call.visit.visitor.share_exchange());
    Some(Box::pin(async move {
        let (token, content) = shown.take();
        let confirmed = match token {
            Some(token) => sessions.confirm(&exchange, &token, purpose, content.as_ref()).await,
            None => Ok(sessions::Confirmed::No),
        };
        let refused = match confirmed {
            Ok(sessions::Confirmed::Yes) => return Ok(()),
            Ok(sessions::Confirmed::No) => Refused::from(RefusalKind::Confirmation),
            Ok(sessions::Confirmed::Ended) => Refused::DeadCookie,
            Err(error) => error.into(),
        };
        Err(refuse(&sessions, spec, &parts, refused))
    }))
}

/// What a request shows to confirm. Nothing where it shows two tokens: nobody knows which is meant.
#[derive(Clone)]
struct Shown(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    tokens: Vec<Zeroizing<String>>,
    content: Option<ContentDigest>,
}

impl Shown {
    fn in_header(headers: &HeaderMap) -> Self {
        let text = |value: &HeaderValue| Zeroizing::new(value.to_str().unwrap_or_default().to_owned());
        let tokens = headers.get_all(HEADER).iter().map(text).collect();
        Self(Arc::new(Mutex::new(State { tokens, content: None })))
    }

    fn take(&self) -> (Option<Zeroizing<String>>, Option<ContentDigest>) {
        let State { mut tokens, content } = std::mem::take(&mut *self.state());
        let token = tokens.pop().filter(|_| tokens.is_empty());
        (token, content)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the content of a route with `confirm = ".."`, for which the token must have been made if it was made for one.
///
/// Around the extractor that reads the body, as the last argument. Of a form, the token is the field `_confirm`, which the
/// form inside does not see; of anything else, the header `Confirm-Token`, which a form may have as well. For an example see
/// [`Session::confirmation`](crate::Session::confirmation).
///
/// A route without it takes the token from the header alone, and only one that was made for no content in particular.
///
/// A token is good once because the store's writes are atomic. Those of a store of tower-sessions are not: over a `TowerStore`, of
/// two requests that show one token at the same time, both may be admitted, and a token that was used may be good again when a slower
/// request puts the record back. What must not happen twice wants another store, or a look of the handler's own.
#[derive(Clone, Copy, Debug)]
pub struct Confirmed<E>(pub E);

impl<S, E> FromRequest<S> for Confirmed<E>
where
    S: Send + Sync,
    E: FromRequest<S> + Deref<Target: Serialize>,
{
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        let Some(shown) = request.extensions_mut().remove::<Shown>() else {
            tracing::error!(target: "session", error = "`Confirmed<_>` on a route without `confirm`", "session.misused");
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        if is_form(request.headers()) {
            request = without_token(request, state, &shown).await?;
        }
        let extracted = E::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let Ok(content) = digest_of_content(&*extracted) else {
            tracing::error!(target: "session", error = "what was read does not become JSON", "session.misused");
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        shown.state().content = Some(content);
        Ok(Self(extracted))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The form without the token, which is kept.
async fn without_token<S: Send + Sync>(request: Request, state: &S, shown: &Shown) -> Result<Request, Response> {
    let (mut parts, body) = request.into_parts();
    let reading = Request::from_parts(parts.clone(), body);
    let form = Bytes::from_request(reading, state).await.map_err(IntoResponse::into_response)?;
    let mut others: Vec<&[u8]> = Vec::new();
    for pair in form.split(|byte| *byte == b'&') {
        match form_urlencoded::parse(pair).next() {
            Some((name, value)) if name == FIELD => shown.state().tokens.push(Zeroizing::new(value.into_owned())),
            _ => others.push(pair),
        }
    }
    let form = others.join(&b'&');
    parts.headers.insert(CONTENT_LENGTH, form.len().into());
    Ok(Request::from_parts(parts, Body::from(form)))
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown(..)")
    }
}
