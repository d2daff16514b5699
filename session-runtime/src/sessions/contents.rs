//! What a session's record holds: the principal, and under which name it is known.

use std::sync::Arc;

#[cfg(feature = "sealing")]
use serde_json::value::RawValue;
use smol_str::SmolStr;

#[cfg(feature = "sealing")]
use super::AsRead;
use super::{Confirmations, Factors, KeyValues, PrincipalJson, SessionError, SessionErrorKind, SessionHandle};
use crate::clock::Timestamp;
use crate::credential::SessionId;
#[cfg(feature = "sealing")]
use crate::principal::expect_identity;
use crate::principal::{Principal, identity_of};

/// The payload of a session's record.
pub(crate) struct Contents<P> {
    pub(crate) principal: P,
    /// The JSON that the principal was read from.
    pub(crate) json: PrincipalJson,
    /// The text that identifies the principal: its id, as in the `sub` claim, and its issuer where it has one.
    pub(crate) subject: SmolStr,
    /// When the application said that this is how the principal is: at log-in, or when it was asked again.
    pub(crate) checked_at: Timestamp,
    /// The session's handle in a list; `None` for a session that is in no store.
    pub(crate) handle: Option<SessionHandle>,
    /// The principal has changed, and the next admitted request gets a new id (ASVS 7.2.4).
    pub(crate) needs_new_id: bool,
    /// The token that says so, where one does.
    pub(crate) token: Option<Token>,
    /// Whether the visitor wanted to stay logged in when the browser is closed.
    pub(crate) remembered: bool,
    pub(crate) factors: Factors,
    /// Single-use tokens that were given out.
    pub(crate) confirmations: Confirmations,
    pub(crate) key_values: KeyValues,
    /// The id that a re-authentication put in the place of the one that opens this.
    pub(crate) successor: Option<Box<SessionId>>,
}

/// What names a token whose session it is.
#[derive(Clone)]
pub(crate) struct Token {
    /// Who issued it: another issuer may call somebody else by the same name (ASVS 10.3.3).
    pub(crate) issuer: Arc<str>,
    /// Its `jti`.
    pub(crate) id: Option<SmolStr>,
    /// Of which family of refresh tokens it is.
    pub(crate) family: Option<Box<str>>,
    /// Its `revocation_epoch`.
    pub(crate) epoch: Option<u64>,
}

impl<P: Principal> Contents<P> {
    pub(crate) fn new(principal: P, checked_at: Timestamp) -> Result<Self, SessionError> {
        let subject = identity_of(&principal).map_err(|_| SessionErrorKind::Unidentifiable)?;
        Ok(Self {
            principal,
            json: PrincipalJson::default(),
            subject: subject.into(),
            checked_at,
            handle: None,
            needs_new_id: false,
            token: None,
            remembered: false,
            factors: Factors::default(),
            confirmations: Confirmations::default(),
            key_values: KeyValues::default(),
            successor: None,
        })
    }

    /// The contents with the principal changed, which must remain the same subject.
    pub(crate) fn changed(&self, change: &mut impl FnMut(&mut P)) -> Result<Self, SessionError> {
        let mut principal = self.principal.clone();
        change(&mut principal);
        let changed = Self::new(principal, self.checked_at)?;
        if changed.subject != self.subject {
            return Err(SessionErrorKind::IdChanged.into());
        }
        changed.in_the_place_of(self)
    }

    /// This principal, with what else those hold that stand, and with the members of their JSON that this release does not
    /// know.
    pub(crate) fn in_the_place_of(self, standing: &Self) -> Result<Self, SessionError> {
        Ok(Self {
            json: self.json_after(standing)?,
            handle: standing.handle,
            needs_new_id: standing.needs_new_id,
            remembered: standing.remembered,
            factors: standing.factors.clone(),
            confirmations: standing.confirmations.clone(),
            key_values: standing.key_values.clone(),
            ..self
        })
    }

    fn json_after(&self, standing: &Self) -> Result<PrincipalJson, SessionError> {
        let json = standing.json.after(&standing.principal, &self.principal);
        json.map_err(|_| SessionErrorKind::Unserialisable.into())
    }

