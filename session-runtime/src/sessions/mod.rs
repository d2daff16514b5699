//! The runtime's handle: what a policy cannot know when the program is compiled; and the life of a session in its store.

mod builder;
#[cfg(feature = "cookie-tokens")]
mod carried;
mod config_error;
mod confirmations;
mod contents;
mod device;
mod error;
mod exchange;
mod factors;
mod handle;
mod instants;
mod key_values;
#[cfg(feature = "jwt")]
mod issuers;
mod keeping;
mod keys;
mod lifecycle;
mod principal_json;
mod realms;
mod reauthentication;
#[cfg(feature = "jwt")]
mod refresh;
mod revalidation;
#[cfg(feature = "jwt")]
mod revocation;
mod tasks;
#[cfg(feature = "jwt")]
mod tokens;

pub use self::builder::SessionsBuilder;
pub use self::config_error::{ConfigError, ConfigErrorKind};
pub use self::error::{SessionError, SessionErrorKind, SessionFuture};
pub use self::handle::{SessionHandle, SessionHandleError};
#[cfg(feature = "jwt")]
pub use self::refresh::{GrantError, GrantErrorKind, TokenPair};
pub use self::revalidation::{PrincipalSource, Revalidation};

#[cfg(feature = "cookie-tokens")]
pub(crate) use self::carried::{CarriedId, Opening};
pub(crate) use self::confirmations::{Confirmations, Confirmed, ContentDigest, digest_of_content};
pub(crate) use self::contents::{Contents, Token};
pub(crate) use self::device::{Device, device_of};
pub(crate) use self::exchange::{CookieChange, Current, Exchange, Outcome};
pub(crate) use self::factors::Factors;
pub(crate) use self::instants::{Instants, expiry, is_from_ahead, is_touch_due};
pub(crate) use self::key_values::KeyValues;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(crate) use self::key_values::{Changes, Data, Look, Seen, anonymous_expiry};
pub(crate) use self::lifecycle::{
    ALIAS_LIFETIME, Issued, Opened, UNASKED_ALIAS_LIFETIME, Unsealed, followed, standing_record,
};
#[cfg(any(feature = "jwt", feature = "sealing"))]
pub(crate) use self::principal_json::AsRead;
pub(crate) use self::principal_json::{Difference, PrincipalJson};
pub(crate) use self::reauthentication::ShownId;
pub(crate) use self::revalidation::Answer;
pub(crate) use self::tasks::Rollback;
#[cfg(feature = "jwt")]
pub(crate) use self::tokens::TokenSession;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use self::keys::StoreKeys;
use self::realms::FormerRealm;
use crate::clock::{Clock, Timestamp};
use crate::cookie::CookieWriter;
use crate::forgery::{Forgeries, ForgeryCounts, Trust};
use crate::principal::Principal;
use crate::refusal::OnRefusal;
use crate::shared::Shared;
use crate::store::Store;

/// The sessions of one principal: store, keys, clock, trusted origins. Lives in the router's state; cheap to clone.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use session_runtime::{MemoryStore, Principal, Sessions};
///
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # struct User { #[principal(id)] id: u64 }
/// let sessions: Sessions<User> = Sessions::builder().store(MemoryStore::new()).build()?;
/// # Ok::<(), session_runtime::ConfigError>(())
/// ```
pub struct Sessions<P>(Shared<Inner<P>>);

struct Inner<P> {
    store: Option<Box<dyn Store>>,
    clock: Arc<dyn Clock>,
    cookie: Option<Arc<CookieWriter>>,
    trust: Trust,
    forgeries: Forgeries,
    on_refusal: Option<OnRefusal>,
    drain_limit: u64,
    #[cfg(feature = "jwt")]
    revocations: Option<Box<dyn Store>>,
    keys: StoreKeys,
    former_realms: Box<[FormerRealm]>,
    revalidation: Option<Revalidation<P>>,
    tasks: tasks::Tasks,
    #[cfg(feature = "jwt")]
    tokens: Option<tokens::Tokens<P>>,
    #[cfg(feature = "cookie-tokens")]
    cookie_seal: Option<carried::CookieSeal>,
    principal: PhantomData<fn() -> P>,
}

impl<P: Principal> Sessions<P> {
    /// Starts from nothing: see [`SessionsBuilder`].
    pub fn builder() -> SessionsBuilder<P> {
        SessionsBuilder::new()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The store. A builder makes sure that there is one where the principal's cookie names a session; elsewhere, nothing
    /// would lead to what is in it.
    pub(crate) fn store(&self) -> Result<&dyn Store, SessionError> {
        let store = self.0.store.as_deref().filter(|_| P::SPEC.keeps_records());
        store.ok_or_else(|| SessionErrorKind::NoCookie.into())
    }

    /// The store of whatever is found by its subject: sessions, and families of refresh tokens, which need no cookie.
    pub(crate) fn store_of_subjects(&self) -> Result<&dyn Store, SessionError> {
        self.0.store.as_deref().ok_or_else(|| SessionErrorKind::NoCookie.into())
    }

    pub(crate) fn cookie(&self) -> Option<&Arc<CookieWriter>> {
        self.0.cookie.as_ref()
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// How many requests looked forged since the program started, and what became of them: for a roll-out under
    /// `csrf(report)`.
    pub fn forgeries(&self) -> ForgeryCounts {
        self.0.forgeries.counts()
    }

    pub(crate) fn count_forgery(&self, refused: bool) {
        self.0.forgeries.count(refused);
    }

    pub(crate) fn revalidation(&self) -> Option<&Revalidation<P>> {
        self.0.revalidation.as_ref()
    }

    /// The number of bytes of a rejected request's body that are read.
    pub(crate) fn drain_limit(&self) -> u64 {
        self.0.drain_limit
    }

    pub(crate) fn on_refusal(&self) -> Option<&OnRefusal> {
        self.0.on_refusal.as_ref()
    }
}

impl<P> Clone for Sessions<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Shows the realm's name, and no secret.
impl<P: Principal> fmt::Debug for Sessions<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sessions").field("realm", &P::SPEC.realm()).finish_non_exhaustive()
    }
}
