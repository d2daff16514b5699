//! Revoked access tokens: a list that is asked at every use, also for tokens in the token cache.
//!
//! One row tells what is revoked of one subject: all credentials of earlier epochs, and the ids of single ones. A row is kept
//! for one period, which is longer than any token lives, and the row of the period before is asked as well. So nothing has to
//! be cleaned up, and no node removes what another one just wrote.
//!
//! # Epochs
//!
//! A token that is issued here carries the epoch that its subject's row tells at that moment, 0 without a row. Revoking
//! everything of a subject raises the epoch: to the present instant in milliseconds, and in any case above the one before. A
//! token of a lower epoch is revoked. No instant of one node is compared with an instant of another one. So the clocks of nodes
//! may be apart by [`SKEW`]; beyond that, only the periods would be mistaken.
//!
//! Tokens of other issuers carry no epoch. Those whose `iat` is at most [`SKEW`], or the leeway if that is longer, after the
//! revocation are revoked.
//!
//! # Failure
//!
//! A forgotten row would admit. So the store has to keep its records. If it does not answer, or a row does not open, the
//! request is rejected with 503.

mod issue;
mod list;
mod periods;
mod revoked;
mod row;

pub(super) use self::list::{List, hash};
pub(super) use self::periods::SKEW;
pub(super) use self::revoked::{Issuance, Revoked};

use std::pin::Pin;
use std::time::Duration;

use self::revoked::Moment;
use super::{
    ConfigError, ConfigErrorKind, Contents, GrantError, GrantErrorKind, SessionError, SessionErrorKind, Sessions, Token,
};
use crate::clock::Timestamp;
use crate::principal::{CookieToken, Principal, PrincipalSpec, subject_of};
use crate::store::Store;
use crate::token::TokenRefusal;

/// Whether the list of what a principal revokes has a place that keeps it.
pub(super) fn check(
    principal: &PrincipalSpec,
    store: Option<&dyn Store>,
    given: Option<&dyn Store>,
) -> Result<(), ConfigError> {
    let name = principal.name;
    let failed = |text: String| Err(ConfigError::new(ConfigErrorKind::Store, text));
    let ended = principal.cookie.is_some_and(|cookie| cookie.token == Some(CookieToken::Revocable));
    let (what, declared) = match (principal.bearer.is_some_and(|bearer| bearer.revocable), ended) {
        (true, _) => ("tokens", "those that were revoked"),
        (false, true) => ("sessions", "those that were ended"),
        (false, false) if given.is_none() => return Ok(()),
        (false, false) => {
            return failed(format!(
                "`.revocation_store(..)` would never be asked: declare `bearer(revocable)` on `{name}`, or remove it"
            ));
        }
    };
    let Some(promises) = given.or(store).map(Store::promises) else {
        return failed(format!(
            "the {what} of `{name}` are `revocable`, and there is no store for the list of {declared}; \
             add `.revocation_store(..)` to the builder"
        ));
    };
    if promises.keeps_until_expiry && promises.atomic_writes {
        return Ok(());
    }
    let revoked = declared.replace("those that", &format!("which {what} of `{name}`"));
    failed(format!(
        "this store may forget {revoked} (`revocable`), and would admit them again; \
         add a `.revocation_store(..)` that keeps them: a database, Redis with `noeviction`, or \
         `MemoryStore::new().keeping_until_expiry()` for {what} that end with the process"
    ))
}

/// A look at the list. Boxed: whose tokens cannot be revoked makes no room for it.
type AskingWhetherRevoked<'a> = Pin<Box<dyn Future<Output = Result<(), TokenRefusal>> + Send + 'a>>;

/// Ending access tokens before they expire, where the principal declares `bearer(revocable)`.
impl<P: Principal> Sessions<P> {
    /// Revokes one access token of `id` by its [`jti`](crate::IssuedToken::id), whoever issued it.
    ///
    /// # Errors
    ///
    /// [`UnsupportedTokenType`](GrantErrorKind::UnsupportedTokenType) unless the principal declares `bearer(revocable)`,
    /// [`Unserialisable`](GrantErrorKind::Unserialisable) when `id` is neither a text nor a number,
    /// [`Unavailable`](GrantErrorKind::Unavailable) when the store does not answer: the token may still be good.
    pub async fn revoke_token_id(&self, id: &P::Id, token_id: &str) -> Result<(), GrantError> {
        const { P::SPEC.expect_no_issuer() };
        self.revoke_token_id_of(subject_text::<P>(id)?, token_id).await
    }

    /// The same for the subject with this identity.
    pub(crate) async fn revoke_token_id_of(&self, subject: Box<str>, token_id: &str) -> Result<(), GrantError> {
        let (sessions, hashes) = (self.clone(), [token_hash(token_id)]);
        self.tasks().run(async move { sessions.revoke_ids(&subject, &hashes).await }).await
    }

    async fn revoke_ids(&self, subject: &str, hashes: &[Box<str>]) -> Result<(), GrantError> {
        for issuer in self.issuers() {
            self.revoke_of(issuer, subject, |revoked, moment| revoked.add(hashes, moment)).await?;
        }
        Ok(())
    }

