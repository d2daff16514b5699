//! Clients that leave: over a real socket, after 30 ms, with a store that takes 20 ms for each answer.

use session_runtime::{GrantErrorKind, TokenOptions};
use tests::{Visitor, minutes};

use crate::site::{Client, LATENCY, is_in, sites};

#[tokio::test]
async fn a_log_out_completes_when_its_client_leaves() {
    for site in sites().await {
        let member = site.member().await;
        site.ask_and_leave("/log-out", &member).await;
        assert!(!is_in(&member).await);
        assert_eq!(site.listed().await, 0);
    }
}

// Under the alias: two records have to go.
#[tokio::test]
async fn a_log_out_under_an_alias_completes_too() {
    for site in sites().await {
        let mut member = site.member().await;
        let old = member.clone();
        assert!(member.post("/rotate").await.is_ok());
        site.ask_and_leave("/log-out", &old).await;
        assert!(!is_in(&member).await && !is_in(&old).await);
        assert_eq!(site.listed().await, 0);
    }
}

#[tokio::test]
async fn the_end_of_all_sessions_completes_when_its_client_leaves() {
    for (path, stays) in [("/end-all", false), ("/end-others", true)] {
        for site in sites().await {
            let (here, there) = (site.member().await, site.member().await);
            let options = TokenOptions::lasting(minutes(60));
            let pair = site.app.sessions.issue_pair(&Client { id: 7 }, &options).await.unwrap();
            site.ask_and_leave(path, &here).await;
            assert_eq!((is_in(&here).await, is_in(&there).await), (stays, false), "{path}");
            let error = site.app.sessions.refresh(pair.refresh_token()).await.unwrap_err();
            assert_eq!(error.kind(), GrantErrorKind::InvalidGrant, "{path}");
            let bearer = format!("Bearer {}", pair.access().token());
            let mut client = Visitor::of(&site.router);
            assert_eq!(client.ask("GET /me", &[("authorization", &bearer)]).await.status, 401, "{path}");
        }
    }
}

// Either the session goes on under one id, or it was not touched: never two that count.
#[tokio::test]
async fn a_rotation_leaves_one_session_when_its_client_leaves() {
    for path in ["/rotate", "/reauthenticate"] {
        for site in sites().await {
            let member = site.member().await;
            site.ask_and_leave(path, &member).await;
            assert_eq!(site.listed().await, 1, "{path}");
            assert!(is_in(&member).await, "the old id still answers");
            let answer = member.clone().post("/rotate").await;
            assert_eq!(answer.error().as_deref(), Some("Superseded"), "{path} went on to its end");
        }
    }
}

// `max_sessions` is 2: a rotation that was cut off costs no other session.
#[tokio::test]
async fn a_cancelled_rotation_displaces_no_session() {
    for site in sites().await {
        let (phone, laptop) = (site.member().await, site.member().await);
        site.ask_and_leave("/rotate", &laptop).await;
        assert_eq!(site.listed().await, 2);
        assert!(is_in(&phone).await && is_in(&laptop).await);
    }
}

#[tokio::test]
async fn a_log_in_whose_client_leaves_leaves_no_session() {
    for path in ["/log-in", "/log-in-and-wait", "/log-in-rotate-and-wait"] {
        for site in sites().await {
            site.ask_and_leave(path, &Visitor::of(&site.router)).await;
            assert_eq!(site.listed().await, 0, "{path}");
        }
    }
}

#[tokio::test]
async fn a_log_in_that_is_answered_stands() {
    for site in sites().await {
        site.store.answer_after(LATENCY);
        let member = site.member().await;
        site.settle().await;
        assert!(is_in(&member).await);
        assert_eq!(site.listed().await, 1);
    }
}
