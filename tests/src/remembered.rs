//! Visitors who want to stay logged in when their browser is closed, over whichever store.

use axum::extract::Path;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, ManualClock, Principal, Session, Sessions, session};

use crate::{
    Answer, Failed, ProbedStore, START, Visitor, WhoAmI, at_and_beside, hours, minutes, router, seconds, sessions,
};

/// Somebody whose sessions last twelve hours, and thirty days when they are remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-regular", persistent = "30d"), absolute = "12h", idle = "2h", realm = "regular")]
pub struct Regular {
    /// Who it is.
    #[principal(id)]
    pub id: u64,
}

/// A site that remembers its regulars.
#[derive(Clone, Debug)]
pub struct Regulars {
    router: Router,
    /// What time it is there.
    pub clock: ManualClock,
}

/// What every `Set-Cookie` of the site says beside value and `Max-Age`.
const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=Lax";
const DAY: u64 = 24 * 60 * 60;

impl Regulars {
    /// A site over this store.
    pub fn over(store: &ProbedStore) -> Self {
        let clock = ManualClock::at(START);
        let state = sessions::<Regular>(&clock, store).build().unwrap();
        Self { router: router(routes(), state), clock }
    }

    /// The visitor who has just logged in, and the answer to it.
    pub async fn log_in(&self, remember: bool) -> (Visitor, Answer) {
        let mut visitor = Visitor::of(&self.router);
        let answer = visitor.post(&format!("/log-in/{remember}")).await;
        assert!(answer.is_ok(), "{answer:?}");
        (visitor, answer)
    }

    async fn remembered(&self) -> Visitor {
        self.log_in(true).await.0
    }

    fn go_to(&self, since_start: u64) {
        self.clock.set(START.plus(seconds(since_start)));
    }
}

fn routes() -> GuardedRouter<Sessions<Regular>> {
    GuardedRouter::new()
        .route("/log-in/{remember}", post(log_in))
        .route("/log-out", post(log_out))
        .route("/reauthenticate", post(reauthenticate))
        .route("/rotate", post(rotate))
        .route("/rename", post(rename))
        .route("/me", get(me))
        .route("/is-remembered", get(is_remembered))
        .route("/slide", get(slide))
        .route("/fresh", get(fresh))
        .route("/max-age", get(max_age))
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Regular>, Path(remember): Path<bool>) -> Result<(), Failed> {
    let log_in = auth.log_in(Regular { id: 7 });
    if remember {
        log_in.remember().await?
    } else {
        log_in.await?
    };
    Ok(())
}

#[session(optional)]
async fn log_out(mut auth: AuthSession<Regular>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}

#[session(required)]
async fn reauthenticate(mut auth: AuthSession<Regular>) -> Result<(), Failed> {
    auth.reauthenticate(Regular { id: 7 }).await?;
    Ok(())
}

#[session(required)]
async fn rotate(mut session: Session<Regular>) -> Result<(), Failed> {
    Ok(session.rotate().await?)
}

#[session(required)]
async fn rename(mut session: Session<Regular>) -> Result<(), Failed> {
    Ok(session.update(|_| {}).await?)
}

#[session(required)]
async fn me(session: Session<Regular>) -> Json<WhoAmI<Regular>> {
    Json(session.into())
}

#[session(required)]
async fn is_remembered(session: Session<Regular>) -> String {
    session.is_remembered().to_string()
}

#[session(required, sliding)]
async fn slide(_session: Session<Regular>) {}

#[session(required, fresh = "5m")]
async fn fresh(_session: Session<Regular>) {}

#[session(required, max_age = "15m")]
async fn max_age(_session: Session<Regular>) {}

/// The attributes of the `Set-Cookie` in an answer.
fn attributes(answer: &Answer) -> String {
    let line = answer.header("set-cookie").unwrap_or_else(|| panic!("{answer:?}"));
    line.split_once("; ").map(|(_, attributes)| format!("; {attributes}")).unwrap()
}

/// Every rule, over the store that `store_of` makes for each.
pub async fn all(store_of: impl Fn() -> ProbedStore) {
    they_stay_until_the_limit_and_no_longer(&Regulars::over(&store_of())).await;
    activity_lengthens_nothing(&Regulars::over(&store_of())).await;
    others_end_as_ever(&Regulars::over(&store_of())).await;
    the_browser_is_told_what_remains(&Regulars::over(&store_of())).await;
    being_remembered_is_no_log_in(&Regulars::over(&store_of())).await;
    a_change_of_the_session_forgets_nothing(&Regulars::over(&store_of())).await;
    the_next_log_in_says_it_anew(&Regulars::over(&store_of())).await;
    logging_out_is_final(&Regulars::over(&store_of())).await;
}

