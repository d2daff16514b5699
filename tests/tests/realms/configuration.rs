//! Realms that do not start.

use serde::{Deserialize, Serialize};
use session_runtime::{
    Algorithm, ConfigErrorKind, ManualClock, MemoryStore, Principal, Sessions, SigningKey, Timestamp,
};
use tests::{ProbedStore, SECRET, START, index_key, sealing_key, sessions};

#[derive(Clone, Serialize, Deserialize, Principal)]
struct Unnamed {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"))]
struct UnnamedClient {
    #[principal(id)]
    id: u64,
}

mod other {
    use serde::{Deserialize, Serialize};
    use session_runtime::Principal;

    #[derive(Clone, Serialize, Deserialize, Principal)]
    pub(super) struct Unnamed {
        #[principal(id)]
        id: u64,
    }
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "realms-unnamed")]
struct Successor {
    #[principal(id)]
    id: u64,
}

#[test]
fn data_outside_the_process_needs_a_declared_realm() {
    let clock = ManualClock::at(START);
    let outside = ProbedStore::outside(MemoryStore::new());
    let error = sessions::<Unnamed>(&clock, &outside).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Realm);
    assert_eq!(
        error.to_string(),
        "the sessions of `Unnamed` leave the process, so its realm needs a name that stays when the type is renamed; \
         write `#[principal(realm = \"tests/Unnamed\")]`"
    );
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let error = Sessions::<UnnamedClient>::builder().signing_key(key).build().unwrap_err();
    assert!(error.to_string().starts_with("the tokens of `UnnamedClient` leave the process"), "{error}");
}

#[test]
fn two_types_do_not_share_a_realm_in_one_process() {
    Sessions::<Unnamed>::builder().store(MemoryStore::new()).build().unwrap();
    // The same type may have several.
    Sessions::<Unnamed>::builder().store(MemoryStore::new()).build().unwrap();
    let error = Sessions::<other::Unnamed>::builder().store(MemoryStore::new()).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Realm);
    assert!(error.to_string().contains("the realm \"tests/Unnamed\""), "{error}");
    assert!(error.to_string().contains("`#[principal(realm = \"..\")]`"), "{error}");
}

#[test]
fn a_former_realm_is_not_another_types_realm() {
    Sessions::<Unnamed>::builder().store(MemoryStore::new()).build().unwrap();
    let until = Timestamp::from_secs(START.as_secs() + 60);
    let builder = Sessions::<Successor>::builder().store(MemoryStore::new()).former_realm("tests/Unnamed", until);
    assert_eq!(builder.build().unwrap_err().kind(), ConfigErrorKind::Realm);
}

#[test]
fn rows_outside_the_process_need_an_index_key() {
    let clock = ManualClock::at(START);
    let outside = ProbedStore::outside(MemoryStore::new());
    let builder = || Sessions::<Successor>::builder().clock(clock.clone()).store(outside.clone());
    let error = builder().sealing_key(sealing_key()).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Key);
    assert!(error.to_string().contains("`.index_key(IndexKey::from_base64(..)?)`"), "{error}");
    let error = builder().index_key(index_key()).build().unwrap_err();
    assert!(error.to_string().contains("`.sealing_key(SealingKey::from_base64(..)?)`"), "{error}");
    builder().sealing_key(sealing_key()).index_key(index_key()).build().unwrap();
}

// With a blank, the name could be that of the realm's token families.
#[test]
fn a_former_realm_has_no_blank() {
    let until = Timestamp::from_secs(START.as_secs() + 60);
    for name in ["", " ", "realms-unnamed refresh", "a\tb"] {
        let builder = Sessions::<Successor>::builder().store(MemoryStore::new()).former_realm(name, until);
        assert_eq!(builder.build().unwrap_err().kind(), ConfigErrorKind::Realm, "{name:?}");
    }
}
