//! From the reason of a refusal to its response.

use axum::response::Response;
use http::request::Parts;

use super::drain::DrainLimit;
use crate::authorise::Denial;
use crate::finalise::{Said, finish};
use crate::policy::PolicySpec;
use crate::principal::Principal;
use crate::refusal::{self, Refusal, RefusalContext, RefusalKind, RefusedRequest};
use crate::sessions::SessionError;
use crate::sessions::Sessions;
use crate::store::StoreError;

/// Why a request is not admitted.
///
/// Small, because every result on the way in has room for it, and is moved.
pub(super) enum Refused {
    /// The cookie names a session that is unknown or over: a browser that navigates is told to forget it.
    DeadCookie,
    /// Whatever else.
    Because(Box<Refusal>),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Because(Box::new(refusal))
    }
}

impl From<RefusalKind> for Refused {
    fn from(kind: RefusalKind) -> Self {
        Refusal::of(kind).into()
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(target: "session", ?error, "session.store_unavailable");
        RefusalKind::Unavailable.into()
    }
}

impl From<SessionError> for Refused {
    fn from(error: SessionError) -> Self {
        tracing::error!(target: "session", ?error, "session.store_unavailable");
        RefusalKind::Unavailable.into()
    }
}

impl From<Denial> for Refused {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::TooOld => RefusalKind::InvalidCredential.into(),
            Denial::NotFresh(limit) => Refusal::not_fresh(limit).into(),
            Denial::Factors(missing, max_age) => Refusal::missing_factors(missing, max_age).into(),
            Denial::Role => RefusalKind::Role.into(),
            Denial::Scope(scopes) => Refusal::scopes(scopes).into(),
        }
    }
}

/// What a policy says about refusing.
pub(super) fn context<P: Principal>(spec: &PolicySpec) -> RefusalContext {
    RefusalContext {
        realm: P::SPEC.realm(),
        accepts_bearer: spec.via.bearer,
        login: spec.login,
        reauthenticate: spec.reauthenticate,
    }
}

/// The response to a request that is not admitted.
///
/// Only a navigation is told to forget a dead cookie: a slow `fetch` with the old id would throw the visitor out of the
/// session that began meanwhile.
pub(super) fn refuse<P: Principal>(
    sessions: &Sessions<P>,
    spec: &'static PolicySpec,
    parts: &Parts,
    refused: Refused,
) -> Response {
    let (refusal, is_dead_cookie) = match refused {
        Refused::DeadCookie => (Refusal::of(RefusalKind::InvalidCredential), true),
        Refused::Because(refusal) => (*refusal, false),
    };
    tracing::debug!(target: "session", policy = spec.name, kind = ?refusal.kind(), "session.refused");
    let forget = is_dead_cookie && RefusedRequest::of(parts).is_navigation();
    let writer = sessions.cookie();
    let said = writer.filter(|_| forget).map(|writer| Said { cookie: Some(writer.removal()), ..Said::default() });
    let mut response = refusal::respond(refusal, &context::<P>(spec), parts, sessions.on_refusal());
    allow_draining(&mut response, sessions);
    finish(response.headers_mut(), spec.via, || writer.map(|writer| writer.name()), said);
    response
}

/// Lets the rest of the request's body be read, if the application wants it.
pub(super) fn allow_draining<P: Principal>(response: &mut Response, sessions: &Sessions<P>) {
    if sessions.drain_limit() > 0 {
        response.extensions_mut().insert(DrainLimit(sessions.drain_limit()));
    }
}
