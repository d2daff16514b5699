//! What enforces a policy on one request, and finishes its response.
//!
//! The request's path, along which [`answer`] leads it: [`admit`] reads the credential, authenticates, authorises and looks for
//! forgery; [`check`] asks the application; [`argument`] lets the extractors read the request, of which sessions are
//! [`provided`] here; [`confirm`] uses up the token of a policy that demands one; the [`handler`] runs; and [`closing`]
//! finishes the response, whichever of these it came from.

mod activity;
mod admit;
mod answer;
mod argument;
#[cfg(feature = "cookie-tokens")]
mod carried;
mod check;
mod closing;
mod confirm;
mod drain;
mod handler;
mod identify;
mod kept;
mod provided;
mod refuse;
mod stand_in;
mod values;
mod visit;

pub use self::admit::{Admits, HasSessions, provides};
pub(crate) use self::answer::{Answer, answer};
pub use self::argument::{Argument, Arguments, LastArgument};
pub use self::check::{Check, Checking, Checks, InTurn, NoChecks, RunChecks, run_checks};
pub use self::confirm::Confirmed;
pub use self::handler::{HandlerResponse, Handles, uncallable};
pub(crate) use self::kept::policy_of;
pub use self::stand_in::{Enforced, EnforcedIn, Follows, Guards};
pub use self::visit::{Call, Visited};

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::{FromRequest, Request};
use axum::response::Response;

/// The one argument of an expanded handler, and the future that it returns. There never is one: the guard `G` answers every
/// request itself, with the author's function, and the expanded one is there for the router to be given.
///
/// Because it takes the whole request, the guard comes before any other extractor and before the body is read.
pub struct Guarded<G> {
    never: Infallible,
    guard: PhantomData<fn() -> G>,
}

/// How a [`Guarded`] is extracted: tells its implementation apart from those that axum has for its own markers.
#[derive(Debug)]
pub struct ViaGuard<M>(PhantomData<fn() -> M>);

/// For axum's own routers. A [`GuardedRouter`](crate::GuardedRouter) asks the guard itself.
impl<S, G, M> FromRequest<S, ViaGuard<M>> for Guarded<G>
where
    S: Send + Sync,
    G: Guards<S, M>,
{
    type Rejection = Response;

    fn from_request(request: Request, state: &S) -> impl Future<Output = Result<Self, Response>> + Send {
        let answer = answer::<G, S, M, _>(request, state, &policy_of::<G, S, M>().spec);
        async move { Err(answer.await) }
    }
}

impl<G> Future for Guarded<G> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Response> {
        match self.never {}
    }
}

impl<G> fmt::Debug for Guarded<G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guarded").finish_non_exhaustive()
    }
}
