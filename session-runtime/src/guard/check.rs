//! `check(path)`: the application's own conditions, with extractors.

use axum::response::{IntoResponse, Response};

use super::visit::{Call, Visited};
use super::{Argument, HandlerResponse};

/// The checks of a policy and of those it builds on, on a router whose state is `S`.
///
/// Implemented by `#[policy(..)]`: for every state, or for the one that `state(..)` names, since a check that extracts `State`
/// has to know it. What a handler itself checks is a value ([`Check`]), and comes after these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy that a router whose state is `{S}` can check",
    label = "not checked on this router",
    note = "`state(..)` in its `#[policy]` attribute names the router's state",
    note = "what is no policy at all is declared with `#[policy(..)]`"
)]
pub trait Checks<R: Visited, S> {
    /// What runs them: this, the policy that this one builds on when it adds none of its own, or [`NoChecks`]. The code of
    /// handlers is shared among the policies that run the same.
    type Run: RunChecks<R, S>;
}

/// Runs the checks of a policy and of those it builds on.
pub trait RunChecks<R: Visited, S> {
    /// One after the other, up to the first that refuses.
    fn run(call: &mut Call<'_, R>, state: &S) -> impl Future<Output = Result<(), Response>> + Send;
}

/// Runs nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoChecks;

impl<R: Visited, S> Checks<R, S> for NoChecks {
    type Run = Self;
}

impl<R: Visited, S> RunChecks<R, S> for NoChecks {
    #[expect(clippy::manual_async_fn, reason = "an `async fn` would hold the state, which need not be `Sync`")]
    fn run(_: &mut Call<'_, R>, _: &S) -> impl Future<Output = Result<(), Response>> + Send {
        async { Ok(()) }
    }
}

/// An `async fn` that `check(..)` can name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used in `check(..)`",
    label = "not a check",
    note = "write `async fn is_owner(session: Session<User>, ..) -> Result<(), Forbidden>`, whose other arguments are extractors that leave the body alone",
    note = "a check that extracts `State<..>` needs `state(App)` beside it, which names the router's state"
)]
pub trait Check<R: Visited, S, M>: Send {
    /// Extracts the arguments and runs it.
    fn check(self, call: &mut Call<'_, R>, state: &S) -> impl Future<Output = Result<(), Response>> + Send;
}

/// One check after the other: what a handler with several says.
#[derive(Clone, Copy, Debug)]
pub struct InTurn<First, Second>(pub First, pub Second);

impl<R: Visited, S: Sync> Check<R, S, NoChecks> for NoChecks {
    async fn check(self, _: &mut Call<'_, R>, _: &S) -> Result<(), Response> {
        Ok(())
    }
}

impl<R, S, First, Second, M1, M2> Check<R, S, InTurn<M1, M2>> for InTurn<First, Second>
where
    R: Visited,
    S: Sync,
    First: Check<R, S, M1>,
    Second: Check<R, S, M2>,
{
    async fn check(self, call: &mut Call<'_, R>, state: &S) -> Result<(), Response> {
        self.0.check(call, state).await?;
        self.1.check(call, state).await
    }
}

/// Runs the checks of a policy on which another builds.
pub fn run_checks_of<P, R, S>(call: &mut Call<'_, R>, state: &S) -> impl Future<Output = Result<(), Response>> + Send
where
    R: Visited,
    P: Checks<R, S>,
{
    P::Run::run(call, state)
}

/// Runs one check: the response is that of the check, or of an extractor that rejected the request.
///
/// No `async fn`: that its future is `Send` is part of its type, and not found out anew for each handler.
pub fn run_check<R, S, C, M>(
    check: C,
    call: &mut Call<'_, R>,
    state: &S,
) -> impl Future<Output = Result<(), Response>> + Send
where
    R: Visited,
    S: Sync,
    C: Check<R, S, M>,
{
    check.check(call, state)
}

macro_rules! checks {
    ($(($($argument:ident $marker:ident),*);)*) => {$(
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case, unused_variables, reason = "the arguments are named like their types; one list is empty")]
        impl<R, S, F, H, E, $($argument, $marker),*> Check<R, S, ($(($argument, $marker),)*)> for F
        where
            R: Visited,
            S: Sync,
            F: FnOnce($($argument),*) -> H + Send,
            H: Future<Output = Result<(), E>> + Send,
            E: HandlerResponse,
            $($argument: Argument<R, S, $marker>,)*
        {
            async fn check(self, call: &mut Call<'_, R>, state: &S) -> Result<(), Response> {
                $(let $argument = $argument::take(call, state).await?;)*
                self($($argument),*).await.map_err(IntoResponse::into_response)
            }
        }
    )*};
}

checks! {
    ();
    (A1 M1);
    (A1 M1, A2 M2);
    (A1 M1, A2 M2, A3 M3);
    (A1 M1, A2 M2, A3 M3, A4 M4);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7);
    (A1 M1, A2 M2, A3 M3, A4 M4, A5 M5, A6 M6, A7 M7, A8 M8);
}
