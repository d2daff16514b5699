//! Operations a second, and how long one takes, by one worker and by many.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

/// How many work at a time, alone and together.
const WORKERS: [usize; 2] = [1, MOST_WORKERS];
pub(crate) const MOST_WORKERS: usize = 32;
const ROUNDS: u64 = 15;
/// How many operations a round has at the most, all workers taken together.
const OPERATIONS: u64 = 3_200;
/// When a round ends that has not come so far: a disk may take a millisecond for each.
const LONGEST_ROUND: Duration = Duration::from_millis(250);

pub(crate) type Working = Pin<Box<dyn Future<Output = ()> + Send>>;
/// One operation: of this worker, the so-many-eth of all.
pub(crate) type Work = Arc<dyn Fn(usize, u64) -> Working + Send + Sync>;

/// Something to measure.
pub(crate) struct Row {
    name: &'static str,
    work: Work,
}

impl Row {
    pub(crate) fn new(name: &'static str, work: Work) -> Self {
        Self { name, work }
    }
}

/// Makes work of an operation.
pub(crate) fn work<F>(operation: impl Fn(usize, u64) -> F + Send + Sync + 'static) -> Work
where
    F: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |worker, turn| Box::pin(operation(worker, turn)))
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
                let (rate, mut taken) = run(&row.work, workers, round).await;
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

/// One round: operations a second, and how long each took.
async fn run(work: &Work, workers: usize, round: u64) -> (f64, Vec<Duration>) {
    let share = OPERATIONS / workers as u64;
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for worker in 0..workers {
        let work = Arc::clone(work);
        tasks.spawn(async move {
            let mut delays = Vec::new();
            for operation in 0..share {
                let begun = Instant::now();
                if begun.duration_since(start) > LONGEST_ROUND {
                    break;
                }
                // No two operations of one row have one number, whatever the round and how many work.
                let turn = ((round * 64 + workers as u64) * 64 + worker as u64) * OPERATIONS + operation;
                work(worker, turn).await;
                delays.push(begun.elapsed());
            }
            delays
        });
    }
    let delays: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let rate = delays.len() as f64 / start.elapsed().as_secs_f64();
    (rate, delays)
}
