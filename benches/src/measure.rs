//! Time, and under valgrind instructions and allocations.

use std::io;
use std::process::Command;
use std::time::Instant;

use tokio::runtime::Runtime;

use crate::Row;
use crate::elsewhere::Elsewhere;

/// How many times each row takes its turn.
pub const ROUNDS: usize = 41;
const REQUESTS_PER_ROUND: u64 = 2_000;
/// The two lengths whose difference is free of what the first request costs.
const SHORT: i64 = 100;
const LONG: i64 = 600;

/// Nanoseconds a request.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Half of the rounds took less.
    pub median: f64,
    /// Half of the rounds lie within this distance of the median.
    pub spread: f64,
}

impl Time {
    /// Of one value a round.
    pub fn of(rounds: &[f64]) -> Self {
        let median = median(rounds.to_vec());
        Self { median, spread: self::median(rounds.iter().map(|time| (time - median).abs()).collect()) }
    }

    /// Of how much more each round of one took than that of the other: what a round shares is not counted.
    pub fn above(rounds: &[f64], others: &[f64]) -> Self {
        Self::of(&rounds.iter().zip(others).map(|(time, other)| time - other).collect::<Vec<_>>())
    }
}

/// Nanoseconds a request of each row, those elsewhere last, in each of so many rounds. The rows take turns, so that whatever
/// the machine does besides hits all of them.
///
/// # Errors
///
/// When the program of the rows elsewhere ends before its time.
pub async fn rounds(rows: &[Row], mut elsewhere: Option<&mut Elsewhere>, count: usize) -> io::Result<Vec<Vec<f64>>> {
    let others = elsewhere.as_ref().map_or(0, |elsewhere| elsewhere.names().len());
    let mut rounds = vec![Vec::with_capacity(count); rows.len() + others];
    for _ in 0..count {
        let mut took = Vec::with_capacity(rounds.len());
        for row in rows {
            let start = Instant::now();
            row.run(REQUESTS_PER_ROUND).await;
            took.push(start.elapsed());
        }
        for row in 0..others {
            let elsewhere = elsewhere.as_deref_mut().ok_or(io::ErrorKind::BrokenPipe)?;
            took.push(elsewhere.time(row, REQUESTS_PER_ROUND)?);
        }
        for (took, times) in took.into_iter().zip(&mut rounds) {
            #[expect(clippy::cast_precision_loss, reason = "a small constant")]
            times.push(took.as_secs_f64() * 1e9 / REQUESTS_PER_ROUND as f64);
        }
    }
    Ok(rounds)
}

/// The one in the middle; of none, no number.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What valgrind watches: one row, so many times, and nothing of what was made ready for it.
#[inline(never)]
pub fn watched(runtime: &Runtime, row: &Row, requests: u64) {
    runtime.block_on(row.run(requests));
}

/// What a request costs on valgrind's processor.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Instructions.
    pub instructions: i64,
    /// Calls of the allocator.
    pub allocations: i64,
}

/// What a request of the row costs; `None` when valgrind is not there.
pub fn cost(row: usize) -> Option<Cost> {
    Some(Cost { instructions: instructions(row)?, allocations: Tool::Memcheck.a_request(row)? })
}

/// How many instructions a request of the row takes; `None` when valgrind is not there.
pub fn instructions(row: usize) -> Option<i64> {
    Tool::Callgrind.a_request(row)
}

#[derive(Clone, Copy)]
enum Tool {
    Callgrind,
    Memcheck,
}

impl Tool {
    fn a_request(self, row: usize) -> Option<i64> {
        let (short, long) = (self.count(row, SHORT)?, self.count(row, LONG)?);
        let requests = LONG - SHORT;
        Some((long - short + requests / 2) / requests)
    }

    /// Runs this program again, for one row, under the tool.
    fn count(self, row: usize, requests: i64) -> Option<i64> {
        let mut command = Command::new("valgrind");
        let marker = match self {
            Self::Callgrind => {
                command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
                command.args(["--collect-atstart=no", "--toggle-collect=benches::measure::watched"]);
                "Collected : "
            }
            Self::Memcheck => "total heap usage: ",
        };
        let program = std::env::current_exe().ok()?;
        let output = command.arg(program).args(["--row", &row.to_string(), &requests.to_string()]).output().ok()?;
        let report = String::from_utf8_lossy(&output.stderr);
        let (_, count) = report.split_once(marker)?;
        count.split_whitespace().next()?.replace(',', "").parse().ok()
    }
}
