//! What stands for a policy in the type of its handler.
//!
//! A handler may be routed from another crate while its policy, or the principal of that, is private to a module. So the
//! handler's type names something that is as visible as the handler, and that leads to the policy only through an
//! implementation, which nobody has to see.

use std::borrow::Borrow;
use std::pin::pin;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;

use super::check::RunsChecksOf;
use super::closing::Closing;
use super::confirm::Confirming;
use super::drain::drained;
use super::visit::{Call, Visited};
use super::{Admits, Arguments, Check, HandlerResponse, Handles, NoChecks, RunChecks};
use crate::policy::{About, PolicySpec, Stated};

/// The guard of one handler. Implemented by the macros.
///
/// One method, and nothing in its signature that is about the policy: whom that is about the handler's callers may not be
/// allowed to see, and the compiler checks the method anew for each handler.
#[diagnostic::on_unimplemented(
    message = "this handler cannot be on a router whose state is `{S}`",
    label = "guarded for another state",
    note = "`state(..)` in its `#[session]` attribute names the state of its router"
)]
pub trait Guards<S, M>: 'static {
    /// Leads `follower` to what is enforced, and to the handler.
    fn lead<F: Follows<S>>(follower: F) -> F::Output;
}

/// What is done with a policy that can be enforced.
///
/// Three methods, the shortest for most handlers: the compiler checks the call anew for each.
pub trait Follows<S> {
    /// What comes of it.
    type Output;

