//! Refresh tokens: an access token lives for minutes, and who has signed in stays signed in.
//!
//! A family of tokens is one record of the store, found by what all of them share, and rests on the same promises as a
//! session does: what was removed never comes back, and of two writes that meet one is told to look again.

mod error;
mod family;
mod of_subject;
mod pair;
mod revoke;
mod token;

pub use self::error::{GrantError, GrantErrorKind};
pub use self::pair::TokenPair;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use self::family::{Family, Grant};
use self::token::RefreshToken;
use super::lifecycle::{DRAWS, MOST_CONFLICTS, NEVER_THROUGH};
use super::{Device, Instants, Issued, PrincipalJson, Rollback, Sessions, expiry};
use crate::clock::Timestamp;
use crate::credential::SessionId;
use crate::principal::{Principal, identity_of};
use crate::store::{Payload, Record, Replaced, Store, StoreError, StoreKey, SubjectKey};
use crate::token::{IssueError, TokenOptions, authentication};

/// Refresh tokens (RFC 6749 6). They live in the builder's [`store`](crate::SessionsBuilder::store), for `idle` after their
/// last use and `absolute` after the grant, as the principal declares these.
impl<P: Principal> Sessions<P> {
    /// An access token, and a refresh token to get the next one with, for somebody who has proved just now who they are.
    ///
    /// What `options` say of scope, factors and the instant of authentication holds for all access tokens to come: refreshing
    /// renews none of it. Roles and whatever else the principal holds are those of now where
    /// [`revalidate`](crate::SessionsBuilder::revalidate) says whom to ask, and else those given here.
    ///
    /// Where the principal declares `max_sessions`, a subject has at most as many families, beside as many sessions: of more,
    /// the oldest ends.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use session_runtime::{Algorithm, GrantErrorKind, MemoryStore, Principal, Sessions, SigningKey, TokenOptions};
    /// use std::time::Duration;
    ///
    /// #[derive(Clone, Serialize, Deserialize, Principal)]
    /// #[principal(
    ///     bearer(alg("EdDSA"), issuer = "https://shop.example", audience = "shop"),
    ///     absolute = "30d",
    ///     idle = "7d",
    ///     realm = "shop-client"
    /// )]
    /// struct Client {
    ///     #[principal(id)]
    ///     id: u64,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions: Sessions<Client> = Sessions::builder()
    ///     .store(MemoryStore::new())
    ///     .signing_key(SigningKey::generate(Algorithm::EdDSA)?)
    ///     .build()?;
    /// let first = sessions.issue_pair(&Client { id: 7 }, &TokenOptions::lasting(Duration::from_secs(300))).await?;
    /// let second = sessions.refresh(first.refresh_token()).await?;
    /// let third = sessions.refresh(second.refresh_token()).await?;
    ///
    /// // Two have the first one: the client, which used its successor, and a thief.
    /// let error = sessions.refresh(first.refresh_token()).await.unwrap_err();
    /// assert_eq!(error.kind(), GrantErrorKind::InvalidGrant);
    /// assert!(sessions.refresh(third.refresh_token()).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotIssued`](GrantErrorKind::NotIssued) and [`InvalidScope`](GrantErrorKind::InvalidScope) as
    /// [`issue`](Self::issue) fails, [`NoStore`](GrantErrorKind::NoStore),
    /// [`Unserialisable`](GrantErrorKind::Unserialisable), [`Unavailable`](GrantErrorKind::Unavailable).
    pub async fn issue_pair(&self, principal: &P, options: &TokenOptions) -> Result<TokenPair, GrantError> {
        let (sessions, principal, options) = (self.clone(), principal.clone(), options.clone());
        let beginning = self.tasks().run(async move { sessions.begin_family(&principal, &options).await });
        let (pair, rollback) = beginning.await?;
        rollback.cancel();
        Ok(pair)
    }

