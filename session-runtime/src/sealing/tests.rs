use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const ID: [u8; 32] = [3; 32];
const SEALED: Sealed =
    Sealed { created_at: Timestamp::from_secs(1_000), authenticated_at: Timestamp::from_secs(2_000), subject: SUBJECT };
const SUBJECT: Option<SubjectKey> = Some(SubjectKey::from_bytes([5; 32]));

fn key(seed: u8) -> SealingKey {
    SealingKey::new((seed..seed + 32).collect::<Vec<_>>()).unwrap()
}

fn index_key(seed: u8) -> IndexKey {
    IndexKey::new((seed..seed + 32).collect::<Vec<_>>()).unwrap()
}

fn ring_of(realm: &'static str, newest: u8, former: &[u8]) -> KeyRing {
    let opening: Vec<_> = former.iter().copied().map(key).collect();
    KeyRing::new(&[realm], &index_key(1), &key(newest), &opening).unwrap()
}

fn store_key(byte: u8) -> StoreKey {
    StoreKey::of("realm", &[byte; 32])
}

#[test]
fn what_is_sealed_is_opened_by_cookie_and_key_together() {
    let ring = ring_of("realm", 1, &[]);
    let sealed = ring.seal(&SEALED, &ID, b"contents").unwrap();
    assert_eq!(ring.open(&SEALED, &ID, &sealed).unwrap().as_slice(), b"contents");
    assert!(ring.open(&SEALED, &[4; 32], &sealed).is_none(), "another cookie");
    assert!(ring_of("realm", 2, &[]).open(&SEALED, &ID, &sealed).is_none(), "another key");
    assert!(ring_of("other", 1, &[]).open(&SEALED, &ID, &sealed).is_none(), "another realm");
    let later = Timestamp::from_secs(2_001);
    assert!(ring.open(&Sealed { authenticated_at: later, ..SEALED }, &ID, &sealed).is_none(), "fresher than it is");
    assert!(ring.open(&Sealed { created_at: later, ..SEALED }, &ID, &sealed).is_none(), "younger than it is");
    for subject in [None, Some(SubjectKey::from_bytes([6; 32])), Some(SubjectKey::from_bytes([0; 32]))] {
        assert!(ring.open(&Sealed { subject, ..SEALED }, &ID, &sealed).is_none(), "another subject");
    }
}

#[test]
fn a_listing_belongs_to_its_record() {
    let ring = ring_of("realm", 1, &[]);
    let sealed = ring.seal_listing(&SEALED, store_key(1), b"listing").unwrap();
    assert_eq!(ring.open_listing(&SEALED, store_key(1), &sealed).unwrap(), b"listing");
    assert!(ring.open_listing(&SEALED, store_key(2), &sealed).is_none());
    assert!(ring_of("other", 1, &[]).open_listing(&SEALED, store_key(1), &sealed).is_none());
}

#[test]
fn a_sealed_record_without_a_subject_is_given_none() {
    let ring = ring_of("realm", 1, &[]);
    let anonymous = Sealed { subject: None, ..SEALED };
    let sealed = ring.seal(&anonymous, &ID, b"contents").unwrap();
    assert!(ring.open(&anonymous, &ID, &sealed).is_some());
    assert!(ring.open(&Sealed { subject: Some(SubjectKey::from_bytes([0; 32])), ..SEALED }, &ID, &sealed).is_none());
}

#[cfg(feature = "jwt")]
#[test]
fn a_revocation_row_opens_under_its_key_only() {
    let ring = ring_of("realm", 1, &[]);
    let sealed = ring.seal_row(store_key(1), b"row").unwrap();
    assert_eq!(ring.open_row(store_key(1), &sealed).unwrap(), b"row");
    assert!(ring.open_row(store_key(2), &sealed).is_none(), "another row");
    assert!(ring_of("other", 1, &[]).open_row(store_key(1), &sealed).is_none(), "another realm");
    assert!(ring_of("realm", 2, &[]).open_row(store_key(1), &sealed).is_none(), "another key");
    assert_eq!(ring_of("realm", 2, &[1]).open_row(store_key(1), &sealed).unwrap(), b"row");
    assert!(ring.open_listing(&SEALED, store_key(1), &sealed).is_none(), "a row is not a listing");
    let listing = ring.seal_listing(&SEALED, store_key(1), b"listing").unwrap();
    assert!(ring.open_row(store_key(1), &listing).is_none(), "a listing is not a row");
}

// ASVS 11.3: a key can be changed while sessions live. The former one opens, the newest seals.
#[test]
fn a_former_key_opens_and_the_newest_seals() {
    let (before, after) = (ring_of("realm", 1, &[]), ring_of("realm", 2, &[1]));
    let (old, new) = (before.seal(&SEALED, &ID, b"old").unwrap(), after.seal(&SEALED, &ID, b"new").unwrap());
    assert_eq!(after.open(&SEALED, &ID, &old).unwrap().as_slice(), b"old");
    assert!(before.open(&SEALED, &ID, &new).is_none());
}

#[test]
fn nothing_is_sealed_the_same_way_twice() {
    let ring = ring_of("realm", 1, &[]);
    let (one, other) = (ring.seal(&SEALED, &ID, b"x").unwrap(), ring.seal(&SEALED, &ID, b"x").unwrap());
    // Version and key id are the same, and nothing behind them.
    assert_eq!(one[..5], other[..5]);
    assert!(one[5..].chunks(8).zip(other[5..].chunks(8)).all(|(one, other)| one != other));
}

#[test]
fn every_byte_counts() {
    let ring = ring_of("realm", 1, &[]);
    let sealed = ring.seal(&SEALED, &ID, b"contents").unwrap();
    for position in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[position] ^= 1;
        assert!(ring.open(&SEALED, &ID, &altered).is_none(), "byte {position} altered");
        assert!(ring.open(&SEALED, &ID, &sealed[..position]).is_none(), "cut after {position} bytes");
    }
}

#[test]
fn a_key_is_long_and_random() {
    assert_eq!(SealingKey::new([7; 31]), Err(ServerKeyError::TooShort(31)));
    assert_eq!(SealingKey::new([7; 32]), Err(ServerKeyError::NotRandom));
    assert_eq!(SealingKey::from_base64("secret!"), Err(ServerKeyError::NotBase64));
    let bytes: Vec<u8> = (200..=255).collect();
    for spelling in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
        assert_eq!(SealingKey::from_base64(&spelling), SealingKey::new(&bytes));
    }
}

proptest! {
    #[test]
    fn whatever_is_sealed_comes_back(contents: Vec<u8>, id: [u8; 32]) {
        let ring = ring_of("realm", 1, &[]);
        let sealed = ring.seal(&SEALED, &id, &contents).unwrap();
        let opened = ring.open(&SEALED, &id, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), contents.as_slice());
    }

    #[test]
    fn hostile_bytes_do_no_harm(bytes: Vec<u8>) {
        let ring = ring_of("realm", 1, &[]);
        prop_assert!(ring.open(&SEALED, &ID, &bytes).is_none());
        prop_assert!(ring.open_listing(&SEALED, store_key(1), &bytes).is_none());
        #[cfg(feature = "jwt")]
        prop_assert!(ring.open_row(store_key(1), &bytes).is_none());
    }
}
