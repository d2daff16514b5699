//! What a guarded request costs above the same request to an unguarded handler.

use std::io;

use benches::measure::{self, Time};
use benches::{Row, Visitors};

use crate::picture::Curve;
use crate::site;

/// A guarded row and an unguarded one that is asked the same.
pub(crate) struct Step {
    size: u64,
    rows: [Row; 2],
}

impl Step {
    /// Of this size; both rows are asked with these `Cookie` headers.
    pub(crate) fn new(size: u64, guarded: Row, cookies: Vec<String>) -> Self {
        let cookies = cookies.into();
        Self { size, rows: [guarded, site("unguarded").row()].map(|row| row.asked_by(Visitors::with(&cookies))) }
    }
}

/// A curve of each list of steps. All of them take turns, and a round has a difference of its own for each.
pub(crate) async fn curves<const N: usize>(
    lists: [(&'static str, Vec<Step>); N],
    rounds: usize,
) -> io::Result<[Curve; N]> {
    let mut rows = Vec::new();
    let lists = lists.map(|(name, steps)| {
        let sizes: Vec<_> = steps.iter().map(|step| step.size).collect();
        rows.extend(steps.into_iter().flat_map(|step| step.rows));
        (name, sizes)
    });
    // What the first requests cost is not theirs.
    measure::rounds(&rows, None, 1).await?;
    let times = measure::rounds(&rows, None, rounds).await?;
    let mut above = times.chunks_exact(2).map(|pair| {
        let [guarded, unguarded] = pair else { return Time::of(&[]) };
        Time::above(guarded, unguarded)
    });
    Ok(lists.map(|(name, sizes)| {
        let points = sizes.into_iter().zip(above.by_ref()).map(|(size, time)| {
            println!("{name:<36} {size:>9} {:>8.0} ns +- {:.0}", time.median, time.spread);
            (size, time.median)
        });
        Curve { name, points: points.collect() }
    }))
}
