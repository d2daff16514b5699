//! Key-values beside the principal: `tower_sessions::Session` in guarded routes.
//!
//! With the feature `tower-sessions`, the [`Session`] of tower-sessions 0.15 is an extractor in
//! every `required` and `optional` route of a principal with a cookie; with `tower-sessions-0-14`, that of 0.14. No layer and
//! no store of tower-sessions is needed, and crates that extract it work unchanged. Crates whose *layers* look for it need
//! [`SessionsLayer`] around them.
//!
//! ```
//! # use serde::{Deserialize, Serialize};
//! use session_runtime::{Principal, session};
//! # use tower_sessions_core as tower_sessions;
//! use tower_sessions::session::Error;
//!
//! # #[derive(Clone, Serialize, Deserialize, Principal)]
//! # struct User {
//! #     #[principal(id)]
//! #     id: u64,
//! # }
//! # struct Oops;
//! # impl From<Error> for Oops {
//! #     fn from(_: Error) -> Self {
//! #         Self
//! #     }
//! # }
//! # impl axum::response::IntoResponse for Oops {
//! #     fn into_response(self) -> axum::response::Response {
//! #         http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
//! #     }
//! # }
//! /// Logged in or not, a visitor has a cart.
//! #[session(optional, principal(User))]
//! async fn add_to_cart(values: tower_sessions::Session) -> Result<&'static str, Oops> {
//!     let mut cart: Vec<String> = values.get("cart").await?.unwrap_or_default();
//!     cart.push("tea".to_owned());
//!     values.insert("cart", cart).await?;
//!     Ok("It is in your cart.")
//! }
//! ```
//!
//! # Where they are
//!
//! In the record of the visitor's session, under its cookie; sealed with it in a store outside the process. What they are is
//! the application's own affair: they are no credential, and nothing that a policy demands is looked up there.
//!
//! A visitor who is not logged in gets a record of nobody and its cookie, but not before something is written (ASVS 7.6.2).
//! It lives until it was not used for an hour. A [`MemoryStore`](crate::MemoryStore) has room of its own for such records, so
//! that they displace no session; in a store outside the process only that hour bounds them: limit who may write how much.
//! A `required` route admits nobody by such a cookie.
//!
//! | when | then |
//! |---|---|
//! | a visitor whom nobody knew logs in | they are taken along, under a new id; the old one can be read for ten more seconds |
//! | the same subject logs in again, re-authenticates, or the id is replaced | they stay |
//! | another subject logs in | nothing is taken along |
//! | the visitor logs out, or the session ends | they end; what is written after it begins anew |
//!
//! # What differs from tower-sessions
//!
//! * **No update is lost.** What a request changed is written key by key into what stands then, so two requests that change
//!   different keys at the same time both do. Of one key, the last write counts.
//! * **Logging out is final.** A request that is still running writes nothing back.
//! * `id` is drawn for each request, and says nothing of the cookie.
//! * `clear`, `flush` and `delete` empty the key-values; they never touch the principal. `cycle_id` gives the session a new
//!   id, as [`Session::rotate`](crate::Session::rotate) does, and loses nothing when the request fails.
//! * `set_expiry` can end a session sooner than it would, and never later; it is not forgotten at the next request.
//! * `save` writes at once, and a session that begins by it sends its cookie. What was changed and not saved is written
//!   after the handler, unless its response is a 5xx, as in tower-sessions.
//! * What cannot be written is said: 503 when the store does not answer, 409 when the request came under an id that has been
//!   replaced, so that a second try succeeds. `save` is an error then. Only where there is no record to write to (the session
//!   ended meanwhile, is a token's, or is too old for the `max_age` of an `optional` route) the response stands, and
//!   `session.key_values_not_kept` is logged.
//!
//! On a `public` route there is no session, and extracting one is tower-sessions' own rejection, 500; a
//! [`SessionsLayer`] changes that. The same on a route that takes nothing but tokens, and where
//! sessions live in their cookie (`cookie(token = "jwt")`).
//!
//! # What it costs
//!
//! With the feature on, every guarded request that may show a cookie is given a session, used or not: six allocations more,
//! and four for the second release where both are on. None of them looks at the store or writes to it.
//!
//! [`Session`]: https://docs.rs/tower-sessions/0.15/tower_sessions/struct.Session.html

// Those sessions are made over a store of their own, one for each request, whose reads and writes end up in the record that
// the guard works with: `shelf` is what they have in common, whatever the release of tower-sessions, `view` what one of them
// has seen, and `release` speaks the language of each.

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
mod absent;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod layer;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod outcome;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod records;
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
