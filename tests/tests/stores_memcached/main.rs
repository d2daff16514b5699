//! Sessions in Memcached, with servers that each test starts for itself.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod cancelled;
mod contract;
mod hostile;
mod loss;
mod server;
