//! The shop's keys: one to seal its sessions, one to sign its tokens.

use std::error::Error;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use session_runtime::{Algorithm, IndexKey, KeyError, SealingKey, ServerKeys, SessionsBuilder, SigningKey};
use sha2::Sha256;

use crate::shop::user::User;

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410 7).
const ED25519_PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The keys that seal sessions, the one in use first; the key that finds rows; the keys that sign tokens, the newest last.
#[derive(Default)]
pub(super) struct Keys {
    index: Option<IndexKey>,
    sealing: Vec<SealingKey>,
    signing: Vec<SigningKey>,
}

impl Keys {
    /// For a shop whose sessions do not leave the process: a key for its tokens, which end with it.
    pub(super) fn generated() -> Result<Self, KeyError> {
        Ok(Self { signing: vec![SigningKey::generate(Algorithm::EdDSA)?], ..Self::default() })
    }

    /// Derives the keys from `SHOP_KEY` and `SHOP_INDEX_KEY`.
    ///
    /// `SHOP_KEY` holds secrets in base64 between commas. The first seals and signs; the others only open and verify. A new
    /// secret is put last on every node, and then first. `SHOP_INDEX_KEY` is the secret that the shop began with. It may be
    /// left out while that is the only one.
    pub(super) fn derived(secrets: &str, index: Option<&str>) -> Result<Self, Box<dyn Error>> {
        let mut keys = Self::default();
        for text in secrets.split(',') {
            let secret = secret_of("SHOP_KEY", text)?;
            keys.sealing.push(server_keys("SHOP_KEY", &secret)?.sealing_key());
            keys.signing.insert(0, signing_key(&secret)?);
        }
        let index = match index {
            Some(text) => text,
            None if keys.sealing.len() == 1 => secrets,
            None => {
                return Err("`SHOP_KEY` holds several secrets, and `SHOP_INDEX_KEY` is missing; \
                            set it to the secret that `SHOP_KEY` held first"
                    .into());
            }
        };
        keys.index = Some(server_keys("SHOP_INDEX_KEY", &secret_of("SHOP_INDEX_KEY", index)?)?.index_key());
        Ok(keys)
    }

    pub(super) fn apply(self, builder: SessionsBuilder<User>) -> SessionsBuilder<User> {
        let mut sealing = self.sealing.into_iter();
        let builder = match sealing.next() {
            Some(newest) => builder.sealing_key(newest),
            None => builder,
        };
        let builder = sealing.fold(builder, SessionsBuilder::former_sealing_key);
        let builder = match self.index {
            Some(index) => builder.index_key(index),
            None => builder,
        };
        self.signing.into_iter().fold(builder, SessionsBuilder::signing_key)
    }
}

fn secret_of(variable: &str, text: &str) -> Result<Vec<u8>, String> {
    STANDARD
        .decode(text.trim())
        .map_err(|_| format!("`{variable}` is not base64; `openssl rand -base64 32` prints a secret"))
}

fn server_keys(variable: &str, secret: &[u8]) -> Result<ServerKeys, String> {
    ServerKeys::from_secret(secret).map_err(|error| format!("`{variable}`: {error}"))
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
