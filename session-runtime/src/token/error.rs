//! Why a token is refused, cannot be issued, or can never work.

use std::fmt;

#[cfg(feature = "jwks-url")]
use super::issuer::AddressError;
use super::keys::KeyError;
use crate::principal::{Algorithm, SubjectError};

/// Why a token is refused. For events and metrics: a response never tells which (OWASP ASVS 16.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenRefusal {
    /// Longer than a token may be.
    TooLarge,
    /// Not three parts of base64url with a JSON object in each of the first two (RFC 7515 5.2).
    Malformed,
    /// The header names a parameter twice (RFC 7515 4).
    DuplicateHeader,
    /// The header demands an extension; none is understood (RFC 7515 4.1.11).
    UnknownCritical,
    /// Signed, or not signed, in a way that is not declared (RFC 8725 3.1).
    AlgorithmNotDeclared,
    /// A token of another kind: `typ` is missing or another media type (RFC 8725 3.11).
    WrongType,
    /// No key of this algorithm answers to the `kid`; or there is no `kid`, and more than two keys would answer.
    UnknownKey,
    /// The keys of the issuer are not to be had: their URL does not answer.
    KeysUnavailable,
    /// Signed by none of the keys.
    BadSignature,
    /// This claim is missing.
    MissingClaim(&'static str),
    /// This claim is there, and not of the type that its definition gives it.
    WrongClaimType(&'static str),
    /// This claim is there twice (RFC 7519 4).
    DuplicateClaim(&'static str),
    /// Bound to a key of the sender (`cnf`, RFC 7800), which is not checked, so it would be accepted from a thief.
    BoundToAKey,
    /// Issued by somebody else (RFC 7519 4.1.1).
    WrongIssuer,
    /// Meant for somebody else (RFC 7519 4.1.3).
    WrongAudience,
    /// Issued for another principal type of this library.
    WrongRealm,
    /// The claim declared by `bearer(claim)` has another value.
    WrongClaim(&'static str),
    /// Past its `exp` (RFC 7519 4.1.4).
    Expired,
    /// Before its `nbf` (RFC 7519 4.1.5).
    NotYetValid,
    /// Its `iat` lies ahead (RFC 7519 4.1.6).
    IssuedInTheFuture,
    /// Its `auth_time` lies ahead (`OpenID` Connect Core 2).
    AuthenticatedInTheFuture,
    /// Issued for longer than `bearer(max_age)` allows.
    LifetimeTooLong,
    /// Issued longer ago than `bearer(max_age)` allows.
    TooOld,
    /// Its claims do not deserialise as the principal.
    NoPrincipal,
    /// Its issuer may not grant these roles or scopes, and they cannot be removed from the principal.
    NotGranted,
    /// It, its family or all older tokens of its subject were revoked.
    Revoked,
    /// Whether it was revoked is not to be learnt: the store does not answer.
    RevocationsUnavailable,
}

impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the token is too large"),
            Self::Malformed => f.write_str("the token is malformed"),
            Self::DuplicateHeader => f.write_str("a header parameter is repeated"),
            Self::UnknownCritical => f.write_str("the header demands an unknown extension"),
            Self::AlgorithmNotDeclared => f.write_str("the algorithm is not declared"),
            Self::WrongType => f.write_str("the token is of another type"),
            Self::UnknownKey => f.write_str("no such key"),
            Self::KeysUnavailable => f.write_str("the keys of the issuer are not to be had"),
            Self::BadSignature => f.write_str("the signature does not verify"),
            Self::MissingClaim(name) => write!(f, "the claim `{name}` is missing"),
            Self::WrongClaimType(name) => write!(f, "the claim `{name}` is of the wrong type"),
            Self::DuplicateClaim(name) => write!(f, "the claim `{name}` is repeated"),
            Self::BoundToAKey => f.write_str("the token is bound to a key"),
            Self::WrongIssuer => f.write_str("the token is of another issuer"),
            Self::WrongAudience => f.write_str("the token is for another audience"),
            Self::WrongRealm => f.write_str("the token is of another realm"),
            Self::WrongClaim(name) => write!(f, "the claim `{name}` has another value"),
            Self::Expired => f.write_str("the token has expired"),
            Self::NotYetValid => f.write_str("the token is not valid yet"),
            Self::IssuedInTheFuture => f.write_str("the token was issued in the future"),
            Self::AuthenticatedInTheFuture => f.write_str("the subject was authenticated in the future"),
            Self::LifetimeTooLong => f.write_str("the token lives for too long"),
            Self::TooOld => f.write_str("the token is too old"),
            Self::NotGranted => f.write_str("the issuer may not grant these roles or scopes"),
            Self::Revoked => f.write_str("the token was revoked"),
            Self::RevocationsUnavailable => f.write_str("the list of revoked tokens is not to be had"),
            Self::NoPrincipal => f.write_str("the claims are not those of the principal"),
        }
    }
}

impl std::error::Error for TokenRefusal {}

