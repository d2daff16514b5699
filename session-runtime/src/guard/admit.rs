//! From a request to a visitor who may enter, or to a refusal: the security argument, top to bottom.

use std::sync::Arc;

use axum::extract::FromRef;
use axum::response::Response;
use http::request::Parts;

use super::identify::{Identity, identify};
use super::refuse::{Refused, refuse};
use super::values::{found, hand_out};
use super::visit::{Call, OfPrincipal, Visit, Visited};
use crate::authorise::{Denial, authorise};
use crate::clock::Timestamp;
use crate::forgery::{self, Verdict};
use crate::policy::{Access, Of, Open, PolicySpec};
use crate::principal::Principal;
use crate::refusal::RefusalKind;
use crate::session::{CredentialKind, Known};
use crate::sessions::Sessions;

/// A router state that provides [`Sessions`] of the principal `P`.
#[diagnostic::on_unimplemented(
    message = "the router state `{Self}` does not provide `Sessions<{P}>`",
    label = "no `Sessions<{P}>` in this state",
    note = "add a `Sessions<{P}>` field to `{Self}` and derive `axum::extract::FromRef`"
)]
pub trait HasSessions<P: Principal>: Send + Sync {
    /// The handle in the state.
    fn sessions(&self) -> Sessions<P>;
}

#[diagnostic::do_not_recommend]
impl<P: Principal, S: Send + Sync> HasSessions<P> for S
where
    Sessions<P>: FromRef<S>,
{
    fn sessions(&self) -> Sessions<P> {
        Sessions::from_ref(self)
    }
}

/// `state(..)`: the state has sessions of the principal.
pub const fn provides<S: HasSessions<P>, P: Principal>() {}

/// A router state on which visitors of the realm `R` can be admitted.
pub trait Admits<R: Visited> {
    /// Admits the visitor or answers the request.
    fn admit(
        &self,
        spec: &'static PolicySpec,
        parts: &Parts,
    ) -> impl Future<Output = Result<R::Visit, Response>> + Send;
}

/// [`HasSessions`], said of the principal: where one requirement on the state follows from another on the state, the
/// compiler explains only the first, and a router asks for [`Admits`].
#[diagnostic::on_unimplemented(
    message = "the router state `{S}` does not provide `Sessions<{Self}>`",
    label = "no `Sessions<{Self}>` in this state",
    note = "add a `Sessions<{Self}>` field to `{S}` and derive `axum::extract::FromRef`"
)]
pub trait ProvidedBy<S>: Principal {
    /// The handle in the state.
    fn sessions_in(state: &S) -> Sessions<Self>;
}

#[diagnostic::do_not_recommend]
impl<P: Principal, S: HasSessions<P>> ProvidedBy<S> for P {
    fn sessions_in(state: &S) -> Sessions<P> {
        state.sessions()
    }
}

impl<P: ProvidedBy<S>, S: Sync> Admits<Of<P>> for S {
    fn admit(
        &self,
        spec: &'static PolicySpec,
        parts: &Parts,
    ) -> impl Future<Output = Result<Visit<P>, Response>> + Send {
        admit(P::sessions_in(self), spec, parts)
    }
}

impl<S: Sync> Admits<Open> for S {
    async fn admit(&self, _: &'static PolicySpec, _: &Parts) -> Result<(), Response> {
        Ok(())
    }
}

/// The guard of every route that reads credentials. The policy is data, so that all handlers of a principal share this code.
async fn admit<P: Principal>(
    sessions: Sessions<P>,
    spec: &'static PolicySpec,
    parts: &Parts,
) -> Result<Visit<P>, Response> {
    let now = sessions.now();
    let identity = identify(&sessions, spec.via, &parts.headers, now).await;
    match identity.and_then(|identity| examine(identity, &sessions, spec, parts, now)) {
        Ok(identity) => {
            let found = found(&identity);
            let visitor = identity.visitor(sessions);
            let key_values = hand_out(&visitor, spec, parts, found);
            Ok(Visit { visitor, admitted_at: now, key_values })
        }
        Err(refused) => Err(refuse(&sessions, spec, parts, refused)),
    }
}

/// Authorises whoever was authenticated and looks for forgery, in this order.
fn examine<P: Principal>(
    mut identity: Identity<P>,
    sessions: &Sessions<P>,
    spec: &'static PolicySpec,
    parts: &Parts,
    now: Timestamp,
) -> Result<Identity<P>, Refused> {
    let mut by_token = false;
    match &identity {
        Identity::Known(arrival) => {
            let Known { contents, instants, credential } = &arrival.known;
            by_token = *credential == CredentialKind::Bearer;
            match authorise(spec, &contents.principal, &contents.factors, instants, now) {
                Ok(()) => {}
                // To an optional route, a session that is too old for it is none.
                Err(Denial::TooOld) if spec.access == Access::Optional && !by_token => {
                    identity = Identity::TooOld(Arc::clone(arrival));
                }
                Err(denial) => return Err(denial.into()),
            }
        }
        _ if spec.access == Access::Required => return Err(identity.refused()),
        _ => {}
    }
    // Also without a session: the form that logs somebody in is forged as well.
    if spec.via.cookie && !by_token {
        let is_known = matches!(identity, Identity::Known(_) | Identity::TooOld(_));
        forbid_forgery(sessions, spec, parts, is_known)?;
    }
    Ok(identity)
}

/// Looks for forgery where the guard did not, because the route accepts no cookie: an argument sets one, or reads that of
/// another principal. Whoever showed a token was not sent by a page of another site.
pub(super) fn forbid_forgery_by_cookie<R: OfPrincipal>(call: &Call<'_, R>) -> Result<(), Refused> {
    let visitor = &call.visit.visitor;
    if call.spec.via.cookie || visitor.session().is_some() {
        return Ok(());
    }
    forbid_forgery(visitor.sessions(), call.spec, call.parts, false)
}

/// Logs more than a debug event only for a visitor with a session: anybody can send a forged request without one.
fn forbid_forgery<P: Principal>(
    sessions: &Sessions<P>,
    spec: &'static PolicySpec,
    parts: &Parts,
    is_known: bool,
) -> Result<(), Refused> {
    match forgery::judge(parts, spec.forgery, sessions.trust()) {
        Verdict::Passed => Ok(()),
        Verdict::Reported(reason) => {
            sessions.count_forgery(false);
            let reason = reason.as_str();
            if is_known {
                tracing::warn!(target: "session", policy = spec.name, reason, "session.forgery_reported");
            } else {
                tracing::debug!(target: "session", policy = spec.name, reason, "session.forgery_reported");
            }
            Ok(())
        }
        Verdict::Forged(reason) => {
            sessions.count_forgery(true);
            let reason = reason.as_str();
            if is_known {
                tracing::info!(target: "session", policy = spec.name, reason, "session.forgery");
            } else {
                tracing::debug!(target: "session", policy = spec.name, reason, "session.forgery");
            }
            Err(RefusalKind::Forgery.into())
        }
    }
}
