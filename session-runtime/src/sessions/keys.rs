//! The keys of a store: what its records are listed and sealed under.

#[cfg(feature = "sealing")]
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{ConfigError, ConfigErrorKind};
use crate::principal::PrincipalSpec;
#[cfg(feature = "sealing")]
use crate::sealing::{KeyRing, SealingKey};
use crate::store::Store;

/// What a builder was told about the keys of its store.
#[derive(Default)]
pub(super) struct KeySettings {
    #[cfg(feature = "sealing")]
    pub(super) sealing_key: Option<SealingKey>,
    #[cfg(feature = "sealing")]
    pub(super) former_sealing_keys: Vec<SealingKey>,
}

/// Under which keys a store's records are listed and sealed.
pub(super) struct StoreKeys {
    /// Under which subjects are indexed: the first for what is written, each for what is looked up.
    pub(super) index_keys: Vec<Zeroizing<[u8; 32]>>,
    /// Seals sessions. `None` where the records stay in the process.
    #[cfg(feature = "sealing")]
    pub(super) ring: Option<Arc<KeyRing>>,
    /// Seals revocation rows, whose store may be outside the process while that of the sessions is not. `None` where
    /// everything stays in the process.
    #[cfg(all(feature = "jwt", feature = "sealing"))]
    pub(super) row_ring: Option<Arc<KeyRing>>,
}

impl KeySettings {
    pub(super) fn finish(
        self,
        principal: &'static PrincipalSpec,
        store: Option<&dyn Store>,
        revocations: Option<&dyn Store>,
    ) -> Result<StoreKeys, ConfigError> {
        let stays = store.is_none_or(Store::in_process);
        // A cookie that holds its session has left the process.
        let carried = principal.cookie.is_some_and(|cookie| cookie.token.is_some());
        if stays && !carried && revocations.is_none_or(Store::in_process) {
            return self.for_the_process(principal);
        }
        let keys = self.for_outside(principal)?;
        // Whose tokens were revoked has to be told by every node alike; records that stay are not sealed for that.
        #[cfg(feature = "sealing")]
        let keys = StoreKeys { ring: keys.ring.filter(|_| !stays), ..keys };
        Ok(keys)
    }

    /// Nothing is sealed that never leaves the process; the index lies in it, and ends with it.
    #[cfg_attr(
        not(feature = "sealing"),
        expect(clippy::unused_self, reason = "with the feature `sealing` it holds keys")
    )]
    fn for_the_process(self, principal: &PrincipalSpec) -> Result<StoreKeys, ConfigError> {
        #[cfg(feature = "sealing")]
        if self.sealing_key.is_some() || !self.former_sealing_keys.is_empty() {
            let text = format!(
                "the sessions of `{}` stay in the process, where nothing is sealed; remove `.sealing_key(..)`, \
                 or add a store outside of it",
                principal.name
            );
            return Err(ConfigError::new(ConfigErrorKind::Key, text));
        }
        let _ = principal;
        let mut index_key = Zeroizing::new([0; 32]);
        getrandom::fill(index_key.as_mut_slice()).map_err(|_| {
            ConfigError::new(ConfigErrorKind::Randomness, "the system gives no random bytes; check its entropy source")
        })?;
        Ok(StoreKeys {
            index_keys: vec![index_key],
            #[cfg(feature = "sealing")]
            ring: None,
            #[cfg(all(feature = "jwt", feature = "sealing"))]
            row_ring: None,
        })
    }

    #[cfg(feature = "sealing")]
    fn for_outside(self, principal: &'static PrincipalSpec) -> Result<StoreKeys, ConfigError> {
        let Some(newest) = self.sealing_key else {
            let text = format!(
                "the sessions of `{}` leave the process, and there is no key to seal them with; \
                 add `.sealing_key(SealingKey::from_base64(..)?)` to the builder, the same on every node",
                principal.name
            );
            return Err(ConfigError::new(ConfigErrorKind::Key, text));
        };
        let ring = Arc::new(KeyRing::new(principal.realm(), newest, self.former_sealing_keys));
        Ok(StoreKeys {
            index_keys: ring.index_keys(),
            #[cfg(feature = "jwt")]
            row_ring: Some(Arc::clone(&ring)),
            ring: Some(ring),
        })
    }

    #[cfg(not(feature = "sealing"))]
    #[expect(clippy::unused_self, reason = "with the feature `sealing` it holds keys")]
    fn for_outside(self, principal: &'static PrincipalSpec) -> Result<StoreKeys, ConfigError> {
        let text = format!(
            "the sessions of `{}` leave the process, and nothing seals them; switch on the feature `sealing` of \
             `session-runtime`",
            principal.name
        );
        Err(ConfigError::new(ConfigErrorKind::Key, text))
    }
}
