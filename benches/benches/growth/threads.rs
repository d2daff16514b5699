//! Against the threads that ask at once: what all requests share shows here.

use std::io;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use benches::measure::median;
use benches::{Row, Visitors};
use tokio::runtime::{Builder, Runtime};

use crate::picture::{Curve, Picture, Scale};
use crate::report::listed;
use crate::{Finding, site};

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];
const NAMES: [&str; 3] = ["unguarded", "session", "tower-sessions"];
/// Enough that two threads seldom ask for the same one.
const SESSIONS: usize = 1_000;
const ROUND: Duration = Duration::from_millis(100);
const REQUESTS_BETWEEN_LOOKS: u64 = 100;

pub(crate) fn finding(runtime: &Runtime, rounds: usize) -> io::Result<Finding> {
    let cores = thread::available_parallelism()?.get();
    let mut sites = runtime.block_on(sites());
    let mut rates = NAMES.map(|_| THREADS.map(|_| Vec::with_capacity(rounds)));
    for _ in 0..rounds {
        for (rows, rates) in sites.iter_mut().zip(&mut rates) {
            for (threads, rates) in THREADS.into_iter().zip(rates) {
                let rows = rows.get_mut(..threads).expect("a row each");
                rates.push(requests_a_second(rows)? / threads.min(cores) as f64);
            }
        }
    }
    let mut curves = Vec::new();
    for (name, rates) in NAMES.into_iter().zip(rates) {
        let points = THREADS.into_iter().zip(rates).map(|(threads, rates)| {
            let thousands = median(rates) / 1_000.0;
            println!("{name:<36} {threads:>9} threads: {thousands:>8.0} thousand requests a second and core");
            (threads as u64, thousands)
        });
        curves.push(Curve { name, points: points.collect() });
    }
    let picture = Picture {
        file: "threads.svg",
        title: "Requests in parallel",
        x: ("threads", Scale::Logarithmic),
        y: "thousand requests a second and core",
        curves,
    };
    Ok(Finding { sentence: sentence(&picture.curves, cores), picture })
}

/// For each of [`NAMES`], as many rows of one application as there will be threads.
async fn sites() -> Vec<Vec<Row>> {
    let mut sites = Vec::new();
    let mut ours = None;
    for name in NAMES.into_iter().rev() {
        let site = site(name);
        let cookies: Arc<[String]> = site.log_in_all(SESSIONS).await.into();
        // The unguarded one is sent a cookie too.
        let cookies = if cookies.is_empty() { ours.clone().unwrap_or(cookies) } else { cookies };
        ours = Some(Arc::clone(&cookies));
        let most = THREADS.into_iter().max().unwrap_or_default();
        sites.push((0..most).map(|_| site.row().asked_by(Visitors::with(&cookies))).collect());
    }
    sites.reverse();
    sites
}

/// How many requests a second they answer together, each row in a thread with a runtime of its own.
fn requests_a_second(rows: &mut [Row]) -> io::Result<f64> {
    let ready = Barrier::new(rows.len());
    let work = |row: &mut Row| {
        let runtime = Builder::new_current_thread().build()?;
        ready.wait();
        let (start, mut requests) = (Instant::now(), 0);
        while start.elapsed() < ROUND {
            runtime.block_on(row.run(REQUESTS_BETWEEN_LOOKS));
            requests += REQUESTS_BETWEEN_LOOKS;
        }
        Ok((start, Instant::now(), requests))
    };
    let done: io::Result<Vec<(Instant, Instant, u64)>> = thread::scope(|scope| {
        let threads: Vec<_> = rows.iter_mut().map(|row| scope.spawn(|| work(row))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that ends")).collect()
    });
    let done = done?;
    let (first, last) = (done.iter().map(|done| done.0).min(), done.iter().map(|done| done.1).max());
    let took = first.zip(last).map_or(f64::NAN, |(first, last)| (last - first).as_secs_f64());
    Ok(done.iter().map(|done| done.2).sum::<u64>() as f64 / took)
}

fn sentence(curves: &[Curve], cores: usize) -> String {
    let kept = |curve: &Curve| {
        let one = curve.points.first().map_or(f64::NAN, |(_, rate)| *rate);
        let shares = curve.points.iter().skip(1);
        let shares = shares.map(|(threads, rate)| format!("{:.0} % with {threads}", rate / one * 100.0));
        format!("`{}` {}", curve.name, listed(shares))
    };
    format!(
        "How many of the requests that one thread answers each of {cores} cores answers with more threads, each with a \
         runtime of its own: {}. The store of `tower-sessions` is behind one asynchronous lock, and whoever waits for that \
         here lets a thread sleep.",
        curves.iter().map(kept).collect::<Vec<_>>().join("; ")
    )
}
