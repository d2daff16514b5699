//! What the environment says about this shop: where its sessions are, its keys, and whose tokens it takes.

mod keys;
mod outside;
mod place;

use std::env;
use std::error::Error;
use std::sync::Arc;

use session_runtime::{Clock, SessionsBuilder};

use self::keys::Keys;
use self::outside::OutsideIssuer;
use self::place::Place;
use super::register::Register;
use super::user::User;

/// What a shop is opened with.
pub struct Settings {
    place: Place,
    keys: Keys,
    outside: Option<OutsideIssuer>,
    /// Who has an account.
    pub register: Arc<Register>,
    /// True if a reverse proxy stands in front and adds the client's address to `X-Forwarded-For`.
    pub behind_proxy: bool,
}

impl Settings {
    /// Sessions in the process and tokens signed with a key that ends with it, for the accounts of the demonstration.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes to draw a key from.
    pub fn in_process() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            place: Place::in_process(),
            keys: Keys::generated()?,
            outside: None,
            register: Arc::new(Register::demonstration()),
            behind_proxy: false,
        })
    }

    /// As [`in_process`](Self::in_process), unless these variables say otherwise:
    ///
    /// * `SHOP_STORE`: where sessions are kept (`memory`, `sqlite:PATH`, `redis://..`, `memcache://..`, `postgres://..`,
    ///   `mysql://..`);
    /// * `SHOP_KEY`: 32 random bytes in base64, from which all keys are derived, the same in every shop that shares a store.
    ///   Behind a comma: secrets that open and verify and are not used otherwise;
    /// * `SHOP_INDEX_KEY`: the secret that `SHOP_KEY` held first, needed when `SHOP_KEY` holds several;
    /// * `SHOP_ISSUER`, `SHOP_AUDIENCE`, `SHOP_JWKS_URL`: an issuer outside of the shop whose tokens count, too, for whom
    ///   they have to be, and where its keys are unless its own configuration says so;
    /// * `SHOP_BEHIND_PROXY=1`: a reverse proxy stands in front and adds the client's address to `X-Forwarded-For`. Without it,
    ///   all clients of a proxy count as one.
    ///
    /// # Errors
    ///
    /// When one of them makes no sense, there is a store outside the process and no key, or the store does not answer.
    pub async fn from_environment(clock: impl Clock + Clone) -> Result<Self, Box<dyn Error>> {
        let mut settings = Self::in_process()?;
        settings.outside = OutsideIssuer::from_environment()?;
        settings.behind_proxy = match variable("SHOP_BEHIND_PROXY")?.as_deref() {
            None | Some("" | "0") => false,
            Some("1") => true,
            Some(other) => return Err(format!("`SHOP_BEHIND_PROXY={other}` is neither `0` nor `1`").into()),
        };
        let key = variable("SHOP_KEY")?;
        if let Some(key) = &key {
            settings.keys = Keys::derived(key, variable("SHOP_INDEX_KEY")?.as_deref())?;
        }
        if let Some(place) = variable("SHOP_STORE")?.filter(|place| place != "memory") {
            if key.is_none() {
                return Err(
                    "`SHOP_STORE` needs `SHOP_KEY`, by which its sessions are sealed: 32 random bytes in base64, \
                            as `openssl rand -base64 32` prints them"
                        .into(),
                );
            }
            settings.place = Place::open(&place, clock).await?;
        }
        Ok(settings)
    }

    /// Gives the builder what it needs of these.
    pub(super) fn apply(self, builder: SessionsBuilder<User>) -> SessionsBuilder<User> {
        let builder = builder.store(self.place.sessions).revocation_store(self.place.revoked_tokens);
        let builder = self.keys.apply(builder);
        let trusted = self.outside.into_iter().map(OutsideIssuer::trusted);
        trusted.fold(builder, SessionsBuilder::trusted_issuer)
    }
}

fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("`{name}` is not a text")),
    }
}
