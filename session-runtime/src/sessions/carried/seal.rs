//! From claims to a cookie's value and back: signed as a token, then sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::principal::Algorithm;
use crate::sealing::{CookieRing, SealingKey};
use crate::token::{KeyError, KeySet, SigningKey};

/// Tells this token from any other that the same server signs (RFC 8725 3.11).
const TYP: &str = "session+jwt";

/// Signs and seals: the newest key does, each opens.
pub(in crate::sessions) struct CookieSeal {
    ring: CookieRing,
    signing_key: SigningKey,
    verifying_keys: KeySet,
}

/// What a value holds.
pub(super) enum Opened {
    /// The claims.
    Bytes(Zeroizing<Vec<u8>>),
    /// What is no sealed token at all.
    Nothing,
    /// What another key sealed.
    Foreign,
}

impl CookieSeal {
    pub(super) fn new(realm: &'static str, newest: &SealingKey, former: &[SealingKey]) -> Result<Self, KeyError> {
        let ring = CookieRing::new(realm, newest, former);
        let secret =
            |(id, secret): (String, &[u8; 32])| SigningKey::secret(Algorithm::HS256, secret).map(|key| key.with_id(id));
        let keys = ring.signing_keys().map(secret).collect::<Result<Vec<_>, _>>()?;
        let verifying_keys = KeySet::new(keys.iter().map(SigningKey::verifying_key))?;
        let signing_key = keys.into_iter().next().ok_or(KeyError::NotJwkSet)?;
        Ok(Self { ring, signing_key, verifying_keys })
    }

    pub(super) fn seal(&self, claims: &[u8]) -> Option<Zeroizing<String>> {
        let token = self.signing_key.sign_jws(claims, Some(TYP)).map(Zeroizing::new).ok()?;
        Some(Zeroizing::new(URL_SAFE_NO_PAD.encode(self.ring.seal(token.as_bytes())?)))
    }

    pub(super) fn open(&self, value: &[u8]) -> Opened {
        let Ok(sealed) = URL_SAFE_NO_PAD.decode(value) else { return Opened::Nothing };
        if !CookieRing::may_have_sealed(&sealed) {
            return Opened::Nothing;
        }
        let token = self.ring.open(&sealed).and_then(|token| String::from_utf8(token).map(Zeroizing::new).ok());
        let claims = token.and_then(|token| self.verifying_keys.verify_typed(&token, TYP).ok());
        claims.map_or(Opened::Foreign, |claims| Opened::Bytes(Zeroizing::new(claims)))
    }
}
