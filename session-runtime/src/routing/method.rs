//! `get`, `post` and their like, for handlers with a policy.

use std::fmt;

use axum::routing::{MethodFilter, MethodRouter};

use super::PolicySummary;
use super::endpoint::{Endpoint, GuardedHandler, Serves};

/// The guarded handlers of one path, by method.
pub struct GuardedMethodRouter<S = ()> {
    pub(super) router: MethodRouter<S>,
    pub(super) policies: Vec<(&'static str, PolicySummary)>,
}

impl<S: Clone + Send + Sync + 'static> GuardedMethodRouter<S> {
    fn new() -> Self {
        Self { router: MethodRouter::new(), policies: Vec::new() }
    }

    fn on(
        mut self,
        name: &'static str,
        filter: MethodFilter,
        (endpoint, policy): (Endpoint<S>, PolicySummary),
    ) -> Self {
        self.router = self.router.on(filter, endpoint);
        self.policies.push((name, policy));
        self
    }
}

macro_rules! methods {
    ($($method:ident $name:ident;)*) => {
        $(
            #[doc = concat!("Routes `", stringify!($name), "` requests to a handler declared with `#[session(..)]`.")]
            pub fn $method<H, T, M, S>(handler: H) -> GuardedMethodRouter<S>
            where
                H: GuardedHandler<T>,
                S: Serves<T, M> + Clone + Send + Sync + 'static,
            {
                GuardedMethodRouter::new().$method(handler)
            }
        )*

        impl<S: Clone + Send + Sync + 'static> GuardedMethodRouter<S> {$(
            #[doc = concat!("Routes `", stringify!($name), "` requests, too.")]
            ///
            /// # Panics
            ///
            /// Where the path has a handler for this method already, as axum does.
            #[must_use]
            pub fn $method<H, T, M>(self, handler: H) -> Self
            where
                H: GuardedHandler<T>,
                S: Serves<T, M>,
            {
                self.on(stringify!($name), MethodFilter::$name, S::endpoint(handler))
            }
        )*}
    };
}

methods! {
    get GET;
    head HEAD;
    post POST;
    put PUT;
    patch PATCH;
    delete DELETE;
    options OPTIONS;
    trace TRACE;
}

/// Routes requests of every method to a handler declared with `#[session(..)]`.
pub fn any<H, T, M, S>(handler: H) -> GuardedMethodRouter<S>
where
    H: GuardedHandler<T>,
    S: Serves<T, M> + Clone + Send + Sync + 'static,
{
    let (endpoint, policy) = S::endpoint(handler);
    GuardedMethodRouter { router: axum::routing::any(endpoint), policies: vec![("*", policy)] }
}

impl<S> fmt::Debug for GuardedMethodRouter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GuardedMethodRouter").field("policies", &self.policies).finish_non_exhaustive()
    }
}
