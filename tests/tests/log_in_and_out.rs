//! Logging in, proving again who one is, logging out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::{Json, extract::State};
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, Clock as _, GuardedRouter, MemoryStore, Session, SessionError, SessionsBuilder, session,
};
use tests::{
    App, Failed, Gate, Guests, Operation, START, Site, User, WhoAmI, enter_again, hours, minutes, seconds, user,
};

const NAME: &str = "__Host-id";

#[session(required)]
async fn update_slowly(mut session: Session<User>, State(gate): State<Gate>) -> Result<(), Failed> {
    gate.pass().await;
    Ok(session.update(|user| "late".clone_into(&mut user.name)).await?)
}

#[session(required)]
async fn rotate_slowly(mut session: Session<User>, State(gate): State<Gate>) -> Result<(), Failed> {
    gate.pass().await;
    Ok(session.rotate().await?)
}

#[session(required)]
async fn reauthenticate_slowly(mut auth: AuthSession<User>, State(gate): State<Gate>) -> Result<(), Failed> {
    gate.pass().await;
    auth.reauthenticate(user(7)).await?;
    Ok(())
}

async fn waits(State(gate): State<Gate>) -> Result<(), String> {
    gate.pass().await;
    Ok(())
}

#[session(required, sliding, principal(User), check(waits), state(App))]
async fn slide_slowly() {}

#[session(required, sliding)]
async fn awake(_session: Session<User>) {}

#[session(required)]
async fn log_out_and_go_on(mut auth: AuthSession<User>, mut session: Session<User>) -> Result<(), Failed> {
    auth.log_out().await?;
    session.update(|user| user.visits += 1).await?;
    Ok(())
}

#[session(required)]
async fn log_out_and_in(mut auth: AuthSession<User>) -> Result<(), Failed> {
    auth.log_out().await?;
    auth.log_in(user(8)).await?;
    Ok(())
}

#[session(required)]
async fn log_in_another_and_go_on(mut auth: AuthSession<User>, mut session: Session<User>) -> Result<(), Failed> {
    auth.log_in(user(8)).await?;
    Ok(session.update(|user| "mine".clone_into(&mut user.name)).await?)
}

/// Both arguments are of one session, and the first makes another of it.
#[session(required)]
async fn log_in_and_prove_to_be_the_former(
    mut first: AuthSession<User>,
    mut second: AuthSession<User>,
) -> Result<(), Failed> {
    first.log_in(user(8)).await?;
    second.reauthenticate(user(7)).await?;
    Ok(())
}

#[session(required)]
async fn become_another(mut session: Session<User>) -> Result<(), Failed> {
    Ok(session.update(|user| user.id = 8).await?)
}

#[session(required)]
async fn see_update(mut session: Session<User>) -> Result<Json<User>, SessionError> {
    session.update(|user| user.visits = 3).await?;
    Ok(Json(session.principal().clone()))
}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/slow/update", post(update_slowly))
            .route("/slow/rotate", post(rotate_slowly))
            .route("/slow/reauthenticate", post(reauthenticate_slowly))
            .route("/slow/slide", get(slide_slowly))
            .route("/awake", get(awake))
            .route("/log-out-and-go-on", post(log_out_and_go_on))
            .route("/log-out-and-in", post(log_out_and_in))
            .route("/log-in-another-and-go-on", post(log_in_another_and_go_on))
            .route("/log-in-and-prove-to-be-the-former", post(log_in_and_prove_to_be_the_former))
            .route("/become-another", post(become_another))
            .route("/see-update", post(see_update)),
    )
}

// ASVS 7.2.4.
#[tokio::test]
async fn logging_in_gives_a_new_id_and_ends_the_old_one_at_once() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let mut old = visitor.clone();
    assert!(visitor.post_json("/log-in", &user(7)).await.is_ok());
    assert_ne!(visitor.cookie(NAME), old.cookie(NAME));
    assert!(visitor.get("/me").await.is_ok());
    assert_eq!(old.get("/me").await.status, 401);
    assert_eq!(site.store.statistics().sessions, 1);
}

// ASVS 7.2.4.
#[tokio::test]
async fn logging_in_as_somebody_else_ends_the_old_session_and_carries_nothing_over() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    visitor.post("/rename/Grace").await;
    site.clock.advance(seconds(60));
    let mut old = visitor.clone();
    visitor.post_json("/log-in", &user(8)).await;
    let who: WhoAmI<User> = visitor.get("/me").await.json();
    assert_eq!((who.principal, who.created_at), (user(8), START.as_secs() + 60));
    assert_eq!(old.get("/me").await.status, 401);
}

