//! Listing and ending somebody's sessions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use session_runtime::routing::{get, post};
use session_runtime::{
    GuardedRouter, ListedSession, MemoryStore, Session, SessionHandle, Sessions, SqliteStore, session,
};
use tests::{App, Failed, ProbedStore, Site, User, Visitor, minutes, seconds, user};

session_runtime::default_principal!(User);

#[session(required)]
async fn devices(session: Session<User>, State(sessions): State<Sessions<User>>) -> Result<String, Failed> {
    lines(&session, &sessions).await
}

/// The sessions of the subject, one a line; this one has a star.
async fn lines(session: &Session<User>, sessions: &Sessions<User>) -> Result<String, Failed> {
    let line = |listed: ListedSession| {
        let this = if listed.is(session) { "*" } else { "" };
        let (created, seen) = (listed.created_at().as_secs(), listed.last_seen_at().as_secs());
        format!("{}{this} {} {} {}\n", listed.device().unwrap_or("?"), listed.handle(), created, seen)
    };
    Ok(sessions.of(&session.id).await?.into_iter().map(line).collect())
}

#[session(required)]
async fn rotate_and_list(mut session: Session<User>, State(sessions): State<Sessions<User>>) -> Result<String, Failed> {
    session.rotate().await?;
    lines(&session, &sessions).await
}

#[session(required)]
async fn end(
    session: Session<User>,
    State(sessions): State<Sessions<User>>,
    Path(handle): Path<SessionHandle>,
) -> Result<String, Failed> {
    Ok(sessions.end(&session.id, handle).await?.to_string())
}

#[session(required)]
async fn end_others(session: Session<User>, State(sessions): State<Sessions<User>>) -> Result<String, Failed> {
    Ok(sessions.end_others(&session).await?.to_string())
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/devices", get(devices))
        .route("/end/{handle}", post(end))
        .route("/end-others", post(end_others))
        .route("/rotate-and-list", post(rotate_and_list))
}

/// In the process, sealed, and in a database.
async fn sites() -> [Site; 3] {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    let [inside, sealed] = [ProbedStore::over, ProbedStore::outside].map(|probe| probe(MemoryStore::new()));
    [inside, sealed, ProbedStore::of(Arc::new(sqlite))].map(|store| Site::over(routes(), store, |more| more))
}

/// The handles of this subject's sessions.
async fn handles(site: &Site) -> BTreeSet<String> {
    site.app.users.of(&7).await.unwrap().iter().map(|listed| listed.handle().to_string()).collect()
}

async fn member_with(site: &Site, user_agent: &str) -> Visitor {
    let mut visitor = site.visitor();
    let headers = [("user-agent", user_agent), ("content-type", "application/json")];
    let body = serde_json::to_string(&user(7)).unwrap().into();
    assert!(visitor.send("POST /log-in", &headers, body).await.is_ok());
    visitor
}

async fn is_in(visitor: &mut Visitor) -> bool {
    visitor.get("/me").await.is_ok()
}

// ASVS 7.5.2: visitors can list their sessions.
#[tokio::test]
async fn a_visitor_sees_their_sessions_and_nobody_elses() {
    for site in sites().await {
        let mut phone = member_with(&site, "Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1").await;
        site.clock.advance(seconds(90));
        let mut laptop = member_with(&site, "Mozilla/5.0 (X11; Linux) Firefox/145.0").await;
        site.member(&user(8)).await;
        let start = tests::START.as_secs();
        let lines = laptop.get("/devices").await.body;
        let first = lines.lines().next().unwrap();
        assert!(lines.starts_with("Firefox"), "{lines}");
        assert!(first.ends_with(&format!("{} {}", start + 90, start + 90)), "{first}");
        let devices: Vec<_> = lines.lines().map(|line| line.split(" on ").next().unwrap()).collect();
        assert_eq!(devices, ["Firefox", "Safari"]);
        assert!(lines.lines().next().unwrap().contains("Linux* "), "{lines}");
        assert!(phone.get("/devices").await.body.contains("iPhone* "));
    }
}

// ASVS 7.5.2: visitors can end one of their sessions, and not somebody else's.
#[tokio::test]
async fn one_session_is_ended_by_its_owner_alone() {
    for site in sites().await {
        let (mut phone, mut laptop) = (site.member(&user(7)).await, site.member(&user(7)).await);
        let mut stranger = site.member(&user(8)).await;
        let listed = site.app.users.of(&7).await.unwrap();
        let phones = listed.iter().map(ListedSession::handle);
        for handle in phones.clone() {
            assert_eq!(stranger.post(&format!("/end/{handle}")).await.body, "false");
        }
        assert!(is_in(&mut phone).await && is_in(&mut laptop).await);
        for handle in phones {
            if is_in(&mut phone).await {
                assert_eq!(phone.post(&format!("/end/{handle}")).await.body, "true");
            }
        }
        let left = usize::from(is_in(&mut phone).await) + usize::from(is_in(&mut laptop).await);
        assert_eq!(left, site.app.users.of(&7).await.unwrap().len());
        assert!(left < 2);
        assert_eq!(stranger.post("/end/nonsense").await.status, 400);
    }
}

