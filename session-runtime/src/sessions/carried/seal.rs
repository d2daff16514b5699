//! From claims to a cookie's value and back: signed as a token, then sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::cookie::LARGEST_COOKIE;
use crate::principal::Algorithm;
use crate::sealing::{CookieKey, SealingKey};
use crate::token::{KeyError, KeySet, SigningKey};

/// Tells this token from any other that the same server signs (RFC 8725 3.11).
const TYP: &str = "session+jwt";

/// Signs and seals: the newest key does, each opens.
pub(in crate::sessions) struct CookieSeal {
    newest: Keys,
    former: Vec<Keys>,
}

/// What comes of one key of the server.
struct Keys {
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
    pub(super) fn new(realm: &str, newest: &SealingKey, former: &[SealingKey]) -> Result<Self, KeyError> {
        let former = former.iter().map(|key| Keys::of(key, realm)).collect::<Result<_, _>>()?;
        Ok(Self { newest: Keys::of(newest, realm)?, former })
    }

    pub(super) fn seal(&self, claims: &[u8]) -> Option<Zeroizing<String>> {
        let Keys { sealing, signing, .. } = &self.newest;
        let token = signing.sign_jws(claims, Some(TYP)).map(Zeroizing::new).ok()?;
        Some(Zeroizing::new(URL_SAFE_NO_PAD.encode(sealing.seal(token.as_bytes())?)))
    }

    pub(super) fn open(&self, value: &[u8]) -> Opened {
        // Nothing larger was ever given out, and to look at it would cost whatever a client likes.
        if value.len() > LARGEST_COOKIE {
            return Opened::Nothing;
        }
        match URL_SAFE_NO_PAD.decode(value) {
            Ok(sealed) if CookieKey::may_have_sealed(&sealed) => {
                let claims = std::iter::once(&self.newest).chain(&self.former).find_map(|keys| keys.open(&sealed));
                claims.map_or(Opened::Foreign, Opened::Bytes)
            }
            _ => Opened::Nothing,
        }
    }
}

impl Keys {
    fn of(key: &SealingKey, realm: &str) -> Result<Self, KeyError> {
        let sealing = key.for_cookies(realm);
        let signing = SigningKey::secret(Algorithm::HS256, sealing.signing())?;
        let verifying = KeySet::new([signing.verifying_key()])?;
        Ok(Self { sealing, signing, verifying })
    }

    fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let token = self.sealing.open(sealed)?;
        let claims = self.verifying.verify_typed(std::str::from_utf8(&token).ok()?, TYP).ok()?;
        Some(Zeroizing::new(claims))
    }
}
