//! Key-values in the records of sessions, and in those of visitors whom nobody knows yet.
//!
//! Without the features that hand them out there are none, and what stands in their place takes no room.

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
mod absent;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod anonymous;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod kept;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod log_in;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod records;

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
pub(crate) use self::absent::KeyValues;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(crate) use self::{
    anonymous::Anonymous,
    kept::{Changes, Data, KeyValues},
    records::{Look, Seen, anonymous_expiry},
};
