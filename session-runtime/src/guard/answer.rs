//! From a guard to what a router needs: what answers a request, and what the policy says.

use std::pin::Pin;

use axum::extract::Request;
use axum::response::Response;

use super::responding::Responding;
use super::stand_in::Admitted;
use super::{Enforced, Follows, Guards, HandlerResponse, Handles};
use crate::policy::{PolicySpec, Stated};

/// The response to one request.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Admits the request, runs the handler and finishes its response; or refuses.
pub(crate) fn answer<G, S, M>(request: Request, state: S) -> Answer
where
    S: Send + Sync + 'static,
    G: Guards<S, M>,
{
    G::lead(Answering { request, state })
}

/// What the policy of a guard says.
pub(crate) fn stated<G: Guards<S, M>, S, M>() -> Stated {
    G::lead(Stating)
}

/// A request that is to be answered.
struct Answering<S> {
    request: Request,
    state: S,
}

impl<S: Send + Sync + 'static> Follows<S> for Answering<S> {
    type Output = Answer;

    fn follow_checked<P, C, A, M>(
        self,
        spec: &'static PolicySpec,
        handler: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Answer
    where
        P: Enforced<S, A, M, C>,
        C: 'static,
        A: 'static,
        M: 'static,
    {
        let Self { request, state } = self;
        Box::pin(async move {
            let responding = match P::enforce(spec, request, &state).await {
                Ok(Admitted { arguments, closing }) => Responding::new(handler.handle(arguments), closing),
                Err(response) => return response,
            };
            responding.await
        })
    }
}

/// A policy is to be known.
struct Stating;

impl<S> Follows<S> for Stating {
    type Output = Stated;

    fn follow_checked<P, C, A, M>(
        self,
        spec: &'static PolicySpec,
        _: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Stated
    where
        P: Enforced<S, A, M, C>,
        C: 'static,
        A: 'static,
        M: 'static,
    {
        P::policy(spec)
    }
}
