//! Sessions in Redis, with servers that each test starts for itself.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cancelled;
mod cluster;
mod contract;
mod failover;
mod hostile;
mod loss;
mod near;
mod server;
