//! Issuing access tokens that can be revoked.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::list::List;
use crate::principal::{Principal, identity_of};
use crate::sessions::{GrantError, Sessions};
use crate::store::StoreError;
use crate::token::{IssueError, IssuedToken, TokenOptions};

impl<P: Principal> Sessions<P> {
    /// Issues an access token as [`issue`](Self::issue) does, and asks the list of revoked tokens first.
    ///
    /// For principals that declare `bearer(revocable)`: the token carries the epoch of its subject (`revocation_epoch`).
    /// [`revoke_tokens_of`](Self::revoke_tokens_of) and [`end_all`](Self::end_all) begin a new epoch. So they end every token
    /// that any node issued before, and none that is issued afterwards, although the clocks of the nodes disagree. The
    /// lookup is one round trip to the store. [`issue_pair`](Self::issue_pair) and [`refresh`](Self::refresh) do the same.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use session_runtime::{Algorithm, MemoryStore, Principal, Sessions, SigningKey, TokenOptions};
    /// use std::time::Duration;
    ///
    /// #[derive(Clone, Serialize, Deserialize, Principal)]
    /// #[principal(
    ///     bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "5m", revocable),
    ///     realm = "shop-client"
    /// )]
    /// struct Client {
    ///     #[principal(id)]
    ///     id: u64,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = SigningKey::secret(Algorithm::HS256, b"32 random bytes, not in the code")?;
    /// let list = MemoryStore::new().keeping_until_expiry();
    /// let sessions: Sessions<Client> = Sessions::builder().signing_key(key).revocation_store(list).build()?;
    /// let options = TokenOptions::lasting(Duration::from_secs(300));
    /// let token = sessions.issue_revocable(&Client { id: 7 }, &options).await?;
    /// assert_eq!(token.lifetime(), Duration::from_secs(300));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotIssued`](crate::GrantErrorKind::NotIssued) and [`InvalidScope`](crate::GrantErrorKind::InvalidScope) as
    /// [`issue`](Self::issue) fails, [`Unavailable`](crate::GrantErrorKind::Unavailable) if the store does not answer.
    pub async fn issue_revocable(&self, principal: &P, options: &TokenOptions) -> Result<IssuedToken, GrantError> {
        let Some(list) = self.own_list() else { return Ok(self.sign(principal, options)?) };
        let subject = identity_of(principal).map_err(IssueError::from)?;
        let epoch = list.epoch(self, &subject, self.now()).await?;
        Ok(self.sign(principal, &options.clone().in_epoch(epoch))?)
    }

    /// Returns the epoch of a token that is issued now, if the list is in the process and answers at once.
    pub(in crate::sessions) fn epoch_at_once(&self, principal: &P) -> Option<u64> {
        let list = self.own_list()?;
        // A request to a server, once sent, must not be dropped.
        if !self.revocation_list_store()?.in_process() {
            return None;
        }
        let subject = identity_of(principal).ok()?;
        let epoch = pin!(list.epoch(self, &subject, self.now()));
        let answer: Poll<Result<u64, StoreError>> = epoch.poll(&mut Context::from_waker(Waker::noop()));
        match answer {
            Poll::Ready(epoch) => epoch.ok(),
            Poll::Pending => None,
        }
    }

    /// The list of the tokens that are issued here, if they can be revoked.
    fn own_list(&self) -> Option<List<'_>> {
        self.own_issuer().and_then(|issuer| self.revocable(issuer))
    }
}
