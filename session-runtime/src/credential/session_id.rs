//! The value of a session cookie.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// The only form of the value there is so far. Another form gets another number, and both can be told apart.
const VERSION: u8 = 1;
const RANDOM_LENGTH: usize = 32;
const LENGTH: usize = 1 + RANDOM_LENGTH;
/// 33 bytes are 11 groups of 3: no padding, and no trailing bits that could spell one id in two ways.
const ENCODED_LENGTH: usize = LENGTH / 3 * 4;

/// The 32 random bytes that a session cookie carries, behind a version byte, as 44 characters of base64url.
///
/// A secret: whoever shows it is the visitor. Hence no `Display`, a `Debug` that tells nothing, comparison in constant
/// time, and memory that is wiped.
#[derive(Clone)]
pub(crate) struct SessionId([u8; RANDOM_LENGTH]);

impl SessionId {
    /// A new id from the system's generator: 256 bits, where ASVS 7.2.3 asks for 128.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give; then there is no session.
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        let mut id = Self([0; RANDOM_LENGTH]);
        getrandom::fill(&mut id.0)?;
        Ok(id)
    }

    /// The id of these bytes, as [`as_bytes`](Self::as_bytes) told them.
    #[cfg_attr(not(feature = "jwt"), expect(dead_code, reason = "refresh tokens name their family by one"))]
    pub(crate) const fn from_bytes(bytes: [u8; RANDOM_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The id in a cookie's value; `None` for everything that [`encode`](Self::encode) never returned.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        if value.len() != ENCODED_LENGTH {
            return None;
        }
        let mut decoded = Zeroizing::new([0; LENGTH]);
        URL_SAFE_NO_PAD.decode_slice(value, decoded.as_mut_slice()).ok()?;
        match decoded.split_first()? {
            (&VERSION, random) => random.try_into().ok().map(Self),
            _ => None,
        }
    }

    /// The cookie's value.
    pub(crate) fn encode(&self) -> Zeroizing<String> {
        let mut versioned = Zeroizing::new([VERSION; LENGTH]);
        versioned.iter_mut().skip(1).zip(&self.0).for_each(|(byte, random)| *byte = *random);
        Zeroizing::new(URL_SAFE_NO_PAD.encode(versioned.as_slice()))
    }

    /// The random bytes, for deriving the store's key and the key of the data.
    pub(crate) fn as_bytes(&self) -> &[u8; RANDOM_LENGTH] {
        &self.0
    }
}

impl PartialEq for SessionId {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SessionId {}

impl Drop for SessionId {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id_of(byte: u8) -> SessionId {
        SessionId([byte; RANDOM_LENGTH])
    }

    // ASVS 7.2.3: ids are unique, and drawn with more than 128 bits.
    #[test]
    fn every_id_is_a_new_one() {
        let (one, other) = (SessionId::generate().unwrap(), SessionId::generate().unwrap());
        assert_ne!(one, other);
        assert_ne!(one, id_of(0));
    }

    // Only what the server could have issued is an id at all.
    #[test]
    fn a_value_of_another_form_is_no_id() {
        let good = id_of(0xfb).encode();
        assert_eq!(good.len(), ENCODED_LENGTH);
        assert_eq!(SessionId::parse(good.as_bytes()), Some(id_of(0xfb)));
        let standard_alphabet = good.replace('-', "+").replace('_', "/");
        let other_version = format!("Ag{}", good.get(2..).unwrap());
        let truncated = good.get(..43).unwrap();
        for value in ["", truncated, &format!("{truncated}="), &format!("{}=", *good), &format!("\"{}\"", *good)] {
            assert_eq!(SessionId::parse(value.as_bytes()), None, "{value}");
        }
        for value in [&standard_alphabet, &other_version, &" ".repeat(44), &"=".repeat(44), &"é".repeat(22)] {
            assert_eq!(SessionId::parse(value.as_bytes()), None, "{value}");
        }
    }

    // ASVS 14.2.1, 16.2.5: an id never appears in a log.
    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", id_of(7)), "SessionId(..)");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(random: [u8; RANDOM_LENGTH]) {
            prop_assert_eq!(SessionId::parse(SessionId(random).encode().as_bytes()), Some(SessionId(random)));
        }

        // One id has one spelling: a value that is read is the value that was sent.
        #[test]
        fn what_is_read_is_encoded_the_same(value in "AQ?[A-Za-z0-9_-]{41,43}") {
            if let Some(id) = SessionId::parse(value.as_bytes()) {
                prop_assert_eq!(&*id.encode(), &value);
            }
        }

        #[test]
        fn hostile_bytes_do_no_harm(value: Vec<u8>) {
            prop_assert_eq!(SessionId::parse(&value), None);
        }
    }
}
