//! The end of a family: by its client's word (RFC 7009), or because a token was used twice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use zeroize::Zeroizing;

use super::error::{GrantError, GrantErrorKind};
use super::family::Family;
use super::family_claim;
use super::token::RefreshToken;
use crate::principal::Principal;
use crate::sessions::{Rollback, SessionError, SessionErrorKind, Sessions};
use crate::store::StoreKey;
use crate::token::TokenRefusal;

impl<P: Principal> Sessions<P> {
    /// Ends the family of a refresh token, whichever of its tokens this is (RFC 7009). Where the principal declares
    /// `bearer(revocable)`, its access tokens end with it, and an access token may be given, too: it ends with its family. A text
    /// that is neither, or has expired, is revoked already, which is no error.
    ///
    /// # Errors
    ///
    /// [`UnsupportedTokenType`](GrantErrorKind::UnsupportedTokenType) for an access token that cannot be revoked,
    /// [`Unavailable`](GrantErrorKind::Unavailable): the tokens may still be good.
    pub async fn revoke(&self, token: &str) -> Result<(), GrantError> {
        let (sessions, token) = (self.clone(), Zeroizing::new(token.to_owned()));
        self.tasks().run(async move { sessions.revoke_text(&token).await }).await
    }

    async fn revoke_text(&self, token: &str) -> Result<(), GrantError> {
        let Some(token) = RefreshToken::parse(token) else { return self.revoke_access_token(token).await };
        let store = self.family_store()?;
        let Some((issued, record)) = self.find_family(store, &token.family).await? else { return Ok(()) };
        match self.opened_other(&record, &issued.id, Family::<P>::from_bytes) {
            Some(family) => self.end_family(issued.key, &family.grant.subject).await,
            // Whose it is cannot be read, and it can be ended all the same.
            None => store.remove(issued.key).await.map(drop).map_err(Into::into),
        }
    }

    async fn revoke_access_token(&self, token: &str) -> Result<(), GrantError> {
        match self.verify_token(token.as_bytes(), self.now()).await {
            Ok(session) => match self.end_token(&session.contents).await {
                Err(error) if error.kind() == SessionErrorKind::NotACookie => {
                    Err(GrantErrorKind::UnsupportedTokenType.into())
                }
                outcome => outcome.map_err(Into::into),
            },
            Err(TokenRefusal::KeysUnavailable | TokenRefusal::RevocationsUnavailable) => {
                Err(GrantErrorKind::Unavailable.into())
            }
            Err(_) => Ok(()),
        }
    }

    /// Ends a family. Its access tokens first: when that fails, the family still leads to them.
    pub(super) async fn end_family(&self, key: StoreKey, subject: &str) -> Result<(), GrantError> {
        self.revoke_family(&family_claim(key), subject).await?;
        self.family_store()?.remove(key).await?;
        Ok(())
    }

    /// Ends a family that has just begun, unless the rollback is cancelled before it is dropped.
    pub(super) fn rollback_of_family(&self, key: StoreKey, subject: Box<str>) -> Rollback {
        let sessions = self.clone();
        self.tasks().rollback(async move {
            if let Err(error) = sessions.end_family(key, &subject).await {
                tracing::warn!(target: "session", ?error, "session.store_unavailable");
            }
        })
    }

    /// Ends the family that an access token of `subject` names.
    pub(in crate::sessions) async fn end_family_named(&self, claim: &str, subject: &str) -> Result<(), SessionError> {
        let Some(store) = self.0.store.as_deref() else { return Ok(()) };
        let key = URL_SAFE_NO_PAD.decode(claim).ok().and_then(|bytes| bytes.try_into().ok()).map(StoreKey::from_bytes);
        let Some(key) = key else { return Ok(()) };
        // Nobody but us writes this claim; but a record that is no family of this subject is none to remove.
        let Some(record) = store.load(key).await? else { return Ok(()) };
        if self.family_subjects(subject).any(|subject| record.subject() == Some(subject)) {
            store.remove(key).await?;
        }
        Ok(())
    }
}
