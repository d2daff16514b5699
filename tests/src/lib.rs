//! What the tests in `tests/` share: principals, a site with a clock that is moved, and visitors with a browser.
//!
//! Every test speaks HTTP to a router, as a browser or an API client would. The one thing that is not public about it is
//! time: it stands still until a test moves it.

#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod abandon;
mod entrance;
mod events;
mod everywhere;
pub mod forger;
mod gate;
mod guests;
pub mod http2;
mod http_program;
mod principals;
pub mod python;
pub mod races;
pub mod remembered;
pub mod servers;
mod site;
mod store;
mod visitor;

pub use self::abandon::abandon;
pub use self::entrance::{Failed, WhoAmI, entrance};
pub use self::events::{Events, LoggedEvent};
pub use self::everywhere::{SomeStore, every_store};
pub use self::gate::Gate;
pub use self::guests::{Guest, Guests, enter_again};
pub use self::http_program::{HttpAnswer, HttpProgram, free_port};
pub use self::principals::{ISSUER, Partner, Role, SECRET, User, partner, user};
pub use self::site::{App, START, Site, index_key, router, sealing_key, sessions};
pub use self::store::{Operation, ProbedStore};
pub use self::visitor::{Answer, Visitor};

use std::time::Duration;

/// A number of seconds.
pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A number of minutes.
pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// A number of hours.
pub const fn hours(hours: u64) -> Duration {
    Duration::from_secs(3600 * hours)
}

/// One second before a limit, at it, and one second after it.
pub fn at_and_beside(limit: Duration) -> [Duration; 3] {
    [limit.saturating_sub(seconds(1)), limit, limit + seconds(1)]
}
