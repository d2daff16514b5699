//! The shop's keys: one to seal its sessions, one to sign its tokens.

use std::error::Error;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use session_runtime::{Algorithm, KeyError, SealingKey, SessionsBuilder, SigningKey};
use sha2::Sha256;

use crate::shop::user::User;

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410 7).
const ED25519_PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// What seals sessions, the newest first, and what signs tokens, the newest last.
#[derive(Default)]
pub(super) struct Keys {
    sealing: Vec<SealingKey>,
    signing: Vec<SigningKey>,
}

impl Keys {
    /// For a shop whose sessions do not leave the process: a key for its tokens, which end with it.
    pub(super) fn generated() -> Result<Self, KeyError> {
        Ok(Self { signing: vec![SigningKey::generate(Algorithm::EdDSA)?], ..Self::default() })
    }

    /// All that follows from `SHOP_KEY`: secrets in base64 between commas, of which the first seals and signs, and the others
    /// did so before.
    pub(super) fn derived(text: &str) -> Result<Self, Box<dyn Error>> {
        let mut keys = Self::default();
        for text in text.split(',') {
            let secret = STANDARD
                .decode(text.trim())
                .map_err(|_| "`SHOP_KEY` is no base64; `openssl rand -base64 32` prints one")?;
            keys.sealing.push(SealingKey::new(&secret).map_err(|error| format!("`SHOP_KEY`: {error}"))?);
            keys.signing.insert(0, signing_key(&secret)?);
        }
        Ok(keys)
    }

    pub(super) fn apply(self, builder: SessionsBuilder<User>) -> SessionsBuilder<User> {
        let mut sealing = self.sealing.into_iter();
        let builder = match sealing.next() {
            Some(newest) => builder.sealing_key(newest),
            None => builder,
        };
        let builder = sealing.fold(builder, SessionsBuilder::former_sealing_key);
        self.signing.into_iter().fold(builder, SessionsBuilder::signing_key)
    }
}

fn signing_key(secret: &[u8]) -> Result<SigningKey, Box<dyn Error>> {
    let private = derived(secret, "shop: tokens")?;
    let id = derived(secret, "shop: id of the key for tokens")?;
    let pkcs8 = STANDARD.encode([ED25519_PKCS8.as_slice(), &private].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{pkcs8}\n-----END PRIVATE KEY-----\n");
    Ok(SigningKey::pem(Algorithm::EdDSA, pem.as_bytes())?.with_id(URL_SAFE_NO_PAD.encode(id.split_at(12).0)))
}

/// The secret itself seals; what is derived from it for one purpose tells nothing of the others (RFC 5869).
fn derived(secret: &[u8], purpose: &str) -> Result<[u8; 32], Box<dyn Error>> {
    let mut key = [0; 32];
    let derivation = Hkdf::<Sha256>::new(None, secret);
    derivation.expand(purpose.as_bytes(), &mut key).map_err(|error| error.to_string())?;
    Ok(key)
}
