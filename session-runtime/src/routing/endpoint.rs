//! From a guarded handler to what axum routes requests to.

use std::fmt;

use axum::extract::Request;
use axum::handler::Handler;

use super::PolicySummary;
use crate::guard::{Answer, Guarded, Guards, answer, policy_of};
use crate::policy::PolicySpec;

/// A handler that was declared with `#[session(..)]`, whose one argument is `T`.
#[diagnostic::on_unimplemented(
    message = "this handler has no session policy",
    label = "an unguarded handler",
    note = "declare it with `#[session(..)]`; an open route is `#[session(public)]`"
)]
pub trait GuardedHandler<T> {}

#[diagnostic::do_not_recommend]
impl<F, G> GuardedHandler<Guarded<G>> for F where F: FnOnce(Guarded<G>) -> Guarded<G> {}

/// Never used. Were there one implementation alone, inference would take it for granted, and an unguarded handler would be
/// told that its argument is of the wrong type.
#[diagnostic::do_not_recommend]
impl<F: Nothing> GuardedHandler<Unguarded> for F {}

/// Implemented by nothing.
trait Nothing {}

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

impl<S, M, G> Serves<Guarded<G>, M> for S
where
    S: Send + Sync + 'static,
    G: Guards<S, M>,
{
    fn endpoint<H: GuardedHandler<Guarded<G>>>(_: H) -> (Endpoint<S>, PolicySummary) {
        let stated = policy_of::<G, S, M>();
        (Endpoint { answer: answer::<G, S, M, S>, spec: &stated.spec }, PolicySummary::new(stated))
    }
}

/// A guarded handler of any type.
///
/// One type for all of them, so that what axum and tower make of a handler is compiled once a program, and not once a
/// handler. At run time it costs nothing that axum's own handlers do not cost: their futures are boxed, too.
pub struct Endpoint<S> {
    answer: fn(Request, S, &'static PolicySpec) -> Answer<'static>,
    spec: &'static PolicySpec,
}

/// Tells the implementation of [`Handler`] apart from those that axum has.
#[derive(Debug)]
pub enum ViaEndpoint {}

#[diagnostic::do_not_recommend]
impl<S: 'static> Handler<ViaEndpoint, S> for Endpoint<S> {
    type Future = Answer<'static>;

    fn call(self, request: Request, state: S) -> Answer<'static> {
        (self.answer)(request, state, self.spec)
    }
}

impl<S> Clone for Endpoint<S> {
    fn clone(&self) -> Self {
        Self { answer: self.answer, spec: self.spec }
    }
}

impl<S> fmt::Debug for Endpoint<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").finish_non_exhaustive()
    }
}
