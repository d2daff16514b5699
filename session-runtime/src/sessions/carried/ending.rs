//! Ending a session that lives in its cookie: a list says which ones count no more.

use super::{CarriedId, token_of};
use crate::clock::Timestamp;
use crate::principal::{CookieToken, Principal};
use crate::sessions::revocation::{Issuance, List, Revoked, SKEW, hash};
use crate::sessions::{SessionError, SessionErrorKind, Sessions};
use crate::store::StoreError;

impl<P: Principal> Sessions<P> {
    /// Ends the session in whichever of its cookies.
    pub(crate) async fn end_carried(&self, id: &CarriedId) -> Result<(), SessionError> {
        let list = self.list_of_ended().ok_or(SessionErrorKind::NoCookie)?;
        let hashes = [hash(b"session", &id.id)];
        list.change(self, &id.subject, |revoked, moment| revoked.add(&hashes, moment)).await
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

    /// Returns the epoch of a session of `subject` that begins now, if a list can end it.
    pub(crate) async fn cookie_epoch(&self, subject: &str) -> Result<Option<u64>, StoreError> {
        let Some(list) = self.list_of_ended() else { return Ok(None) };
        list.epoch(self, subject, self.now()).await.map(Some)
    }

    /// Whether the session was ended.
    pub(crate) async fn was_ended(&self, id: &CarriedId, now: Timestamp) -> Result<bool, StoreError> {
        let Some(list) = self.list_of_ended() else { return Ok(false) };
        // A cookie of an earlier version tells no epoch.
        let issuance = id.epoch.map_or(Issuance::at(id.created_at), Issuance::in_epoch);
        list.covers(self, &id.subject, &[hash(b"session", &id.id)], issuance, now).await
    }

    fn list_of_ended(&self) -> Option<List<'_>> {
        let CookieToken::Revocable = token_of::<P>()? else { return None };
        let store = self.revocation_list_store()?;
        Some(List::new(store, P::SPEC.longest_lifetime().absolute, SKEW, " ended".to_owned(), " ended"))
    }
}
