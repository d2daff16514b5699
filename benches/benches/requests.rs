//! `cargo bench -p benches --bench requests` prints time, instructions and allocations of a request above an unguarded
//! handler.
//!
//! With `-- --check`, it compares the instructions of our rows with those in `benches/instructions.txt`, and fails when one
//! differs by more than 5 percent; `-- --record` writes them down.
//!
//! With `-- --peers`, other verifiers of tokens take their turns too, by a program of their own (`token-peers`): of these
//! only the time is measured. It needs OpenSSL's headers (`libssl-dev` and `pkg-config` on Debian).

use std::io;

use benches::elsewhere::Elsewhere;
use benches::measure::{Cost, Time};
use benches::row::Traffic;
use benches::{Row, UNGUARDED, measure, recorded, rows, tokens};
use http::header;
use tokio::runtime::Builder;

fn main() -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let rows = runtime.block_on(rows());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--row", row, requests] => {
            let (row, requests) = (row.parse().map_err(io::Error::other)?, requests.parse().map_err(io::Error::other)?);
            measure::watched(&runtime, rows.get::<usize>(row).ok_or(io::ErrorKind::NotFound)?, requests);
            Ok(())
        }
        arguments if arguments.contains(&"--check") => {
            let changed = || io::Error::other("a row costs more, or less, than `benches/instructions.txt` says");
            recorded::check(&rows)?.then_some(()).ok_or_else(changed)
        }
        arguments if arguments.contains(&"--record") => recorded::record(&rows),
        arguments if arguments.contains(&"--peers") => {
            runtime.block_on(print(&rows, Some(Elsewhere::start(&tokens::presented())?)))
        }
        _ => runtime.block_on(print(&rows, None)),
    }
}

async fn print(rows: &[Row], mut elsewhere: Option<Elsewhere>) -> io::Result<()> {
    let mut traffic = Vec::with_capacity(rows.len());
    for row in rows {
        traffic.push(row.traffic().await);
    }
    let rounds = measure::rounds(rows, elsewhere.as_mut(), measure::ROUNDS).await?;
    let costs: Vec<_> = (0..rows.len()).map(measure::cost).collect();
    let unguarded_time = Time::of(rounds.first().map_or(&[], Vec::as_slice)).median;
    println!(
        "above an unguarded handler that is sent the same, a request ({unguarded_time:.0} ns when sent no credential)\n"
    );
    println!(
        "{:<42} {:>8} {:>7} {:>13} {:>12} {:>7} {:>7} {:>11}",
        "row", "ns", "+-", "instructions", "allocations", "reads", "writes", "Set-Cookie"
    );
    let base_of = |credential| rows.iter().take(UNGUARDED).position(|row| row.credential() == credential).unwrap_or(0);
    let here = rows.iter().zip(&costs).zip(traffic.into_iter().map(Some));
    let here = here.map(|((row, cost), traffic)| (row.name, base_of(row.credential()), *cost, traffic));
    let base_elsewhere = base_of(Some(header::AUTHORIZATION));
    let elsewhere = elsewhere.iter().flat_map(Elsewhere::names).map(|name| (name.as_str(), base_elsewhere, None, None));
    for ((name, base, cost, traffic), times) in here.chain(elsewhere).zip(&rounds).skip(UNGUARDED) {
        let time = Time::above(times, rounds.get(base).map_or(&[], Vec::as_slice));
        print_row(name, time, cost.zip(costs.get(base).copied().flatten()), traffic);
    }
    Ok(())
}

fn print_row(name: &str, time: Time, costs: Option<(Cost, Cost)>, traffic: Option<Traffic>) {
    let above = |part: fn(&Cost) -> i64| {
        costs.map_or_else(not_counted, |(cost, base)| part(&cost).saturating_sub(part(&base)).to_string())
    };
    let [reads, writes] = match traffic.and_then(|traffic| traffic.store) {
        Some(counts) => counts.map(|count| count.to_string()),
        None => [not_counted(), not_counted()],
    };
    let set_cookie = traffic.map_or_else(not_counted, |traffic| traffic.set_cookie.to_string());
    println!(
        "{name:<42} {:>8.0} {:>7.0} {:>13} {:>12} {reads:>7} {writes:>7} {set_cookie:>11}",
        time.median,
        time.spread,
        above(|cost| cost.instructions),
        above(|cost| cost.allocations),
    );
}

fn not_counted() -> String {
    "-".to_owned()
}