    /// A new family, which ends again unless its pair is received.
    async fn begin_family(&self, principal: &P, options: &TokenOptions) -> Result<(TokenPair, Rollback), GrantError> {
        let (store, now) = (self.family_store()?, self.now());
        let authenticated_at = options.authentication().map_or(now, |at| authentication(at, now));
        let instants =
            Instants { authenticated_at: Some(authenticated_at), ..Instants::starting(now, P::SPEC.lifetime(false)) };
        let subject = identity_of(principal).map_err(IssueError::from)?;
        for _ in 0..DRAWS {
            let issued =
                Self::family_in(P::SPEC.realm(), SessionId::generate().map_err(|_| GrantErrorKind::Unavailable)?);
            let token = RefreshToken::generate(&issued.id).map_err(|_| GrantErrorKind::Unavailable)?;
            let options = options.clone().authenticated_at(authenticated_at);
            let access_options = options.clone().of_family(family_claim(issued.key));
            let mut access = self.issue_revocable(principal, &access_options).await?;
            let granted: Vec<Box<str>> =
                access.scope().into_iter().flat_map(|s| s.split(' ')).map(Into::into).collect();
            let grant = Grant {
                principal: principal.clone(),
                json: PrincipalJson::default(),
                subject: subject.clone(),
                options: options.scopes(granted),
            };
            let family = Arc::new(Family::beginning_with(grant, token.hash(), now));
            if store.insert(issued.key, self.family_record(&family, instants, None, &issued)?).await? {
                let rollback = self.rollback_of_family(issued.key, subject.clone());
                if self.enforce_most_families(store, &subject, issued.key, now).await? {
                    // A list that is full revokes everything of the subject.
                    access = self.issue_revocable(principal, &access_options).await?;
                }
                let refresh_expires_at = instants.expires_at;
                return Ok((TokenPair { access, refresh: token.encode(), refresh_expires_at }, rollback));
            }
        }
        Err(StoreError::from_reason("the store says of every new id that it exists").into())
    }

    /// Exchanges a refresh token for the next pair. Each is exchanged once (RFC 9700 4.14.2):
    ///
    /// * Until its successor is used, a token may be exchanged again, because a response may be lost. The successor that
    ///   nobody used is then dead.
    /// * A token that is shown after its successor was used, or that is dead, is in two hands. The whole family ends, and the
    ///   event `session.refresh_reused` says so.
    ///
    /// A client therefore refreshes one request at a time.
    ///
    /// # Errors
    ///
    /// [`InvalidGrant`](GrantErrorKind::InvalidGrant) for every token that is not good; as [`issue_pair`](Self::issue_pair)
    /// otherwise. The token shown is then good still.
    pub async fn refresh(&self, refresh_token: &str) -> Result<TokenPair, GrantError> {
        self.exchange_in_task(refresh_token, None).await
    }

