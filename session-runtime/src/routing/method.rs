//! `get`, `post` and their like, for handlers with a policy.

use std::fmt;

use axum::handler::Handler;
use axum::routing::MethodRouter;

use super::PolicySummary;
use crate::guard::{Admits, Guarded, Visited};
use crate::policy::Policy;

/// The arguments of a handler that was declared with `#[session(..)]`.
#[diagnostic::on_unimplemented(
    message = "this handler has no session policy",
    label = "an unguarded handler",
    note = "declare it with `#[session(..)]`; an open route is `#[session(public)]`"
)]
pub trait GuardedArgs {
    /// Whose session the handler's policy is about.
    type Realm: Visited;

    /// The handler's policy.
    fn policy() -> PolicySummary;
}

impl<M, P: Policy<Realm: Visited>, A> GuardedArgs for (M, Guarded<P, A>) {
    type Realm = P::Realm;

    fn policy() -> PolicySummary {
        PolicySummary::of::<P>()
    }
}

/// Never used. Were there one implementation alone, inference would take it for granted, and an unguarded handler would be
/// told that its argument is of the wrong type.
#[diagnostic::do_not_recommend]
impl GuardedArgs for Unguarded {
    type Realm = crate::policy::Open;

    fn policy() -> PolicySummary {
        PolicySummary::of::<Self>()
    }
}

#[allow(dead_code, reason = "it stands for what does not exist")]
enum Unguarded {}

impl Policy for Unguarded {
    type Realm = crate::policy::Open;
    const DEMANDS: &'static [crate::policy::Demand<crate::principal::NoRole>] = &[];
    const SPEC: &'static crate::policy::PolicySpec<crate::principal::NoRole> =
        &crate::policy::PolicySpec::open("unguarded");
}

/// The guarded handlers of one path, by method.
pub struct GuardedMethodRouter<S = ()> {
    pub(super) router: MethodRouter<S>,
    pub(super) policies: Vec<(&'static str, PolicySummary)>,
}

impl<S: Clone + Send + Sync + 'static> GuardedMethodRouter<S> {
    fn new() -> Self {
        Self { router: MethodRouter::new(), policies: Vec::new() }
    }

    fn listed(mut self, method: &'static str, policy: PolicySummary) -> Self {
        self.policies.push((method, policy));
        self
    }
}

macro_rules! methods {
    ($($method:ident $name:literal;)*) => {
        $(
            #[doc = concat!("Routes `", $name, "` requests to a handler declared with `#[session(..)]`.")]
            pub fn $method<H, T, S>(handler: H) -> GuardedMethodRouter<S>
            where
                H: Handler<T, S>,
                T: GuardedArgs + 'static,
                S: Admits<T::Realm> + Clone + Send + Sync + 'static,
            {
                GuardedMethodRouter::new().$method(handler)
            }
        )*

        impl<S: Clone + Send + Sync + 'static> GuardedMethodRouter<S> {$(
            #[doc = concat!("Routes `", $name, "` requests, too.")]
            ///
            /// # Panics
            ///
            /// Where the path has a handler for this method already, as axum does.
            #[must_use]
            pub fn $method<H, T>(mut self, handler: H) -> Self
            where
                H: Handler<T, S>,
                T: GuardedArgs + 'static,
                S: Admits<T::Realm>,
            {
                self.router = self.router.$method(handler);
                self.listed($name, T::policy())
            }
        )*}
    };
}

methods! {
    get "GET";
    head "HEAD";
    post "POST";
    put "PUT";
    patch "PATCH";
    delete "DELETE";
    options "OPTIONS";
    trace "TRACE";
}

/// Routes requests of every method to a handler declared with `#[session(..)]`.
pub fn any<H, T, S>(handler: H) -> GuardedMethodRouter<S>
where
    H: Handler<T, S>,
    T: GuardedArgs + 'static,
    S: Admits<T::Realm> + Clone + Send + Sync + 'static,
{
    GuardedMethodRouter { router: axum::routing::any(handler), policies: vec![("*", T::policy())] }
}

impl<S> fmt::Debug for GuardedMethodRouter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GuardedMethodRouter").field("policies", &self.policies).finish_non_exhaustive()
    }
}
