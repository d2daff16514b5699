//! The text of a refresh token.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::credential::SessionId;

/// The only form there is so far. Another one gets another number, and both can be told apart.
const VERSION: u8 = 1;
const PART: usize = 32;
const LENGTH: usize = 1 + 2 * PART;
const ENCODED_LENGTH: usize = (LENGTH * 4).div_ceil(3);

/// An opaque text (RFC 6749 1.5): 32 random bytes that name the family, and 32 that only one of its tokens has, behind a
/// version byte, as 87 characters of base64url.
///
/// Of both, the store sees hashes. That each token names its family is what tells a token that was used up from one that
/// never was.
#[derive(Clone)]
pub(super) struct RefreshToken {
    pub(super) family: SessionId,
    secret: Zeroizing<[u8; PART]>,
}

impl RefreshToken {
    /// The next token of a family.
    pub(super) fn generate(family: &SessionId) -> Result<Self, getrandom::Error> {
        let mut secret = Zeroizing::new([0; PART]);
        getrandom::fill(secret.as_mut_slice())?;
        Ok(Self { family: family.clone(), secret })
    }

    /// What [`encode`](Self::encode) returned; `None` for everything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() != ENCODED_LENGTH {
            return None;
        }
        let mut decoded = Zeroizing::new([0; LENGTH]);
        URL_SAFE_NO_PAD.decode_slice(text, decoded.as_mut_slice()).ok()?;
        let (&VERSION, parts) = decoded.split_first()? else { return None };
        let (family, secret) = parts.split_first_chunk()?;
        Some(Self { family: SessionId::from_bytes(*family), secret: Zeroizing::new(secret.try_into().ok()?) })
    }

    /// As it travels.
    pub(super) fn encode(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&[VERSION], self.family.as_bytes().as_slice(), self.secret.as_slice()].concat());
        Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }

    /// What the family remembers of it.
    pub(super) fn hash(&self) -> SecretHash {
        SecretHash(Sha256::new().chain_update(b"refresh\0").chain_update(self.secret.as_slice()).finalize().into())
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshToken(..)")
    }
}

/// The SHA-256 of what only one token of a family has.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct SecretHash([u8; PART]);

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token() -> RefreshToken {
        RefreshToken::generate(&SessionId::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_token_has_one_spelling() {
        let (token, text) = (token(), token().encode());
        assert_eq!(text.len(), ENCODED_LENGTH);
        let read = RefreshToken::parse(&token.encode()).unwrap();
        assert_eq!((read.family.as_bytes(), read.hash()), (token.family.as_bytes(), token.hash()));
        let version = format!("Ag{}", text.get(2..).unwrap());
        for other in ["", &text[1..], &format!("{}=", *text), &version, &"A".repeat(87), &"é".repeat(43)] {
            assert!(RefreshToken::parse(other).is_none(), "{other}");
        }
    }

    // ASVS 7.2.3, RFC 6749 10.10: what is random is drawn anew for each.
    #[test]
    fn every_token_of_a_family_is_another() {
        let one = token();
        let other = RefreshToken::generate(&one.family).unwrap();
        assert_eq!(one.family, other.family);
        assert_ne!(one.hash(), other.hash());
        assert_ne!(one.hash(), SecretHash([0; 32]));
    }

    proptest! {
        #[test]
        fn what_is_read_is_encoded_the_same(text in "AQ?[A-Za-z0-9_-]{84,86}") {
            if let Some(token) = RefreshToken::parse(&text) {
                prop_assert_eq!(&*token.encode(), &text);
            }
        }
    }
}
