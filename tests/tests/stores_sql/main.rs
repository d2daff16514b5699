//! The stores in databases: the contract, and what it means to live in another process.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod cancellation;
mod engines;
mod failover;
mod locks;
mod mysql;
mod outages;
mod postgres;
mod rules;
mod sqlite;
