//! Sessions that live in their cookie: a token (RFC 7519) that is signed, sealed by the server's key, and in no store.
//!
//! What cannot be asked of a store is decided from the token: its instants end it, and a list of those that were ended
//! (`revocable`), where there is one. Whoever keeps a copy of a cookie keeps the session as it was then, until it expires or
//! is ended; none of its instants is ever moved back by that.

mod claims;
mod ending;
mod seal;

pub(super) use self::seal::CookieSeal;

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use self::claims::Claims;
use super::realms::FormerRealm;
use super::{ConfigError, ConfigErrorKind, Contents, Instants, SessionError, SessionErrorKind, Sessions};
use crate::clock::Timestamp;
use crate::cookie::{IssuedCookie, LARGEST_COOKIE};
use crate::json_fault::JsonFault;
use crate::principal::{CookieToken, Principal};

/// What names a session that lives in its cookie: the same in each of its cookies, until somebody logs in anew.
#[derive(Clone)]
pub(crate) struct CarriedId {
    id: SmolStr,
    subject: SmolStr,
    created_at: Timestamp,
    /// The subject's epoch when the session began, if a list can end it.
    epoch: Option<u64>,
}

/// What a cookie's value holds.
pub(crate) enum Opening<P> {
    /// A session that has not expired.
    Session(CarriedId, Arc<Contents<P>>, Instants),
    /// A session that is over.
    Over,
    /// Nothing that this server sealed.
    Nothing,
    /// What this release, or these keys, cannot read: it says nothing about the visitor.
    Unreadable,
}

impl CarriedId {
    /// The name of a session that begins now. Its epoch is a placeholder of the right length.
    pub(crate) fn fresh<P>(contents: &Contents<P>, instants: &Instants) -> Result<Self, SessionError> {
        let id = claims::fresh_id().ok_or(SessionErrorKind::Unavailable)?;
        let created_at = instants.created_at;
        Ok(Self { id, subject: contents.subject.clone(), created_at, epoch: Some(created_at.as_millis()) })
    }

    /// The same session, in this epoch.
    pub(crate) fn in_epoch(self, epoch: Option<u64>) -> Self {
        Self { epoch, ..self }
    }

    /// Whether it is the name of this session.
    pub(crate) fn names(&self, subject: &str, instants: &Instants) -> bool {
        self.subject == subject && self.created_at == instants.created_at
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.id.as_bytes()
    }
}

/// Shows neither the id nor the subject.
impl fmt::Debug for CarriedId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CarriedId(..)")
    }
}

impl<P: Principal> Sessions<P> {
    /// Whether a session of this principal lives in its cookie.
    pub(crate) fn are_carried(&self) -> bool {
        self.0.cookie_seal.is_some()
    }

    /// The cookie for a session.
    ///
    /// # Errors
    ///
    /// [`TooLarge`](SessionErrorKind::TooLarge) when no browser would keep it: nothing is left out in silence.
    pub(crate) fn carry(
        &self,
        id: &CarriedId,
        contents: &Contents<P>,
        instants: &Instants,
    ) -> Result<IssuedCookie, SessionError> {
        let seal = self.0.cookie_seal.as_ref().ok_or(SessionErrorKind::NoCookie)?;
        let claims = claims::to_bytes(id, contents, instants).map_err(|_| SessionErrorKind::Unserialisable)?;
        let value = seal.seal(&claims).ok_or(SessionErrorKind::Unavailable)?;
        let name = P::SPEC.cookie.map_or("", |cookie| cookie.name);
        let length = name.len() + value.len();
        if length > LARGEST_COOKIE {
            tracing::error!(target: "session", length, most = LARGEST_COOKIE, "session.too_large");
            return Err(SessionErrorKind::TooLarge.into());
        }
        Ok(IssuedCookie { value, persists_until: contents.remembered.then_some(instants.expires_at) })
    }

    /// The session in a cookie's value, as far as the value itself tells.
    pub(crate) fn open_carried(&self, value: &[u8], now: Timestamp) -> Opening<P> {
        let Some(seal) = &self.0.cookie_seal else { return Opening::Nothing };
        let sealed = match seal.open(value, now) {
            seal::Opened::Bytes(bytes) => bytes,
            seal::Opened::Nothing => return Opening::Nothing,
            seal::Opened::Foreign => {
                // Anybody can send such a value, so this is not worth a warning.
                tracing::debug!(target: "session", reason = "not sealed by a key of this ring", "session.unreadable");
                return Opening::Unreadable;
            }
        };
        let Claims { id, contents, instants, are_from_ahead } = match claims::from_bytes(&sealed, now) {
            Ok(claims) => claims,
            Err(error) => {
                tracing::warn!(target: "session", reason = %JsonFault::from(&error), "session.unreadable");
                return Opening::Unreadable;
            }
        };
        if are_from_ahead {
            let ahead = instants.created_at.since(now);
            tracing::warn!(target: "session", ?ahead, "session.clock_skew");
            return Opening::Unreadable;
        }
        if instants.are_over(now) {
            return Opening::Over;
        }
        Opening::Session(id, Arc::new(contents), instants)
    }
}

/// What seals the cookies of this principal, if they hold its sessions.
pub(super) fn seal<P: Principal>(
    keys: &super::keys::KeySettings,
    former_realms: &[FormerRealm],
) -> Result<Option<CookieSeal>, ConfigError> {
    let Some(token) = token_of::<P>() else { return Ok(None) };
    let Some(sealing) = &keys.sealing_key else {
        let text = format!(
            "the sessions of `{}` live in their cookie, and there is no key to seal them with; \
             add `.sealing_key(SealingKey::from_base64(..)?)` to the builder, the same on every node",
            P::SPEC.name
        );
        return Err(ConfigError::new(ConfigErrorKind::Key, text));
    };
    let index = keys.index_key.as_ref().filter(|_| token == CookieToken::Revocable);
    let seal = CookieSeal::new(P::SPEC.realm(), former_realms, index, sealing, &keys.opening_keys);
    seal.map(Some).map_err(|error| ConfigError::new(ConfigErrorKind::Key, error.to_string()))
}

/// How the cookie of this principal holds its sessions, if it does.
fn token_of<P: Principal>() -> Option<CookieToken> {
    P::SPEC.cookie.as_ref().and_then(|cookie| cookie.token)
}