    /// Revokes every access token of `id` that was issued until now, by any issuer.
    ///
    /// Tokens from [`issue_revocable`](Self::issue_revocable), [`issue_pair`](Self::issue_pair) and [`refresh`](Self::refresh)
    /// are told apart exactly, if the clocks of the nodes are at most 60 seconds apart. Tokens of other issuers, and those
    /// from [`issue`](Self::issue) if the list is in a store outside the process, are revoked up to an `iat` of 60 seconds
    /// from now, or of `bearer(leeway)` if that is longer: the clock that `iat` comes from may be ahead.
    ///
    /// # Errors
    ///
    /// As [`revoke_token_id`](Self::revoke_token_id).
    pub async fn revoke_tokens_of(&self, id: &P::Id) -> Result<(), GrantError> {
        const { P::SPEC.expect_no_issuer() };
        self.revoke_every_token_of(subject_text::<P>(id)?).await
    }

    /// The same for the subject with this identity.
    pub(crate) async fn revoke_every_token_of(&self, subject: Box<str>) -> Result<(), GrantError> {
        if !P::SPEC.bearer.is_some_and(|bearer| bearer.revocable) {
            return Err(GrantErrorKind::UnsupportedTokenType.into());
        }
        let sessions = self.clone();
        Ok(self.tasks().run(async move { sessions.revoke_all(&subject).await }).await?)
    }

    /// The same, where tokens can be revoked, and nothing elsewhere.
    pub(crate) async fn revoke_all(&self, subject: &str) -> Result<(), SessionError> {
        for issuer in self.issuers() {
            let Some(list) = self.revocable(issuer) else { return Ok(()) };
            list.change(self, subject, Revoked::add_all).await?;
        }
        Ok(())
    }

    /// Revokes the token whose session it is, and ends its family.
    ///
    /// The family first: when a step fails, the token still counts, and its client can try again.
    pub(crate) async fn end_token(&self, contents: &Contents<P>) -> Result<(), SessionError> {
        let token = contents.token.as_ref().ok_or(SessionErrorKind::NotACookie)?;
        let list = self.revocable(&token.issuer).ok_or(SessionErrorKind::NotACookie)?;
        if let Some(family) = token.family.as_deref().filter(|_| self.issues_as(&token.issuer)) {
            self.end_family_named(family, &contents.subject).await?;
        }
        // Covers what the family issued meanwhile, too.
        let hashes = hashes_of(token.id.as_deref(), token.family.as_deref());
        list.change(self, &contents.subject, |revoked, moment| revoked.add(&hashes, moment)).await
    }

    /// Revokes what a family has issued, where tokens can be revoked.
    pub(super) async fn revoke_family(&self, family: &str, subject: &str) -> Result<(), SessionError> {
        let Some(list) = self.own_issuer().and_then(|issuer| self.revocable(issuer)) else { return Ok(()) };
        let hashes = hashes_of(None, Some(family));
        list.change(self, subject, |revoked, moment| revoked.add(&hashes, moment)).await
    }

    /// Asks whether a token counts that was verified; `None` where it does, because it cannot be revoked.
    pub(crate) fn asking_whether_revoked<'a>(
        &'a self,
        contents: &'a Contents<P>,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Option<AskingWhetherRevoked<'a>> {
        let token = contents.token.as_ref()?;
        let list = self.revocable(&token.issuer)?;
        let hashes = hashes_of(token.id.as_deref(), token.family.as_deref());
        let issuance = self.issuance(token, issued_at);
        Some(Box::pin(async move {
            match list.covers(self, &contents.subject, &hashes, issuance, now).await {
                Ok(false) => Ok(()),
                Ok(true) => Err(TokenRefusal::Revoked),
                Err(error) => {
                    tracing::error!(target: "session", ?error, "session.store_unavailable");
                    Err(TokenRefusal::RevocationsUnavailable)
                }
            }
        }))
    }

    /// When a token was issued, as far as its issuer is trusted to know.
    fn issuance(&self, token: &Token, issued_at: Timestamp) -> Issuance {
        match token.epoch.filter(|_| self.accepts_as_own(&token.issuer)) {
            Some(epoch) if self.issues_as(&token.issuer) => Issuance::in_epoch(epoch),
            // This node only verifies: the node that issues may read the epoch from another list.
            Some(epoch) => Issuance::at(issued_at).and_in_epoch(epoch),
            None => Issuance::at(issued_at),
        }
    }

    async fn revoke_of(
        &self,
        issuer: &str,
        subject: &str,
        change: impl Fn(&mut Revoked, &Moment) + Send,
    ) -> Result<(), SessionError> {
        let list = self.revocable(issuer).ok_or(SessionErrorKind::NotACookie)?;
        list.change(self, subject, change).await
    }

    /// What of this issuer's tokens was revoked, for a principal whose tokens can be.
    fn revocable(&self, issuer: &str) -> Option<List<'_>> {
        let bearer = P::SPEC.bearer.filter(|bearer| bearer.revocable)?;
        let longest = bearer.max_age.unwrap_or(Duration::from_hours(24 * 365)).saturating_add(bearer.leeway * 2);
        let (store, subjects) = (self.revocation_list_store()?, format!(" revoked {issuer}"));
        Some(List::new(store, longest, SKEW.max(bearer.leeway), subjects, " revoked"))
    }

    /// Where lists of what counts no more are kept.
    pub(super) fn revocation_list_store(&self) -> Option<&dyn Store> {
        self.0.revocations.as_deref().or(self.0.store.as_deref())
    }
}

fn subject_text<P: Principal>(id: &P::Id) -> Result<Box<str>, GrantError> {
    subject_of(id).map_err(|_| GrantErrorKind::Unserialisable.into())
}

fn hashes_of(token_id: Option<&str>, family: Option<&str>) -> Vec<Box<str>> {
    token_id.map(token_hash).into_iter().chain(family.map(|family| hash(b"family", family))).collect()
}

fn token_hash(id: &str) -> Box<str> {
    hash(b"token", id)
}
