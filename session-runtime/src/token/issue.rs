//! Issuing: access tokens in the shape of RFC 9068. Its `client_id` alone is missing: a principal that signed in here is
//! no client of anybody's.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::value::RawValue;

use super::claims::RESERVED;
use super::compact::MAX_BYTES;
use super::error::{IssueError, TokenConfigError};
use super::key::SigningKey;
use super::scope::scope_of;
use super::verify::expect_declarations;
use crate::clock::Timestamp;
use crate::principal::{AsKept, BearerSpec, ClaimNames, Principal, subject_of};

/// Issues tokens about the principals of one type, which a [`Verifier`](super::Verifier) of the same declaration accepts.
#[derive(Debug)]
pub(crate) struct TokenIssuer {
    realm: &'static str,
    spec: BearerSpec,
    names: ClaimNames,
    issuer: Box<str>,
    audience: Box<str>,
    key: SigningKey,
    /// The header, which is the same for all its tokens, with the dot behind it.
    header: Box<str>,
}

impl TokenIssuer {
    /// Issues tokens in the name of `issuer` for `audience`, signed by `key`.
    ///
    /// # Errors
    ///
    /// [`TokenConfigError::UndeclaredAlgorithm`] for a key whose tokens `spec` does not accept, and as
    /// [`Verifier::new`](super::Verifier::new).
    pub(crate) fn new(
        realm: &'static str,
        spec: BearerSpec,
        claims: ClaimNames,
        issuer: String,
        audience: String,
        key: SigningKey,
    ) -> Result<Self, TokenConfigError> {
        expect_declarations(&spec, &issuer, &audience)?;
        if !spec.algorithms.contains(&key.algorithm()) {
            return Err(TokenConfigError::UndeclaredAlgorithm(key.algorithm()));
        }
        let header = header(spec.typ, &key);
        Ok(Self { realm, spec, names: claims, issuer: issuer.into(), audience: audience.into(), key, header })
    }

    /// A token about `principal` that counts from `now` for `lifetime`, in whole seconds.
    ///
    /// `authenticated_at` is when the subject last proved who it is, `factors` how (`amr`, RFC 8176); both are copied
    /// from the session or from the token before, never renewed by issuing.
    ///
    /// # Errors
    ///
    /// [`IssueError::Subject`], [`IssueError::Principal`] and [`IssueError::Scope`] for a principal that does not
    /// become claims, [`IssueError::ReservedClaim`] for one whose field is called like a claim with a meaning of its
    /// own, [`IssueError::NoLifetime`] under a second, [`IssueError::LifetimeTooLong`] above `bearer(max_age)`,
    /// [`IssueError::TooLarge`] above 8 KiB, [`IssueError::Randomness`] and [`IssueError::Signature`] when the system
    /// or the key fails.
    pub(crate) fn issue<P: Principal>(
        &self,
        principal: &P,
        now: Timestamp,
        lifetime: Duration,
        authenticated_at: Timestamp,
        factors: &[impl AsRef<str>],
    ) -> Result<String, IssueError> {
        let lifetime = self.lifetime(lifetime)?;
        let fields = self.fields(principal)?;
        let issued_at = now.as_secs();
        self.sign(&AccessToken {
            iss: &self.issuer,
            sub: &subject_of(principal.id())?,
            aud: &self.audience,
            exp: issued_at.saturating_add(lifetime),
            iat: issued_at,
            jti: &token_id()?,
            // Nobody proved who they are in the future.
            auth_time: self.spec.auth_time.then(|| authenticated_at.min(now).as_secs()),
            amr: factors.iter().map(AsRef::as_ref).collect(),
            realm: self.realm,
            scope: fields.scope,
            roles: fields.roles,
            others: fields.others,
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
    fn fields<P: Principal>(&self, principal: &P) -> Result<Fields, IssueError> {
        // Twice through JSON, so that every number keeps its digits whatever its width.
        let failed = |error: serde_json::Error| IssueError::Principal(error.to_string().into());
        let json = serde_json::to_string(&AsKept(principal)).map_err(failed)?;
        let mut others: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&json).map_err(failed)?;

        others.remove(self.names.id);
        let roles = self.names.roles.and_then(|name| others.remove(name));
        let scopes = self.names.scopes.and_then(|name| others.remove(name));
        let scope = scopes.map_or(Ok(None), |scopes| scope_of(scopes.get()))?;

        let declared = self.spec.claim;
        let is_reserved =
            |name: &str| RESERVED.contains(&name) || declared.is_some_and(|(declared, _)| declared == name);
        if let Some(name) = others.keys().find(|name| is_reserved(name)) {
            return Err(IssueError::ReservedClaim(name.as_str().into()));
        }
        if let Some((name, value)) = declared {
            others.insert(name.to_owned(), serde_json::value::to_raw_value(value).map_err(failed)?);
        }
        Ok(Fields { roles, scope, others })
    }

    fn sign(&self, claims: &AccessToken<'_>) -> Result<String, IssueError> {
        let payload = serde_json::to_vec(claims).map_err(|error| IssueError::Principal(error.to_string().into()))?;
        let mut token = self.header.to_string();
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.key.sign(token.as_bytes()).ok_or(IssueError::Signature)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        if token.len() > MAX_BYTES {
            return Err(IssueError::TooLarge);
        }
        Ok(token)
    }
}

/// The claims of RFC 9068 2.2, and ours.
#[derive(Serialize)]
struct AccessToken<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    iat: u64,
    jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'a str>,
    realm: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Box<RawValue>>,
    #[serde(flatten)]
    others: BTreeMap<String, Box<RawValue>>,
}

struct Fields {
    roles: Option<Box<RawValue>>,
    scope: Option<String>,
    others: BTreeMap<String, Box<RawValue>>,
}

fn header(typ: &str, key: &SigningKey) -> Box<str> {
    let mut json = format!(r#"{{"alg":"{}","typ":{}"#, key.algorithm().as_str(), quoted(typ));
    if let Some(id) = key.id() {
        json.push_str(r#","kid":"#);
        json.push_str(&quoted(id));
    }
    json.push('}');
    let mut header = URL_SAFE_NO_PAD.encode(json);
    header.push('.');
    header.into()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// 128 random bits, so that no two tokens share one (RFC 7519 4.1.7).
fn token_id() -> Result<String, IssueError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| IssueError::Randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
