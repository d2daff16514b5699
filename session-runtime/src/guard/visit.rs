//! An admitted request.

use std::fmt;

use axum::response::Response;
use http::request::Parts;

use super::activity::{Settling, settling};
use super::closing::Closing;
use super::confirm::{Confirming, confirming};
use super::refuse::{allow_draining, context};
use crate::clock::Timestamp;
use crate::key_values::RequestKeyValues;
use crate::policy::{Of, Open, PolicySpec, PrincipalRealm, Realm};
use crate::principal::Principal;
use crate::refusal;
use crate::session::Session;
use crate::sessions::Exchange;
use crate::sessions::Sessions;
use crate::shared::Shared;

/// A request that was admitted, while its arguments are being extracted.
///
/// Borrows the request's head, which stays where it is until an extractor takes the whole request: moving it from one future to
/// the next would cost more than what they do.
pub struct Call<'a, R: Visited> {
    pub(super) parts: &'a mut Parts,
    pub(super) visit: R::Visit,
    pub(super) spec: &'static PolicySpec,
}

/// A realm, with what the guard knows of a visitor whom it admitted.
pub trait Visited: Realm + Sized {
    /// What the guard knows of the visitor.
    type Visit: Send + Sync;

    /// What has to be written of the session before its handler runs, if anything.
    fn settling<'a>(call: &'a mut Call<'_, Self>) -> Option<Settling<'a>>;

    /// The response of a check that refused.
    fn refused_by_check(call: &Call<'_, Self>, response: Response) -> Response;

    /// What is still to be done when the arguments are there, if anything.
    fn confirming(call: &mut Call<'_, Self>) -> Option<Confirming>;

    /// Puts into the request what other extractors find there.
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn hand_out(call: &mut Call<'_, Self>);

    /// What finishing the response needs.
    fn closing(call: &Call<'_, Self>) -> Closing;
}

/// The realm of a principal.
pub(super) trait OfPrincipal: PrincipalRealm + Visited<Visit = Visit<Self::Principal>> {}

impl<P: Principal> OfPrincipal for Of<P> {}

/// What the guard knows of a visitor of the principal's realm.
pub struct Visit<P: Principal> {
    pub(super) visitor: Visitor<P>,
    /// When the visitor was admitted.
    pub(super) admitted_at: Timestamp,
    pub(super) key_values: Option<RequestKeyValues>,
}

/// Whom a request is from.
pub(super) enum Visitor<P: Principal> {
    /// Somebody with a session.
    Known(Session<P>),
    /// Anybody.
    Unknown(Sessions<P>, Shared<Exchange>),
}

impl<P: Principal> Visitor<P> {
    pub(super) fn session(&self) -> Option<&Session<P>> {
        match self {
            Self::Known(session) => Some(session),
            Self::Unknown(..) => None,
        }
    }

    pub(super) fn sessions(&self) -> &Sessions<P> {
        match self {
            Self::Known(session) => session.sessions(),
            Self::Unknown(sessions, _) => sessions,
        }
    }

    pub(super) fn exchange(&self) -> &Exchange {
        match self {
            Self::Known(session) => session.exchange(),
            Self::Unknown(_, exchange) => exchange,
        }
    }

    pub(super) fn share_exchange(&self) -> Shared<Exchange> {
        match self {
            Self::Known(session) => session.share_exchange(),
            Self::Unknown(_, exchange) => exchange.clone(),
        }
    }
}

impl<P: Principal> Visited for Of<P> {
    type Visit = Visit<P>;

    fn settling<'a>(call: &'a mut Call<'_, Self>) -> Option<Settling<'a>> {
        settling(call)
    }

    fn refused_by_check(call: &Call<'_, Self>, response: Response) -> Response {
        let on_refusal = call.visit.visitor.sessions().on_refusal();
        let mut response = refusal::refused_by_check(response, &context::<P>(call.spec), call.parts, on_refusal);
        allow_draining(&mut response, call.visit.visitor.sessions());
        response
    }

    fn confirming(call: &mut Call<'_, Self>) -> Option<Confirming> {
        confirming(call)
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn hand_out(call: &mut Call<'_, Self>) {
        if let Some(key_values) = &call.visit.key_values {
            key_values.insert_into(&mut call.parts.extensions);
        }
    }

    fn closing(call: &Call<'_, Self>) -> Closing {
        let Visit { visitor, key_values, .. } = &call.visit;
        Closing::of(visitor.sessions(), visitor.share_exchange(), key_values.clone(), call.spec.via)
    }
}

impl Visited for Open {
    type Visit = ();

    /// There is none.
    fn settling<'a>(_: &'a mut Call<'_, Self>) -> Option<Settling<'a>> {
        None
    }

    /// A public route has no checks.
    fn refused_by_check(_: &Call<'_, Self>, response: Response) -> Response {
        response
    }

    /// Nobody is there who could.
    fn confirming(_: &mut Call<'_, Self>) -> Option<Confirming> {
        None
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn hand_out(_: &mut Call<'_, Self>) {}

    fn closing(_: &Call<'_, Self>) -> Closing {
        Closing::default()
    }
}

impl<R: Visited> Call<'_, R> {
    pub(super) fn closing(&self) -> Closing {
        R::closing(self)
    }
}

impl<R: Visited> fmt::Debug for Call<'_, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Call").field("policy", &self.spec.name).finish_non_exhaustive()
    }
}

impl<P: Principal> fmt::Debug for Visit<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Visit").field("session", &self.visitor.session()).finish_non_exhaustive()
    }
}
