//! The shop behind TLS, visited by the clients of others: curl with its cookie jar, and Python's httpx.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod client;
mod curl;
mod front;
mod httpx;
mod journey;
