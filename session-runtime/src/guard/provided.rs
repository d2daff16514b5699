//! The arguments that the guard itself provides: sessions.
//!
//! Each implementation is about the realm, and not about the principal. Where the realm is not known, because what it should be of is
//! no principal, the compiler says that, and nothing of the arguments that follow from it.

use std::any::{Any, TypeId};

use axum::body::Body;
use axum::response::Response;

use super::admit::{HasSessions, forbid_forgery_by_cookie};
use super::argument::{Argument, LastArgument, ViaSession};
use super::identify::{Identity, identify};
use super::refuse::{Refused, refuse};
use super::visit::{Call, OfPrincipal, Visit, Visitor};
use crate::policy::{Of, Via};
use crate::principal::Principal;
use crate::refusal::RefusalKind;
use crate::session::{AuthSession, Session};
use crate::sessions::Sessions;
use crate::sessions::device_of;

#[diagnostic::do_not_recommend]
impl<R: OfPrincipal, S: Sync> Argument<R, S, ViaSession> for Session<R::Principal> {
    async fn take(call: &mut Call<'_, R>, _: &S) -> Result<Self, Response> {
        match call.visit.visitor.session() {
            Some(session) => Ok(session.clone()),
            // An alias of `Session<_>` on an `optional` route, which the macro cannot see through.
            None => Err(refuse_argument(call, RefusalKind::NoCredential.into())),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: OfPrincipal, S: Sync> LastArgument<R, S, ViaSession> for Session<R::Principal> {
    async fn take_last(call: Call<'_, R>, _: Body, _: &S) -> Result<Self, Response> {
        match call.visit.visitor {
            Visitor::Known(session) => Ok(session),
            // As above.
            Visitor::Unknown(sessions, _) => {
                Err(refuse(&sessions, call.spec, call.parts, RefusalKind::NoCredential.into()))
            }
        }
    }
}

#[diagnostic::do_not_recommend]
impl<R: OfPrincipal, S: Sync> Argument<R, S, ViaSession> for AuthSession<R::Principal> {
    async fn take(call: &mut Call<'_, R>, _: &S) -> Result<Self, Response> {
        // The form that logs somebody in is forged as well.
        forbid_forgery_by_cookie(call).map_err(|refused| refuse_argument(call, refused))?;
        let Visit { visitor, key_values, .. } = &call.visit;
        let (sessions, exchange) = (visitor.sessions().clone(), visitor.share_exchange());
        let device = device_of(&call.parts.headers);
        Ok(Self::new(visitor.session().cloned(), sessions, exchange, key_values.clone(), device))
    }
}

#[diagnostic::do_not_recommend]
impl<R: OfPrincipal, S: Sync> LastArgument<R, S, ViaSession> for AuthSession<R::Principal> {
    async fn take_last(mut call: Call<'_, R>, _: Body, state: &S) -> Result<Self, Response> {
        <Self as Argument<R, S, ViaSession>>::take(&mut call, state).await
    }
}

/// The visitor's session; or, for another principal than the policy's, that principal's session as the request's cookie
/// names it, to be read and no more.
#[diagnostic::do_not_recommend]
impl<R: SessionsOf<Q, S>, Q, S: Sync> Argument<R, S, ViaSession> for Option<Session<Q>> {
    async fn take(call: &mut Call<'_, R>, state: &S) -> Result<Self, Response> {
        R::session_of(call, state).await
    }
}

#[diagnostic::do_not_recommend]
impl<R: SessionsOf<Q, S>, Q, S: Sync> LastArgument<R, S, ViaSession> for Option<Session<Q>> {
    async fn take_last(call: Call<'_, R>, _: Body, state: &S) -> Result<Self, Response> {
        R::session_of(&call, state).await
    }
}

/// A realm with whose requests sessions of the principal `Q` may come.
trait SessionsOf<Q, S>: OfPrincipal {
    /// That of one request.
    fn session_of(
        call: &Call<'_, Self>,
        state: &S,
    ) -> impl Future<Output = Result<Option<Session<Q>>, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<P: Principal, Q: Principal, S: HasSessions<Q>> SessionsOf<Q, S> for Of<P> {
    async fn session_of(call: &Call<'_, Self>, state: &S) -> Result<Option<Session<Q>>, Response> {
        if TypeId::of::<P>() == TypeId::of::<Q>() {
            let own: Option<&dyn Any> = call.visit.visitor.session().map(|session| session as _);
            return Ok(own.and_then(|session| session.downcast_ref::<Session<Q>>()).cloned());
        }
        other_session(&state.sessions(), call).await
    }
}

async fn other_session<R: OfPrincipal, Q: Principal>(
    sessions: &Sessions<Q>,
    call: &Call<'_, R>,
) -> Result<Option<Session<Q>>, Response> {
    call.visit.visitor.exchange().look_at_another();
    // Its own cookie alone: the token of a request, if there is one, is the policy's.
    let via = Via { cookie: true, bearer: false };
    match identify(sessions, via, &call.parts.headers, sessions.now()).await {
        Ok(Identity::Known(arrival)) => {
            forbid_forgery_by_cookie(call).map_err(|refused| refuse_argument(call, refused))?;
            arrival.exchange.make_read_only();
            Ok(Some(Session::of(arrival, sessions.clone())))
        }
        Ok(_) => Ok(None),
        Err(refused) => Err(refuse_argument(call, refused)),
    }
}

fn refuse_argument<R: OfPrincipal>(call: &Call<'_, R>, refused: Refused) -> Response {
    refuse(call.visit.visitor.sessions(), call.spec, call.parts, refused)
}
