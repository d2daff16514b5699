//! From a guarded handler to what axum routes requests to.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::handler::Handler;
use axum::response::Response;

use super::PolicySummary;
use crate::guard::{Arguments, Enforced, Extracts, Follows, Guarded, OpenPolicy, Public};
use crate::policy::{Open, PolicySpec, Stated};

/// A handler that was declared with `#[session(..)]`, whose one argument is `T`.
#[diagnostic::on_unimplemented(
    message = "this handler has no session policy",
    label = "an unguarded handler",
    note = "declare it with `#[session(..)]`; an open route is `#[session(public)]`"
)]
pub trait GuardedHandler<T>: Clone + Send + Sync + 'static {
    /// Runs it.
    fn call(self, admitted: T) -> impl Future<Output = Response> + Send + 'static;
}

#[diagnostic::do_not_recommend]
impl<F, H, G, A> GuardedHandler<Guarded<G, A>> for F
where
    F: FnOnce(Guarded<G, A>) -> H + Clone + Send + Sync + 'static,
    H: Future<Output = Response> + Send + 'static,
{
    fn call(self, admitted: Guarded<G, A>) -> impl Future<Output = Response> + Send + 'static {
        self(admitted)
    }
}

#[diagnostic::do_not_recommend]
impl<F, H, G, A> GuardedHandler<Public<G, A>> for F
where
    F: FnOnce(Public<G, A>) -> H + Clone + Send + Sync + 'static,
    H: Future<Output = Response> + Send + 'static,
{
    fn call(self, admitted: Public<G, A>) -> impl Future<Output = Response> + Send + 'static {
        self(admitted)
    }
}

/// Never used. Were there one implementation alone, inference would take it for granted, and an unguarded handler would be
/// told that its argument is of the wrong type.
#[diagnostic::do_not_recommend]
impl<F: Nothing> GuardedHandler<Unguarded> for F {
    async fn call(self, admitted: Unguarded) -> Response {
        match admitted {}
    }
}

/// Implemented by nothing.
trait Nothing: Clone + Send + Sync + 'static {}

#[derive(Debug)]
#[allow(dead_code, reason = "it stands for what does not exist")]
pub enum Unguarded {}

/// A router's state with all that a handler needs whose one argument is `T`.
///
/// Of the state, and not of the handler: as long as the compiler does not know the state, it takes none for granted that
/// happens to have what the handler needs.
pub trait Serves<T, M> {
    /// What axum routes requests to, and the handler's policy.
    fn endpoint<H: GuardedHandler<T>>(handler: H) -> (Endpoint<Self>, PolicySummary)
    where
        Self: Sized;
}

impl<S, M, G, A> Serves<Guarded<G, A>, M> for S
where
    S: Send + Sync + 'static,
    G: Extracts<S, A, M>,
{
    fn endpoint<H: GuardedHandler<Guarded<G, A>>>(handler: H) -> (Endpoint<S>, PolicySummary) {
        G::lead(Routed { handler, guard: PhantomData })
    }
}

/// A handler that is to be routed.
struct Routed<H, G> {
    handler: H,
    guard: PhantomData<fn() -> G>,
}

impl<S, A, M, G, H> Follows<S, A, M> for Routed<H, G>
where
    S: Send + Sync + 'static,
    H: GuardedHandler<Guarded<G, A>>,
{
    type Output = (Endpoint<S>, PolicySummary);

    fn follow_checked<P: Enforced<S, A, M, C>, C: 'static>(self, spec: &'static PolicySpec) -> Self::Output {
        let handler = self.handler;
        let endpoint = Endpoint::new(move |request, state: S| -> Answer {
            let handler = handler.clone();
            Box::pin(async move {
                let admitted = match P::enforce(spec, request, &state).await {
                    Ok(admitted) => admitted,
                    Err(response) => return response,
                };
                handler.call(Guarded::new(admitted)).await
            })
        });
        (endpoint, PolicySummary::new(P::policy(spec)))
    }
}

impl<S, M, G, A> Serves<Public<G, A>, M> for S
where
    S: Send + Sync + 'static,
    G: OpenPolicy,
    A: Arguments<Open, S, M>,
{
    fn endpoint<H: GuardedHandler<Public<G, A>>>(handler: H) -> (Endpoint<S>, PolicySummary) {
        let endpoint = Endpoint::new(move |request, state: S| -> Answer {
            let handler = handler.clone();
            Box::pin(async move {
                let taken = match Public::from_request(request, &state).await {
                    Ok(taken) => taken,
                    Err(response) => return response,
                };
                handler.call(taken).await
            })
        });
        (endpoint, PolicySummary::new(Stated::about::<Open>(G::SPEC)))
    }
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A guarded handler of any type.
///
/// One type for all of them, so that what axum and tower make of a handler is compiled once a program, and not once a
/// handler. At run time it costs nothing that axum's own handlers do not cost but a counter: their futures are boxed, too.
pub struct Endpoint<S>(Arc<dyn Fn(Request, S) -> Answer + Send + Sync>);

impl<S> Endpoint<S> {
    fn new(answer: impl Fn(Request, S) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }
}

/// Tells the implementation of [`Handler`] apart from those that axum has.
#[derive(Debug)]
pub enum ViaEndpoint {}

#[diagnostic::do_not_recommend]
impl<S: 'static> Handler<ViaEndpoint, S> for Endpoint<S> {
    type Future = Answer;

    fn call(self, request: Request, state: S) -> Answer {
        (self.0)(request, state)
    }
}

impl<S> Clone for Endpoint<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for Endpoint<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").finish_non_exhaustive()
    }
}
