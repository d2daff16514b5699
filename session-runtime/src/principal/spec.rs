//! What `#[principal(..)]` declares, as a constant.
//!
//! Built by the derive through the `const` methods here. The macro has checked the values; limits that two items decide
//! together are checked where both are known.

use std::time::Duration;

use super::ClaimNames;

/// How the sessions of one principal travel and how long they live.
#[derive(Clone, Copy, Debug)]
pub struct PrincipalSpec {
    pub(crate) name: &'static str,
    #[cfg_attr(not(feature = "jwt"), allow(dead_code, reason = "read by tokens"))]
    pub(crate) claims: ClaimNames,
    pub(crate) cookie: Option<CookieSpec>,
    pub(crate) bearer: Option<BearerSpec>,
    pub(crate) absolute: Duration,
    pub(crate) idle: Option<Duration>,
    pub(crate) max_sessions: Option<u32>,
}

impl PrincipalSpec {
    /// Sessions of 12 hours for the type called `name`, which travel in neither cookie nor token yet.
    pub const fn new(name: &'static str, claims: ClaimNames) -> Self {
        Self {
            name,
            claims,
            cookie: None,
            bearer: None,
            absolute: Duration::from_hours(12),
            idle: None,
            max_sessions: None,
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

    /// Whether the cookie names a session that is kept in a store, and does not hold it.
    pub(crate) const fn keeps_records(&self) -> bool {
        match &self.cookie {
            Some(cookie) => cookie.token.is_none(),
            None => false,
        }
    }

    /// The realm's name: the cookie's, or the type's where there is no cookie. It enters the store's key and the
    /// `realm` claim of issued tokens.
    pub const fn realm(&self) -> &'static str {
        match &self.cookie {
            Some(cookie) => cookie.name,
            None => self.name,
        }
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

/// When a browser attaches the cookie to requests that other sites cause (RFC 6265bis 5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// When a link from there is followed.
    Lax,
    /// Always.
    None,
}

impl SameSite {
    /// The attribute's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// What `cookie(..)` declares. `Secure` and `HttpOnly` are not here: every session cookie has them.
#[derive(Clone, Copy, Debug)]
pub struct CookieSpec {
    pub(crate) name: &'static str,
    pub(crate) same_site: SameSite,
    pub(crate) path: &'static str,
    pub(crate) domain: Option<&'static str>,
    pub(crate) shared: bool,
    pub(crate) partitioned: bool,
    pub(crate) persistent: Option<Duration>,
    pub(crate) token: Option<CookieToken>,
}

/// A session that lives in its cookie, and in no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieToken {
    /// It can be ended all the same: a store lists those that were.
    Revocable,
    /// It stands until it expires, whoever has its cookie.
    Unrevocable,
}

impl CookieSpec {
    /// A cookie called `name`, `SameSite=Lax`, for the whole host that set it and no other.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            same_site: SameSite::Lax,
            path: "/",
            domain: None,
            shared: false,
            partitioned: false,
            persistent: None,
            token: None,
        }
    }

    /// Declares `same_site`.
    #[must_use]
    pub const fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Declares `path`.
    #[must_use]
    pub const fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Declares `domain`.
    #[must_use]
    pub const fn domain(mut self, domain: &'static str) -> Self {
        self.domain = Some(domain);
        self
    }

    /// Declares `shared`: the subdomains of a domain may receive this cookie.
    #[must_use]
    pub const fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Declares `partitioned`.
    #[must_use]
    pub const fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Declares `persistent`, in seconds.
    #[must_use]
    pub const fn persistent(mut self, seconds: u64) -> Self {
        self.persistent = Some(Duration::from_secs(seconds));
        self
    }

    /// Declares `token = "jwt"`: the cookie holds the session.
    #[must_use]
    pub const fn token(mut self, token: CookieToken) -> Self {
        self.token = Some(token);
        self
    }
}

/// A signature algorithm of JSON Web Tokens (RFC 7518 3.1, RFC 8037 3.1) that this library signs and verifies with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    EdDSA,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PKCS1-v1.5 with SHA-256.
    RS256,
}

impl Algorithm {
    /// The value of the `alg` header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
            Self::PS256 => "PS256",
            Self::RS256 => "RS256",
        }
    }
}

/// What `bearer(..)` declares.
#[derive(Clone, Copy, Debug)]
pub struct BearerSpec {
    #[cfg_attr(not(feature = "jwt"), allow(dead_code, reason = "read by tokens"))]
    pub(crate) algorithms: &'static [Algorithm],
    pub(crate) issuer: Option<&'static str>,
    pub(crate) audience: Option<&'static str>,
    pub(crate) typ: &'static str,
    pub(crate) leeway: Duration,
    pub(crate) max_age: Option<Duration>,
    pub(crate) auth_time: bool,
    pub(crate) claim: Option<(&'static str, &'static str)>,
    pub(crate) revocable: bool,
}

impl BearerSpec {
    /// Access tokens (`typ = "at+jwt"`, RFC 9068) signed with one of `algorithms`, 30 seconds of leeway.
    pub const fn new(algorithms: &'static [Algorithm]) -> Self {
        Self {
            algorithms,
            issuer: None,
            audience: None,
            typ: "at+jwt",
            leeway: Duration::from_secs(30),
            max_age: None,
            auth_time: false,
            claim: None,
            revocable: false,
        }
    }

    /// Declares `issuer`.
    #[must_use]
    pub const fn issuer(mut self, issuer: &'static str) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// Declares `audience`.
    #[must_use]
    pub const fn audience(mut self, audience: &'static str) -> Self {
        self.audience = Some(audience);
        self
    }

    /// Declares `typ`.
    #[must_use]
    pub const fn typ(mut self, typ: &'static str) -> Self {
        self.typ = typ;
        self
    }

    /// Declares `leeway`, in seconds.
    #[must_use]
    pub const fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = Duration::from_secs(seconds);
        self
    }

    /// Declares `max_age`, in seconds.
    #[must_use]
    pub const fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = Some(Duration::from_secs(seconds));
        self
    }

    /// Declares `claim(name, value)`: the claim that tells an access token from an ID token of the same issuer, where its
    /// `typ` does not.
    #[must_use]
    pub const fn claim(mut self, name: &'static str, value: &'static str) -> Self {
        self.claim = Some((name, value));
        self
    }

    /// Declares `revocable`: whether a token was revoked is asked at every use.
    #[must_use]
    pub const fn revocable(mut self) -> Self {
        self.revocable = true;
        self
    }

    /// Declares `auth_time`: these tokens say when their subject logged in.
    #[must_use]
    pub const fn auth_time(mut self) -> Self {
        self.auth_time = true;
        self
    }
}
