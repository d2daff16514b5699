//! Ending such a session: by a list, or not at all.

use std::time::Duration;

use session_runtime::{MemoryStore, Sessions};
use tests::{Gate, Operation, START, Visitor, hours, index_key, minutes, sealing_key, seconds};

use crate::readers::{COOKIE, Library, PASSING, Passer, Reader, reader};

#[tokio::test]
async fn logging_out_is_final_for_every_copy_of_the_cookie() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    let before = visitor.clone();
    library.clock.advance(minutes(10));
    assert!(visitor.get("/window").await.is_ok());
    assert!(visitor.post_json("/reauthenticate", &reader(7)).await.is_ok());
    assert!(visitor.post("/rotate").await.is_ok());
    let copies = [before, visitor.clone()];
    let answer = visitor.post("/log-out").await;
    assert!(answer.is_ok());
    let line = answer.header("set-cookie").unwrap();
    assert_eq!(line, "__Host-reader=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(answer.header("clear-site-data").unwrap(), "\"cache\"");
    for copy in copies {
        assert_ne!(copy.cookie(COOKIE), visitor.cookie(COOKIE));
        assert_eq!(copy.clone().get("/me").await.status, 401);
        // A page that was open tells the browser to forget it, and a slow `fetch` does not.
        assert!(copy.clone().navigate("/me").await.header("set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(copy.clone().get("/me").await.header("set-cookie"), None);
    }
}

// The request is dropped while the list is written, as when the client hangs up.
#[tokio::test]
async fn a_log_out_of_a_stateless_session_completes() {
    for (path, id) in [("/log-out", 7), ("/log-in", 8), ("/log-out-everywhere", 9)] {
        let library = Library::new();
        let (mut visitor, gate) = (library.member(&reader(id)).await, Gate::new());
        let (mut copy, body) = (visitor.clone(), reader(id));
        library.list.hold(Operation::Insert, &gate);
        tokio::select! {
            answer = visitor.post_json(path, &body) => panic!("{path} was answered: {answer:?}"),
            () = gate.reached() => {}
        }
        gate.open();
        library.sessions.drained().await;
        assert_eq!(copy.get("/me").await.status, 401, "{path}");
    }
}

// A lost response, or a second click: the former cookie proves again, and gains nothing by itself.
#[tokio::test]
async fn a_former_cookie_can_be_proved_again() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    library.clock.advance(minutes(10));
    let mut old = visitor.clone();
    for _ in 0..2 {
        let mut tab = old.clone();
        assert!(tab.post_json("/reauthenticate", &reader(7)).await.is_ok());
        assert!(tab.get("/fresh").await.is_ok());
        assert_ne!(tab.cookie(COOKIE), old.cookie(COOKIE));
        let answer = old.get("/fresh").await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
        library.clock.advance(seconds(11));
    }
    assert!(visitor.post("/log-out").await.is_ok());
    assert_eq!(old.post_json("/reauthenticate", &reader(7)).await.status, 401);
}

// However late a copy comes: the list is kept as long as a cookie could count.
#[tokio::test]
async fn what_was_ended_stays_so_until_it_expires() {
    for ended_after in [Duration::ZERO, hours(1), hours(2)] {
        let library = Library::new();
        let mut visitor = library.member(&reader(7)).await;
        for _ in 0..2 {
            library.clock.advance(ended_after / 2);
            assert!(visitor.get("/seen").await.is_ok());
        }
        let mut copy = visitor.clone();
        assert!(visitor.post("/log-out").await.is_ok());
        for _ in 0..(2 * 3600 / 120) {
            library.clock.advance(seconds(120));
            assert_eq!(copy.get("/seen").await.status, 401);
        }
    }
}

#[tokio::test]
async fn logging_in_ends_the_session_before_it() {
    for id in [7, 8] {
        let library = Library::new();
        let mut visitor = library.member(&reader(7)).await;
        let mut copy = visitor.clone();
        assert!(visitor.post_json("/log-in", &reader(id)).await.is_ok());
        assert_eq!(copy.get("/me").await.status, 401);
        assert!(visitor.get("/me").await.is_ok());
    }
}

