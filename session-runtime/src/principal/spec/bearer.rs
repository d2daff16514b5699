//! What `bearer(..)` declares.

use std::time::Duration;

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