    /// The same, of a visitor who proved again who they are, in the place of those that stand.
    pub(crate) fn renewed(&self, standing: &Self) -> Result<Self, SessionError> {
        let json = self.json_after(standing)?;
        let factors = standing.factors.and(&self.factors);
        let confirmations = standing.confirmations.clone();
        let holding = self.holding(standing.key_values.clone());
        let (handle, remembered) = (standing.handle, standing.remembered);
        Ok(Self { json, handle, remembered, factors, confirmations, ..holding })
    }

    /// The same, with other key-values.
    pub(crate) fn holding(&self, key_values: KeyValues) -> Self {
        Self {
            principal: self.principal.clone(),
            json: self.json.clone(),
            subject: self.subject.clone(),
            checked_at: self.checked_at,
            handle: self.handle,
            needs_new_id: self.needs_new_id,
            token: self.token.clone(),
            remembered: self.remembered,
            factors: self.factors.clone(),
            confirmations: self.confirmations.clone(),
            key_values,
            successor: None,
        }
    }

    /// The same, of a principal that was asked for again then and has not changed.
    pub(crate) fn checked(&self, checked_at: Timestamp) -> Self {
        Self { checked_at, ..self.holding(self.key_values.clone()) }
    }

    /// The same, under a new id.
    pub(crate) fn under_new_id(self: Arc<Self>) -> Arc<Self> {
        if !self.needs_new_id {
            return self;
        }
        Arc::new(Self { needs_new_id: false, ..self.holding(self.key_values.clone()) })
    }

    /// The same, of a record whose id is about to be replaced by this one.
    pub(crate) fn succeeded_by(&self, id: SessionId) -> Self {
        let holding = self.holding(self.key_values.clone());
        Self { successor: Some(Box::new(id)), ..holding }
    }
}

/// [`Contents`] as bytes: JSON, so that another release's principal, which has gained a field with a default or lost one,
/// still reads it.
#[cfg(feature = "sealing")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Written<'a, T> {
    #[serde(borrow)]
    subject: std::borrow::Cow<'a, str>,
    principal: T,
    /// In milliseconds.
    #[serde(default)]
    checked_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handle: Option<SessionHandle>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    needs_new_id: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remembered: bool,
    #[serde(default, skip_serializing_if = "Factors::is_empty")]
    factors: Factors,
    #[serde(default, skip_serializing_if = "Confirmations::is_empty")]
    confirmations: Confirmations,
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    #[serde(default, skip_serializing_if = "KeyValues::is_empty")]
    key_values: KeyValues,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    successor: Option<&'a str>,
}

#[cfg(feature = "sealing")]
impl<P: Principal> Contents<P> {
    /// Fails for contents that [`from_bytes`](Self::from_bytes) would not read: JSON that nests too deeply, a float that is
    /// not a number. Their record would end the session.
    pub(crate) fn to_bytes(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, serde_json::Error> {
        let successor = self.successor.as_ref().map(|id| id.encode());
        let written = Written {
            subject: (&*self.subject).into(),
            principal: AsRead(&self.principal, &self.json),
            checked_at: self.checked_at.as_millis(),
            handle: self.handle,
            needs_new_id: self.needs_new_id,
            remembered: self.remembered,
            factors: self.factors.clone(),
            confirmations: self.confirmations.clone(),
            #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
            key_values: self.key_values.clone(),
            successor: successor.as_ref().map(|text| text.as_str()),
        };
        let bytes = serde_json::to_vec(&written).map(zeroize::Zeroizing::new)?;
        Self::from_bytes(&bytes)?;
        Ok(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let written: Written<'_, &RawValue> = serde_json::from_slice(bytes)?;
        let (principal, json) = PrincipalJson::read(written.principal)?;
        expect_identity(&principal, &written.subject)?;
        Ok(Self {
            principal,
            json,
            subject: written.subject.into(),
            token: None,
            checked_at: Timestamp::from_millis(written.checked_at),
            handle: written.handle,
            needs_new_id: written.needs_new_id,
            remembered: written.remembered,
            factors: written.factors,
            confirmations: written.confirmations,
            #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
            key_values: written.key_values,
            #[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
            key_values: KeyValues::default(),
            successor: written.successor.and_then(|text| SessionId::parse(text.as_bytes())).map(Box::new),
        })
    }
}
