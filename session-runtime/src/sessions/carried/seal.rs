//! From claims to a cookie's value and back: signed as a token, then sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::cookie::LARGEST_COOKIE;
use crate::principal::Algorithm;
use crate::sealing::{CookieKey, IndexKey, SealingKey};
use crate::sessions::realms::FormerRealm;
use crate::token::{KeyError, KeySet, SigningKey};

/// Tells this token from any other that the same server signs (RFC 8725 3.11).
const TYP: &str = "session+jwt";

/// Signs and seals: one key does, each opens.
pub(in crate::sessions) struct CookieSeal {
    sealing: Keys,
    opening: Vec<Keys>,
}

/// The keys that one key of the server gives one realm.
struct Keys {
    /// Until when this realm's cookies are accepted, where the realm has another name now.
    accepted_until: Option<Timestamp>,
    sealing: CookieKey,
    signing: SigningKey,
    verifying: KeySet,
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
    /// `sealing` seals in the realm; every key opens in the realm and in its former names. The index key is bound where
    /// it finds sessions that were ended.
    pub(super) fn new(
        realm: &str,
        former_realms: &[FormerRealm],
        index: Option<&IndexKey>,
        sealing: &SealingKey,
        opening: &[SealingKey],
    ) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for key in opening {
            keys.push(Keys::new(key.for_cookies(realm, index), None)?);
        }
        for key in std::iter::once(sealing).chain(opening) {
            for former in former_realms {
                keys.push(Keys::new(key.for_cookies(former.name(), index), Some(former.accepted_until()))?);
            }
        }
        Ok(Self { sealing: Keys::new(sealing.for_cookies(realm, index), None)?, opening: keys })
    }

    pub(super) fn seal(&self, claims: &[u8]) -> Option<Zeroizing<String>> {
        let Keys { sealing, signing, .. } = &self.sealing;
        let token = signing.sign_jws(claims, Some(TYP)).map(Zeroizing::new).ok()?;
        Some(Zeroizing::new(URL_SAFE_NO_PAD.encode(sealing.seal(token.as_bytes())?)))
    }

    pub(super) fn open(&self, value: &[u8], now: Timestamp) -> Opened {
        // Nothing larger was ever given out, and to look at it would cost whatever a client likes.
        if value.len() > LARGEST_COOKIE {
            return Opened::Nothing;
        }
        match URL_SAFE_NO_PAD.decode(value) {
            Ok(sealed) if CookieKey::may_have_sealed(&sealed) => {
                let keys = std::iter::once(&self.sealing).chain(&self.opening);
                let claims = keys.filter(|keys| keys.are_accepted(now)).find_map(|keys| keys.open(&sealed));
                claims.map_or(Opened::Foreign, Opened::Bytes)
            }
            _ => Opened::Nothing,
        }
    }
}

impl Keys {
    fn new(sealing: CookieKey, accepted_until: Option<Timestamp>) -> Result<Self, KeyError> {
        let signing = SigningKey::secret(Algorithm::HS256, sealing.signing())?;
        let verifying = KeySet::new([signing.verifying_key()])?;
        Ok(Self { accepted_until, sealing, signing, verifying })
    }

    fn are_accepted(&self, now: Timestamp) -> bool {
        self.accepted_until.is_none_or(|until| now < until)
    }

    fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let token = self.sealing.open(sealed)?;
        let claims = self.verifying.verify_typed(std::str::from_utf8(&token).ok()?, TYP).ok()?;
        Some(Zeroizing::new(claims))
    }
}
