//! Listing somebody's sessions, and ending them.

use std::collections::HashSet;
use std::fmt;

use super::Session;
use crate::clock::Timestamp;
use crate::principal::{EndsSessions, ListsSessions, Principal, SubjectError, identity, identity_of, subject_of};
use crate::sessions::{Instants, SessionError, SessionErrorKind, SessionFuture, SessionHandle, Sessions};
use crate::store::{Record, StoreKey};

/// One of somebody's sessions, as a page shows it to them (ASVS 7.5.2).
#[derive(Clone, PartialEq, Eq)]
pub struct ListedSession {
    handle: SessionHandle,
    device: Option<Box<str>>,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
}

impl ListedSession {
    /// What names this session to [`Sessions::end`].
    pub fn handle(&self) -> SessionHandle {
        self.handle
    }

    /// With what the visitor logged in, as the client said of itself: `Firefox on Linux`.
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// When the visitor logged in.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The last request that counted as activity; at most a minute behind.
    pub fn last_seen_at(&self) -> Timestamp {
        self.last_seen_at
    }

    /// When the session ends unless there is activity.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether it is this one.
    pub fn is<P: Principal>(&self, session: &Session<P>) -> bool {
        session.handle() == Some(self.handle)
    }
}

/// Shows instants and the handle. The device is what a visitor said of themselves.
impl fmt::Debug for ListedSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ListedSession")
            .field("handle", &self.handle)
            .field("created_at", &self.created_at)
            .field("last_seen_at", &self.last_seen_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Somebody's sessions. Each of these needs a store that
/// [finds sessions by their subject](crate::StorePromises::subject_index).
///
/// # Errors
///
/// In common: [`NotListed`](SessionErrorKind::NotListed) when the store does not, [`NoCookie`](SessionErrorKind::NoCookie)
/// when the principal declares no cookie, [`Unidentifiable`](SessionErrorKind::Unidentifiable) when `id` is neither a text nor
/// a number, [`Unavailable`](SessionErrorKind::Unavailable) when the store does not answer: where something was to be ended,
/// part of it may stand.
impl<P: Principal> Sessions<P> {
    /// The sessions of `id` that stand, the newest first. An id that was replaced a moment ago is not among them.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use axum::extract::State;
    /// use session_runtime::{Principal, Session, SessionError, Sessions, session};
    ///
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # struct User { #[principal(id)] id: u64 }
    /// #[session(required)]
    /// async fn devices(
    ///     session: Session<User>,
    ///     State(sessions): State<Sessions<User>>,
    /// ) -> Result<String, SessionError> {
    ///     let lines = sessions.of(&session.id).await?.into_iter().map(|listed| {
    ///         let this = if listed.is(&session) { " (this one)" } else { "" };
    ///         format!("{}{this}\n", listed.device().unwrap_or("unknown"))
    ///     });
    ///     Ok(lines.collect())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those in common.
    pub fn of<'a>(&'a self, id: &'a P::Id) -> SessionFuture<'a, Vec<ListedSession>>
    where
        P: ListsSessions,
    {
        const { P::SPEC.expect_no_issuer() };
        Box::pin(self.list(None, id))
    }

    pub(super) async fn list(&self, issuer: Option<&str>, id: &P::Id) -> Result<Vec<ListedSession>, SessionError> {
        let now = self.now();
        let subject = self.indexed(subject_text::<P>(issuer, id))?;
        let records = self.records_of(&subject).await?;
        let mut sessions: Vec<ListedSession> =
            records.iter().filter_map(|(key, record)| self.listed(*key, record, &subject, now)).collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        // While a session changes its id, two records have its handle.
        let mut seen = HashSet::new();
        sessions.retain(|session| seen.insert(session.handle));
        Ok(sessions)
    }

    /// Ends one session of `id`; false when there is none of that handle. Nobody can end the session of somebody else by it.
    ///
    /// # Errors
    ///
    /// Those in common.
    pub fn end<'a>(&'a self, id: &'a P::Id, handle: SessionHandle) -> SessionFuture<'a, bool>
    where
        P: ListsSessions,
    {
        const { P::SPEC.expect_no_issuer() };
        Box::pin(self.end_one(None, id, handle))
    }

    pub(super) async fn end_one(
        &self,
        issuer: Option<&str>,
        id: &P::Id,
        handle: SessionHandle,
    ) -> Result<bool, SessionError> {
        let (sessions, subject) = (self.clone(), self.indexed(subject_text::<P>(issuer, id))?);
        self.tasks().run(async move { sessions.end_listed(&subject, handle).await }).await
    }

    /// Ends every session of the same principal but this one (ASVS 7.4.3: after a change of password or factor), and what
    /// its refresh tokens could renew; says how many records there were.
    ///
    /// # Errors
    ///
    /// Those in common, and [`Superseded`](SessionErrorKind::Superseded), [`NotACookie`](SessionErrorKind::NotACookie) or
    /// [`Ended`](SessionErrorKind::Ended) when this is not a session that stands under its own id.
    pub fn end_others<'a>(&'a self, session: &'a Session<P>) -> SessionFuture<'a, usize>
    where
        P: ListsSessions,
    {
        Box::pin(async move {
            let kept = session.writable()?.key;
            let (sessions, subject) = (self.clone(), self.subject_to_end(identity_of(session.principal()))?);
            self.tasks().run(async move { sessions.end_of(&subject, Some(kept)).await }).await
        })
    }

    /// Ends every session of `id` (ASVS 7.4.2: when an account is disabled), and what its refresh tokens could renew; says how
    /// many records there were. Of sessions that live in their cookies (`token = "jwt"`) nobody knows how many there were.
    ///
    /// # Errors
    ///
    /// Those in common.
    pub fn end_all<'a>(&'a self, id: &'a P::Id) -> SessionFuture<'a, usize>
    where
        P: EndsSessions,
    {
        const { P::SPEC.expect_no_issuer() };
        Box::pin(self.end_all_of(None, id))
    }

    pub(super) async fn end_all_of(&self, issuer: Option<&str>, id: &P::Id) -> Result<usize, SessionError> {
        let (sessions, subject) = (self.clone(), self.subject_to_end(subject_text::<P>(issuer, id))?);
        self.tasks().run(async move { sessions.end_of(&subject, None).await }).await
    }

    async fn end_listed(&self, subject: &str, handle: SessionHandle) -> Result<bool, SessionError> {
        let records = self.records_of(subject).await?;
        let mut is_found = false;
        // While a session changes its id, two records have its handle.
        for (key, _) in records.iter().filter(|(key, record)| self.handle(record, *key) == Some(handle)) {
            self.end_by_key(*key).await?;
            is_found = true;
        }
        Ok(is_found)
    }

    /// Ends what belongs to a subject: first what issues tokens, then the tokens, then the sessions.
    ///
    /// In another order, a refresh between two steps would issue a token that no later step revokes. A step that fails does
    /// not keep the others from being done, and its error is returned.
    async fn end_of(&self, subject: &str, except: Option<StoreKey>) -> Result<usize, SessionError> {
        #[cfg(feature = "jwt")]
        let (families, revoked) = (self.end_families(subject).await, self.revoke_all(subject).await);
        let ended = self.end_sessions_of(subject, except).await?;
        #[cfg(feature = "jwt")]
        let ended = revoked.and(Ok(ended + families?))?;
        Ok(ended)
    }

    async fn end_sessions_of(&self, subject: &str, except: Option<StoreKey>) -> Result<usize, SessionError> {
        #[cfg(feature = "cookie-tokens")]
        if self.are_carried() {
            self.end_all_carried(subject).await?;
            return Ok(0);
        }
        let store = self.store_of_subjects()?;
        let mut ended = 0;
        for key in self.subject_keys(subject) {
            ended += store.remove_subject(key, except).await?;
        }
        Ok(ended)
    }

    /// The subject of everything that is to be ended. Of sessions that live in their cookies, no store has an index.
    fn subject_to_end(&self, subject: Result<Box<str>, SubjectError>) -> Result<Box<str>, SessionError> {
        #[cfg(feature = "cookie-tokens")]
        if self.are_carried() {
            return subject.map_err(|_| SessionErrorKind::Unidentifiable.into());
        }
        self.indexed(subject)
    }

    fn indexed(&self, subject: Result<Box<str>, SubjectError>) -> Result<Box<str>, SessionError> {
        if !self.store_of_subjects()?.promises().subject_index {
            return Err(SessionErrorKind::NotListed.into());
        }
        subject.map_err(|_| SessionErrorKind::Unidentifiable.into())
    }

    /// What is shown of a record; nothing of one that is over, that is somebody else's whatever the store's index says, or that
    /// was sealed under another server's key.
    fn listed(&self, key: StoreKey, record: &Record, subject: &str, now: Timestamp) -> Option<ListedSession> {
        let instants = Instants::of(record, now, P::SPEC.longest_lifetime());
        let listing =
            self.listing(record, key).filter(|listing| *listing.subject == *subject && !instants.are_over(now))?;
        Some(ListedSession {
            handle: listing.handle?,
            device: listing.device.clone(),
            created_at: instants.created_at,
            last_seen_at: instants.last_seen_at,
            expires_at: instants.expires_at,
        })
    }
}

/// The text that identifies the subject called `id`, by `issuer` where the principal has a field for that.
pub(super) fn subject_text<P: Principal>(issuer: Option<&str>, id: &P::Id) -> Result<Box<str>, SubjectError> {
    identity(issuer, subject_of(id)?)
}
