//! What `#[principal(..)]` declares, as a constant.
//!
//! Built by the derive through the `const` methods here. The macro has checked the values; limits that two items decide
//! together are checked where both are known.

mod bearer;
mod cookie;
mod realm_name;

pub use self::bearer::{Algorithm, BearerSpec};
pub use self::cookie::{CookieSpec, CookieToken, SameSite};
pub use self::realm_name::RealmName;

use std::time::Duration;

use super::ClaimNames;

/// How the sessions of one principal travel and how long they live.
#[derive(Clone, Copy, Debug)]
pub struct PrincipalSpec {
    pub(crate) name: &'static str,
    pub(crate) realm: RealmName,
    pub(crate) claims: ClaimNames,
    pub(crate) cookie: Option<CookieSpec>,
    pub(crate) bearer: Option<BearerSpec>,
    pub(crate) absolute: Duration,
    pub(crate) idle: Option<Duration>,
    pub(crate) max_sessions: Option<u32>,
    pub(crate) members: &'static [&'static str],
}

impl PrincipalSpec {
    /// Sessions of 12 hours for the type called `name`, which travel in neither cookie nor token yet.
    pub const fn new(name: &'static str, realm: RealmName, claims: ClaimNames) -> Self {
        Self {
            name,
            realm,
            claims,
            cookie: None,
            bearer: None,
            absolute: Duration::from_hours(12),
            idle: None,
            max_sessions: None,
            members: &[],
        }
    }

    /// Declares `cookie(..)`.
    #[must_use]
    pub const fn cookie(mut self, cookie: CookieSpec) -> Self {
        self.cookie = Some(cookie);
        self
    }

    /// Declares `bearer(..)`.
    #[must_use]
    pub const fn bearer(mut self, bearer: BearerSpec) -> Self {
        self.bearer = Some(bearer);
        self
    }

    /// Declares `absolute`, in seconds.
    #[must_use]
    pub const fn absolute(mut self, seconds: u64) -> Self {
        self.absolute = Duration::from_secs(seconds);
        self
    }

    /// Declares `idle`, in seconds.
    #[must_use]
    pub const fn idle(mut self, seconds: u64) -> Self {
        self.idle = Some(Duration::from_secs(seconds));
        self
    }

    /// Declares `max_sessions`.
    #[must_use]
    pub const fn max_sessions(mut self, sessions: u32) -> Self {
        self.max_sessions = Some(sessions);
        self
    }

    /// Declares the members of the principal's JSON that its fields name: serde's names and aliases.
    #[must_use]
    pub const fn members(mut self, members: &'static [&'static str]) -> Self {
        self.members = members;
        self
    }

    /// Does not compile for a principal with a `#[principal(issuer)]` field.
    pub(crate) const fn expect_no_issuer(&self) {
        assert!(
            self.claims.issuer.is_none(),
            "this principal has a `#[principal(issuer)]` field, so its id alone does not identify a subject: \
             call `sessions.of_issuer(issuer)` first"
        );
    }

    /// Does not compile for a principal without a `#[principal(issuer)]` field.
    pub(crate) const fn expect_issuer(&self) {
        assert!(
            self.claims.issuer.is_some(),
            "this principal has no `#[principal(issuer)]` field, so its id alone identifies a subject: \
             remove `.of_issuer(..)`"
        );
    }

    /// Whether the cookie names a session that is kept in a store, and does not hold it.
    pub(crate) const fn keeps_records(&self) -> bool {
        match &self.cookie {
            Some(cookie) => cookie.token.is_none(),
            None => false,
        }
    }

    /// The realm's name. It enters store keys, sealed records, the subject index and the `realm` claim of issued tokens.
    pub const fn realm(&self) -> &'static str {
        self.realm.as_str()
    }

    /// How long a session may rest before it ends; the absolute limit when no `idle` is declared.
    pub const fn idle_limit(&self) -> Duration {
        match self.idle {
            Some(idle) => idle,
            None => self.absolute,
        }
    }

    /// How long a remembered session lasts, where there are any.
    pub const fn persistent(&self) -> Option<Duration> {
        match &self.cookie {
            Some(cookie) => cookie.persistent,
            None => None,
        }
    }

    /// How long the sessions last, of those that are remembered or of the others.
    pub(crate) const fn lifetime(&self, remembered: bool) -> Lifetime {
        match self.persistent() {
            Some(persistent) if remembered => Lifetime { absolute: persistent, idle: persistent },
            _ => Lifetime { absolute: self.absolute, idle: self.idle_limit() },
        }
    }

    /// How long a session lasts at the most, while nobody knows whether it is remembered.
    pub(crate) const fn longest_lifetime(&self) -> Lifetime {
        self.lifetime(true)
    }
}

/// When a session ends: so long after it began, and so long after the last activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) absolute: Duration,
    pub(crate) idle: Duration,
}
