//! Between a session and its record: what is sealed on the way to a store, and opened on the way back.

use std::sync::Arc;

use zeroize::Zeroizing;

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
use super::key_values::Anonymous;
use super::realms::FormerRealm;
use super::{
    Contents, Device, Instants, Issued, SessionError, SessionErrorKind, SessionHandle, Sessions, Unsealed,
    standing_record,
};
use crate::clock::Timestamp;
use crate::credential::SessionId;
#[cfg(feature = "sealing")]
use crate::json_fault::JsonFault;
use crate::principal::Principal;
#[cfg(feature = "sealing")]
use crate::sealing::{KeyRing, Sealed};
use crate::store::{Payload, Record, StoreKey, SubjectKey};

/// What a list of somebody's sessions shows of one. A record that leaves the process has it sealed; one that does not has
/// the device, and the subject is in its contents.
#[cfg_attr(feature = "sealing", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Listing {
    pub(crate) subject: Box<str>,
    pub(crate) device: Option<Box<str>>,
    /// `None` for what is not a session.
    #[cfg_attr(feature = "sealing", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(crate) handle: Option<SessionHandle>,
}

impl<P: Principal> Sessions<P> {
    /// Names a record by the id that leads to it, in the present realm.
    pub(crate) fn issued(id: SessionId) -> Issued {
        Issued { key: StoreKey::of(P::SPEC.realm(), id.as_bytes()), id, persists_until: None }
    }

    /// Finds the record that a cookie names: in the present realm, or else in a former one that is accepted at `now`.
    pub(crate) async fn find_record(
        &self,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Option<(StoreKey, Record)>, SessionError> {
        let store = self.store()?;
        for realm in self.realms_at(now) {
            let key = StoreKey::of(realm, id.as_bytes());
            if let Some(record) = standing_record(store, key).await? {
                return Ok(Some((key, record)));
            }
        }
        Ok(None)
    }

    /// The realm's name, and its former names that are accepted at `now`.
    pub(crate) fn realms_at(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let former = self.0.former_realms.iter().filter(move |realm| realm.is_accepted(now));
        std::iter::once(P::SPEC.realm()).chain(former.map(FormerRealm::name))
    }

    /// The keys under which the sessions of a subject are listed: first the one for new sessions, then those of former
    /// realms.
    pub(crate) fn subject_keys(&self, subject: &str) -> impl Iterator<Item = SubjectKey> {
        self.subject_keys_in("", subject)
    }

    /// The same for rows of another kind than sessions, named by the `suffix` of their realm.
    pub(crate) fn subject_keys_in(&self, suffix: &str, subject: &str) -> impl Iterator<Item = SubjectKey> {
        let realms = std::iter::once(P::SPEC.realm()).chain(self.0.former_realms.iter().map(FormerRealm::name));
        realms.filter_map(move |realm| SubjectKey::of(&self.0.keys.subjects, &[realm, suffix].concat(), subject))
    }

    /// The record of a session under the id that leads to it.
    pub(crate) fn record(&self, unsealed: &Unsealed<P>, issued: &Issued) -> Result<Record, SessionError> {
        let Unsealed { contents, instants, device, listed } = unsealed;
        let subject = match listed {
            // `Store::replace` leaves the subject as it is, and the contents are sealed for it.
            Some((key, subject)) if *key == issued.key => Some(*subject),
            _ => self.subject_keys(&contents.subject).next(),
        };
        let mut record = Record {
            created_at: instants.created_at,
            authenticated_at: instants.authenticated_at.unwrap_or(instants.created_at),
            last_seen_at: instants.last_seen_at,
            longest_pause: instants.longest_pause,
            expires_at: instants.expires_at,
            revision: 0,
            subject: Some(subject.ok_or(SessionErrorKind::Unidentifiable)?),
            successor: None,
            payload: Payload::value(Arc::clone(contents)),
            listing: Payload::constant(*device),
        };
        self.seal(&mut record, unsealed, issued)?;
        Ok(record)
    }

    /// What a record holds, and `None` when it holds something else: another release's principal, or what was sealed under
    /// a key that is not ours.
    pub(crate) fn unseal(&self, record: &Record, id: &SessionId) -> Option<Arc<Contents<P>>> {
        self.unsealed_contents(record, id)
    }

    /// [`unseal`](Self::unseal), with what else the record keeps.
    pub(crate) fn unsealed(&self, record: &Record, issued: &Issued) -> Option<Unsealed<P>> {
        Some(Unsealed {
            contents: self.unsealed_contents(record, &issued.id)?,
            instants: Instants::kept(record),
            device: self.device(record, issued.key),
            listed: record.subject.map(|subject| (issued.key, subject)),
        })
    }
}

impl<P: Principal> Sessions<P> {
    /// The handle of the session whose record this is.
    pub(crate) fn handle(&self, record: &Record, key: StoreKey) -> Option<SessionHandle> {
        self.listing(record, key)?.handle
    }

