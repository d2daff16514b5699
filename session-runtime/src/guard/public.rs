//! Handlers that anybody may call.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use axum::response::Response;

use super::closing::Closing;
use super::{Arguments, Call, HandlerResponse, Handles, Responding, ViaGuard};
use crate::policy::{Open, PolicySpec};

/// The policy of a `public` handler. Implemented by the macros; none on which others can build.
pub trait OpenPolicy {
    /// What it says.
    const SPEC: &'static PolicySpec;
}

/// A request to a `public` handler, with the handler's arguments `A`; `G` is its policy.
///
/// Apart from [`Guarded`](super::Guarded): every request is admitted, nothing is done about the response, and of a policy that
/// is about nobody there is nothing to hide.
pub struct Public<G, A> {
    arguments: A,
    policy: PhantomData<fn() -> G>,
}

impl<S, G, A, M> FromRequest<S, ViaGuard<M>> for Public<G, A>
where
    S: Send + Sync,
    G: OpenPolicy,
    A: Arguments<Open, S, M>,
{
    type Rejection = Response;

    fn from_request(request: Request, state: &S) -> impl Future<Output = Result<Self, Response>> + Send {
        let (mut parts, body) = request.into_parts();
        async move {
            let call = Call { parts: &mut parts, visit: (), spec: G::SPEC };
            let arguments = A::take_all(call, body, state).await?;
            Ok(Self { arguments, policy: PhantomData })
        }
    }
}

/// Runs the handler and makes a response of what it returns.
pub fn run_public<G, A, H>(public: Public<G, A>, handler: H) -> Responding<H::Future>
where
    H: Handles<A>,
    <H::Future as Future>::Output: HandlerResponse,
{
    Responding::new(handler.handle(public.arguments), Closing::default())
}

impl<G, A> fmt::Debug for Public<G, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Public").finish_non_exhaustive()
    }
}