    /// The same, for an access token with no more than these of the scopes that were granted. The refresh token keeps all of
    /// them (RFC 6749 6).
    ///
    /// # Errors
    ///
    /// As [`refresh`](Self::refresh), and [`InvalidScope`](GrantErrorKind::InvalidScope).
    pub async fn refresh_narrowed<S: Into<Box<str>>>(
        &self,
        refresh_token: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<TokenPair, GrantError> {
        // Collected first: the future is `Send` whatever the iterator is.
        let scopes: Vec<Box<str>> = scopes.into_iter().map(Into::into).collect();
        self.exchange_in_task(refresh_token, Some(scopes)).await
    }

    async fn exchange_in_task(&self, shown: &str, scopes: Option<Vec<Box<str>>>) -> Result<TokenPair, GrantError> {
        self.family_store()?;
        let shown = RefreshToken::parse(shown).ok_or(GrantErrorKind::InvalidGrant)?;
        let sessions = self.clone();
        self.tasks().run(async move { sessions.exchange(&shown, scopes).await }).await
    }

    async fn exchange(&self, shown: &RefreshToken, scopes: Option<Vec<Box<str>>>) -> Result<TokenPair, GrantError> {
        let store = self.family_store()?;
        let (issued, _) = self.find_family(store, &shown.family).await?.ok_or(GrantErrorKind::InvalidGrant)?;
        let next = RefreshToken::generate(&issued.id).map_err(|_| GrantErrorKind::Unavailable)?;
        let mut access = None;
        for _ in 0..MOST_CONFLICTS {
            let now = self.now();
            let (record, family) = self.standing_family(store, &issued, now).await?;
            let Some(exchanged) = family.exchanged(shown.hash(), next.hash()) else {
                self.end_family(issued.key, &family.grant.subject).await?;
                tracing::warn!(target: "session", family = ?issued.key, "session.refresh_reused");
                return Err(GrantErrorKind::InvalidGrant.into());
            };
            let instants = Instants::of(&record, now, P::SPEC.lifetime(false));
            let Some(exchanged) = self.as_known_now(exchanged, now).await? else {
                self.end_family(issued.key, &family.grant.subject).await?;
                return Err(GrantErrorKind::InvalidGrant.into());
            };
            // A signature is dear: it is made once, however often another write comes first.
            let token = if let Some(token) = access.take() {
                token
            } else {
                let options = again(&exchanged.grant, scopes.as_deref(), &record, &issued)?;
                self.issue_revocable(&exchanged.grant.principal, &options).await?
            };
            let replacement =
                self.family_record(&Arc::new(exchanged), Instants::kept(&record), record.subject(), &issued)?;
            match store.replace(issued.key, replacement, record.revision()).await? {
                Replaced::Replaced => {
                    let refresh_expires_at = expiry(instants.created_at, now, P::SPEC.lifetime(false));
                    if !store.touch(issued.key, now, refresh_expires_at).await? {
                        return Err(GrantErrorKind::InvalidGrant.into());
                    }
                    return Ok(TokenPair { access: token, refresh: next.encode(), refresh_expires_at });
                }
                // The next look at the record tells which of the two it is.
                Replaced::Conflict | Replaced::Gone => access = Some(token),
            }
        }
        Err(StoreError::from_reason(NEVER_THROUGH).into())
    }

    /// The family with the rights that its grantee has now; `None` when there is nobody of that name any more.
    async fn as_known_now(&self, family: Family<P>, now: Timestamp) -> Result<Option<Family<P>>, GrantError> {
        let Some(revalidation) = self.revalidation() else { return Ok(Some(family)) };
        let known = revalidation.grantee(&family.grant.principal, family.checked_at, now).await?;
        let Some((principal, checked_at)) = known else { return Ok(None) };
        family.of(principal, checked_at).map(Some).map_err(|_| GrantErrorKind::Unserialisable.into())
    }

    async fn standing_family(
        &self,
        store: &dyn Store,
        issued: &Issued,
        now: Timestamp,
    ) -> Result<(Record, Arc<Family<P>>), GrantError> {
        let record = store.load(issued.key).await?.ok_or(GrantErrorKind::InvalidGrant)?;
        if record.is_unreadable() || Instants::of(&record, now, P::SPEC.lifetime(false)).are_over(now) {
            return Err(GrantErrorKind::InvalidGrant.into());
        }
        let family = self.opened_other(&record, &issued.id, Family::from_bytes).ok_or(GrantErrorKind::InvalidGrant)?;
        Ok((record, family))
    }

    /// The record of a family; `listed` is the subject key of the record that it replaces.
    fn family_record(
        &self,
        family: &Arc<Family<P>>,
        instants: Instants,
        listed: Option<SubjectKey>,
        issued: &Issued,
    ) -> Result<Record, GrantError> {
        let subject = &family.grant.subject;
        let listed = listed.or_else(|| self.family_subjects(subject).next());
        let mut record = Record {
            created_at: instants.created_at,
            authenticated_at: instants.authenticated_at.unwrap_or(instants.created_at),
            last_seen_at: instants.last_seen_at,
            longest_pause: instants.longest_pause,
            expires_at: instants.expires_at,
            revision: 0,
            subject: Some(listed.ok_or(GrantErrorKind::Unserialisable)?),
            successor: None,
            payload: Payload::value(Arc::clone(family)),
            listing: Payload::constant(Device::named("")),
        };
        self.seal_other(&mut record, subject, || family.to_bytes(), issued)?;
        Ok(record)
    }

    /// The bytes of a family never are those of a cookie: its record is found in another realm.
    fn family_in(realm: &str, id: SessionId) -> Issued {
        Issued { key: StoreKey::of(&[realm, FAMILY].concat(), id.as_bytes()), id, persists_until: None }
    }

    /// Finds the family of a token: in the present realm, or else in a former one that is accepted now.
    async fn find_family(&self, store: &dyn Store, id: &SessionId) -> Result<Option<(Issued, Record)>, GrantError> {
        for realm in self.realms_at(self.now()) {
            let issued = Self::family_in(realm, id.clone());
            if let Some(record) = store.load(issued.key).await? {
                return Ok(Some((issued, record)));
            }
        }
        Ok(None)
    }

    fn family_store(&self) -> Result<&dyn Store, GrantError> {
        self.0.store.as_deref().ok_or_else(|| GrantErrorKind::NoStore.into())
    }
}

/// The end of the realm's name for token families. A realm's name cannot contain a space.
const FAMILY: &str = " refresh";

/// The `refresh_family` of a family's access tokens: a hash, by which nothing can be opened.
fn family_claim(key: StoreKey) -> String {
    URL_SAFE_NO_PAD.encode(key.as_bytes())
}

/// What the next access token says: what was granted, and no more.
fn again<P: Principal>(
    grant: &Grant<P>,
    narrowed: Option<&[Box<str>]>,
    record: &Record,
    issued: &Issued,
) -> Result<TokenOptions, GrantError> {
    let options = grant.options.clone().authenticated_at(record.authenticated_at).of_family(family_claim(issued.key));
    // The limits of this release hold for the grants of an earlier one, too.
    let options = options.at_most(P::SPEC.bearer.and_then(|bearer| bearer.max_age));
    let granted = grant.options.granted_scopes().unwrap_or_default();
    if !narrowed.unwrap_or_default().iter().all(|scope| granted.contains(scope)) {
        return Err(GrantErrorKind::InvalidScope.into());
    }
    // A scope that was taken away meanwhile is left out.
    let scopes = narrowed.unwrap_or(granted).iter().filter(|scope| grant.principal.has_scope(scope)).cloned();
    Ok(options.with_members(grant.json.unknown(&grant.principal)).scopes(scopes))
}
