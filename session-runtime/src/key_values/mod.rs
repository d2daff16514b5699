//! `tower_sessions::Session` inside guarded routes: key-values in the record of the visitor's own session.
//!
//! Those sessions are made over a store of their own, one for each request, whose reads and writes end up in the record that
//! the guard works with. [`Shelf`](self::shelf::Shelf) is what they have in common, whatever the release of tower-sessions;
//! `release` speaks the language of each.

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
mod absent;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod layer;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod outcome;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod release;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod request;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod shelf;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod view;

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
pub(crate) use self::absent::RequestKeyValues;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub use self::layer::{SessionsLayer, SessionsService};
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(crate) use self::{outcome::answered, request::RequestKeyValues};
