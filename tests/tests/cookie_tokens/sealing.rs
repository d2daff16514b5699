//! What is in the cookie: nothing that anybody else reads, writes or moves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use session_runtime::SealingKey;
use tests::{Events, sealing_key};

use crate::readers::{COOKIE, Library, PASSING, Reader, reader};

fn other_key() -> SealingKey {
    SealingKey::new(*b"another key of 32 random bytes..").unwrap()
}

// Texts that some hundred sealed bytes do not hold by chance: three letters would be there once in four hundred runs.
// A header of a token begins with `{"alg":` or `{"typ":`.
#[tokio::test]
async fn nothing_in_it_can_be_read() {
    const NAME: &str = "Xanthippe";
    let library = Library::new();
    let visitor = library.member(&Reader { name: NAME.to_owned(), ..reader(7) }).await;
    let value = visitor.cookie(COOKIE).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(value).unwrap();
    for text in [NAME, "eyJhbGci", "eyJ0eXAi", "\"sub\":", "session+jwt", "principal"] {
        let contains = bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!contains && !value.contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_former_key_opens_and_the_newest_seals() {
    let before = Library::new();
    let mut visitor = before.member(&reader(7)).await;
    let value = visitor.cookie(COOKIE).unwrap().to_owned();

    let after = Library::with(|builder| builder.sealing_key(other_key()).former_sealing_key(sealing_key()));
    let mut moved = after.visitor();
    moved.set_cookie(COOKIE, &value);
    assert!(moved.get("/me").await.is_ok());
    assert!(moved.post("/rotate").await.is_ok());
    visitor.set_cookie(COOKIE, moved.cookie(COOKIE).unwrap());
    // A node that has not heard of the new key does not know who this is, and leaves the cookie alone.
    let answer = visitor.navigate("/me").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (401, None));

    let later = Library::with(|builder| builder.sealing_key(other_key()));
    let mut late = later.visitor();
    late.set_cookie(COOKIE, &value);
    let (events, _here) = Events::here();
    assert_eq!(late.get("/me").await.status, 401);
    assert!(events.drain().iter().any(|event| event.name() == "session.unreadable"));
}

// One realm, one key: what was sealed for one principal is nothing to another.
#[tokio::test]
async fn a_cookie_of_another_principal_opens_nothing() {
    let library = Library::new();
    let member = library.member(&reader(7)).await;
    let mut visitor = library.visitor();
    visitor.set_cookie(PASSING, member.cookie(COOKIE).unwrap());
    assert_eq!(visitor.get("/passers/me").await.status, 401);
}

#[tokio::test]
async fn every_bit_counts() {
    let library = Library::new();
    let member = library.member(&reader(7)).await;
    let bytes = URL_SAFE_NO_PAD.decode(member.cookie(COOKIE).unwrap()).unwrap();
    for position in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[position] ^= 1 << (position % 8);
        let mut visitor = library.visitor();
        visitor.set_cookie(COOKIE, &URL_SAFE_NO_PAD.encode(forged));
        assert_eq!(visitor.get("/me").await.status, 401, "byte {position}");
    }
    for length in 0..bytes.len() {
        let mut visitor = library.visitor();
        visitor.set_cookie(COOKIE, &URL_SAFE_NO_PAD.encode(&bytes[..length]));
        assert_eq!(visitor.get("/me").await.status, 401, "{length} bytes");
    }
}

// 6265bis 5.6: no browser keeps a longer one, so none was given out, and what a client sends instead is not worked on.
#[tokio::test]
async fn what_is_longer_than_any_cookie_is_not_looked_at() {
    let library = Library::new();
    let member = library.member(&reader(7)).await;
    let mut bytes = URL_SAFE_NO_PAD.decode(member.cookie(COOKIE).unwrap()).unwrap();
    for (length, is_looked_at) in [(3000, true), (3072, true), (3075, false), (1 << 20, false)] {
        bytes.resize(length, 7);
        let mut visitor = library.visitor();
        visitor.set_cookie(COOKIE, &URL_SAFE_NO_PAD.encode(&bytes));
        let (events, _here) = Events::here();
        assert_eq!(visitor.get("/me").await.status, 401);
        let was = events.drain().iter().any(|event| event.name() == "session.unreadable");
        assert_eq!(was, is_looked_at, "{length}");
    }
}

proptest! {
    #[test]
    fn hostile_cookies_are_refused(value in "[!-:<-~]{0,200}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let library = Library::new();
            let mut visitor = library.visitor();
            visitor.set_cookie(COOKIE, &value);
            assert_eq!(visitor.get("/me").await.status, 401);
        });
    }
}