/// Why a verifier or an issuer cannot work as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenConfigError {
    /// There is no key for this issuer, so none of its tokens could ever be verified.
    NoKey(Box<str>),
    /// A key is for an algorithm that `bearer(alg(..))` does not declare.
    UndeclaredAlgorithm(Algorithm),
    /// Algorithms with a shared secret beside ones with key pairs: who confuses them signs with the public key
    /// (RFC 8725 2.1).
    MixedFamilies,
    /// The keys of an issuer do not go together.
    Keys(KeyError),
    /// Several keys sign, and one of them has no id by which verifiers would tell it from the others.
    NoKeyId,
    /// An issuer has keys that are given, and a URL of others.
    #[cfg(feature = "jwks-url")]
    KeysAndUrl(Box<str>),
    /// This is no URL that keys may be fetched from.
    #[cfg(feature = "jwks-url")]
    KeySetUrl { url: Box<str>, error: AddressError },
    /// The system has no certificates by which to trust a server.
    #[cfg(feature = "jwks-url")]
    Certificates(Box<str>),
    /// Two issuers have this name.
    DuplicateIssuer(Box<str>),
    /// The roles that an issuer may grant are of another type than the principal's.
    OtherRoles(Box<str>),
    /// The issuer is empty.
    NoIssuer,
    /// The audience is empty.
    NoAudience,
    /// `bearer(claim)` names a claim that has a meaning of its own.
    ReservedClaim(&'static str),
}

impl fmt::Display for TokenConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey(issuer) => write!(f, "there is no key to verify the tokens of `{issuer}` with"),
            Self::UndeclaredAlgorithm(algorithm) => {
                let name = algorithm.as_str();
                write!(f, "a key is for {name}, which is not declared: add it to `bearer(alg(\"{name}\"))`")
            }
            Self::MixedFamilies => f.write_str(
                "HMAC is declared beside algorithms with public keys: keep one kind, or use two principal types",
            ),
            Self::Keys(error) => error.fmt(f),
            Self::NoKeyId => f.write_str("several keys sign, so each needs an id: add `.with_id(\"..\")`"),
            #[cfg(feature = "jwks-url")]
            Self::KeysAndUrl(name) => {
                write!(f, "`{name}` has keys that are given, and a URL of others; keep one of the two")
            }
            #[cfg(feature = "jwks-url")]
            Self::KeySetUrl { url, error } => f.write_str(&match error {
                AddressError::NotAUrl => format!("`{url}` is no URL to fetch keys from: write `https://..`"),
                AddressError::UserInfo => "a URL of keys shows a name or password, which events would tell".to_owned(),
                AddressError::NotHttps => format!(
                    "keys from `{url}` could be exchanged on the way: use https, or say `.http_on_loopback()` for this machine"
                ),
            }),
            #[cfg(feature = "jwks-url")]
            Self::Certificates(why) => {
                write!(f, "the system has no certificates by which to trust a server ({why}); install `ca-certificates`")
            }
            Self::DuplicateIssuer(name) => write!(f, "the issuer `{name}` is given twice; give all its keys at once"),
            Self::OtherRoles(name) => {
                write!(f, "`.grants_roles(..)` of `{name}` names roles of another type than the principal's")
            }
            Self::NoIssuer => f.write_str("the issuer is empty"),
            Self::NoAudience => f.write_str("the audience is empty"),
            Self::ReservedClaim(name) => {
                write!(f, "`{name}` is checked anyway: `bearer(claim)` is for another claim of the issuer's")
            }
        }
    }
}

impl std::error::Error for TokenConfigError {}

/// Why a token could not be issued.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// The principal's id names nobody: it is empty, or neither string nor integer.
    Subject(Box<str>),
    /// The principal's `#[principal(issuer)]` field holds another issuer than the tokens that are issued here.
    OtherIssuer,
    /// The principal does not serialise, or not as an object. The text names the class of serde's error and no value.
    Principal(Box<str>),
    /// A field of the principal is called like a claim that has a meaning of its own.
    ReservedClaim(Box<str>),
    /// A claim is called like a field of the principal, was given twice, or does not become JSON.
    Claim(Box<str>),
    /// The scopes are no scopes (RFC 6749 3.3), or the principal does not have them.
    Scope,
    /// The lifetime is shorter than a second.
    NoLifetime,
    /// The lifetime is longer than `bearer(max_age)` allows.
    LifetimeTooLong,
    /// The token would be longer than one may be.
    TooLarge,
    /// The builder was given no signing key, or none that signs yet.
    NoSigningKey,
    /// The system gave no random bytes.
    Randomness,
    /// The signature could not be made.
    Signature,
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(why) => f.write_str(why),
            Self::OtherIssuer => f.write_str("the principal has another issuer than the tokens that are issued here"),
            Self::Principal(why) => write!(f, "the principal does not become claims: {why}"),
            Self::ReservedClaim(name) => write!(
                f,
                "the principal's field `{name}` is called like a claim that has a meaning of its own: \
                 write `#[serde(rename = \"..\")]` on it"
            ),
            Self::Claim(name) => {
                write!(f, "the claim `{name}` is given already, is a field of the principal, or does not become JSON")
            }
            Self::Scope => f.write_str(
                "a scope is one word of printable ASCII without quotes and backslashes, and one that the principal has",
            ),
            Self::NoLifetime => f.write_str("a token lives for at least a second"),
            Self::LifetimeTooLong => f.write_str("the lifetime is longer than `bearer(max_age)` allows"),
            Self::TooLarge => f.write_str("the principal is too large for a token"),
            Self::NoSigningKey => f.write_str("there is no key to sign with; add `.signing_key(..)` to the builder"),
            Self::Randomness => f.write_str("the system gave no random bytes"),
            Self::Signature => f.write_str("the token could not be signed"),
        }
    }
}

impl std::error::Error for IssueError {}

impl From<SubjectError> for IssueError {
    fn from(error: SubjectError) -> Self {
        Self::Subject(error.to_string().into())
    }
}
