//! The one way in: from a token's text to a principal.

use serde::de::IgnoredAny;

use super::admit::{Dates, Verified};
use super::buffers::Buffers;
use super::claims::{Claims, RESERVED};
use super::compact::{Compact, MAX_BYTES};
use super::error::{TokenConfigError, TokenRefusal};
use super::fields;
use super::header::Header;
use super::issuer::Issuer;
use super::known_headers::KnownHeaders;
use super::peek::issuer_in;
use super::provider::is_symmetric;
use crate::clock::Timestamp;
use crate::principal::{AsKept, BearerSpec, ClaimNames, Principal};

/// Verifies the bearer tokens of one principal type.
///
/// Built once, at start. From cheap to dear it asks of each token:
///
/// 1. Is it at most 8 KiB, and three parts of base64url in their only spelling (RFC 7515 7.1)?
/// 2. Does its header name each parameter once, no extension under `crit`, an algorithm that is declared, and the `typ`
///    that is declared?
/// 3. Has the issuer that it names a key of this algorithm and `kid`, and is the signature by it? A key never comes from the
///    token, and a key of one issuer never verifies a token of another.
/// 4. Are all claims of the type they are defined to be, and there once?
/// 5. `cnf` absent; `iss`, `aud`, `realm` and the declared claim as expected; `exp`, `nbf`, `iat`, `auth_time` and
///    `bearer(max_age)` good at this instant?
/// 6. Do the claims deserialise as the principal? Roles and scopes that the issuer may not grant are dropped.
///
/// # Realms
///
/// A token that says `realm` is accepted in that realm only. Tokens of this library always say it, and nobody without
/// the key can take it out. Other issuers do not know it: where two principal types trust the same issuer for the same
/// audience, its tokens count for both, unless they are told apart by `bearer(claim)` or `bearer(audience)`. An issuer whose
/// keys belong to a [`TokenIssuer`](super::TokenIssuer) of this library alone has to say it.
#[derive(Debug)]
pub(crate) struct Verifier {
    /// At least one.
    issuers: Box<[Issuer]>,
    known_headers: KnownHeaders,
    names: ClaimNames,
    bearer: BearerSpec,
}

/// On what it rests that a verified token counts, but for its content, which does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    dates: Dates,
    issuer: usize,
    generation: u64,
}

impl Verifier {
    /// A verifier of the tokens of `issuers`, which have different names.
    ///
    /// `bearer` and `names` are what the principal declares.
    ///
    /// # Errors
    ///
    /// [`TokenConfigError::MixedFamilies`], [`TokenConfigError::NoIssuer`] and [`TokenConfigError::NoAudience`] when
    /// empty, [`TokenConfigError::ReservedClaim`] when `bearer(claim)` names a claim that is read anyway,
    /// [`TokenConfigError::DuplicateIssuer`].
    pub(crate) fn new(bearer: BearerSpec, names: ClaimNames, issuers: Vec<Issuer>) -> Result<Self, TokenConfigError> {
        if issuers.is_empty() {
            return Err(TokenConfigError::NoIssuer);
        }
        for (position, issuer) in issuers.iter().enumerate() {
            expect_declarations(&bearer, issuer.name(), &issuer.expectations.audience)?;
            if issuers.iter().take(position).any(|other| other.name() == issuer.name()) {
                return Err(TokenConfigError::DuplicateIssuer(issuer.name().into()));
            }
        }
        let known_headers = KnownHeaders::of(issuers.iter().flat_map(Issuer::given_keys), bearer.typ);
        Ok(Self { issuers: issuers.into(), known_headers, names, bearer })
    }

    /// What `outcome` makes of whom `token` is about, if it counts at `now`.
    ///
    /// Made here, and not of what is returned: that is large, and would be moved through each caller.
    pub(crate) fn verify<P: Principal, T>(
        &self,
        token: &[u8],
        now: Timestamp,
        outcome: impl FnOnce(Verified<P>, Standing) -> T,
    ) -> Result<T, TokenRefusal> {
        let mut buffers = Buffers::of_this_thread();
        let compact = Compact::parse(token, MAX_BYTES, &mut buffers)?;
        let (text, read);
        let header = if let Some(known) = self.known_headers.find(compact.header) {
            known
        } else {
            text = compact.header_text()?;
            read = Header::parse(&text)?;
            &read
        };
        let algorithm = header.algorithm_among(self.bearer.algorithms.iter().copied())?;
        if !header.is_of_type(self.bearer.typ) {
            return Err(TokenRefusal::WrongType);
        }
        let payload = compact.claims()?;
        let position = self.position_of_issuer(payload)?;
        let issuer = self.issuers.get(position).ok_or(TokenRefusal::WrongIssuer)?;
        let generation = issuer.authenticate(algorithm, header, &compact, now)?;
        self.admit(payload, compact.object, issuer, now, |verified| {
            let standing = Standing { dates: verified.dates, issuer: position, generation };
            outcome(verified, standing)
        })
    }

