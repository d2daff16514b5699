//! Routes that are denied by default: every one has a policy, and the router knows them all.

mod endpoint;
#[cfg(feature = "jwt")]
mod jwks;
mod method;
mod router;
mod shortfall;
mod summary;
mod table;

#[cfg(feature = "jwt")]
pub use self::jwks::jwks;
pub use self::method::{GuardedMethodRouter, any, delete, get, head, options, patch, post, put, trace};
pub use self::router::GuardedRouter;
pub use self::shortfall::Shortfall;
pub use self::summary::PolicySummary;
pub use self::table::{PolicyRow, PolicyTable, Protection};
