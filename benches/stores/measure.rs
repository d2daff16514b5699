//! Rows side by side: operations a second, and how long one takes, by one worker and by many.

use crate::sql_peer::Operation;
use crate::work::{MOST_WORKERS, Work, run};

/// How many work at a time, alone and together.
const WORKERS: [usize; 2] = [1, MOST_WORKERS];
const ROUNDS: u64 = 15;

/// Something to measure.
pub(crate) struct Row {
    name: &'static str,
    what: What,
}

enum What {
    Here(Work),
    InAnotherProgram(Operation),
}

impl Row {
    pub(crate) fn new(name: &'static str, work: Work) -> Self {
        Self { name, what: What::Here(work) }
    }

    pub(crate) fn elsewhere(name: &'static str, operation: Operation) -> Self {
        Self { name, what: What::InAnotherProgram(operation) }
    }
}

/// Prints a table of these rows; the first is what the others are compared with.
pub(crate) async fn print(title: &str, rows: &[Row]) {
    println!("\n{title}");
    println!("{:<40} {:>8} {:>10} {:>8} {:>12} {:>12}", "", "workers", "a second", "", "median", "99 %");
    for workers in WORKERS {
        // The rows take turns, so that whatever the machine does besides hits all of them; the first round warms up.
        let mut rounds = vec![(Vec::new(), Vec::new()); rows.len()];
        for round in 0..=ROUNDS {
            for (row, (rates, delays)) in rows.iter().zip(&mut rounds) {
                let (rate, mut taken) = match &row.what {
                    What::Here(work) => run(work, workers, round).await,
                    What::InAnotherProgram(operation) => operation.run(workers, round),
                };
                if round > 0 {
                    rates.push(rate);
                    delays.append(&mut taken);
                }
            }
        }
        let mut first = None;
        for (row, (mut rates, mut delays)) in rows.iter().zip(rounds) {
            rates.sort_by(f64::total_cmp);
            delays.sort();
            let rate = rates[rates.len() / 2];
            let share = rate / *first.get_or_insert(rate) * 100.0;
            let (median, late) = (delays[delays.len() / 2], delays[delays.len() * 99 / 100]);
            println!("{:<40} {workers:>8} {rate:>10.0} {share:>6.0} % {median:>12.1?} {late:>12.1?}", row.name);
        }
    }
}
