//! What `cookie(..)` declares.

use std::time::Duration;

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