// ASVS 7.3.2: the limit is on the server, whatever the browser keeps.
async fn they_stay_until_the_limit_and_no_longer(site: &Regulars) {
    for (rest, expected) in at_and_beside(seconds(30 * DAY)).into_iter().zip([200, 401, 401]) {
        site.clock.set(START);
        let mut visitor = site.remembered().await;
        site.clock.advance(rest);
        assert_eq!(visitor.get("/me").await.status, expected, "{rest:?}");
    }
}

async fn activity_lengthens_nothing(site: &Regulars) {
    let mut visitor = site.remembered().await;
    for day in 1..30 {
        site.go_to(day * DAY);
        let answer = visitor.get("/slide").await;
        assert!(answer.is_ok() && answer.header("set-cookie").is_none(), "{answer:?}");
        let who: WhoAmI<Regular> = visitor.get("/me").await.json();
        assert_eq!(who.expires_at, START.as_secs() + 30 * DAY);
    }
    site.go_to(30 * DAY);
    assert_eq!(visitor.get("/slide").await.status, 401);
}

async fn others_end_as_ever(site: &Regulars) {
    for (rest, expected) in at_and_beside(hours(2)).into_iter().zip([200, 401, 401]) {
        site.clock.set(START);
        let (mut visitor, answer) = site.log_in(false).await;
        assert_eq!(attributes(&answer), ATTRIBUTES, "until the browser is closed");
        assert_eq!(visitor.get("/is-remembered").await.body, "false");
        site.clock.advance(rest);
        assert_eq!(visitor.get("/me").await.status, expected, "{rest:?}");
    }
}

// RFC 6265bis 5.6.2: whole seconds, of what remains.
async fn the_browser_is_told_what_remains(site: &Regulars) {
    let (mut visitor, answer) = site.log_in(true).await;
    assert_eq!(attributes(&answer), format!("; Max-Age={}{ATTRIBUTES}", 30 * DAY));
    for (day, path) in [(1, "/rotate"), (10, "/reauthenticate"), (29, "/rotate")] {
        site.go_to(day * DAY);
        let answer = visitor.post(path).await;
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(attributes(&answer), format!("; Max-Age={}{ATTRIBUTES}", (30 - day) * DAY), "{path}");
    }
    site.clock.set(START.plus(seconds(30 * DAY)).minus(std::time::Duration::from_millis(1500)));
    assert_eq!(attributes(&visitor.post("/rotate").await), format!("; Max-Age=1{ATTRIBUTES}"));
    // Nothing is said where nothing changes.
    assert_eq!(visitor.get("/me").await.header("set-cookie"), None);
}

async fn being_remembered_is_no_log_in(site: &Regulars) {
    let mut visitor = site.remembered().await;
    site.go_to(DAY);
    assert!(visitor.get("/slide").await.is_ok());
    let who: WhoAmI<Regular> = visitor.get("/me").await.json();
    assert_eq!(who.authenticated_at, Some(START.as_secs()));
    for path in ["/fresh", "/max-age"] {
        assert_eq!(visitor.get(path).await.status, 401, "{path}");
    }
    assert!(visitor.post("/reauthenticate").await.is_ok());
    for path in ["/fresh", "/max-age"] {
        assert!(visitor.get(path).await.is_ok(), "{path}");
    }
}

async fn a_change_of_the_session_forgets_nothing(site: &Regulars) {
    let mut visitor = site.remembered().await;
    for path in ["/rename", "/rotate", "/reauthenticate", "/rename"] {
        assert!(visitor.post(path).await.is_ok(), "{path}");
        assert_eq!(visitor.get("/is-remembered").await.body, "true", "{path}");
    }
    site.clock.advance(hours(13));
    assert!(visitor.get("/me").await.is_ok());
}

async fn the_next_log_in_says_it_anew(site: &Regulars) {
    let mut visitor = site.remembered().await;
    site.clock.advance(minutes(1));
    let answer = visitor.post("/log-in/false").await;
    assert_eq!(attributes(&answer), ATTRIBUTES);
    site.clock.advance(hours(2));
    assert_eq!(visitor.get("/me").await.status, 401);
}

async fn logging_out_is_final(site: &Regulars) {
    let mut visitor = site.remembered().await;
    let mut stolen = visitor.clone();
    let answer = visitor.post("/log-out").await;
    assert_eq!(answer.header("set-cookie").unwrap(), format!("__Host-regular=; Max-Age=0{ATTRIBUTES}"));
    assert_eq!(stolen.get("/me").await.status, 401);
}
