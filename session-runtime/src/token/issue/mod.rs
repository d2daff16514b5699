//! Issuing: access tokens in the shape of RFC 9068. Its `client_id` alone is missing: a principal that signed in here is
//! no client of anybody's.

mod options;

pub(crate) use self::options::KeptOptions;
pub use self::options::{IssuedToken, TokenOptions};

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::value::RawValue;

use super::claims::RESERVED;
use super::compact::MAX_BYTES;
use super::error::{IssueError, TokenConfigError};
use super::keys::SigningKey;
use super::scope::{scope_of, scope_of_words};
use super::verify::expect_declarations;
use crate::clock::Timestamp;
use crate::json_fault::JsonFault;
use crate::principal::{AsKept, BearerSpec, ClaimNames, Principal, subject_of};

/// Issues tokens about the principals of one type, which a [`Verifier`](super::Verifier) of the same declaration accepts.
#[derive(Debug)]
pub(crate) struct TokenIssuer {
    realm: &'static str,
    spec: BearerSpec,
    names: ClaimNames,
    issuer: Box<str>,
    audience: Box<str>,
    /// At least one, each with the header of what it signs.
    keys: Box<[(SigningKey, Box<str>)]>,
}

impl TokenIssuer {
    /// Issues tokens in the name of `issuer` for `audience`, signed by the newest of `keys`.
    ///
    /// # Errors
    ///
    /// [`TokenConfigError::UndeclaredAlgorithm`] for a key whose tokens `spec` does not accept,
    /// [`TokenConfigError::NoKeyId`] when one of several keys has no id, and as [`Verifier::new`](super::Verifier::new).
    pub(crate) fn new(
        realm: &'static str,
        spec: BearerSpec,
        claims: ClaimNames,
        issuer: String,
        audience: String,
        keys: Vec<SigningKey>,
    ) -> Result<Self, TokenConfigError> {
        expect_declarations(&spec, &issuer, &audience)?;
        if let Some(key) = keys.iter().find(|key| !spec.algorithms.contains(&key.algorithm())) {
            return Err(TokenConfigError::UndeclaredAlgorithm(key.algorithm()));
        }
        if keys.len() > 1 && keys.iter().any(|key| key.id().is_none()) {
            return Err(TokenConfigError::NoKeyId);
        }
        let with_header = |key: SigningKey| {
            let header = key.header(Some(spec.typ)).into();
            (key, header)
        };
        let keys = keys.into_iter().map(with_header).collect();
        Ok(Self { realm, spec, names: claims, issuer: issuer.into(), audience: audience.into(), keys })
    }

    /// In whose name.
    pub(crate) fn name(&self) -> &str {
        &self.issuer
    }

    /// A token about `principal` that counts from `now`.
    ///
    /// # Errors
    ///
    /// [`IssueError::Subject`], [`IssueError::Principal`] and [`IssueError::Scope`] for a principal that does not
    /// become claims, or scopes that it does not have, [`IssueError::OtherIssuer`] for a principal whose issuer is another,
    /// [`IssueError::ReservedClaim`] for a field or a claim that is called
    /// like one with a meaning of its own, [`IssueError::Claim`] for a claim that is called like a field,
    /// [`IssueError::NoLifetime`] under a second, [`IssueError::LifetimeTooLong`] above `bearer(max_age)`,
    /// [`IssueError::TooLarge`] above 8 KiB, [`IssueError::NoSigningKey`] before the first key signs,
    /// [`IssueError::Randomness`] and [`IssueError::Signature`] when the system or the key fails.
    pub(crate) fn issue<P: Principal>(
        &self,
        principal: &P,
        options: &TokenOptions,
        now: Timestamp,
    ) -> Result<IssuedToken, IssueError> {
        // The token names this issuer, and whoever reads it would take one subject for another.
        if principal.issuer().is_some_and(|issuer| *issuer != *self.issuer) {
            return Err(IssueError::OtherIssuer);
        }
        let lifetime = self.lifetime(options.lifetime)?;
        let fields = self.fields(principal, options)?;
        let issued_at = now.as_secs();
        let expires_at = issued_at.saturating_add(lifetime);
        let id = token_id()?;
        let scope = fields.scope.as_deref().map(Into::into);
        let token = self.sign(
            &AccessToken {
                iss: &self.issuer,
                sub: &subject_of(principal.id())?,
                aud: match options.audiences.as_slice() {
                    [] => Audience::One(&self.audience),
                    [only] => Audience::One(only),
                    several => Audience::Several(several),
                },
                exp: expires_at,
                iat: issued_at,
                jti: &id,
                // Nobody proved who they are in the future.
                auth_time: self
                    .spec
                    .auth_time
                    .then(|| options.authenticated_at.map_or(now, |at| authentication(at, now)).as_secs()),
                amr: &options.factors,
                realm: self.realm,
                refresh_family: options.family.as_deref(),
                scope: fields.scope,
                revocation_epoch: options.epoch,
                roles: fields.roles,
                others: fields.others,
            },
            now,
        )?;
        Ok(IssuedToken {
            token,
            id: id.into(),
            expires_at: Timestamp::from_secs(expires_at),
            lifetime: Duration::from_secs(lifetime),
            scope,
        })
    }

