//! `cargo bench -p benches` prints time, instructions and allocations of a request above an unguarded handler.

use benches::{Row, measure, rows};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rows = rows().await;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--row", row, requests] => repeat(&rows, row, requests).await,
        _ => print(&rows).await,
    }
}

/// What valgrind watches: one row, so many times.
async fn repeat(rows: &[Row], row: &str, requests: &str) {
    let (Ok(row), Ok(requests)) = (row.parse::<usize>(), requests.parse()) else { return };
    if let Some(row) = rows.get(row) {
        row.run(requests).await;
    }
}

async fn print(rows: &[Row]) {
    let times = measure::time(rows).await;
    let costs: Vec<_> = (0..rows.len()).map(measure::cost).collect();
    let (base_time, base_cost) = (times.first().map_or(0.0, |time| time.median), costs.first().copied().flatten());
    println!("above the unguarded handler, a request ({base_time:.0} ns unguarded)\n");
    println!("{:<42} {:>8} {:>7} {:>13} {:>12}", "row", "ns", "+-", "instructions", "allocations");
    for ((row, time), cost) in rows.iter().zip(&times).zip(&costs).skip(1) {
        let (instructions, allocations) = match (cost, base_cost) {
            (Some(cost), Some(base)) => (
                cost.instructions.saturating_sub(base.instructions).to_string(),
                cost.allocations.saturating_sub(base.allocations).to_string(),
            ),
            _ => ("no valgrind".into(), "-".into()),
        };
        let above = time.median - base_time;
        println!("{:<42} {above:>8.0} {:>7.0} {instructions:>13} {allocations:>12}", row.name, time.spread);
    }
}