    /// With what the visitor logged in.
    pub(super) fn device(&self, record: &Record, key: StoreKey) -> &'static Device {
        record.listing.as_constant().unwrap_or_else(|| {
            let listing = self.listing(record, key);
            Device::named(listing.as_ref().and_then(|listing| listing.device.as_deref()).unwrap_or_default())
        })
    }

    fn unsealed_listing(record: &Record) -> Option<Listing> {
        let device: &Device = record.listing.as_constant()?;
        let contents: Arc<Contents<P>> = record.payload.as_value()?;
        let subject = contents.subject.as_str().into();
        Some(Listing { subject, device: device.name().map(Box::from), handle: contents.handle })
    }
}

#[cfg(feature = "sealing")]
impl<P: Principal> Sessions<P> {
    fn seal(&self, record: &mut Record, unsealed: &Unsealed<P>, issued: &Issued) -> Result<(), SessionError> {
        let Some(ring) = &self.0.keys.ring else { return Ok(()) };
        let Unsealed { contents, device, .. } = unsealed;
        let subject = contents.subject.as_str().into();
        let listing = Listing { subject, device: device.name().map(Box::from), handle: contents.handle };
        seal_bytes(ring, record, contents.to_bytes(), &listing, issued)
    }

    fn unsealed_contents(&self, record: &Record, id: &SessionId) -> Option<Arc<Contents<P>>> {
        let Some(ring) = &self.0.keys.ring else { return record.payload.as_value() };
        opened(ring, record, id, Contents::from_bytes)
    }

    /// What a list of sessions shows of this one.
    pub(crate) fn listing(&self, record: &Record, key: StoreKey) -> Option<Listing> {
        let Some(ring) = &self.0.keys.ring else { return Self::unsealed_listing(record) };
        let bytes = ring.open_listing(&Sealed::of(record), key, record.listing.as_sealed()?)?;
        serde_json::from_slice(&bytes).ok()
    }
}

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
impl<P: Principal> Sessions<P> {
    /// The record of a visitor whom nobody knows yet.
    pub(super) fn anonymous_record(
        &self,
        anonymous: &Arc<Anonymous>,
        instants: Instants,
        issued: &Issued,
    ) -> Result<Record, SessionError> {
        let mut record = Record {
            created_at: instants.created_at,
            authenticated_at: instants.created_at,
            last_seen_at: instants.last_seen_at,
            longest_pause: instants.longest_pause,
            expires_at: instants.expires_at,
            revision: 0,
            subject: None,
            successor: None,
            payload: Payload::value(Arc::clone(anonymous)),
            listing: Payload::constant(Device::named("")),
        };
        if let Some(ring) = &self.0.keys.ring {
            let contents = serde_json::to_vec(&**anonymous).map(Zeroizing::new);
            let listing = Listing { subject: "".into(), device: None, handle: None };
            seal_bytes(ring, &mut record, contents, &listing, issued)?;
        }
        Ok(record)
    }

    /// What the record of a visitor whom nobody knows yet holds; `None` when it holds something else.
    pub(super) fn unseal_anonymous(&self, record: &Record, id: &SessionId) -> Option<Arc<Anonymous>> {
        let Some(ring) = &self.0.keys.ring else { return record.payload.as_value() };
        opened(ring, record, id, |bytes| serde_json::from_slice(bytes))
    }
}

