//! How long such a session lasts: the instants are in the token, and the server judges them.

use tests::{START, WhoAmI, at_and_beside, hours, minutes, seconds};

use crate::readers::{COOKIE, Library, Reader, reader};

async fn around(path: &str, limit: std::time::Duration) -> Vec<u16> {
    let mut answers = Vec::new();
    for rest in at_and_beside(limit) {
        let library = Library::new();
        let mut visitor = library.member(&reader(7)).await;
        library.clock.advance(rest);
        answers.push(visitor.get(path).await.status);
    }
    answers
}

#[tokio::test]
async fn limits_hold_as_for_sessions_in_a_store() {
    assert_eq!(around("/me", hours(2)).await, [200, 401, 401]);
    assert_eq!(around("/window", minutes(15)).await, [200, 200, 401]);
    assert_eq!(around("/fresh", minutes(5)).await, [200, 200, 401]);
}

#[tokio::test]
async fn activity_puts_a_new_token_into_the_cookie_when_it_is_due() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    for (rest, is_written) in at_and_beside(seconds(15)).into_iter().zip([false, false, true]) {
        let mut tab = visitor.clone();
        library.clock.set(START);
        library.clock.advance(rest);
        let answer = tab.get("/window").await;
        assert_eq!(answer.header("set-cookie").is_some(), is_written, "{rest:?}");
        if is_written {
            assert_eq!(answer.header("cache-control").unwrap(), "no-store");
            let line = answer.header("set-cookie").unwrap();
            assert!(line.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{line}");
        }
    }
    library.clock.set(START);
    for _ in 0..10 {
        library.clock.advance(minutes(14));
        assert!(visitor.get("/window").await.is_ok());
    }
    let who: WhoAmI<Reader> = visitor.get("/me").await.json();
    let now = START.as_secs() + 140 * 60;
    assert_eq!((who.created_at, who.authenticated_at), (START.as_secs(), Some(START.as_secs())));
    assert_eq!((who.last_seen_at, who.expires_at), (now, now + 2 * 3600));
}

#[tokio::test]
async fn no_activity_lengthens_the_absolute_limit() {
    for (last_step, expected) in at_and_beside(hours(1)).into_iter().zip([200, 401, 401]) {
        let library = Library::new();
        let mut visitor = library.member(&reader(7)).await;
        for _ in 0..11 {
            library.clock.advance(hours(1));
            assert!(visitor.get("/seen").await.is_ok());
        }
        library.clock.advance(last_step);
        assert_eq!(visitor.get("/seen").await.status, expected, "{last_step:?}");
    }
}

#[tokio::test]
async fn a_route_that_does_not_slide_writes_no_cookie() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    library.clock.advance(hours(1));
    assert_eq!(visitor.get("/me").await.header("set-cookie"), None);
    assert_eq!(visitor.get("/fresh").await.header("set-cookie"), None);
}

// A laxer route cannot revive what a stricter one has given up.
#[tokio::test]
async fn the_longest_pause_travels_along() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    library.clock.advance(minutes(16));
    assert!(visitor.get("/seen").await.is_ok());
    assert_eq!(visitor.get("/window").await.status, 401);
    assert!(visitor.post_json("/reauthenticate", &reader(7)).await.is_ok());
    assert!(visitor.get("/window").await.is_ok());
}

#[tokio::test]
async fn who_proves_again_who_they_are_keeps_the_beginning() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    let before = visitor.clone();
    library.clock.advance(minutes(10));
    assert!(visitor.post_json("/reauthenticate", &reader(7)).await.is_ok());
    let who: WhoAmI<Reader> = visitor.get("/me").await.json();
    assert_eq!(who.created_at, START.as_secs());
    assert_eq!(who.authenticated_at, Some(START.as_secs() + 600));
    assert!(visitor.get("/fresh").await.is_ok());
    // The cookie before it has gained nothing.
    assert_eq!(before.clone().get("/fresh").await.status, 401);
    let answer = visitor.post_json("/reauthenticate", &reader(8)).await;
    assert_eq!(answer.error().as_deref(), Some("OtherSubject"));
}

// RFC 6265bis 5.6: browsers drop a larger cookie without a word.
#[tokio::test]
async fn a_session_that_does_not_fit_is_an_error_and_changes_nothing() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    let cookie = visitor.cookie(COOKIE).unwrap().to_owned();
    let answer = visitor.post(&format!("/rename/{}", "x".repeat(4096))).await;
    assert_eq!((answer.status, answer.error().as_deref()), (500, Some("TooLarge")));
    let large = Reader { name: "x".repeat(4096), ..reader(8) };
    assert_eq!(visitor.post_json("/log-in", &large).await.error().as_deref(), Some("TooLarge"));
    assert_eq!(visitor.cookie(COOKIE), Some(&*cookie));
    assert!(visitor.get("/me").await.is_ok());
    let mut lengths = Vec::new();
    for length in 0.. {
        let answer = visitor.post(&format!("/rename/{}", "x".repeat(1 + length * 40))).await;
        if !answer.is_ok() {
            break;
        }
        lengths.push(COOKIE.len() + visitor.cookie(COOKIE).unwrap().len());
    }
    let longest = *lengths.last().unwrap();
    assert!((4000..=4096).contains(&longest), "{longest}");
}
