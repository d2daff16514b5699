//! `cargo bench -p benches --bench growth` prints how the cost of a request grows: with the sessions there are, with the
//! threads that ask, with roles and demands, and with the cookies of others.
//!
//! With `-- --record`, it writes that into `benches/report`, with a picture of each. With `-- --rounds 3`, it takes so many
//! rounds, to see that it works.

#![allow(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking, and counts are small"
)]

mod above;
mod cookies;
mod picture;
mod report;
mod roles;
mod sessions;
mod threads;

use std::io;
use std::num::NonZeroUsize;

use benches::Site;
use benches::measure::ROUNDS;
use benches::site::named;
use tokio::runtime::Builder;

/// Sessions that a store has room for, in whatever number they are there: twice as many as there will be, so that no shard
/// is full before the others.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(2_000_000).expect("some");

/// The page of one of [`benches::site::NAMES`].
pub(crate) fn site(name: &str) -> Site {
    named(name, CAPACITY).expect("one of the names")
}

/// What was found out about one kind of growth.
pub(crate) struct Finding {
    picture: picture::Picture,
    sentence: String,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = match arguments.iter().skip_while(|argument| *argument != "--rounds").nth(1) {
        Some(rounds) => rounds.parse().map_err(io::Error::other)?,
        None => ROUNDS,
    };
    let machine = report::Machine::now();
    let runtime = Builder::new_current_thread().build()?;
    let mut findings = Vec::new();
    for finding in [
        runtime.block_on(sessions::finding(rounds))?,
        threads::finding(&runtime, rounds)?,
        runtime.block_on(roles::finding(rounds))?,
        runtime.block_on(cookies::finding(rounds))?,
    ] {
        println!("{}\n", finding.sentence);
        findings.push(finding);
    }
    if arguments.iter().any(|argument| argument == "--record") {
        report::write(&machine, rounds, &findings)?;
    }
    Ok(())
}