/// What is neither a session nor a visitor whom nobody knows, under the same keys.
#[cfg(feature = "jwt")]
impl<P: Principal> Sessions<P> {
    /// Seals what a record of `subject` holds, unless it stays in the process.
    #[cfg_attr(
        not(feature = "sealing"),
        expect(
            unused_variables,
            clippy::unused_self,
            clippy::unnecessary_wraps,
            reason = "with `sealing` it needs them"
        )
    )]
    pub(super) fn seal_other(
        &self,
        record: &mut Record,
        subject: &str,
        contents: impl FnOnce() -> serde_json::Result<Zeroizing<Vec<u8>>>,
        issued: &Issued,
    ) -> Result<(), SessionError> {
        #[cfg(feature = "sealing")]
        if let Some(ring) = &self.0.keys.ring {
            let listing = Listing { subject: subject.into(), device: None, handle: None };
            seal_bytes(ring, record, contents(), &listing, issued)?;
        }
        Ok(())
    }

    /// What such a record holds, as `read` understands it.
    #[cfg_attr(
        not(feature = "sealing"),
        expect(unused_variables, clippy::unused_self, reason = "with `sealing` it needs them")
    )]
    pub(super) fn opened_other<T: Send + Sync + 'static>(
        &self,
        record: &Record,
        id: &SessionId,
        read: impl FnOnce(&[u8]) -> serde_json::Result<T>,
    ) -> Option<Arc<T>> {
        #[cfg(feature = "sealing")]
        if let Some(ring) = &self.0.keys.ring {
            return opened(ring, record, id, read);
        }
        record.payload.as_value()
    }
}

/// Seals a record with this for its contents, and this for its listing.
#[cfg(feature = "sealing")]
fn seal_bytes(
    ring: &KeyRing,
    record: &mut Record,
    contents: Result<Zeroizing<Vec<u8>>, serde_json::Error>,
    listing: &Listing,
    issued: &Issued,
) -> Result<(), SessionError> {
    let sealed = Sealed::of(record);
    let contents = contents.map_err(|_| SessionErrorKind::Unserialisable)?;
    let listing = serde_json::to_vec(listing).map_err(|_| SessionErrorKind::Unserialisable)?;
    let payload = ring.seal(&sealed, issued.id.as_bytes(), &contents).ok_or(SessionErrorKind::Unavailable)?;
    let listing = ring.seal_listing(&sealed, issued.key, &listing).ok_or(SessionErrorKind::Unavailable)?;
    record.payload = Payload::sealed(payload);
    record.listing = Payload::sealed(listing);
    Ok(())
}

/// What a sealed record holds, as `read` understands it.
#[cfg(feature = "sealing")]
fn opened<T>(
    ring: &KeyRing,
    record: &Record,
    id: &SessionId,
    read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
) -> Option<Arc<T>> {
    let opened = record.payload.as_sealed().and_then(|sealed| ring.open(&Sealed::of(record), id.as_bytes(), sealed));
    let Some(bytes) = opened else {
        tracing::warn!(target: "session", reason = "not sealed by a key of this ring", "session.unreadable");
        return None;
    };
    match read(&bytes) {
        Ok(contents) => Some(Arc::new(contents)),
        Err(error) => {
            tracing::warn!(target: "session", reason = %JsonFault::from(&error), "session.unreadable");
            None
        }
    }
}

/// Nothing is sealed where there is no store outside the process.
#[cfg(not(feature = "sealing"))]
impl<P: Principal> Sessions<P> {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "with the feature `sealing` it may fail")]
    fn seal(&self, _: &mut Record, _: &Unsealed<P>, _: &Issued) -> Result<(), SessionError> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "with the feature `sealing` it needs keys")]
    fn unsealed_contents(&self, record: &Record, _: &SessionId) -> Option<Arc<Contents<P>>> {
        record.payload.as_value()
    }

    /// What a list of sessions shows of this one.
    #[expect(clippy::unused_self, reason = "with the feature `sealing` it needs keys")]
    pub(crate) fn listing(&self, record: &Record, _: StoreKey) -> Option<Listing> {
        Self::unsealed_listing(record)
    }
}
