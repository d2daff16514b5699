//! What a guarded request costs, beside the peers: the rows that `cargo bench` measures.
//!
//! A row is an application and a request to it. Every row does the same work behind its guard: it reads the visitor's name
//! and answers with it.

pub mod counted;
pub mod elsewhere;
pub mod guarded;
pub mod measure;
pub mod peers;
pub mod recorded;
pub mod row;
pub mod site;
pub mod tokens;
pub mod visitors;

pub use row::Row;
pub use site::Site;
pub use visitors::Visitors;

/// How many of the [`rows`] are unguarded.
pub const UNGUARDED: usize = 3;

/// Every row, the unguarded ones first: what the others cost is counted from the one that is sent the same.
pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::from(peers::unguarded());
    rows.extend(guarded::rows().await);
    rows.extend(tokens::rows());
    rows.extend(peers::rows().await);
    rows
}
