//! Against the cookies of others in the header, with ours at its end.

use std::io;

use crate::above::{Step, curves};
use crate::picture::{Picture, Scale};
use crate::report::costs;
use crate::{Finding, site};

const COOKIES: [u64; 5] = [1, 5, 10, 25, 50];

pub(crate) async fn finding(rounds: usize) -> io::Result<Finding> {
    let curves =
        curves([("session", steps("session").await), ("tower-sessions", steps("tower-sessions").await)], rounds);
    let curves = curves.await?;
    let [ours, theirs] = curves.each_ref().map(costs);
    let sentence = format!(
        "What a request costs above an unguarded handler, by the cookies in its header, the session's at the end: {ours}. By \
         `tower-sessions`: {theirs}."
    );
    let picture = Picture {
        file: "cookies.svg",
        title: "A request, by the cookies in its header",
        x: ("cookies, the session's last", Scale::Linear),
        y: "ns above an unguarded handler",
        curves: curves.into(),
    };
    Ok(Finding { picture, sentence })
}

async fn steps(name: &str) -> Vec<Step> {
    let site = site(name);
    let cookie = site.log_in().await.expect("a log-in");
    let step = |count| {
        let others = (1..count).map(|other| format!("_ga_{other:02}=GA1.1.1234567890.17000000{other:02}; "));
        Step::new(count, site.row(), vec![others.collect::<String>() + &cookie])
    };
    COOKIES.map(step).into()
}
