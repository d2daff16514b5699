//! Whether a token with a good signature is one for us, now.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::claims::{Claims, NumericDate};
use super::error::TokenRefusal::{self, MissingClaim};
use crate::clock::Timestamp;
use crate::principal::BearerSpec;

/// A token that was verified, and whom it is about. Made by [`Expectations::admit`] alone.
#[derive(Clone)]
pub(crate) struct Verified<P> {
    /// Its subject as the application's type.
    pub(crate) principal: P,
    /// Its `iss`.
    pub(crate) issuer: Arc<str>,
    /// Its `sub`.
    pub(crate) subject: SmolStr,
    /// Its `jti`.
    pub(crate) token_id: Option<SmolStr>,
    /// Of which family of refresh tokens it is.
    pub(crate) family: Option<Box<str>>,
    /// Its `revocation_epoch`, if it names the realm that the epoch belongs to.
    pub(crate) epoch: Option<u64>,
    /// When it counts.
    pub(crate) dates: Dates,
    /// Its `amr` and its `acr`: a client is asked for either by the `acr_values` of RFC 9470.
    pub(crate) factors: Vec<Box<str>>,
}

/// The instants that a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    /// Its `exp`, without leeway.
    pub(crate) expires_at: Timestamp,
    /// Its `nbf`.
    pub(crate) not_before: Option<Timestamp>,
    /// Its `iat`.
    pub(crate) issued_at: Option<Timestamp>,
    /// Its `auth_time`.
    pub(crate) authenticated_at: Option<Timestamp>,
}

/// What a token has to say to be one for us.
#[derive(Debug)]
pub(super) struct Expectations {
    pub(super) issuer: Arc<str>,
    pub(super) audience: Box<str>,
    pub(super) realm: Box<str>,
    pub(super) realm_required: bool,
    /// Former names of the realm, each with the instant until which it is accepted.
    pub(super) former_realms: Vec<(Box<str>, Timestamp)>,
    pub(super) bearer: BearerSpec,
}

impl Expectations {
    /// The judgement, in this order: whom the token is for, when it counts, whom it is about.
    pub(super) fn admit<P>(
        &self,
        claims: &mut Claims<'_>,
        principal: P,
        now: Timestamp,
    ) -> Result<Verified<P>, TokenRefusal> {
        let accepted_until = self.is_for_us(claims, now)?;
        let mut dates = Dates::of(claims)?;
        // A token that is cached ends with its realm's former name.
        dates.expires_at = accepted_until.map_or(dates.expires_at, |until| dates.expires_at.min(until));
        self.counts_at(&dates, now)?;
        if self.bearer.revocable && claims.token_id.is_none() {
            return Err(MissingClaim("jti"));
        }
        // An empty subject would be one that all who lack a name share.
        let subject = claims.subject.as_ref().filter(|subject| !subject.0.is_empty()).ok_or(MissingClaim("sub"))?;
        let mut factors = claims.factors.take().unwrap_or_default();
        factors.extend(claims.authentication_context.as_ref().map(|context| (&*context.0).into()));
        Ok(Verified {
            principal,
            issuer: Arc::clone(&self.issuer),
            subject: SmolStr::new(&subject.0),
            token_id: claims.token_id.as_ref().map(|id| SmolStr::new(&id.0)),
            family: claims.family.as_ref().map(|family| (&*family.0).into()),
            epoch: claims.epoch.filter(|_| claims.realm.is_some()),
            dates,
            factors,
        })
    }

    /// Answers with the instant until which the token's realm is accepted, if that is a former name.
    fn is_for_us(&self, claims: &Claims<'_>, now: Timestamp) -> Result<Option<Timestamp>, TokenRefusal> {
        if claims.confirmation.is_some() {
            return Err(TokenRefusal::BoundToAKey);
        }
        let issuer = claims.issuer.as_ref().ok_or(MissingClaim("iss"))?;
        if *issuer.0 != *self.issuer {
            return Err(TokenRefusal::WrongIssuer);
        }
        let audience = claims.audience.as_ref().ok_or(MissingClaim("aud"))?;
        if !audience.contains(&self.audience) {
            return Err(TokenRefusal::WrongAudience);
        }
        let accepted_until = match &claims.realm {
            Some(realm) if *realm.0 != *self.realm => {
                let former = self.former_realms.iter().find(|(name, until)| **name == *realm.0 && now < *until);
                Some(former.ok_or(TokenRefusal::WrongRealm)?.1)
            }
            None if self.realm_required => return Err(MissingClaim("realm")),
            _ => None,
        };
        if let Some((name, value)) = self.bearer.claim {
            let declared = claims.declared.as_ref().ok_or(MissingClaim(name))?;
            if declared.0 != value {
                return Err(TokenRefusal::WrongClaim(name));
            }
        }
        Ok(accepted_until)
    }

    /// Whether a token with these dates counts now. Leeway is for clocks that disagree: it moves `exp`, and what lies
    /// ahead, and no limit of ours.
    pub(super) fn counts_at(&self, dates: &Dates, now: Timestamp) -> Result<(), TokenRefusal> {
        let leeway = self.bearer.leeway;
        let soon = now.plus(leeway);
        let ahead = |date: Option<Timestamp>| date.is_some_and(|instant| instant > soon);

        if now >= dates.expires_at.plus(leeway) {
            return Err(TokenRefusal::Expired);
        }
        if ahead(dates.not_before) {
            return Err(TokenRefusal::NotYetValid);
        }
        if ahead(dates.issued_at) {
            return Err(TokenRefusal::IssuedInTheFuture);
        }
        if ahead(dates.authenticated_at) {
            return Err(TokenRefusal::AuthenticatedInTheFuture);
        }
        if self.bearer.auth_time && dates.authenticated_at.is_none() {
            return Err(MissingClaim("auth_time"));
        }
        if let Some(max_age) = self.bearer.max_age {
            let issued_at = dates.issued_at.ok_or(MissingClaim("iat"))?;
            is_young(issued_at, dates.expires_at, now, max_age)?;
        }
        Ok(())
    }
}

impl Dates {
    fn of(claims: &Claims<'_>) -> Result<Self, TokenRefusal> {
        Ok(Self {
            expires_at: instant(claims.expires_at).ok_or(MissingClaim("exp"))?,
            not_before: instant(claims.not_before),
            issued_at: instant(claims.issued_at),
            authenticated_at: instant(claims.authenticated_at),
        })
    }
}

fn is_young(
    issued_at: Timestamp,
    expires_at: Timestamp,
    now: Timestamp,
    max_age: Duration,
) -> Result<(), TokenRefusal> {
    if expires_at.since(issued_at) > max_age {
        return Err(TokenRefusal::LifetimeTooLong);
    }
    if now.since(issued_at) > max_age {
        return Err(TokenRefusal::TooOld);
    }
    Ok(())
}

fn instant(date: Option<NumericDate>) -> Option<Timestamp> {
    date.map(|date| date.0)
}
