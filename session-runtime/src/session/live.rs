//! Sessions of connections that stay open: when to close them, and what counts as activity in them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{CredentialKind, Session};
use crate::clock::Timestamp;
use crate::principal::{ListsSessions, Principal};
use crate::sessions::{Answer, Current, Instants, SessionError, SessionErrorKind, expiry, followed, is_touch_due};
use crate::store::StoreKey;

/// How often the store is asked at the most whether a session goes on.
const PACE: Duration = Duration::from_secs(10);

impl<P: Principal + ListsSessions> Session<P> {
    /// Resolves when the session is over: it expired, or was ended here or on another node. For connections that outlive the
    /// request that opened them: web sockets and event streams.
    ///
    /// The store is asked every ten seconds, and when the session would expire; so an open connection outlives its session by
    /// ten seconds at the most. It may be made anew as often as one likes, in a loop too, without more being asked. The
    /// session is followed when its id changes. While the store does not answer, what was known last counts. The session of a
    /// token ends with the token: when it expires and, under `bearer(revocable)`, when it is revoked.
    ///
    /// Where the builder has a [`Revalidation`](crate::Revalidation), the application is asked again as for a request. A deleted
    /// account ends the session. The future resolves as well when the principal has changed: a new connection then shows which
    /// rights are left. While the source fails, what was known last counts.
    ///
    /// Waiting is no activity, and neither are messages; [`touch`](Self::touch) is.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// # use session_runtime::Principal;
    /// use session_runtime::{Session, session};
    /// use tokio::sync::mpsc;
    ///
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # struct User { #[principal(id)] id: u64 }
    /// async fn serve(mut session: Session<User>, mut messages: mpsc::Receiver<String>) {
    ///     loop {
    ///         tokio::select! {
    ///             () = session.ended() => break,
    ///             message = messages.recv() => match message {
    ///                 Some(_) if session.touch().await.is_ok() => { /* answer it */ }
    ///                 _ => break,
    ///             },
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with a timer.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<P> {
        let session = self.clone();
        async move { session.wait_for_the_end().await }
    }

    /// Counts as activity, as an admitted request of a `sliding` route does: the `idle` limit begins anew. Written only when
    /// it is due, a minute after the last time at the latest.
    ///
    /// Where the builder has a [`Revalidation`](crate::Revalidation), the application is asked again as for a request, and the
    /// session shows the principal as it is now.
    ///
    /// # Errors
    ///
    /// [`Ended`](SessionErrorKind::Ended) when the session is over,
    /// [`Superseded`](SessionErrorKind::Superseded) when its id was replaced and the principal has changed since, so that only
    /// the new id has the new rights, [`NotACookie`](SessionErrorKind::NotACookie) for that of a token, whose activity is that
    /// it is renewed, [`Unavailable`](SessionErrorKind::Unavailable) when the store or the source does not answer.
    pub async fn touch(&mut self) -> Result<(), SessionError> {
        if self.known().credential == CredentialKind::Bearer {
            return Err(SessionErrorKind::NotACookie.into());
        }
        let now = self.sessions.now();
        if self.known().instants.are_over(now) && self.standing_until(now).await?.is_none() {
            return Err(SessionErrorKind::Ended.into());
        }
        self.revalidate(now).await?;
        if !is_touch_due(self.lifetime().idle, self.known().instants.last_seen_at, now) {
            return Ok(());
        }
        let store = self.sessions.store()?;
        // Of two looks, a rotation can come between; between three, an id is seldom replaced twice.
        for _ in 0..3 {
            let key = self.followed_key(now).await?.ok_or(SessionErrorKind::Ended)?;
            let expires_at = expiry(self.known().instants.created_at, now, self.lifetime());
            if store.touch(key, now, expires_at).await? {
                self.seen(now, expires_at);
                return Ok(());
            }
        }
        Err(SessionErrorKind::Ended.into())
    }

