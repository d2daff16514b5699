//! What can be expanded: each rule a small function, headed by the rule.
//!
//! Only this stage makes [`CheckedPolicy`], [`CheckedHandler`] and [`CheckedPrincipal`]. After a mistake they hold what
//! is left when everything that could be wrong is taken out, so that one mistake does not become twenty.

mod handler;
mod policy;
mod principal;

pub(crate) use self::handler::CheckedHandler;
pub(crate) use self::policy::CheckedPolicy;
pub(crate) use self::principal::CheckedPrincipal;
