//! `cargo bench -p benches --bench requests` prints time, instructions and allocations of a request above an unguarded
//! handler.
//!
//! With `-- --peers`, other verifiers of tokens take their turns too, by a program of their own (`token-peers`): of these
//! only the time is measured. It needs OpenSSL's headers (`libssl-dev` and `pkg-config` on Debian).

use std::io;

use benches::elsewhere::Elsewhere;
use benches::measure::{Cost, Time};
use benches::{Row, measure, rows, tokens};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let rows = rows().await;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--row", row, requests] => {
            repeat(&rows, row, requests).await;
            Ok(())
        }
        arguments if arguments.contains(&"--peers") => {
            print(&rows, Some(Elsewhere::start(&tokens::presented())?)).await
        }
        _ => print(&rows, None).await,
    }
}

/// What valgrind watches: one row, so many times.
async fn repeat(rows: &[Row], row: &str, requests: &str) {
    let (Ok(row), Ok(requests)) = (row.parse::<usize>(), requests.parse()) else { return };
    if let Some(row) = rows.get(row) {
        row.run(requests).await;
    }
}

async fn print(rows: &[Row], mut elsewhere: Option<Elsewhere>) -> io::Result<()> {
    let times = measure::time(rows, elsewhere.as_mut()).await?;
    let costs: Vec<_> = (0..rows.len()).map(measure::cost).collect();
    let (base_time, base_cost) = (times.first().map_or(0.0, |time| time.median), costs.first().copied().flatten());
    println!("above the unguarded handler, a request ({base_time:.0} ns unguarded)\n");
    println!("{:<42} {:>8} {:>7} {:>13} {:>12}", "row", "ns", "+-", "instructions", "allocations");
    let here = rows.iter().map(|row| row.name).zip(costs);
    let elsewhere = elsewhere.iter().flat_map(Elsewhere::names).map(|name| (name.as_str(), None));
    for ((name, cost), time) in here.chain(elsewhere).zip(&times).skip(1) {
        print_row(name, time, base_time, cost.zip(base_cost));
    }
    Ok(())
}

fn print_row(name: &str, time: &Time, base_time: f64, costs: Option<(Cost, Cost)>) {
    let (instructions, allocations) = match costs {
        Some((cost, base)) => (
            cost.instructions.saturating_sub(base.instructions).to_string(),
            cost.allocations.saturating_sub(base.allocations).to_string(),
        ),
        None => ("not counted".into(), "-".into()),
    };
    let above = time.median - base_time;
    println!("{name:<42} {above:>8.0} {:>7.0} {instructions:>13} {allocations:>12}", time.spread);
}
