//! Requests that meet, over whichever store: nothing that ended comes back, nothing is lost, nobody is thrown out.
//!
//! Each race is run many times and counted. Over a store that is [told to](crate::ProbedStore::dawdle), each operation lets
//! others go first for a number of turns that differs each time.

use std::future::Future;

use session_runtime::routing::post;
use session_runtime::{GuardedRouter, session};
use tokio::task::JoinSet;

use crate::{Answer, App, Failed, Site, User, Visitor, WhoAmI, seconds, user};

#[session(required, sliding)]
async fn sliding(session: session_runtime::Session<User>) -> String {
    session.name.clone()
}

#[session(required)]
async fn token(session: session_runtime::Session<User>) -> Result<String, Failed> {
    Ok(session.confirmation("pay").await?.to_string())
}

#[session(required, confirm = "pay")]
async fn pay(_session: session_runtime::Session<User>) {}

/// The routes that the races need beside those of every site.
pub fn routes() -> GuardedRouter<App> {
    GuardedRouter::new().route("/sliding", post(sliding)).route("/token", post(token)).route("/pay", post(pay))
}

/// Every race, `rounds` times each, on the sites that `site_of` makes for the rounds.
pub async fn all(rounds: u64, site_of: impl Fn(u64) -> Site) {
    for round in 0..rounds {
        no_update_is_lost(&site_of(round), if round < 5 { 50 } else { 4 }).await;
        nothing_survives_a_log_out(&site_of(round)).await;
        nothing_survives_the_end_of_all_sessions(&site_of(round)).await;
        of_parallel_rotations_one_wins_and_nobody_is_thrown_out(&site_of(round)).await;
        a_rotation_loses_no_update_that_was_accepted(&site_of(round)).await;
        parallel_requests_are_admitted_while_the_id_is_replaced(&site_of(round)).await;
        an_id_is_dead_after_a_log_in_that_met_a_rotation(&site_of(round)).await;
        of_many_that_confirm_at_once_one_does(&site_of(round)).await;
        a_rotation_loses_no_confirmation_and_doubles_none(&site_of(round)).await;
    }
}

/// The answers to these requests, all sent at the same time.
async fn together(requests: impl IntoIterator<Item = impl Future<Output = Answer> + Send + 'static>) -> Vec<Answer> {
    requests.into_iter().collect::<JoinSet<_>>().join_all().await
}

async fn post_to(mut visitor: Visitor, path: &'static str) -> Answer {
    visitor.post(path).await
}

async fn log_in_again(mut visitor: Visitor) -> Answer {
    visitor.post_json("/log-in", &user(7)).await
}

/// ASVS 15.4: two updates of different fields, and many of one.
pub async fn no_update_is_lost(site: &Site, updates: u64) {
    let mut visitor = site.member(&user(7)).await;
    let mut tasks: JoinSet<Answer> = (0..updates).map(|_| post_to(visitor.clone(), "/visit")).collect();
    tasks.spawn(post_to(visitor.clone(), "/rename/Grace"));
    tasks.join_all().await.iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
    let who: WhoAmI<User> = visitor.get("/me").await.json();
    assert_eq!((who.principal.visits, who.principal.name.as_str()), (updates, "Grace"));
}

async fn pay_with(mut visitor: Visitor, token: String) -> Answer {
    visitor.ask("POST /pay", &[("confirm-token", &token)]).await
}

/// ASVS 15.4: one token is good once, and what else is written at the same time is not lost.
pub async fn of_many_that_confirm_at_once_one_does(site: &Site) {
    let mut visitor = site.member(&user(7)).await;
    let token = visitor.post("/token").await.body;
    let mut tasks: JoinSet<Answer> = (0..16).map(|_| pay_with(visitor.clone(), token.clone())).collect();
    tasks.spawn(post_to(visitor.clone(), "/visit"));
    let mut statuses: Vec<u16> = tasks.join_all().await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[200; 2].as_slice(), &[403; 15]].concat(), "one paid, and one visited");
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal.visits, 1);
}

/// The token is good under whichever id comes out of it, and still only once.
pub async fn a_rotation_loses_no_confirmation_and_doubles_none(site: &Site) {
    let mut visitor = site.member(&user(7)).await;
    let token = visitor.post("/token").await.body;
    let mut tasks: JoinSet<Answer> = (0..4).map(|_| pay_with(visitor.clone(), token.clone())).collect();
    let mut rotating = visitor.clone();
    let rotation = tokio::spawn(async move {
        let answer = rotating.post("/rotate").await;
        (answer, rotating)
    });
    let mut paid = 0;
    while let Some(answer) = tasks.join_next().await {
        paid += usize::from(answer.unwrap().is_ok());
    }
    let (answer, rotated) = rotation.await.unwrap();
    assert!(answer.is_ok(), "{answer:?}");
    for _ in 0..2 {
        paid += usize::from(pay_with(rotated.clone(), token.clone()).await.is_ok());
    }
    assert_eq!(paid, 1);
}

