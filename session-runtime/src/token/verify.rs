//! The one way in: from a token's text to a principal.

use super::admit::{Expectations, Verified};
use super::claims::{Claims, RESERVED};
use super::compact::{Compact, MAX_BYTES};
use super::error::{TokenConfigError, TokenRefusal};
use super::fields;
use super::header::Header;
use super::key::VerifyingKey;
use super::provider::is_symmetric;
use crate::clock::Timestamp;
use crate::principal::{AsKept, BearerSpec, ClaimNames, Principal};
use serde::de::IgnoredAny;

/// Verifies the bearer tokens of one principal type.
///
/// Built once, at start. From cheap to dear it asks of each token:
///
/// 1. Is it at most 8 KiB, and three parts of base64url in their only spelling (RFC 7515 7.1)?
/// 2. Does its header name each parameter once, no extension under `crit`, an algorithm that is declared, and the `typ`
///    that is declared?
/// 3. Is there a key of this algorithm and `kid`, and is the signature by it? A key never comes from the token.
/// 4. Are all claims of the type they are defined to be, and there once?
/// 5. `cnf` absent; `iss`, `aud`, `realm` and the declared claim as expected; `exp`, `nbf`, `iat`, `auth_time` and
///    `bearer(max_age)` good at this instant?
/// 6. Do the claims deserialise as the principal?
///
/// # Realms
///
/// A token that says `realm` is accepted in that realm only. Tokens of this library always say it, and nobody without
/// the key can take it out. Other issuers do not know it: where two principal types trust the same issuer for the same
/// audience, its tokens count for both, unless they are told apart by `bearer(claim)` or `bearer(audience)`. A verifier
/// whose keys belong to a [`TokenIssuer`](super::TokenIssuer) of this library alone should
/// [require it](Self::require_realm).
#[derive(Debug)]
pub(crate) struct Verifier {
    keys: Box<[VerifyingKey]>,
    names: ClaimNames,
    expectations: Expectations,
}

impl Verifier {
    /// A verifier of the tokens that `issuer` makes for `audience`, signed by one of `keys`.
    ///
    /// `spec` and `claims` are what the principal declares, `realm` its realm.
    ///
    /// # Errors
    ///
    /// [`TokenConfigError::NoKey`], [`TokenConfigError::UndeclaredAlgorithm`] for a key that no accepted token could
    /// need, [`TokenConfigError::MixedFamilies`], [`TokenConfigError::DuplicateKeyId`], [`TokenConfigError::NoIssuer`]
    /// and [`TokenConfigError::NoAudience`] when empty, [`TokenConfigError::ReservedClaim`] when `bearer(claim)` names
    /// a claim that is read anyway.
    pub(crate) fn new(
        realm: &'static str,
        spec: BearerSpec,
        claims: ClaimNames,
        issuer: String,
        audience: String,
        keys: Vec<VerifyingKey>,
    ) -> Result<Self, TokenConfigError> {
        expect_declarations(&spec, &issuer, &audience)?;
        expect_keys(&spec, &keys)?;
        let expectations = Expectations {
            issuer: issuer.into(),
            audience: audience.into(),
            realm,
            realm_required: false,
            bearer: spec,
        };
        Ok(Self { keys: keys.into(), names: claims, expectations })
    }

    /// Refuses tokens without a `realm`, for keys that sign nothing but tokens of this library.
    #[must_use]
    pub(crate) fn require_realm(mut self) -> Self {
        self.expectations.realm_required = true;
        self
    }

    /// Whom `token` is about, if it counts at `now`.
    pub(crate) fn verify<P: Principal>(&self, token: &str, now: Timestamp) -> Result<Verified<P>, TokenRefusal> {
        let compact = Compact::parse(token, MAX_BYTES)?;
        let header = Header::parse(&compact.header)?;
        self.authenticate(&header, &compact)?;
        self.admit(&compact.payload, now)
    }

    /// Whether one of our keys signed this, by a declared algorithm, as a token of the declared type.
    fn authenticate(&self, header: &Header<'_>, compact: &Compact<'_>) -> Result<(), TokenRefusal> {
        let spec = &self.expectations.bearer;
        // Byte for byte: `none` in whatever spelling is not among them, nor is `hs256` (RFC 8725 3.1).
        let mut declared = spec.algorithms.iter().copied();
        let algorithm = declared
            .find(|algorithm| algorithm.as_str() == header.algorithm)
            .ok_or(TokenRefusal::AlgorithmNotDeclared)?;
        if !header.is_of_type(spec.typ) {
            return Err(TokenRefusal::WrongType);
        }
        let answers = |key: &&VerifyingKey| match (&header.key_id, key.id()) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        let mut candidates = self.keys.iter().filter(|key| key.algorithm() == algorithm).filter(answers).peekable();
        if candidates.peek().is_none() {
            return Err(TokenRefusal::UnknownKey);
        }
        if !candidates.any(|key| key.verifies(compact.signed.as_bytes(), &compact.signature)) {
            return Err(TokenRefusal::BadSignature);
        }
        Ok(())
    }

    /// Reads a payload that was authenticated. One pass, unless no principal comes out: then the claims are read on
    /// their own, so that a token that is expired as well is called that.
    fn admit<P: Principal>(&self, payload: &str, now: Timestamp) -> Result<Verified<P>, TokenRefusal> {
        let declared = self.expectations.bearer.claim.map(|(name, _)| name);
        let mut claims = Claims::default();
        match fields::read(payload, &self.names, declared, &mut claims) {
            Ok(AsKept(principal)) => return self.expectations.admit(claims, principal, now),
            Err(TokenRefusal::NoPrincipal) => {}
            Err(refusal) => return Err(refusal),
        }
        let mut claims = Claims::default();
        let IgnoredAny = fields::read(payload, &self.names, declared, &mut claims)?;
        self.expectations.admit(claims, (), now)?;
        Err(TokenRefusal::NoPrincipal)
    }
}

pub(super) fn expect_declarations(spec: &BearerSpec, issuer: &str, audience: &str) -> Result<(), TokenConfigError> {
    if issuer.is_empty() {
        return Err(TokenConfigError::NoIssuer);
    }
    if audience.is_empty() {
        return Err(TokenConfigError::NoAudience);
    }
    let symmetric = |algorithm: &_| is_symmetric(*algorithm);
    if spec.algorithms.iter().any(symmetric) && !spec.algorithms.iter().all(symmetric) {
        return Err(TokenConfigError::MixedFamilies);
    }
    // These three are claims of other issuers, which we do not read.
    let is_free = |name: &str| !RESERVED.contains(&name) || ["acr", "client_id", "typ"].contains(&name);
    match spec.claim {
        Some((name, _)) if !is_free(name) => Err(TokenConfigError::ReservedClaim(name)),
        _ => Ok(()),
    }
}

fn expect_keys(spec: &BearerSpec, keys: &[VerifyingKey]) -> Result<(), TokenConfigError> {
    if keys.is_empty() {
        return Err(TokenConfigError::NoKey);
    }
    let mut ids: Vec<&str> = Vec::new();
    for key in keys {
        if !spec.algorithms.contains(&key.algorithm()) {
            return Err(TokenConfigError::UndeclaredAlgorithm(key.algorithm()));
        }
        if let Some(id) = key.id() {
            if ids.contains(&id) {
                return Err(TokenConfigError::DuplicateKeyId(id.into()));
            }
            ids.push(id);
        }
    }
    Ok(())
}
