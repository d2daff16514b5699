//! What can be expanded: each rule a small function, headed by the rule.
//!
//! Only this stage makes [`CheckedPolicy`], [`CheckedHandler`] and [`CheckedPrincipal`]. After a mistake they hold what
//! is left when everything that could be wrong is taken out, so that one mistake does not become twenty.

mod access;
mod bearer;
mod cookie;
mod credentials;
mod demands;
mod handler;
mod lifetime;
mod policy;
mod principal;
mod values;

pub(crate) use self::handler::CheckedHandler;
pub(crate) use self::policy::CheckedPolicy;
pub(crate) use self::principal::CheckedPrincipal;
