//! A piece of work, and one round of it: this file is compiled into the program of the peers' SQL stores too.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

pub(crate) const MOST_WORKERS: usize = 32;
/// About what a principal of 200 bytes is, sealed.
pub(crate) const PAYLOAD: usize = 320;
/// How many operations a round has at the most, all workers taken together.
const OPERATIONS: u64 = 3_200;
/// When a round ends that has not come so far: a disk may take a millisecond for each.
const LONGEST_ROUND: Duration = Duration::from_millis(250);

pub(crate) type Working = Pin<Box<dyn Future<Output = ()> + Send>>;
/// One operation: of this worker, the so-many-eth of all.
pub(crate) type Work = Arc<dyn Fn(usize, u64) -> Working + Send + Sync>;

/// Makes work of an operation.
pub(crate) fn work<F>(operation: impl Fn(usize, u64) -> F + Send + Sync + 'static) -> Work
where
    F: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |worker, turn| Box::pin(operation(worker, turn)))
}

/// One round: operations a second, and how long each took.
pub(crate) async fn run(work: &Work, workers: usize, round: u64) -> (f64, Vec<Duration>) {
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
