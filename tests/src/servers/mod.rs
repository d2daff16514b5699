//! Servers that a test starts for itself and ends again: nothing to set up, nothing left behind.
//!
//! A program that is not installed is named and the test passes by; with `SESSION_TESTS_REQUIRE=all` it fails.

mod account;
mod mariadb;
pub mod memcached;
mod pgbouncer;
mod postgres;
mod process;
mod program;
mod proxy;
mod relay;
pub mod redis;

pub use self::account::Account;
pub use self::mariadb::{mariadb, mariadb_url, mariadb_url_of_root};
pub use self::pgbouncer::pgbouncer;
pub use self::postgres::{postgres, postgres_url};
pub use self::process::{Launch, Server, dump_of};
pub use self::program::{Program, program};
pub use self::proxy::Proxy;
pub use self::relay::Relay;