    /// Does it with the policy that says `spec`, for which `P` stands, of a handler that checks nothing.
    ///
    /// `spec` is a value, which whoever has it already does not look at: a static is one more body for the compiler to check,
    /// and to evaluate, in each handler.
    fn follow<P, A, M>(
        self,
        spec: PolicySpec,
        handler: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Self::Output
    where
        Self: Sized,
        P: Enforced<S, A, M>,
        A: 'static,
        M: 'static,
    {
        self.follow_above::<P, NoChecks, A, M>(spec, handler)
    }

    /// The same above the policy `C`, whose checks are run.
    fn follow_above<P, C, A, M>(
        self,
        spec: PolicySpec,
        handler: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Self::Output
    where
        P: Enforced<S, A, M, C>,
        C: 'static,
        A: 'static,
        M: 'static;

    /// The same with the handler's own check, after those of the policy `C`.
    fn follow_checked<P, C, R, A, M, V>(
        self,
        spec: PolicySpec,
        check: impl Check<R, S, V> + 'static,
        handler: impl Handles<A, Future: Future<Output: HandlerResponse> + Send>,
    ) -> Self::Output
    where
        P: EnforcedIn<R, S, A, M, C>,
        C: 'static,
        R: Visited,
        A: 'static,
        M: 'static,
        V: 'static;
}

/// A request that was admitted, when all that its handler takes is extracted.
pub struct Admitted<A> {
    pub(super) arguments: A,
    pub(super) closing: Closing,
}

/// A request that is answered without its handler: by the guard, a check, or an extractor.
///
/// Behind a pointer, because every result on the way in has room for it, and is moved.
pub struct Rejected(Box<(Response, Closing)>);

impl Rejected {
    fn new(response: Response, closing: Closing) -> Self {
        Self(Box::new((response, closing)))
    }

    /// The response, and what is left to be done with it.
    pub(super) fn into_parts(self) -> (Response, Closing) {
        *self.0
    }
}

/// By the guard itself, which has finished its response.
impl From<Response> for Rejected {
    fn from(response: Response) -> Self {
        Self::new(response, Closing::default())
    }
}

/// What stands for a policy that can be enforced, with the checks of the policy `C`, before the arguments `A` are extracted.
///
/// The macros ask for this alone, so that what is wrong with a policy is said of the policy, and not of all that follows
/// from it.
pub trait Enforced<S, A, M, C = NoChecks>: 'static {
    /// The policy that says `spec`.
    fn policy(spec: PolicySpec) -> Stated;

    /// Admits a request by the policy and extracts the handler's arguments, or answers it.
    fn enforce<T: Borrow<S> + Send>(
        spec: &'static PolicySpec,
        request: Request,
        state: T,
    ) -> impl Future<Output = Result<Admitted<A>, Rejected>> + Send;
}

/// The same, with what the handler itself checks. Says the realm, because a check is held against it; so does the macro, at the
/// principal, where the compiler says the same thing once.
pub trait EnforcedIn<R: Visited, S, A, M, C>: Enforced<S, A, M, C> {
    /// Runs `check` after the checks of the policy.
    fn enforce_checked<K: Check<R, S, V>, V, T: Borrow<S> + Send>(
        spec: &'static PolicySpec,
        check: K,
        request: Request,
        state: T,
    ) -> impl Future<Output = Result<Admitted<A>, Rejected>> + Send;
}

impl<P, S, A, M, C> Enforced<S, A, M, C> for P
where
    P: About<Realm: RunsChecksOf<C, S>> + 'static,
    S: Admits<P::Realm> + Sync,
    A: Arguments<P::Realm, S, M>,
{
    fn policy(spec: PolicySpec) -> Stated {
        Stated::about::<P::Realm>(spec)
    }

    fn enforce<T: Borrow<S> + Send>(
        spec: &'static PolicySpec,
        request: Request,
        state: T,
    ) -> impl Future<Output = Result<Admitted<A>, Rejected>> + Send {
        enforce::<<P::Realm as RunsChecksOf<C, S>>::Run, _, P::Realm, S, A, M, _>(spec, NoChecks, request, state)
    }
}

impl<P, R, S, A, M, C> EnforcedIn<R, S, A, M, C> for P
where
    P: About<Realm = R> + 'static,
    R: RunsChecksOf<C, S>,
    S: Admits<R> + Sync,
    A: Arguments<R, S, M>,
{
    fn enforce_checked<K: Check<R, S, V>, V, T: Borrow<S> + Send>(
        spec: &'static PolicySpec,
        check: K,
        request: Request,
        state: T,
    ) -> impl Future<Output = Result<Admitted<A>, Rejected>> + Send {
        enforce::<R::Run, K, R, S, A, M, V>(spec, check, request, state)
    }
}

/// Not generic over the policy: handlers with the same arguments and the same checks share it, and a program holds it once
/// for all of them.
///
/// Not an `async fn`, which would keep room for what it is given twice, and move it from one to the other: the request's head
/// stays where it is. A box copies all of that room, and what is larger than some 1,000 bytes costs an allocator more.
fn enforce<C, K, R, S, A, M, V>(
    spec: &'static PolicySpec,
    check: K,
    request: Request,
    state: impl Borrow<S> + Send,
) -> impl Future<Output = Result<Admitted<A>, Rejected>> + Send
where
    C: RunChecks<R, S>,
    K: Check<R, S, V>,
    R: Visited,
    S: Admits<R> + Sync,
    A: Arguments<R, S, M>,
{
    let (mut parts, body) = request.into_parts();
    async move {
        let state = state.borrow();
        let visit = match state.admit(spec, &parts).await {
            Ok(visit) => visit,
            Err(response) => return Err(drained(response, &parts, body).await.into()),
        };
        // Pinned where it is made: a future that is awaited directly is moved twice before that.
        pin!(extract::<C, K, R, S, A, M, V>(Call { parts: &mut parts, visit, spec }, check, body, state)).await
    }
}

/// What comes after the guard. A future of its own, so that it takes the place of the guard's.
fn extract<C, K, R, S, A, M, V>(
    mut call: Call<'_, R>,
    check: K,
    body: Body,
    state: &S,
) -> impl Future<Output = Result<Admitted<A>, Rejected>> + Send
where
    C: RunChecks<R, S>,
    K: Check<R, S, V>,
    R: Visited,
    S: Sync,
    A: Arguments<R, S, M>,
{
    let closing = call.closing();
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    R::hand_out(&mut call);
    async move {
        let mut passed = match C::run(&mut call, state) {
            Some(checking) => checking.await,
            None => Ok(()),
        };
        if passed.is_ok() {
            passed = check.check(&mut call, state).await;
        }
        if let Err(response) = passed {
            let response = R::refused_by_check(&call, response);
            return Err(Rejected::new(drained(response, call.parts, body).await, closing));
        }
        let settled = match R::settling(&mut call) {
            Some(settling) => settling.await,
            None => Ok(()),
        };
        if let Err(response) = settled {
            return Err(drained(response, call.parts, body).await.into());
        }
        let confirming = R::confirming(&mut call);
        let mut taken = A::take_all(call, body, state).await;
        if let Some(confirming) = confirming {
            taken = Box::pin(confirmed(taken, confirming)).await;
        }
        match taken {
            Ok(arguments) => Ok(Admitted { arguments, closing }),
            Err(response) => Err(Rejected::new(response, closing)),
        }
    }
}

async fn confirmed<A>(taken: Result<A, Response>, confirming: Confirming) -> Result<A, Response> {
    let arguments = taken?;
    confirming.await?;
    Ok(arguments)
}
