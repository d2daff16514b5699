//! Against the sessions there are.

use std::io;

use crate::above::{Step, curves};
use crate::picture::{Picture, Scale};
use crate::report::costs;
use crate::{Finding, site};

const SESSIONS: [usize; 4] = [1, 1_000, 100_000, 1_000_000];

pub(crate) async fn finding(rounds: usize) -> io::Result<Finding> {
    let mut steps = Vec::new();
    for sessions in SESSIONS {
        let site = site("session");
        let cookies = site.log_in_all(sessions).await;
        assert_eq!(cookies.len(), sessions);
        steps.push(Step::new(sessions as u64, site.row(), cookies));
    }
    let [curve] = curves([("session", steps)], rounds).await?;
    let sentence = format!(
        "What a request costs above an unguarded handler, by the live sessions in the process, each time that of another \
         visitor, at random: {}.",
        costs(&curve)
    );
    let picture = Picture {
        file: "sessions.svg",
        title: "A request, by the sessions there are",
        x: ("live sessions in the in-process store", Scale::Logarithmic),
        y: "ns above an unguarded handler",
        curves: vec![curve],
    };
    Ok(Finding { picture, sentence })
}
