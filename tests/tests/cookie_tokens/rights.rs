//! What such a session holds, and how it changes.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use session_runtime::{PrincipalSource, Revalidation};
use tests::{Gate, Role, WhoAmI, minutes, seconds};

use crate::readers::{Library, Reader, reader};

#[tokio::test]
async fn an_update_goes_out_with_the_response() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    let mut before = visitor.clone();
    assert_eq!(visitor.post("/rename/Grace").await.body, "Grace");
    let who: WhoAmI<Reader> = visitor.get("/me").await.json();
    assert_eq!(who.principal.name, "Grace");
    let who: WhoAmI<Reader> = before.get("/me").await.json();
    assert_eq!(who.principal.name, "Ada");
}

// What a handler still holds of the session before is not put into the place of the new one.
#[tokio::test]
async fn a_session_that_another_took_the_place_of_is_not_changed() {
    for id in [7, 8] {
        let library = Library::new();
        let mut visitor = library.member(&reader(7)).await;
        library.clock.advance(seconds(1));
        assert_eq!(visitor.post(&format!("/become/{id}")).await.error().as_deref(), Some("Ended"));
        let who: WhoAmI<Reader> = visitor.get("/me").await.json();
        assert_eq!((who.principal.id, &*who.principal.name), (id, "Ada"));
    }
}

#[tokio::test]
async fn the_session_of_another_principal_is_not_changed() {
    let library = Library::new();
    let mut visitor = library.member(&reader(7)).await;
    assert!(visitor.post("/passers/log-in").await.is_ok());
    assert_eq!(visitor.post("/passers/rename-reader").await.error().as_deref(), Some("Superseded"));
    let who: WhoAmI<Reader> = visitor.get("/me").await.json();
    assert_eq!(who.principal.name, "Ada");
}

/// Who is known, and how often that was asked.
#[derive(Clone, Default)]
struct Register(Arc<(Mutex<Option<Reader>>, AtomicUsize)>);

impl PrincipalSource<Reader> for Register {
    async fn load(&self, _: &u64) -> Result<Option<Reader>, Box<dyn Error + Send + Sync>> {
        self.0.1.fetch_add(1, Ordering::Relaxed);
        Ok(self.0.0.lock().unwrap().clone())
    }
}

#[tokio::test]
async fn rights_are_asked_for_again() {
    let register = Register::default();
    let knows = |reader: Option<Reader>| *register.0.0.lock().unwrap() = reader;
    let source = register.clone();
    let library = Library::with(move |builder| builder.revalidate(Revalidation::every(minutes(1), source)));
    let staff = Reader { roles: vec![Role::Staff], ..reader(7) };
    let mut visitor = library.member(&reader(7)).await;
    knows(Some(staff));
    library.clock.advance(seconds(59));
    assert_eq!(visitor.get("/staff").await.status, 403);
    library.clock.advance(seconds(1));
    assert!(visitor.get("/staff").await.is_ok());
    assert!(visitor.get("/staff").await.is_ok());
    // What was found out is in the cookie, and is not asked for before the interval is over.
    assert_eq!(register.0.1.load(Ordering::Relaxed), 1);
    knows(None);
    library.clock.advance(seconds(60));
    let mut copy = visitor.clone();
    assert_eq!(visitor.get("/me").await.status, 401);
    knows(Some(reader(7)));
    assert_eq!(copy.get("/me").await.status, 401, "the account was gone: its sessions have ended");
}

/// A source that answers when the test lets it.
struct Slow(Gate);

impl PrincipalSource<Reader> for Slow {
    async fn load(&self, id: &u64) -> Result<Option<Reader>, Box<dyn Error + Send + Sync>> {
        self.0.pass().await;
        Ok(Some(Reader { roles: vec![Role::Staff], ..reader(*id) }))
    }
}

// Two copies of a cookie that ask at once are given one answer about the rights, and nothing of each other.
#[tokio::test]
async fn what_is_asked_for_again_changes_the_rights_and_nothing_else() {
    let gate = Gate::new();
    let source = Slow(gate.clone());
    let library = Library::with(move |builder| builder.revalidate(Revalidation::every(minutes(1), source)));
    let mut proved = library.visitor();
    assert!(proved.post_json("/log-in-for-long", &reader(7)).await.is_ok());
    let mut former = proved.clone();
    assert!(proved.post_json("/prove", &reader(7)).await.is_ok());
    library.clock.advance(minutes(1));
    let both = async {
        gate.reached().await;
        // The second one waits for the first by now.
        tokio::task::yield_now().await;
        gate.open();
    };
    let ((), of_former, of_proved) = tokio::join!(both, former.get("/staff"), proved.get("/staff"));
    assert!(of_former.is_ok() && of_proved.is_ok());
    let challenge = former.get("/proved").await.header("www-authenticate").unwrap();
    assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
    assert!(proved.get("/proved").await.is_ok());
    // Both are remembered, as they were.
    for answer in [of_former, of_proved] {
        assert!(answer.header("set-cookie").unwrap().contains("Max-Age="));
    }
}

// A rejected response carries no cookie, and a program may keep the one that it has.
#[tokio::test]
async fn source_is_asked_once_per_interval_and_session() {
    let register = Register::default();
    let knows = |reader: Option<Reader>| *register.0.0.lock().unwrap() = reader;
    let source = register.clone();
    let library = Library::with(move |builder| builder.revalidate(Revalidation::every(minutes(1), source)));
    let staff = Reader { roles: vec![Role::Staff], ..reader(7) };
    let former = library.member(&staff).await;
    let elsewhere = library.member(&staff).await;
    knows(Some(reader(7)));
    for asked in [1, 2] {
        library.clock.advance(minutes(1));
        for _ in 0..3 {
            assert_eq!(former.clone().get("/staff").await.status, 403);
            assert!(former.clone().get("/me").await.is_ok());
        }
        library.clock.advance(seconds(59));
        assert_eq!(former.clone().get("/staff").await.status, 403);
        assert_eq!(register.0.1.load(Ordering::Relaxed), asked);
        library.clock.advance(seconds(1));
        knows(Some(Reader { name: "Grace".to_owned(), ..reader(7) }));
    }
    assert_eq!(elsewhere.clone().get("/staff").await.status, 403);
    assert_eq!(register.0.1.load(Ordering::Relaxed), 3, "another session is asked about on its own");
}

// What one request hears, the next ones put into their cookie.
#[tokio::test]
async fn change_found_by_a_rejected_request_is_in_the_next_cookie() {
    let register = Register::default();
    let source = register.clone();
    let library = Library::with(move |builder| builder.revalidate(Revalidation::every(minutes(1), source)));
    let mut visitor = library.member(&Reader { roles: vec![Role::Staff], ..reader(7) }).await;
    *register.0.0.lock().unwrap() = Some(reader(7));
    library.clock.advance(minutes(1));
    let refused = visitor.get("/staff").await;
    assert_eq!((refused.status, refused.header("set-cookie")), (403, None));
    library.clock.advance(seconds(30));
    let admitted = visitor.get("/me").await;
    assert!(admitted.is_ok() && admitted.header("set-cookie").is_some());
    assert_eq!(visitor.get("/me").await.header("set-cookie"), None);
    library.clock.advance(seconds(29));
    assert!(visitor.get("/me").await.is_ok());
    assert_eq!(register.0.1.load(Ordering::Relaxed), 1);
    library.clock.advance(seconds(1));
    assert!(visitor.get("/me").await.is_ok());
    assert_eq!(register.0.1.load(Ordering::Relaxed), 2, "the interval counts from the question");
}