    /// Whole seconds, rounded down: `exp - iat` is never longer than what was asked for.
    fn lifetime(&self, lifetime: Duration) -> Result<u64, IssueError> {
        if self.spec.max_age.is_some_and(|max_age| lifetime > max_age) {
            return Err(IssueError::LifetimeTooLong);
        }
        match lifetime.as_secs() {
            0 => Err(IssueError::NoLifetime),
            seconds => Ok(seconds),
        }
    }

    /// The principal's fields, sorted into claims.
    fn fields<P: Principal>(&self, principal: &P, options: &TokenOptions) -> Result<Fields, IssueError> {
        // Twice through JSON, so that every number keeps its digits whatever its width.
        let json = serde_json::to_string(&AsKept(principal)).map_err(unserialisable)?;
        let mut others: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&json).map_err(unserialisable)?;

        others.remove(self.names.id);
        self.names.issuer.and_then(|name| others.remove(name));
        let roles = self.names.roles.and_then(|name| others.remove(name));
        let scopes = self.names.scopes.and_then(|name| others.remove(name));
        let scope = match &options.scopes {
            None => scopes.map_or(Ok(None), |scopes| scope_of(scopes.get()))?,
            // Narrowed, never widened.
            Some(narrowed) if narrowed.iter().all(|scope| principal.has_scope(scope)) => scope_of_words(narrowed)?,
            Some(_) => return Err(IssueError::Scope),
        };
        for (name, value) in &options.claims {
            if others.insert(name.clone(), value.clone()).is_some() {
                return Err(IssueError::Claim(name.as_str().into()));
            }
        }

        let declared = self.spec.claim;
        let is_reserved =
            |name: &str| RESERVED.contains(&name) || declared.is_some_and(|(declared, _)| declared == name);
        if let Some(name) = others.keys().find(|name| is_reserved(name)) {
            return Err(IssueError::ReservedClaim(name.as_str().into()));
        }
        // A release that knows them reads them from the claims.
        for (name, value) in options.members.iter().filter(|(name, _)| !is_reserved(name)) {
            others.entry(name.clone()).or_insert_with(|| value.clone());
        }
        if let Some((name, value)) = declared {
            others.insert(name.to_owned(), serde_json::value::to_raw_value(value).map_err(unserialisable)?);
        }
        Ok(Fields { roles, scope, others })
    }

    /// The newest key that signs already; of equally new ones the one that was given last.
    fn key_at(&self, now: Timestamp) -> Option<&(SigningKey, Box<str>)> {
        let since = |entry: &'_ &(SigningKey, Box<str>)| entry.0.signing_since(now);
        self.keys.iter().filter(|entry| since(entry).is_some()).max_by_key(since)
    }

    fn sign(&self, claims: &AccessToken<'_>, now: Timestamp) -> Result<String, IssueError> {
        let (key, header) = self.key_at(now).ok_or(IssueError::NoSigningKey)?;
        let payload = serde_json::to_vec(claims).map_err(unserialisable)?;
        let token = key.sign_compact(header.to_string(), &payload)?;
        if token.len() > MAX_BYTES {
            return Err(IssueError::TooLarge);
        }
        Ok(token)
    }
}

/// When the subject authenticated, as far as that is to be believed at `now`.
pub(crate) fn authentication(at: Timestamp, now: Timestamp) -> Timestamp {
    if at.is_ahead_of(now) { Timestamp::EPOCH } else { at.min(now) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn unserialisable(error: serde_json::Error) -> IssueError {
    IssueError::Principal(JsonFault::from(&error).to_string().into())
}

/// The claims of RFC 9068 2.2, and ours.
#[derive(Serialize)]
struct AccessToken<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: Audience<'a>,
    exp: u64,
    iat: u64,
    jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "<[Box<str>]>::is_empty")]
    amr: &'a [Box<str>],
    realm: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_family: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_epoch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Box<RawValue>>,
    #[serde(flatten)]
    others: BTreeMap<String, Box<RawValue>>,
}

/// One name, or several (RFC 7519 4.1.3).
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(&'a [Box<str>]),
}

struct Fields {
    roles: Option<Box<RawValue>>,
    scope: Option<String>,
    others: BTreeMap<String, Box<RawValue>>,
}

/// 128 random bits, so that no two tokens share one (RFC 7519 4.1.7).
fn token_id() -> Result<String, IssueError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| IssueError::Randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