    async fn wait_for_the_end(mut self) {
        let mut expires_at = self.known().instants.expires_at;
        while !self.exchange().closes_connections() {
            let again_at = self.exchange().ask_again_at(PACE);
            let left = expires_at.since(self.sessions.now());
            let ends_at = Instant::now().checked_add(left).unwrap_or(again_at);
            tokio::time::sleep_until(again_at.min(ends_at)).await;
            let now = self.sessions.now();
            // Somebody else, with a clone of this session, may have asked meanwhile.
            if now < expires_at && Instant::now() < self.exchange().ask_again_at(PACE) {
                continue;
            }
            self.exchange().asked();
            match self.look(now).await {
                Ok(Some(until)) => expires_at = until,
                Ok(None) => self.exchange().close_connections(),
                Err(error) => {
                    tracing::warn!(target: "session", ?error, "session.store_unavailable");
                    if now >= expires_at {
                        return;
                    }
                }
            }
        }
    }

    /// [`standing_until`](Self::standing_until), after the application was asked again where that is due.
    async fn look(&mut self, now: Timestamp) -> Result<Option<Timestamp>, SessionError> {
        let Some(until) = self.standing_until(now).await? else { return Ok(None) };
        match self.revalidate(now).await {
            Ok(()) => Ok(Some(until)),
            Err(error) if error.kind() == SessionErrorKind::Unavailable => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Asks the application again for the principal, where that is due.
    async fn revalidate(&mut self, now: Timestamp) -> Result<(), SessionError> {
        let contents = &self.known().contents;
        let revalidation = self.sessions.revalidation().filter(|revalidation| revalidation.is_due(contents, now));
        let Some(revalidation) = revalidation.filter(|_| self.known().credential == CredentialKind::Cookie) else {
            return Ok(());
        };
        // The record, which may lie under another id by now.
        self.standing_until(now).await?.ok_or(SessionErrorKind::Ended)?;
        let contents = Arc::clone(contents);
        let answer = match self.exchange().current() {
            Some(Current::Named(issued)) => revalidation.answer(&self.sessions, &issued, contents, now).await,
            Some(Current::Alias(key)) => revalidation.answer_replaced(&self.sessions, key, contents, now).await,
            _ => Answer::Over,
        };
        let contents = match answer {
            Answer::Stands(contents) | Answer::Changed(contents) => contents,
            Answer::Outdated => return Err(SessionErrorKind::Superseded.into()),
            Answer::Over => return Err(SessionErrorKind::Ended.into()),
            Answer::Unknown => return Err(SessionErrorKind::Unavailable.into()),
        };
        if contents.needs_new_id {
            self.exchange().close_connections();
        }
        self.go_on_as(self.known().holding(contents));
        Ok(())
    }

    /// Until when the session stands, as far as is known now; `None` when it is over.
    async fn standing_until(&self, now: Timestamp) -> Result<Option<Timestamp>, SessionError> {
        if self.known().credential == CredentialKind::Bearer {
            let stands = !self.known().instants.are_over(now) && !self.is_revoked(now).await?;
            return Ok(stands.then_some(self.known().instants.expires_at));
        }
        let Some(key) = self.key() else { return Ok(None) };
        let Some((key, record)) = followed(self.sessions.store()?, key).await? else { return Ok(None) };
        self.exchange().follow(key);
        let until = Instants::of(&record, now, self.lifetime()).expires_at;
        let until = self.known().contents.key_values.ends_at().map_or(until, |ends_at| ends_at.min(until));
        Ok((now < until).then_some(until))
    }

    /// The key under which the session goes on.
    async fn followed_key(&self, now: Timestamp) -> Result<Option<StoreKey>, SessionError> {
        let stands = self.standing_until(now).await?.is_some();
        Ok(self.key().filter(|_| stands))
    }

    #[cfg(feature = "jwt")]
    async fn is_revoked(&self, now: Timestamp) -> Result<bool, SessionError> {
        use super::Known;
        use crate::token::TokenRefusal;

        let Known { contents, instants, .. } = self.known();
        let Some(asking) = self.sessions.asking_whether_revoked(contents, instants.created_at, now) else {
            return Ok(false);
        };
        match asking.await {
            Ok(()) => Ok(false),
            Err(TokenRefusal::RevocationsUnavailable) => Err(SessionErrorKind::Unavailable.into()),
            Err(_) => Ok(true),
        }
    }

    #[cfg(not(feature = "jwt"))]
    #[expect(clippy::unused_async, reason = "with tokens it has to wait")]
    async fn is_revoked(&self, _: Timestamp) -> Result<bool, SessionError> {
        Ok(false)
    }
}
