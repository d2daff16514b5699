//! What is wrong with a configuration, and what to write instead.

use std::fmt;

/// What is wrong with a configuration, in words that name the item and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    text: String,
}

/// Which part of a configuration is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// There is no store, and the principal's cookies need one.
    Store,
    /// The cookie is larger than browsers keep, its domain is missing or out of place, or two principals share its name.
    Cookie,
    /// There is no key for the principal's tokens, or one that cannot be used.
    Key,
    /// The issuer is declared nowhere, or twice and differently.
    Issuer,
    /// The audience is declared nowhere, or twice and differently.
    Audience,
    /// An origin that is to be trusted is none.
    Origin,
    /// A proxy that is to be trusted is no address.
    Proxy,
    /// Two principals share a realm, or a realm needs a declared name.
    Realm,
    /// The system gives no random bytes.
    Randomness,
}

impl ConfigError {
    pub(crate) fn new(kind: ConfigErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// Which part is wrong.
    pub const fn kind(&self) -> ConfigErrorKind {
        self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for ConfigError {}
