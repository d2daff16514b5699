//! Key-values for layers, which run before any guard.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use tower_layer::Layer;
use tower_service::Service;

use super::RequestKeyValues;
use super::outcome::answered;
use crate::cookie::CookieWriter;
use crate::credential::{self, Credential, SessionId};
use crate::finalise::{Said, finish};
use crate::policy::Via;
use crate::principal::{ListsSessions, Principal};
use crate::sessions::{Look, SessionErrorKind, Sessions};

/// Gives `tower_sessions::Session` to layers, which run before the guard of a route: it goes outside of them.
///
/// Guarded handlers need no layer: what extracts `tower_sessions::Session` finds it in every `required` and `optional` route
/// of a principal with a cookie. A layer that looks for it in the request, as that of axum-messages does, looks before a
/// guard has run. Around such layers goes this one, and they, the handlers and everything else in the request share one
/// session, in the record of the visitor's own.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use session_runtime::{GuardedRouter, Principal, Sessions, SessionsLayer};
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # struct User {
/// #     #[principal(id)]
/// #     id: u64,
/// # }
/// # #[derive(Clone)]
/// # struct MessagesManagerLayer;
/// # impl<S> tower_layer::Layer<S> for MessagesManagerLayer {
/// #     type Service = S;
/// #     fn layer(&self, inner: S) -> S {
/// #         inner
/// #     }
/// # }
///
/// # fn router(routes: GuardedRouter<()>, sessions: Sessions<User>) -> Result<axum::Router, session_runtime::ConfigError> {
/// let router = routes.into_router()?
///     .layer(MessagesManagerLayer)
///     // Added last, so that it is the outermost of the two.
///     .layer(SessionsLayer::<User>::new(sessions));
/// # Ok(router)
/// # }
/// ```
///
/// Nothing is looked up before somebody reads or writes. On a `public` route, on which no guard runs, there is a session then
/// too: without the checks of a guard, the one against forgery among them.
pub struct SessionsLayer<P>(Sessions<P>);

/// What [`SessionsLayer`] makes of a service.
pub struct SessionsService<S, P> {
    inner: S,
    sessions: Sessions<P>,
}

impl<P: Principal + ListsSessions> SessionsLayer<P> {
    /// Key-values in the records of these sessions. They are those of the router's state, or a clone.
    pub const fn new(sessions: Sessions<P>) -> Self {
        Self(sessions)
    }
}

impl<P: Principal, S> Layer<S> for SessionsLayer<P> {
    type Service = SessionsService<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionsService { inner, sessions: self.0.clone() }
    }
}

impl<P, S> Service<Request> for SessionsService<S, P>
where
    P: Principal,
    S: Service<Request, Response: IntoResponse, Future: Send> + Clone + Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        // The one that said that it is ready; a clone may not be.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let sessions = self.sessions.clone();
        Box::pin(async move {
            let Some(cookie) = sessions.cookie() else {
                return inner.call(request).await.map(IntoResponse::into_response);
            };
            let key_values = unasked(&sessions, request.headers());
            key_values.insert_into(request.extensions_mut());
            key_values.show_to_guard::<P>(request.extensions_mut());
            let response = inner.call(request).await?.into_response();
            Ok(close(&key_values, cookie, response).await)
        })
    }
}

/// What a request's cookie may lead to.
fn unasked<P: Principal>(sessions: &Sessions<P>, headers: &HeaderMap) -> RequestKeyValues {
    let name = P::SPEC.cookie.as_ref().map(|cookie| cookie.name);
    let (id, closed) = match credential::read(headers, name, false) {
        Ok(Some(Credential::Cookie(value))) => (SessionId::parse(value), None),
        // Of two cookies nobody knows whose is whose: a third is not given out.
        Err(_) => (None, Some(SessionErrorKind::Ended)),
        Ok(_) => (None, None),
    };
    RequestKeyValues::unasked(Arc::new(sessions.clone()), id, Look { closed, ..Look::default() })
}

/// Writes what was changed, and the cookie where that gave out an id. The guard's own words about it stand otherwise.
async fn close(key_values: &RequestKeyValues, writer: &CookieWriter, response: Response) -> Response {
    let mut response = answered(key_values, response).await;
    let exchange = key_values.exchange();
    let outcome = exchange.outcome();
    exchange.close();
    if !key_values.are_used() {
        return response;
    }
    let said = outcome.map(|outcome| Said::of(&outcome, writer));
    let read = Via { cookie: true, bearer: false };
    let sets_cookie = said.as_ref().is_some_and(|said| said.cookie.is_some());
    finish(response.headers_mut(), read, || sets_cookie.then(|| writer.name()), said);
    response
}

impl<P> Clone for SessionsLayer<P>
where
    Sessions<P>: Clone,
{
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Clone, P> Clone for SessionsService<S, P>
where
    Sessions<P>: Clone,
{
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), sessions: self.sessions.clone() }
    }
}

impl<P> fmt::Debug for SessionsLayer<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionsLayer").finish_non_exhaustive()
    }
}

impl<S, P> fmt::Debug for SessionsService<S, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionsService").finish_non_exhaustive()
    }
}