// ASVS 7.2.3, 7.2.4: an id that the server did not issue is never adopted.
#[tokio::test]
async fn an_id_that_a_visitor_brings_is_never_adopted() {
    let site = site();
    let issued = site.member(&user(7)).await.cookie(NAME).unwrap().to_owned();
    // Of the right form, and unknown: the last of its random bytes is another.
    let well_formed = format!("{}{}", &issued[..43], if issued.ends_with('A') { 'B' } else { 'A' });
    for chosen in [well_formed.as_str(), "attack", "", "AQ", &issued.to_lowercase()] {
        let mut victim = site.visitor();
        victim.set_cookie(NAME, chosen);
        assert!(victim.post_json("/log-in", &user(8)).await.is_ok());
        assert_ne!(victim.cookie(NAME), Some(chosen));
        let mut attacker = site.visitor();
        attacker.set_cookie(NAME, chosen);
        assert_eq!(attacker.get("/me").await.status, 401, "{chosen}");
    }
}

// ASVS 7.2.3.
#[tokio::test]
async fn every_log_in_has_an_id_of_its_own() {
    let site = site();
    let mut ids = std::collections::HashSet::new();
    for _ in 0..200 {
        assert!(ids.insert(site.member(&user(7)).await.cookie(NAME).unwrap().to_owned()));
    }
}

// ASVS 7.6.2.
#[tokio::test]
async fn no_session_begins_without_a_log_in() {
    let site = site();
    for path in ["/me", "/log-in", "/log-out", "/rename/x"] {
        let mut visitor = site.visitor();
        visitor.get(path).await;
        visitor.post(path).await;
    }
    assert_eq!(site.store.asked(Operation::Insert), 0);
}

// ASVS 7.4.1.
#[tokio::test]
async fn logging_out_ends_the_session_for_good() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let mut other_tab = visitor.clone();
    let answer = visitor.post("/log-out").await;
    assert!(answer.is_ok());
    assert_eq!(visitor.cookie(NAME), None);
    assert_eq!(other_tab.get("/me").await.status, 401);
    assert_eq!(site.store.statistics().sessions, 0);
    assert_eq!(site.visitor().post("/log-out").await.status, 200, "without a session there is nothing to end");
}

// ASVS 7.4.1: what a request that still runs writes is refused, and nothing comes back.
#[tokio::test]
async fn logging_out_wins_over_a_request_that_is_still_running() {
    for path in SLOW {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        site.clock.advance(minutes(10));
        let mut slow = visitor.clone();
        let running = tokio::spawn(async move {
            let answer = slow.ask(path, &[]).await;
            (answer, slow)
        });
        site.app.gate.reached().await;
        assert!(visitor.post("/log-out").await.is_ok());
        site.app.gate.open();
        let (answer, mut slow) = running.await.unwrap();
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        assert!(answer.header("www-authenticate").is_some(), "{path}");
        assert_eq!(slow.get("/me").await.status, 401, "{path}");
        assert_eq!(site.store.statistics().sessions, 0, "{path}");
    }
}

const SLOW: [&str; 4] = ["POST /slow/update", "POST /slow/rotate", "POST /slow/reauthenticate", "GET /slow/slide"];

// ASVS 7.3.1, 7.4.1: nor does a request that was admitted before the session expired keep it alive.
#[tokio::test]
async fn a_session_that_expires_while_a_request_runs_is_over_for_it_too() {
    for path in SLOW {
        let site = site();
        let mut slow = site.member(&user(7)).await;
        site.clock.advance(minutes(10));
        let running = tokio::spawn(async move {
            let answer = slow.ask(path, &[]).await;
            (answer, slow)
        });
        site.app.gate.reached().await;
        site.clock.advance(hours(2));
        site.app.gate.open();
        let (answer, mut slow) = running.await.unwrap();
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        assert_eq!(slow.get("/me").await.status, 401, "{path}");
    }
}

// A request that takes longer than the session would have rested is admitted while another keeps the session awake.
#[tokio::test]
async fn a_session_that_is_kept_awake_while_a_request_runs_is_not_over_for_it() {
    for path in SLOW {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        site.clock.advance(minutes(119));
        let mut slow = visitor.clone();
        let running = tokio::spawn(async move { slow.ask(path, &[]).await });
        site.app.gate.reached().await;
        assert!(visitor.get("/awake").await.is_ok());
        site.clock.advance(minutes(2));
        site.app.gate.open();
        assert_eq!(running.await.unwrap().status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_request_that_logged_out_finds_its_session_ended() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.post("/log-out-and-go-on").await;
    assert_eq!((answer.status, answer.error().as_deref()), (401, Some("Ended")));
    assert_eq!(visitor.cookie(NAME), None, "what was done stands, whatever the status");
}

#[tokio::test]
async fn a_request_that_logs_out_and_in_leaves_the_new_session() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.post("/log-out-and-in").await;
    assert!(answer.header("set-cookie").is_some_and(|line| !line.contains("Max-Age")));
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal, user(8));
    assert_eq!(site.store.statistics().sessions, 1);
}