#[tokio::test]
async fn every_session_of_somebody_can_be_ended_and_nobody_elses() {
    let library = Library::new();
    let (mut one, mut two) = (library.member(&reader(7)).await, library.member(&reader(7)).await);
    let mut other = library.member(&reader(8)).await;
    library.clock.advance(seconds(1));
    assert!(one.post("/log-out-everywhere").await.is_ok());
    assert_eq!([one.get("/me").await.status, two.get("/me").await.status], [401, 401]);
    assert!(other.get("/me").await.is_ok());
    library.clock.advance(seconds(1));
    assert!(one.post_json("/log-in", &reader(7)).await.is_ok());
    assert!(one.get("/me").await.is_ok());
}

// At one and the same instant, and by the clock of a node that is behind that of the one that ended the others.
#[tokio::test]
async fn a_session_that_begins_after_all_others_were_ended_stands() {
    for behind in [Duration::ZERO, seconds(30)] {
        let library = Library::new();
        let mut other = library.member(&reader(7)).await;
        let mut visitor = library.member(&reader(7)).await;
        assert!(visitor.post("/log-out-everywhere").await.is_ok());
        library.clock.set(START.minus(behind));
        assert!(visitor.post_json("/log-in", &reader(7)).await.is_ok());
        assert!(visitor.get("/me").await.is_ok(), "{behind:?}");
        let mut alone = library.visitor();
        assert!(alone.post_json("/log-in-alone", &reader(7)).await.is_ok());
        assert!(alone.get("/me").await.is_ok(), "{behind:?}");
        assert_eq!([other.get("/me").await.status, visitor.get("/me").await.status], [401, 401]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_that_run_while_somebody_logs_out_bring_nothing_back() {
    let library = Library::new();
    let mut admitted = 0;
    for round in 0..200 {
        let visitor = library.member(&reader(round)).await;
        library.clock.advance(minutes(1));
        let slides = (0..4).map(|_| {
            let mut tab = visitor.clone();
            tokio::spawn(async move {
                let answer = tab.get("/window").await;
                (tab, answer.status)
            })
        });
        let slides: Vec<_> = slides.collect();
        let mut leaving = visitor.clone();
        assert!(leaving.post("/log-out").await.is_ok());
        for slide in slides {
            let (mut tab, status) = slide.await.unwrap();
            admitted += usize::from(status == 200);
            // Whatever cookie the slow response carried: the session is over.
            assert_eq!(tab.get("/me").await.status, 401);
        }
    }
    assert!(admitted > 0, "none of the requests met the log-out");
}

// Nobody is admitted on a guess.
#[tokio::test]
async fn a_list_that_does_not_answer_refuses() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    library.list.set_failing(Operation::Load, true);
    let answer = visitor.get("/me").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (503, None));
    library.list.set_failing(Operation::Load, false);
    assert!(visitor.get("/me").await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_ended_is_forgotten_by_the_browser_alone() {
    let library = Library::new();
    let mut visitor = library.visitor();
    assert!(visitor.post("/passers/log-in").await.is_ok());
    let mut copy: Visitor = visitor.clone();
    let answer = visitor.post("/passers/forget").await;
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(visitor.cookie(PASSING), None);
    assert_eq!(visitor.get("/passers/me").await.status, 401);
    assert_eq!(copy.get("/passers/me").await.body, "7");
}

#[test]
fn a_builder_asks_for_what_such_sessions_need() {
    let missing_key = Sessions::<Passer>::builder().build().unwrap_err().to_string();
    assert_eq!(
        missing_key,
        "the sessions of `Passer` live in their cookie, and there is no key to seal them with; add \
         `.sealing_key(SealingKey::from_base64(..)?)` to the builder, the same on every node"
    );
    let passer = Sessions::<Passer>::builder().sealing_key(sealing_key()).index_key(index_key());
    assert_eq!(
        passer.store(MemoryStore::new()).build().unwrap_err().to_string(),
        "the sessions of `Passer` live in their cookie alone (`unrevocable`), and nothing would be kept in this store; \
         remove `.store(..)`"
    );
    let reader = || Sessions::<Reader>::builder().sealing_key(sealing_key()).index_key(index_key());
    assert_eq!(
        reader().build().unwrap_err().to_string(),
        "the sessions of `Reader` are `revocable`, and there is no store for the list of those that were ended; add \
         `.revocation_store(..)` to the builder"
    );
    let forgets = reader().revocation_store(MemoryStore::new()).build().unwrap_err().to_string();
    assert!(forgets.starts_with("this store may forget which sessions of `Reader` were ended"), "{forgets}");
    assert!(reader().revocation_store(MemoryStore::new().keeping_until_expiry()).build().is_ok());
}
