//! How the arguments of a guarded handler are made: by their types, not by their names.

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::mem;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};

use super::admit::{HasSessions, forbid_forgery_by_cookie};
use super::identify::{Identity, identify};
use super::refuse::{Refused, refuse};
use super::visit::{Call, Visit, Visited, Visitor};
use crate::policy::{Of, Via};
use crate::principal::Principal;
use crate::refusal::RefusalKind;
use crate::session::{AuthSession, Session};
use crate::sessions::Sessions;
use crate::sessions::device_of;

/// Any argument of a guarded handler but the last; any argument of a check.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of this guarded handler",
    label = "no extractor that leaves the body alone, where the router's state is `{S}`",
    note = "what reads the body, such as `Json<_>`, comes last",
    note = "`State<T>` takes a `T`, and `Option<Session<T>>` a `Sessions<T>`, that the router's state provides: a field of `{S}`, which derives `axum::extract::FromRef`",
    note = "an extractor of your own implements `axum::extract::FromRequestParts`"
)]
pub trait Argument<R: Visited, S, M>: Sized + Send {
    /// Extracts it, or rejects the request.
    fn take(call: &mut Call<'_, R>, state: &S) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// The last argument of a guarded handler, which may read the body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the last argument of this guarded handler",
    label = "no extractor, where the router's state is `{S}`",
    note = "`State<T>` takes a `T`, and `Option<Session<T>>` a `Sessions<T>`, that the router's state provides: a field of `{S}`, which derives `axum::extract::FromRef`",
    note = "an extractor of your own implements `axum::extract::FromRequest`, or `FromRequestParts` when it leaves the body alone"
)]
pub trait LastArgument<R: Visited, S, M>: Sized + Send {
    /// Extracts it, or rejects the request.
    fn take_last(call: Call<'_, R>, body: Body, state: &S) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// All arguments of a guarded handler.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be the arguments of this guarded handler")]
pub trait Arguments<R: Visited, S, M>: Sized + Send {
    /// Extracts them in their order, up to the first that rejects the request.
    fn take_all(call: Call<'_, R>, body: Body, state: &S) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// An argument that the guard itself provides.
#[derive(Debug)]
pub enum ViaSession {}

/// An argument that leaves the body alone.
#[derive(Debug)]
pub enum ViaParts {}

/// An argument that may read the body, by one of axum's own ways `M`.
#[derive(Debug)]
pub struct ViaBody<M>(PhantomData<fn() -> M>);

#[diagnostic::do_not_recommend]
impl<R, S, T> Argument<R, S, ViaParts> for T
where
    R: Visited,
    S: Sync,
    T: FromRequestParts<S> + Send,
{
    async fn take(call: &mut Call<'_, R>, state: &S) -> Result<Self, Response> {
        T::from_request_parts(call.parts, state).await.map_err(IntoResponse::into_response)
    }
}

#[diagnostic::do_not_recommend]
impl<R, S, T, M> LastArgument<R, S, ViaBody<M>> for T
where
    R: Visited,
    S: Sync,
    T: FromRequest<S, M> + Send,
{
    async fn take_last(call: Call<'_, R>, body: Body, state: &S) -> Result<Self, Response> {
        let (none, ()) = Request::new(()).into_parts();
        let request = Request::from_parts(mem::replace(call.parts, none), body);
        T::from_request(request, state).await.map_err(IntoResponse::into_response)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Principal, S: Sync> Argument<Of<P>, S, ViaSession> for Session<P> {
    async fn take(call: &mut Call<'_, Of<P>>, _: &S) -> Result<Self, Response> {
        match call.visit.visitor.session() {
            Some(session) => Ok(session.clone()),
            // An alias of `Session<_>` on an `optional` route, which the macro cannot see through.
            None => Err(refuse_argument(call, RefusalKind::NoCredential.into())),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<P: Principal, S: Sync> LastArgument<Of<P>, S, ViaSession> for Session<P> {
    async fn take_last(call: Call<'_, Of<P>>, _: Body, _: &S) -> Result<Self, Response> {
        match call.visit.visitor {
            Visitor::Known(session) => Ok(session),
            // As above.
            Visitor::Unknown(sessions, _) => {
                Err(refuse(&sessions, call.spec, call.parts, RefusalKind::NoCredential.into()))
            }
        }
    }
}

/// The visitor's session; or, for another principal than the policy's, that principal's session as the request's cookie
/// names it, to be read and no more.
#[diagnostic::do_not_recommend]
impl<P, Q, S> Argument<Of<P>, S, ViaSession> for Option<Session<Q>>
where
    P: Principal,
    Q: Principal,
    S: HasSessions<Q>,
{
    async fn take(call: &mut Call<'_, Of<P>>, state: &S) -> Result<Self, Response> {
        if TypeId::of::<P>() == TypeId::of::<Q>() {
            let own: Option<&dyn Any> = call.visit.visitor.session().map(|session| session as _);
            return Ok(own.and_then(|session| session.downcast_ref::<Session<Q>>()).cloned());
        }
        other_session(&state.sessions(), call).await
    }
}

async fn other_session<P: Principal, Q: Principal>(
    sessions: &Sessions<Q>,
    call: &Call<'_, Of<P>>,
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

fn refuse_argument<P: Principal>(call: &Call<'_, Of<P>>, refused: Refused) -> Response {
    refuse(call.visit.visitor.sessions(), call.spec, call.parts, refused)
}

#[diagnostic::do_not_recommend]
impl<P: Principal, S: Sync> Argument<Of<P>, S, ViaSession> for AuthSession<P> {
    async fn take(call: &mut Call<'_, Of<P>>, _: &S) -> Result<Self, Response> {
        // The form that logs somebody in is forged as well.
        forbid_forgery_by_cookie(call).map_err(|refused| refuse_argument(call, refused))?;
        let Visit { visitor, key_values, .. } = &call.visit;
        let (sessions, exchange) = (visitor.sessions().clone(), visitor.share_exchange());
        let device = device_of(&call.parts.headers);
        Ok(Self::new(visitor.session().cloned(), sessions, exchange, key_values.clone(), device))
    }
}

macro_rules! last_like_any {
    ($($type:ty: ($($parameter:ident),*) where $state:path;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<P: Principal, $($parameter: Principal,)* S: $state> LastArgument<Of<P>, S, ViaSession> for $type {
            async fn take_last(mut call: Call<'_, Of<P>>, _: Body, state: &S) -> Result<Self, Response> {
                <Self as Argument<Of<P>, S, ViaSession>>::take(&mut call, state).await
            }
        }
    )*};
}

last_like_any! {
    AuthSession<P>: () where Sync;
    Option<Session<Q>>: (Q) where HasSessions<Q>;
}

impl<R: Visited, S: Sync> Arguments<R, S, ()> for () {
    async fn take_all(_: Call<'_, R>, _: Body, _: &S) -> Result<Self, Response> {
        Ok(())
    }
}

macro_rules! arguments {
    ($(($($argument:ident $marker:ident,)* ; $last:ident $last_marker:ident);)*) => {$(
        #[allow(non_snake_case, unused_mut, reason = "the arguments are named like their types; one list has only a last")]
        impl<R, S, $($argument, $marker,)* $last, $last_marker> Arguments<R, S, ($($marker,)* $last_marker,)>
            for ($($argument,)* $last,)
        where
            R: Visited,
            S: Sync,
            $($argument: Argument<R, S, $marker>,)*
            $last: LastArgument<R, S, $last_marker>,
        {
            // Not an `async fn`, which would move what it is given once more: see `enforce`.
            fn take_all(
                mut call: Call<'_, R>,
                body: Body,
                state: &S,
            ) -> impl Future<Output = Result<Self, Response>> + Send {
                async move {
                    $(let $argument = $argument::take(&mut call, state).await?;)*
                    let $last = $last::take_last(call, body, state).await?;
                    Ok(($($argument,)* $last,))
                }
            }
        }
    )*};
}

arguments! {
    (; L ML);
    (A1 M1,; L ML);
    (A1 M1, A2 M2,; L ML);
    (A1 M1, A2 M2, A3 M3,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9, A10 M10,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9, A10 M10, A11 M11,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9, A10 M10, A11 M11, A12 M12,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9, A10 M10, A11 M11, A12 M12, A13 M13,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9, A10 M10, A11 M11, A12 M12, A13 M13, A14 M14,; L ML);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8, A9 M9, A10 M10, A11 M11, A12 M12, A13 M13, A14 M14, A15 M15,; L ML);
}
