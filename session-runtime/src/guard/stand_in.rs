//! What stands for a policy in the type of its handler.
//!
//! A handler may be routed from another crate while its policy, or the principal of that, is private to a module. So the
//! handler's type names something that is as visible as the handler, and that leads to the policy only through
//! implementations, which nobody has to see.

use std::marker::PhantomData;

use axum::extract::Request;
use axum::response::Response;

use super::visit::{Call, Visited};
use super::{Admits, Arguments, Checks, Guarded};
use crate::policy::Policy;

/// The guard of one handler whose arguments are `A`. Implemented by the macros.
pub trait Extracts<S, A, M>: Sized {
    /// Admits the request and extracts the arguments, or answers it: [`Enforced`], of the handler's policy.
    fn extract(request: Request, state: &S) -> impl Future<Output = Result<Guarded<Self, A>, Response>> + Send;
}

/// A policy that can be enforced before the arguments `A` are extracted.
///
/// The macros ask for this and for `Listed` alone, so that what is wrong with a policy is said of the policy, and not of all
/// that follows from it.
pub trait Enforced<S, A, M> {
    /// Admits a request by the policy and extracts the handler's arguments, or answers it: whatever refused the request,
    /// the guard, a check, or an extractor.
    fn enforce<G>(request: Request, state: &S) -> impl Future<Output = Result<Guarded<G, A>, Response>> + Send;
}

impl<P, S, A, M> Enforced<S, A, M> for P
where
    P: Policy<Realm: Visited> + Checks<P::Realm, S>,
    S: Admits<P::Realm> + Sync,
    A: Arguments<P::Realm, S, M>,
{
    async fn enforce<G>(request: Request, state: &S) -> Result<Guarded<G, A>, Response> {
        let (parts, body) = request.into_parts();
        let visit = state.admit(P::SPEC, &parts).await?;
        let mut call = Call { parts, visit, spec: P::SPEC };
        let closing = call.closing();
        if let Err(response) = P::run(&mut call, state).await {
            return Err(closing.finish(P::Realm::refused_by_check(&call, response)));
        }
        call.settle().await?;
        match A::take_all(call, body, state).await {
            Ok(arguments) => Ok(Guarded { arguments, closing, guard: PhantomData }),
            Err(response) => Err(closing.finish(response)),
        }
    }
}
