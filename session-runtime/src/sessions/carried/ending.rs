//! Ending a session that lives in its cookie: a list says which ones count no more.

use super::{CarriedId, token_of};
use crate::clock::Timestamp;
use crate::principal::{CookieToken, Principal};
use crate::sessions::revocation::{List, Revoked, hash};
use crate::sessions::{SessionError, SessionErrorKind, Sessions};
use crate::store::StoreError;

impl<P: Principal> Sessions<P> {
    /// Ends the session in whichever of its cookies.
    pub(crate) async fn end_carried(&self, id: &CarriedId) -> Result<(), SessionError> {
        let list = self.list_of_ended().ok_or(SessionErrorKind::NoCookie)?;
        let hashes = [hash(b"session", &id.id)];
        list.change(self, &id.subject, |revoked, now| revoked.add(&hashes, now)).await
    }

    /// The same, where that can be done at all.
    pub(crate) async fn end_where_possible(&self, id: &CarriedId) -> Result<(), SessionError> {
        match self.list_of_ended() {
            Some(_) => self.end_carried(id).await,
            None => Ok(()),
        }
    }

    /// Ends every session of a subject that began until now, where a list can say so.
    pub(crate) async fn end_all_carried(&self, subject: &str) -> Result<(), SessionError> {
        let Some(list) = self.list_of_ended() else { return Ok(()) };
        list.change(self, subject, Revoked::add_all).await
    }

    /// When a session begins that begins now: later than whatever [`end_all_carried`](Self::end_all_carried) ended, within the
    /// same millisecond too, and by a clock that is ahead of this one.
    pub(crate) async fn after_ended(&self, subject: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        let Some(list) = self.list_of_ended() else { return Ok(now) };
        Ok(list.counts_from(self, subject, now).await?.map_or(now, |from| from.max(now)))
    }

    /// Whether the session was ended.
    pub(crate) async fn was_ended(&self, id: &CarriedId, now: Timestamp) -> Result<bool, StoreError> {
        let Some(list) = self.list_of_ended() else { return Ok(false) };
        list.covers(self, &id.subject, &[hash(b"session", &id.id)], id.created_at, now).await
    }

    fn list_of_ended(&self) -> Option<List<'_>> {
        let CookieToken::Revocable = token_of::<P>()? else { return None };
        let store = self.revocation_list_store()?;
        // A realm's name cannot contain a space.
        let name = " ended";
        Some(List::new(store, P::SPEC.longest_lifetime().absolute, name.to_owned(), name.to_owned()))
    }
}
