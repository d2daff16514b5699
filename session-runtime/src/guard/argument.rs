//! How the arguments of a guarded handler are made: by their types, not by their names.

use std::marker::PhantomData;
use std::mem;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};

use super::visit::{Call, Visited};

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
