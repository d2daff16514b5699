//! The keys under which a store's records are found and sealed.

#[cfg(feature = "sealing")]
use std::sync::Arc;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::realms::FormerRealm;
use super::{ConfigError, ConfigErrorKind};
#[cfg(feature = "sealing")]
use crate::principal::CookieToken;
use crate::principal::PrincipalSpec;
#[cfg(feature = "sealing")]
use crate::sealing::{IndexKey, KeyRing, SealingKey};
use crate::store::Store;

/// The keys that a builder was given.
#[derive(Default)]
pub(super) struct KeySettings {
    #[cfg(feature = "sealing")]
    pub(super) sealing_key: Option<SealingKey>,
    /// Keys that open and do not seal: former ones, and the next one.
    #[cfg(feature = "sealing")]
    pub(super) opening_keys: Vec<SealingKey>,
    #[cfg(feature = "sealing")]
    pub(super) index_key: Option<IndexKey>,
}

/// The keys under which a store's records are found and sealed.
pub(super) struct StoreKeys {
    /// The key of the HMAC that makes subject keys.
    pub(super) subjects: Zeroizing<[u8; 32]>,
    /// Seals sessions. `None` where the records stay in the process.
    #[cfg(feature = "sealing")]
    pub(super) ring: Option<Arc<KeyRing>>,
    /// Seals revocation rows, whose store may be outside the process while that of the sessions is not. `None` where
    /// everything stays in the process.
    #[cfg(all(feature = "jwt", feature = "sealing"))]
    pub(super) row_ring: Option<Arc<KeyRing>>,
}

/// The places in which the data of a principal lives.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// Records, revocation lists or sessions leave the process.
    is_outside: bool,
    /// The sessions' own records do.
    #[cfg(feature = "sealing")]
    are_records_outside: bool,
    /// Rows outside the process are found by their subject.
    #[cfg(feature = "sealing")]
    has_rows_outside: bool,
}

impl Places {
    pub(super) fn new(principal: &PrincipalSpec, store: Option<&dyn Store>, revocations: Option<&dyn Store>) -> Self {
        let is_outside = |store: Option<&dyn Store>| store.is_some_and(|store| !store.in_process());
        let are_rows_outside = is_outside(store) || is_outside(revocations);
        let token = principal.cookie.and_then(|cookie| cookie.token);
        Self {
            // A cookie that holds its session has left the process.
            is_outside: are_rows_outside || token.is_some(),
            #[cfg(feature = "sealing")]
            are_records_outside: is_outside(store),
            // Every node has to find whatever another node ended.
            #[cfg(feature = "sealing")]
            has_rows_outside: are_rows_outside || token == Some(CookieToken::Revocable),
        }
    }

    /// Returns true if anything leaves the process.
    pub(super) const fn is_outside(self) -> bool {
        self.is_outside
    }
}

impl KeySettings {
    pub(super) fn finish(
        self,
        principal: &'static PrincipalSpec,
        places: Places,
        former_realms: &[FormerRealm],
    ) -> Result<StoreKeys, ConfigError> {
        if places.is_outside { self.for_outside(principal, places, former_realms) } else { self.for_process(principal) }
    }

    /// Nothing that stays in the process is sealed. The index lies in the process and ends with it.
    #[cfg_attr(
        not(feature = "sealing"),
        expect(clippy::unused_self, reason = "with the feature `sealing` it holds keys")
    )]
    fn for_process(self, principal: &PrincipalSpec) -> Result<StoreKeys, ConfigError> {
        #[cfg(feature = "sealing")]
        if self.sealing_key.is_some() || !self.opening_keys.is_empty() || self.index_key.is_some() {
            let text = format!(
                "the sessions of `{}` stay in the process, where nothing is sealed; remove its keys from the builder \
                 (`.sealing_key(..)`, `.index_key(..)`, `.server_keys(..)`), or use a store outside the process",
                principal.name
            );
            return Err(ConfigError::new(ConfigErrorKind::Key, text));
        }
        let _ = principal;
        Ok(StoreKeys {
            subjects: process_key()?,
            #[cfg(feature = "sealing")]
            ring: None,
            #[cfg(all(feature = "jwt", feature = "sealing"))]
            row_ring: None,
        })
    }

    #[cfg(feature = "sealing")]
    fn for_outside(
        self,
        principal: &'static PrincipalSpec,
        places: Places,
        former_realms: &[FormerRealm],
    ) -> Result<StoreKeys, ConfigError> {
        let name = principal.name;
        let failed = |text: String| ConfigError::new(ConfigErrorKind::Key, text);
        let sealing = self.sealing_key.ok_or_else(|| {
            failed(format!(
                "the sessions of `{name}` leave the process, and there is no key to seal them with; add \
                 `.sealing_key(SealingKey::from_base64(..)?)` to the builder, the same on every node"
            ))
        })?;
        let index = match self.index_key {
            Some(index) => index,
            None if places.has_rows_outside => {
                return Err(failed(format!(
                    "rows of `{name}` are outside the process, and there is no key to find them by; add \
                     `.index_key(IndexKey::from_base64(..)?)` to the builder, the same on every node and for good \
                     (`ServerKeys` derives both keys from one secret)"
                )));
            }
            // Cookies that nothing can revoke have no rows.
            None => {
                return Ok(StoreKeys {
                    subjects: process_key()?,
                    ring: None,
                    #[cfg(feature = "jwt")]
                    row_ring: None,
                });
            }
        };
        let realms: Vec<_> =
            std::iter::once(principal.realm()).chain(former_realms.iter().map(FormerRealm::name)).collect();
        let ring = KeyRing::new(&realms, &index, &sealing, &self.opening_keys).map(Arc::new);
        Ok(StoreKeys {
            subjects: index.subjects(),
            #[cfg(feature = "jwt")]
            row_ring: ring.clone(),
            // Records that stay in the process are not sealed, although revocations or cookies leave it.
            ring: ring.filter(|_| places.are_records_outside),
        })
    }

    #[cfg(not(feature = "sealing"))]
    #[expect(clippy::unused_self, reason = "with the feature `sealing` it holds keys")]
    fn for_outside(
        self,
        principal: &'static PrincipalSpec,
        _: Places,
        _: &[FormerRealm],
    ) -> Result<StoreKeys, ConfigError> {
        let text = format!(
            "the sessions of `{}` leave the process, and nothing seals them; switch on the feature `sealing` of \
             `session-runtime`",
            principal.name
        );
        Err(ConfigError::new(ConfigErrorKind::Key, text))
    }
}

/// The random key of all indexes inside this process: several `Sessions` over one store find each other's rows.
fn process_key() -> Result<Zeroizing<[u8; 32]>, ConfigError> {
    static KEY: OnceLock<Zeroizing<[u8; 32]>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key.clone());
    }
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| {
        ConfigError::new(ConfigErrorKind::Randomness, "the system gives no random bytes; check its entropy source")
    })?;
    Ok(KEY.get_or_init(|| key).clone())
}