#[tokio::test]
async fn the_session_that_a_request_began_with_does_not_change_the_one_that_it_began() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.post("/log-in-another-and-go-on").await;
    assert_eq!((answer.status, answer.error().as_deref()), (401, Some("Ended")));
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal, user(8));
}

#[tokio::test]
async fn nobody_takes_over_the_session_that_the_same_request_began() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.post("/log-in-and-prove-to-be-the-former").await;
    assert_eq!((answer.status, answer.error().as_deref()), (401, Some("Ended")));
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal, user(8));
}

// ASVS 7.2.4: a new id; design: the absolute limit is not moved.
#[tokio::test]
async fn proving_again_who_one_is_moves_everything_but_the_beginning() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let old = visitor.cookie(NAME).unwrap().to_owned();
    site.clock.advance(minutes(30));
    let now = START.as_secs() + 1800;
    let who: WhoAmI<User> = visitor.post_json("/reauthenticate", &user(7)).await.json();
    let expected = WhoAmI {
        principal: user(7),
        created_at: START.as_secs(),
        authenticated_at: Some(now),
        last_seen_at: now,
        expires_at: now + 7200,
    };
    assert_eq!(who, expected);
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>(), expected);
    assert_ne!(visitor.cookie(NAME), Some(old.as_str()));
}

#[tokio::test]
async fn nobody_proves_to_be_somebody_else() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.post_json("/reauthenticate", &user(8)).await;
    assert_eq!((answer.status, answer.error().as_deref()), (403, Some("OtherSubject")));
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal, user(7));
}

#[tokio::test]
async fn an_update_does_not_change_whose_session_it_is() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.post("/become-another").await;
    assert_eq!((answer.status, answer.error().as_deref()), (500, Some("IdChanged")));
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal, user(7));
}

#[tokio::test]
async fn an_update_is_seen_by_the_handler_and_by_later_requests() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let changed = User { visits: 3, ..user(7) };
    assert_eq!(visitor.post("/see-update").await.json::<User>(), changed);
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().principal, changed);
}

// ASVS 7.1.2.
#[tokio::test]
async fn the_oldest_session_of_a_subject_ends_when_there_are_too_many() {
    let guests = Guests::new();
    let mut visitors = Vec::new();
    for id in [7, 7, 8, 7] {
        visitors.push(guests.enter(id).await);
        guests.clock.advance(seconds(1));
    }
    let mut stay = Vec::new();
    for visitor in &mut visitors {
        stay.push(visitor.get("/stay").await.status);
    }
    assert_eq!(stay, [401, 200, 200, 200]);
    assert_eq!(guests.store.statistics().sessions, 3);
    // A visitor who logs in again takes the place of their own session, and of nobody else's.
    enter_again(&mut visitors[1], 7).await;
    assert!(visitors[3].get("/stay").await.is_ok());
}

#[tokio::test]
async fn whoever_logs_in_last_is_in_even_within_one_millisecond_or_when_clocks_run_backwards() {
    for backwards in [0, 5] {
        for _ in 0..20 {
            let guests = Guests::new();
            for _ in 0..5 {
                assert!(guests.enter(7).await.get("/stay").await.is_ok());
                guests.clock.set(guests.clock.now().minus(seconds(backwards)));
            }
        }
    }
}

// ASVS 14.3.1: what a browser forgets beside the cookie is for the application to say.
#[tokio::test]
async fn logging_out_clears_what_it_was_told_to() {
    use session_runtime::SiteData::{Cache, Cookies, Storage};
    for (asked, expected) in [
        (&[Cache][..], Some("\"cache\"")),
        (&[Storage, Cache, Storage], Some("\"cache\", \"storage\"")),
        (&[Cookies, Storage, Cache], Some("\"cache\", \"cookies\", \"storage\"")),
        (&[], None),
    ] {
        let more = |builder: SessionsBuilder<User>| builder.clear_at_log_out(asked.iter().copied());
        let site = Site::with(GuardedRouter::new(), MemoryStore::new(), more);
        let mut visitor = site.member(&user(7)).await;
        assert_eq!(visitor.get("/me").await.header("clear-site-data"), None);
        let answer = visitor.post("/log-out").await;
        assert_eq!(answer.header("clear-site-data").as_deref(), expected, "{asked:?}");
        assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    }
}
