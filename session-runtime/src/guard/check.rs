//! `check(path)`: the application's own conditions, with extractors.

use std::pin::Pin;

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

/// A realm on whose requests the checks of the policy `C` can be run. Said of the realm, so that the compiler has nothing to say of it
/// where the realm is not known, because `C` is no policy.
pub(super) trait RunsChecksOf<C, S>: Visited {
    /// What runs them.
    type Run: RunChecks<Self, S>;
}

impl<R: Visited, S, C: Checks<R, S>> RunsChecksOf<C, S> for R {
    type Run = C::Run;
}

/// Runs the checks of a policy and of those it builds on.
pub trait RunChecks<R: Visited, S> {
    /// One after the other, up to the first that refuses. `None` where there is nothing to run.
    fn run<'a>(call: &'a mut Call<'_, R>, state: &'a S) -> Option<Checking<'a>>;
}

/// The checks of a policy, while they run.
///
/// Behind a pointer: of a method that returns some future or other, the compiler says here, in this file, what is wrong with
/// the author's principal, and says it once more for each implementation.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), Response>> + Send + 'a>>;

/// Runs nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoChecks;

impl<R: Visited, S> Checks<R, S> for NoChecks {
    type Run = Self;
}

impl<R: Visited, S> RunChecks<R, S> for NoChecks {
    fn run<'a>(_: &'a mut Call<'_, R>, _: &'a S) -> Option<Checking<'a>> {
        None
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

/// One check after the other: what says several, of which all but the first are the second.
#[derive(Clone, Copy, Debug)]
pub struct InTurn<First, Second> {
    /// Runs first.
    pub first: First,
    /// Runs if that does not refuse.
    pub second: Second,
}

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
        self.first.check(call, state).await?;
        self.second.check(call, state).await
    }
}

/// Runs `check` after the checks of the policy `C`: what a policy with checks of its own does.
pub fn run_checks<'a, C, R, S, V>(
    check: impl Check<R, S, V> + 'a,
    call: &'a mut Call<'_, R>,
    state: &'a S,
) -> Option<Checking<'a>>
where
    C: Checks<R, S>,
    R: Visited,
    S: Sync,
{
    Some(Box::pin(async move {
        if let Some(checking) = C::Run::run(call, state) {
            checking.await?;
        }
        check.check(call, state).await
    }))
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
