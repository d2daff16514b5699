//! From a guard to what a router needs: what answers a request, and what the policy says.

use std::borrow::Borrow;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;

use super::closing::{Closing, Keeping};
use super::stand_in::{Admitted, Rejected};
use super::{Check, Enforced, EnforcedIn, Follows, Guards, HandlerResponse, Handles, Visited};
use crate::policy::{PolicySpec, Stated};

/// The response to one request, which is on its way.
pub(crate) type Answer<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Admits the request by `spec`, which is what the guard's policy says, runs the handler and finishes its response; or refuses.
/// `state` is a router's state, or borrows it.
pub(crate) fn answer<'a, G, S, M, T>(request: Request, state: T, spec: &'static PolicySpec) -> Answer<'a>
where
    S: Sync + 'a,
    G: Guards<S, M>,
    T: Borrow<S> + Send + 'a,
{
    G::lead(Asked { request, state, spec, borrowed: PhantomData })
}

/// What the policy of a guard says, put together.
pub(super) fn stated<G: Guards<S, M>, S, M>() -> Stated {
    G::lead(Stating)
}

/// A request that is to be answered.
struct Asked<'a, T> {
    request: Request,
    state: T,
    spec: &'static PolicySpec,
    borrowed: PhantomData<&'a ()>,
}

impl<'a, S, T> Follows<S> for Asked<'a, T>
where
    S: Sync + 'a,
    T: Borrow<S> + Send + 'a,
{
    type Output = Answer<'a>;

    fn follow_above<P, C, A, M>(
        self,
        _: PolicySpec,
        handler: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Answer<'a>
    where
        P: Enforced<S, A, M, C>,
        C: 'static,
        A: 'static,
        M: 'static,
    {
        let guard = P::enforce(self.spec, self.request, self.state);
        Box::pin(Answering::Guarding { guard, handler })
    }

    fn follow_checked<P, C, R, A, M, V>(
        self,
        _: PolicySpec,
        check: impl Check<R, S, V> + 'static,
        handler: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Answer<'a>
    where
        P: EnforcedIn<R, S, A, M, C>,
        C: 'static,
        R: Visited,
        A: 'static,
        M: 'static,
        V: 'static,
    {
        let guard = P::enforce_checked(self.spec, check, self.request, self.state);
        Box::pin(Answering::Guarding { guard, handler })
    }
}

pin_project! {
    /// The guard; in its place the handler; and in the handler's place what has to be written before the response is sent.
    ///
    /// A type with a name and not an `async` block, which would keep room for the guard twice.
    #[project = Project]
    enum Answering<E, H, A>
    where
        H: Handles<A>,
    {
        Guarding {
            #[pin]
            guard: E,
            handler: H,
        },
        Handling {
            #[pin]
            handling: H::Future,
            closing: Closing,
        },
        Keeping {
            keeping: Keeping,
        },
    }
}

impl<E, H, A> Future for Answering<E, H, A>
where
    E: Future<Output = Result<Admitted<A>, Rejected>>,
    H: Handles<A, Future: Future<Output: HandlerResponse>>,
{
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        loop {
            let next = match self.as_mut().project() {
                Project::Guarding { guard, handler } => match ready!(guard.poll(context)) {
                    Ok(Admitted { arguments, closing }) => {
                        Self::Handling { handling: handler.handle(arguments), closing }
                    }
                    Err(rejected) => {
                        let (mut response, mut closing) = rejected.into_parts();
                        match closing.conclude(&mut response) {
                            None => return Poll::Ready(response),
                            Some(keeping) => Self::Keeping { keeping },
                        }
                    }
                },
                Project::Handling { handling, closing } => {
                    let mut response = ready!(handling.poll(context)).into_response();
                    match closing.conclude(&mut response) {
                        None => return Poll::Ready(response),
                        Some(keeping) => Self::Keeping { keeping },
                    }
                }
                Project::Keeping { keeping } => return Pin::new(keeping).poll(context),
            };
            self.set(next);
        }
    }
}

/// A policy is to be known.
struct Stating;

impl<S> Follows<S> for Stating {
    type Output = Stated;

    fn follow_above<P, C, A, M>(
        self,
        spec: PolicySpec,
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

    fn follow_checked<P, C, R, A, M, V>(
        self,
        spec: PolicySpec,
        _: impl Check<R, S, V> + 'static,
        _: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Stated
    where
        P: EnforcedIn<R, S, A, M, C>,
        C: 'static,
        R: Visited,
        A: 'static,
        M: 'static,
        V: 'static,
    {
        P::policy(spec)
    }
}