    /// The same, with one more look at the URL of the issuer's keys where none of those that are known would do.
    #[cfg(feature = "jwks-url")]
    pub(crate) async fn verify_fetching<P: Principal, T>(
        &self,
        token: &[u8],
        now: Timestamp,
        outcome: fn(Verified<P>, Standing) -> T,
    ) -> Result<T, TokenRefusal> {
        let refusal = match self.verify(token, now, outcome) {
            Err(refusal @ (TokenRefusal::UnknownKey | TokenRefusal::KeysUnavailable)) => refusal,
            verified => return verified,
        };
        self.issuer_of(token)?.fetch_keys(refusal, now).await;
        self.verify(token, now, outcome)
    }

    #[cfg(feature = "jwks-url")]
    fn issuer_of(&self, token: &[u8]) -> Result<&Issuer, TokenRefusal> {
        let mut buffers = Buffers::of_this_thread();
        let position = self.position_of_issuer(Compact::parse(token, MAX_BYTES, &mut buffers)?.claims()?)?;
        self.issuers.get(position).ok_or(TokenRefusal::WrongIssuer)
    }

    /// The names of those whose tokens are accepted.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &str> {
        self.issuers.iter().map(Issuer::name)
    }

    /// Whether a token that was verified before still counts; [`TokenRefusal::UnknownKey`] when the keys of its issuer are
    /// no longer those by which it was verified, and it has to be verified anew.
    pub(crate) fn stands(&self, standing: &Standing, now: Timestamp) -> Result<(), TokenRefusal> {
        let issuer = self.issuers.get(standing.issuer).ok_or(TokenRefusal::UnknownKey)?;
        if issuer.generation(now) != Some(standing.generation) {
            return Err(TokenRefusal::UnknownKey);
        }
        issuer.expectations.counts_at(&standing.dates, now)
    }

    /// Whose keys are to be asked. Where there is one issuer only, nothing is read before it is authenticated.
    fn position_of_issuer(&self, payload: &str) -> Result<usize, TokenRefusal> {
        if self.issuers.len() == 1 {
            return Ok(0);
        }
        let name = issuer_in(payload)?.0;
        self.issuers.iter().position(|issuer| issuer.name() == name).ok_or(TokenRefusal::WrongIssuer)
    }

    /// Reads a payload that was authenticated. One pass, unless no principal comes out: then the claims are read on
    /// their own, so that a token that is expired as well is called that.
    fn admit<P: Principal, T>(
        &self,
        payload: &str,
        room: &mut String,
        issuer: &Issuer,
        now: Timestamp,
        outcome: impl FnOnce(Verified<P>) -> T,
    ) -> Result<T, TokenRefusal> {
        let expectations = &issuer.expectations;
        let declared = self.bearer.claim.map(|(name, _)| name);
        let with_scope = self.names.scopes.is_some();
        let mut claims = Claims::default();
        let rest = issuer.opening.read(payload, with_scope, room, &mut claims);
        match fields::read(rest, &self.names, declared, &mut claims) {
            Ok(AsKept(mut principal)) => {
                let granted = self.grant(issuer, &mut principal);
                let verified = expectations.admit(&mut claims, principal, now)?;
                return granted.map(|()| outcome(verified));
            }
            Err(TokenRefusal::NoPrincipal) => {}
            Err(refusal) => return Err(refusal),
        }
        let mut claims = Claims::default();
        let rest = issuer.opening.read(payload, with_scope, room, &mut claims);
        let IgnoredAny = fields::read(rest, &self.names, declared, &mut claims)?;
        expectations.admit(&mut claims, (), now)?;
        Err(TokenRefusal::NoPrincipal)
    }

    /// Leaves the principal what its issuer may grant. Its field for the issuer holds that issuer, whatever `Deserialize`
    /// makes of it.
    fn grant<P: Principal>(&self, issuer: &Issuer, principal: &mut P) -> Result<(), TokenRefusal> {
        if principal.issuer().is_some_and(|named| named != issuer.name()) {
            return Err(TokenRefusal::NoPrincipal);
        }
        issuer.grants.restrict(&self.names, principal)
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
    // These are claims of other issuers, which are not judged here.
    let is_free = |name: &str| !RESERVED.contains(&name) || ["acr", "client_id", "typ"].contains(&name);
    match spec.claim {
        Some((name, _)) if !is_free(name) => Err(TokenConfigError::ReservedClaim(name)),
        _ => Ok(()),
    }
}
