//! Sessions and tokens of the subjects of one issuer.

use super::ListedSession;
use super::inventory::subject_text;
use crate::principal::{EndsSessions, ListsSessions, Principal};
#[cfg(feature = "jwt")]
use crate::sessions::{GrantError, GrantErrorKind};
use crate::sessions::{SessionFuture, SessionHandle, Sessions};

/// Sessions and tokens of the subjects of one issuer, from [`Sessions::of_issuer`].
///
/// Its methods are those of [`Sessions`], for principals whose id alone does not identify a subject.
#[derive(Debug)]
pub struct IssuerSessions<'s, P: Principal> {
    sessions: &'s Sessions<P>,
    issuer: &'s str,
}

impl<P: Principal> Sessions<P> {
    /// Sessions and tokens of the subjects of `issuer`, for a principal with a `#[principal(issuer)]` field.
    ///
    /// `issuer` is compared byte for byte with that field.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use session_runtime::{Principal, SessionError, Sessions};
    ///
    /// #[derive(Clone, Serialize, Deserialize, Principal)]
    /// struct User {
    ///     #[principal(id)]
    ///     id: u64,
    ///     #[principal(issuer)]
    ///     issuer: String,
    /// }
    ///
    /// async fn disable(sessions: &Sessions<User>, user: &User) -> Result<usize, SessionError> {
    ///     sessions.of_issuer(&user.issuer).end_all(&user.id).await
    /// }
    /// ```
    ///
    /// Without an issuer, such a principal does not compile:
    ///
    /// ```compile_fail
    /// # use serde::{Deserialize, Serialize};
    /// # use session_runtime::{MemoryStore, Principal, Sessions};
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # struct User { #[principal(id)] id: u64, #[principal(issuer)] issuer: String }
    /// # let sessions: Sessions<User> = Sessions::builder().store(MemoryStore::new()).build().unwrap();
    /// let ending = sessions.end_all(&7);
    /// ```
    pub fn of_issuer<'s>(&'s self, issuer: &'s str) -> IssuerSessions<'s, P> {
        const { P::SPEC.expect_issuer() };
        IssuerSessions { sessions: self, issuer }
    }
}

impl<P: Principal> IssuerSessions<'_, P> {
    /// The sessions of `id`, as [`Sessions::of`].
    ///
    /// # Errors
    ///
    /// Those of [`Sessions::of`].
    pub fn of<'a>(&'a self, id: &'a P::Id) -> SessionFuture<'a, Vec<ListedSession>>
    where
        P: ListsSessions,
    {
        Box::pin(self.sessions.list(Some(self.issuer), id))
    }

    /// Ends one session of `id`, as [`Sessions::end`].
    ///
    /// # Errors
    ///
    /// Those of [`Sessions::end`].
    pub fn end<'a>(&'a self, id: &'a P::Id, handle: SessionHandle) -> SessionFuture<'a, bool>
    where
        P: ListsSessions,
    {
        Box::pin(self.sessions.end_one(Some(self.issuer), id, handle))
    }

    /// Ends every session of `id`, as [`Sessions::end_all`].
    ///
    /// # Errors
    ///
    /// Those of [`Sessions::end_all`].
    pub fn end_all<'a>(&'a self, id: &'a P::Id) -> SessionFuture<'a, usize>
    where
        P: EndsSessions,
    {
        Box::pin(self.sessions.end_all_of(Some(self.issuer), id))
    }
}

#[cfg(feature = "jwt")]
impl<P: Principal> IssuerSessions<'_, P> {
    /// Revokes one access token of `id`, as [`Sessions::revoke_token_id`].
    ///
    /// # Errors
    ///
    /// Those of [`Sessions::revoke_token_id`].
    pub async fn revoke_token_id(&self, id: &P::Id, token_id: &str) -> Result<(), GrantError> {
        self.sessions.revoke_token_id_of(self.subject(id)?, token_id).await
    }

    /// Revokes every access token of `id`, as [`Sessions::revoke_tokens_of`].
    ///
    /// # Errors
    ///
    /// Those of [`Sessions::revoke_tokens_of`].
    pub async fn revoke_tokens_of(&self, id: &P::Id) -> Result<(), GrantError> {
        self.sessions.revoke_every_token_of(self.subject(id)?).await
    }

    fn subject(&self, id: &P::Id) -> Result<Box<str>, GrantError> {
        subject_text::<P>(Some(self.issuer), id).map_err(|_| GrantErrorKind::Unserialisable.into())
    }
}
