//! Tokens verified by `axum-jwt-auth`, `jwt-simple` and `josekit`, each as its documentation shows it: asks its rows as often as
//! it is told.
//!
//! Its standard input begins with a JSON object: for each algorithm a token and the key that verifies it. Then it says
//! `ready` and the names of its rows, a line each and an empty one, and answers each line `row times` with the nanoseconds
//! that all of them took, until there are no more.

mod axum_jwt_auth;
mod josekit;
mod jwt_simple;
mod presented;
#[allow(dead_code, reason = "some of it is for other rows")]
#[path = "../../src/row.rs"]
mod row;
#[allow(dead_code, reason = "its rows ask with one token each")]
#[path = "../../src/visitors.rs"]
mod visitors;

use std::io::BufRead;
use std::time::Instant;

use presented::Presented;
use row::Row;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut lines = std::io::stdin().lock().lines().map(|line| line.expect("a line"));
    let presented: Vec<Presented> = serde_json::from_str(&lines.next().expect("tokens")).expect("tokens");
    let rows_of = |token| [axum_jwt_auth::row(token), jwt_simple::row(token), josekit::row(token)];
    let rows: Vec<Row> = presented.iter().flat_map(rows_of).collect();
    println!("ready");
    for row in &rows {
        println!("{}", row.name);
    }
    println!();
    for line in lines {
        let (row, times) = line.split_once(' ').expect("a row and a number");
        let (row, times) = (row.parse::<usize>().expect("a row"), times.parse().expect("a number"));
        let start = Instant::now();
        rows[row].run(times).await;
        println!("{}", start.elapsed().as_nanos());
    }
}