/// Everything that writes, from tabs of one browser.
async fn write_in_tabs(visitor: Visitor, paths: &[&'static str]) -> Vec<(&'static str, Answer, Visitor)> {
    let mut tasks = JoinSet::new();
    for &path in paths {
        let mut tab = visitor.clone();
        tasks.spawn(async move {
            let answer = tab.post(path).await;
            (path, answer, tab)
        });
    }
    tasks.spawn(async move {
        let mut tab = visitor;
        let answer = tab.post_json("/reauthenticate", &user(7)).await;
        ("/reauthenticate", answer, tab)
    });
    tasks.join_all().await
}

/// ASVS 7.4.1: whatever meets the log-out, the session is over.
pub async fn nothing_survives_a_log_out(site: &Site) {
    let visitor = site.member(&user(7)).await;
    site.clock.advance(seconds(300));
    let paths = ["/visit", "/sliding", "/rotate", "/log-out", "/rotate", "/visit", "/sliding"];
    for (path, answer, mut tab) in write_in_tabs(visitor, &paths).await {
        assert!([200, 401, 409].contains(&answer.status), "{path} {answer:?}");
        assert_eq!(tab.get("/me").await.status, 401, "{path}");
    }
}

/// ASVS 7.4.2: whatever meets the end of all sessions of an account, none is left, under no id.
pub async fn nothing_survives_the_end_of_all_sessions(site: &Site) {
    if !site.lists_subjects() {
        return;
    }
    let visitor = site.member(&user(7)).await;
    site.clock.advance(seconds(300));
    let sessions = site.app.users.clone();
    let ending = tokio::spawn(async move { sessions.end_all(&7).await });
    let tabs = write_in_tabs(visitor, &["/visit", "/sliding", "/rotate", "/visit", "/sliding"]).await;
    assert!(ending.await.unwrap().unwrap() >= 1);
    for (path, answer, mut tab) in tabs {
        assert!([200, 401, 409].contains(&answer.status), "{path} {answer:?}");
        assert_eq!(tab.get("/me").await.status, 401, "{path}");
    }
    assert_eq!(site.app.users.of(&7).await.unwrap(), []);
}

/// Of several rotations one wins, and the session goes on under one id that can change it.
pub async fn of_parallel_rotations_one_wins_and_nobody_is_thrown_out(site: &Site) {
    let visitor = site.member(&user(7)).await;
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let mut tab = visitor.clone();
        tasks.spawn(async move { (tab.post("/rotate").await.status, tab) });
    }
    let (mut winners, mut others) = (0, 0);
    for (status, mut tab) in tasks.join_all().await {
        match status {
            200 => winners += 1,
            409 => others += 1,
            other => panic!("{other}"),
        }
        assert!(tab.get("/me").await.is_ok());
        assert_eq!(tab.post("/visit").await.status, status);
    }
    assert_eq!((winners, others), (1, 3));
}

/// Rotation and update: the update is in what goes on, or it is told that it is not.
pub async fn a_rotation_loses_no_update_that_was_accepted(site: &Site) {
    let visitor = site.member(&user(7)).await;
    let mut rotating = visitor.clone();
    let updates = tokio::spawn(together((0..4).map(move |_| post_to(visitor.clone(), "/visit"))));
    assert!(rotating.post("/rotate").await.is_ok());
    let accepted = updates.await.unwrap().iter().filter(|answer| answer.is_ok()).count();
    let who: WhoAmI<User> = rotating.get("/me").await.json();
    assert_eq!(who.principal.visits, accepted as u64);
}

/// While the id is replaced, requests under way are not thrown out.
pub async fn parallel_requests_are_admitted_while_the_id_is_replaced(site: &Site) {
    let visitor = site.member(&user(7)).await;
    site.clock.advance(seconds(120));
    let rotating = tokio::spawn(post_to(visitor.clone(), "/rotate"));
    for answer in together((0..8).map(|_| post_to(visitor.clone(), "/sliding"))).await {
        assert!(answer.is_ok(), "{answer:?}");
    }
    assert!(rotating.await.unwrap().is_ok());
}

/// ASVS 7.2.4: the id that a log-in replaces is dead, whatever runs beside it.
pub async fn an_id_is_dead_after_a_log_in_that_met_a_rotation(site: &Site) {
    let mut old = site.member(&user(7)).await;
    let logging_in = tokio::spawn(log_in_again(old.clone()));
    let rotating = tokio::spawn(post_to(old.clone(), "/rotate"));
    let (logged_in, rotated) = (logging_in.await.unwrap(), rotating.await.unwrap());
    if logged_in.is_ok() {
        assert_eq!(old.get("/me").await.status, 401, "{rotated:?}");
    } else {
        // The rotation was there first: the log-in came under a replaced id.
        assert_eq!((logged_in.status, rotated.status), (409, 200));
    }
}