// ASVS 7.4.3: the others can be ended, and this one stays, under the id that a rotation has just replaced, too.
#[tokio::test]
async fn all_other_sessions_are_ended() {
    for site in sites().await {
        let (mut here, mut there) = (site.member(&user(7)).await, site.member(&user(7)).await);
        let mut before_rotation = here.clone();
        assert!(here.post("/rotate").await.is_ok());
        assert_eq!(before_rotation.post("/end-others").await.error().as_deref(), Some("Superseded"));
        assert_eq!(here.post("/end-others").await.body, "1");
        assert!(is_in(&mut here).await && is_in(&mut before_rotation).await);
        assert!(!is_in(&mut there).await);
    }
}

// ASVS 7.4.2, 7.4.5: an administrator ends all of them, and only them.
#[tokio::test]
async fn all_sessions_of_an_account_are_ended() {
    for site in sites().await {
        let (mut one, mut two) = (site.member(&user(7)).await, site.member(&user(7)).await);
        let mut other = site.member(&user(8)).await;
        assert_eq!(site.app.users.end_all(&7).await.unwrap(), 2);
        assert!(!is_in(&mut one).await && !is_in(&mut two).await && is_in(&mut other).await);
        assert_eq!(site.app.users.end_all(&7).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_has_expired_is_not_listed() {
    for site in sites().await {
        site.member(&user(7)).await;
        for (rested, listed) in [(seconds(2 * 60 * 60 - 1), 1), (seconds(1), 0), (minutes(1), 0)] {
            site.clock.advance(rested);
            assert_eq!(site.app.users.of(&7).await.unwrap().len(), listed);
        }
    }
}

// A visitor or an administrator looks at the list, and the session changes its id before they end it.
#[tokio::test]
async fn handle_survives_rotation() {
    for site in sites().await {
        let (mut laptop, mut phone) = (site.member(&user(7)).await, site.member(&user(7)).await);
        let [first, second] = site.app.users.of(&7).await.unwrap().try_into().unwrap();
        assert_ne!(first.handle(), second.handle());
        for path in ["/rotate", "/reauthenticate", "/rotate", "/visit"] {
            assert!(phone.post_json(path, &user(7)).await.is_ok(), "{path}");
        }
        let listed: BTreeSet<_> = handles(&site).await;
        assert_eq!(listed, [first.handle().to_string(), second.handle().to_string()].into());
        // The handle of the session whose line has the star, before and after.
        let marked = phone.get("/devices").await.body;
        let marked = marked.lines().find(|line| line.contains("* ")).unwrap().split(' ').nth(1).unwrap().to_owned();
        assert!(site.app.users.end(&7, marked.parse().unwrap()).await.unwrap());
        assert!(!is_in(&mut phone).await && is_in(&mut laptop).await);
        assert!(!site.app.users.end(&7, marked.parse().unwrap()).await.unwrap());
    }
}

#[tokio::test]
async fn session_knows_itself_in_a_list_under_each_of_its_ids() {
    for site in sites().await {
        let mut visitor = site.member(&user(7)).await;
        site.member(&user(7)).await;
        let mut tab = visitor.clone();
        let marked = |list: String| {
            let marked: Vec<_> = list.lines().filter(|line| line.contains("* ")).map(str::to_owned).collect();
            marked
        };
        let before = marked(visitor.get("/devices").await.body);
        assert_eq!(before.len(), 1);
        assert!(visitor.post("/rotate").await.is_ok());
        assert_eq!(marked(visitor.get("/devices").await.body), before);
        assert_eq!(marked(tab.get("/devices").await.body), before);
        assert_eq!(marked(visitor.post("/rotate-and-list").await.body), before);
    }
}

#[tokio::test]
async fn log_in_has_another_handle() {
    for site in sites().await {
        let mut visitor = site.member(&user(7)).await;
        let before = handles(&site).await;
        assert!(visitor.post_json("/log-in", &user(7)).await.is_ok());
        assert!(handles(&site).await.is_disjoint(&before));
    }
}

// Whatever meets the end of a session by its handle, the session is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_that_rotates_while_it_is_ended_is_over() {
    for round in 0..50 {
        for site in sites().await {
            let visitor = site.member(&user(7)).await;
            let [listed] = site.app.users.of(&7).await.unwrap().try_into().unwrap();
            site.store.dawdle(round);
            let mut tab = visitor.clone();
            let rotating = tokio::spawn(async move {
                tab.post("/rotate").await;
                tab
            });
            assert!(site.app.users.end(&7, listed.handle()).await.unwrap());
            let mut tab = rotating.await.unwrap();
            assert!(!is_in(&mut tab).await && !is_in(&mut visitor.clone()).await, "{round}");
            assert_eq!(site.app.users.of(&7).await.unwrap(), []);
        }
    }
}
