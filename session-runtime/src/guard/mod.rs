//! What enforces a policy on one request, and finishes its response.
//!
//! The request's path, in the order of this folder: [`admit`] reads the credential, authenticates, authorises and looks for
//! forgery; [`check`] asks the application; [`argument`] lets the other extractors read the request; [`confirm`] uses
//! up the token of a policy that demands one; the handler runs; and [`closing`] finishes the response, whichever of these it
//! came from.

mod activity;
mod admit;
mod argument;
#[cfg(feature = "cookie-tokens")]
mod carried;
mod check;
mod closing;
mod confirm;
mod identify;
mod public;
mod refuse;
mod responding;
mod stand_in;
mod values;
mod visit;

pub use self::admit::{Admits, HasSessions, provides};
pub use self::argument::{Argument, Arguments, LastArgument};
pub use self::check::{Check, Checks, NoChecks, RunChecks, run_check};
pub use self::confirm::Confirmed;
pub use self::public::{OpenPolicy, Public, run_public};
pub use self::responding::{Handles, Responding};
pub use self::stand_in::{Admitted, Enforced, Extracts, Follows};
pub use self::visit::{Call, Visited};

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};

use crate::policy::PolicySpec;

/// A request that the guard `G` admitted, with the handler's arguments `A`.
///
/// The one argument of an expanded handler. Because it takes the whole request, the guard comes before any other extractor
/// and before the body is read.
pub struct Guarded<G, A> {
    admitted: Admitted<A>,
    guard: PhantomData<fn() -> G>,
}

/// How a [`Guarded`] is extracted: tells its implementation apart from those that axum has for its own markers.
#[derive(Debug)]
pub struct ViaGuard<M>(PhantomData<fn() -> M>);

impl<S, G, A, M> FromRequest<S, ViaGuard<M>> for Guarded<G, A>
where
    S: Send + Sync,
    G: Extracts<S, A, M>,
    A: 'static,
    M: 'static,
{
    type Rejection = Response;

    fn from_request(request: Request, state: &S) -> impl Future<Output = Result<Self, Response>> + Send {
        let admitting = G::lead(Extraction { request, state });
        async move { admitting.await.map(Self::new) }
    }
}

/// A request that is to be admitted.
struct Extraction<'a, S> {
    request: Request,
    state: &'a S,
}

impl<'a, S: Sync, A: 'static, M: 'static> Follows<S, A, M> for Extraction<'a, S> {
    type Output = Pin<Box<dyn Future<Output = Result<Admitted<A>, Response>> + Send + 'a>>;

    fn follow_checked<P: Enforced<S, A, M, C>, C: 'static>(self, spec: &'static PolicySpec) -> Self::Output {
        let Self { request, state } = self;
        Box::pin(P::enforce(spec, request, state))
    }
}

impl<G, A> Guarded<G, A> {
    pub(crate) const fn new(admitted: Admitted<A>) -> Self {
        Self { admitted, guard: PhantomData }
    }
}

/// Runs the handler and finishes its response.
///
/// No method of [`Guarded`]: where a path names a function of a type, the compiler checks the type that was left to it anew for
/// each handler. That of 200 handlers took a hundredth of their `cargo check`.
pub fn run<G, A, H>(guarded: Guarded<G, A>, handler: H) -> Responding<H::Future>
where
    H: Handles<A>,
    <H::Future as Future>::Output: HandlerResponse,
{
    let Admitted { arguments, closing } = guarded.admitted;
    Responding::new(handler.handle(arguments), closing)
}

/// What a guarded handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a `#[session]` handler",
    label = "not a response",
    note = "implement `axum::response::IntoResponse` for it; of a `Result`, for what is in its `Ok` and in its `Err`"
)]
pub trait HandlerResponse: IntoResponse {}

#[diagnostic::do_not_recommend]
impl<R: IntoResponse> HandlerResponse for R {}

impl<G, A> fmt::Debug for Guarded<G, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guarded").finish_non_exhaustive()
    }
}
