//! Revoked access tokens: a list that is asked at every use, remembered or not.
//!
//! What was revoked of one subject's tokens is one record, found without a list of all: since when older ones count no more,
//! and the ids of single ones. Nothing in it says whose it is. A record is good for one period, longer than any token lives,
//! and the one before it is asked as well: so nobody has to clean up, and nobody removes what somebody else just wrote.
//!
//! Forgetting would admit. So the store has to keep its records, and one that does not answer refuses.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::lifecycle::{MOST_CONFLICTS, NEVER_THROUGH};
use super::{
    ConfigError, ConfigErrorKind, Contents, GrantError, GrantErrorKind, SessionError, SessionErrorKind, Sessions,
};
use crate::clock::Timestamp;
use crate::principal::{BearerSpec, Principal, PrincipalSpec, subject_of};
use crate::store::{Payload, Record, Replaced, Store, StoreError, StoreKey, SubjectKey};
use crate::token::TokenRefusal;

/// How far the clocks of two nodes may be apart.
const SKEW: Duration = Duration::from_secs(60);
/// How many single tokens of a subject are listed in a period. One more, and all that were issued until now are revoked.
const MOST_IDS: usize = 256;

/// What was revoked of one subject's tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Revoked {
    /// Tokens that were issued at this instant or before do not count, in milliseconds.
    until: Option<u64>,
    /// Hashes of single tokens and of families.
    ids: Vec<Box<str>>,
}

impl Revoked {
    fn covers(&self, hashes: &[Box<str>], issued_at: Timestamp) -> bool {
        self.until.is_some_and(|until| issued_at.as_millis() <= until) || hashes.iter().any(|id| self.ids.contains(id))
    }

    /// Everything that was issued until `now`.
    fn add_all(&mut self, now: Timestamp) {
        self.until = self.until.max(Some(now.as_millis()));
    }

    fn add(&mut self, ids: &[Box<str>], now: Timestamp) {
        for id in ids {
            if !self.ids.contains(id) {
                self.ids.push(id.clone());
            }
        }
        if self.ids.len() > MOST_IDS {
            self.ids.clear();
            self.add_all(now);
        }
    }
}

/// The periods into which time is cut for one principal.
#[derive(Clone, Copy)]
struct Periods(u64);

impl Periods {
    /// Whatever is revoked within one is over before the next one ends: tokens live for `max_age`, and clocks disagree by the
    /// leeway at either end, and by [`SKEW`] twice: who revokes may be ahead, or behind.
    fn of(bearer: BearerSpec) -> Self {
        let longest = bearer.max_age.unwrap_or(Duration::from_hours(24 * 365));
        let period = longest.saturating_add(bearer.leeway * 2).saturating_add(SKEW * 2);
        Self(u64::try_from(period.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    const fn at(self, now: Timestamp) -> u64 {
        now.as_millis() / self.0
    }

    /// The periods in which a token that counts at `now` may have been revoked.
    fn before(self, now: Timestamp) -> [u64; 2] {
        let newest = self.at(now.plus(SKEW));
        [newest, newest.saturating_sub(1)]
    }

    /// When nobody asks for the records of `period` any more.
    const fn end_of(self, period: u64) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(period.saturating_add(2)))
    }
}

/// Whether the list of a principal's revoked tokens has a place that keeps it.
pub(super) fn check(
    principal: &PrincipalSpec,
    store: Option<&dyn Store>,
    given: Option<&dyn Store>,
) -> Result<(), ConfigError> {
    let name = principal.name;
    let failed = |text: String| Err(ConfigError::new(ConfigErrorKind::Store, text));
    if !principal.bearer.is_some_and(|bearer| bearer.revocable) {
        return match given {
            None => Ok(()),
            Some(_) => failed(format!(
                "`.revocation_store(..)` would never be asked: declare `bearer(revocable)` on `{name}`, or remove it"
            )),
        };
    }
    let Some(promises) = given.or(store).map(Store::promises) else {
        return failed(format!(
            "the tokens of `{name}` are `revocable`, and there is no store for the list of those that were revoked; \
             add `.revocation_store(..)` to the builder"
        ));
    };
    if promises.keeps_until_expiry && promises.atomic_writes {
        return Ok(());
    }
    failed(format!(
        "this store may forget which tokens of `{name}` were revoked (`revocable`), and would admit them again; \
         add a `.revocation_store(..)` that keeps them: a database, Redis with `noeviction`, or \
         `MemoryStore::new().keeping_until_expiry()` for tokens that end with the process"
    ))
}

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
        let (subject, hashes) = (subject_text::<P>(id)?, [token_hash(token_id)]);
        for issuer in self.issuers() {
            self.revoke_of(issuer, &subject, |revoked, now| revoked.add(&hashes, now)).await?;
        }
        Ok(())
    }

    /// Revokes every access token of `id` that was issued until now, whoever issued it.
    ///
    /// A token says in whole seconds when it was issued (`iat`): one that is issued later within this second counts as older.
    ///
    /// # Errors
    ///
    /// As [`revoke_token_id`](Self::revoke_token_id).
    pub async fn revoke_tokens_of(&self, id: &P::Id) -> Result<(), GrantError> {
        let subject = subject_text::<P>(id)?;
        if self.revocable().is_none() {
            return Err(GrantErrorKind::UnsupportedTokenType.into());
        }
        Ok(self.revoke_all(&subject).await?)
    }

    /// The same, where tokens can be revoked, and nothing elsewhere.
    pub(crate) async fn revoke_all(&self, subject: &str) -> Result<(), SessionError> {
        if self.revocable().is_some() {
            for issuer in self.issuers() {
                self.revoke_of(issuer, subject, Revoked::add_all).await?;
            }
        }
        Ok(())
    }

    /// Revokes the token whose session it is, and ends its family.
    pub(crate) async fn end_token(&self, contents: &Contents<P>) -> Result<(), SessionError> {
        let Some(token) = contents.token.as_ref().filter(|_| self.revocable().is_some()) else {
            return Err(SessionErrorKind::NotACookie.into());
        };
        let hashes = hashes_of(token.id.as_deref(), token.family.as_deref());
        self.revoke_of(&token.issuer, &contents.subject, |revoked, now| revoked.add(&hashes, now)).await?;
        if let Some(family) = token.family.as_deref().filter(|_| self.issues_as(&token.issuer)) {
            self.end_family_named(family, &contents.subject).await?;
        }
        Ok(())
    }

    /// Revokes what a family has issued, where tokens can be revoked.
    pub(super) async fn revoke_family(&self, family: &str, subject: &str) -> Result<(), SessionError> {
        let Some(issuer) = self.own_issuer().filter(|_| self.revocable().is_some()) else { return Ok(()) };
        let hashes = hashes_of(None, Some(family));
        self.revoke_of(issuer, subject, |revoked, now| revoked.add(&hashes, now)).await
    }

    /// Whether a token counts that was verified.
    pub(super) async fn expect_not_revoked(
        &self,
        contents: &Contents<P>,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), TokenRefusal> {
        let (Some((store, bearer)), Some(token)) = (self.revocable(), &contents.token) else { return Ok(()) };
        let hashes = hashes_of(token.id.as_deref(), token.family.as_deref());
        let [newest, before] = Periods::of(bearer).before(now);
        for index_key in self.revocation_index(&token.issuer, &contents.subject) {
            let [newest, before] = [newest, before].map(|period| store.load(record_key::<P>(index_key, period)));
            let (newest, before) = both(newest, before).await;
            for record in [newest, before] {
                let revoked = record.and_then(|record| record.as_ref().map_or(Ok(Revoked::default()), read));
                let revoked = revoked.map_err(|error| {
                    tracing::error!(target: "session", ?error, "session.store_unavailable");
                    TokenRefusal::RevocationsUnavailable
                })?;
                if revoked.covers(&hashes, issued_at) {
                    return Err(TokenRefusal::Revoked);
                }
            }
        }
        Ok(())
    }

    async fn revoke_of(
        &self,
        issuer: &str,
        subject: &str,
        change: impl Fn(&mut Revoked, Timestamp) + Send,
    ) -> Result<(), SessionError> {
        let (store, bearer) = self.revocable().ok_or(SessionErrorKind::NotACookie)?;
        let periods = Periods::of(bearer);
        let index_key = self.revocation_index(issuer, subject).next().ok_or(SessionErrorKind::Unidentifiable)?;
        for _ in 0..MOST_CONFLICTS {
            let now = self.now();
            let period = periods.at(now);
            let key = record_key::<P>(index_key, period);
            let standing = store.load(key).await?;
            let mut revoked = standing.as_ref().map_or(Ok(Revoked::default()), read)?;
            change(&mut revoked, now);
            let record = written(&revoked, now, periods.end_of(period))?;
            let done = match &standing {
                None => store.insert(key, record).await?,
                Some(standing) => store.replace(key, record, standing.revision()).await? == Replaced::Replaced,
            };
            if done {
                return Ok(());
            }
        }
        Err(StoreError::new(NEVER_THROUGH).into())
    }

    /// Where revocations are kept, for a principal whose tokens can be revoked.
    fn revocable(&self) -> Option<(&dyn Store, BearerSpec)> {
        let bearer = P::SPEC.bearer.filter(|bearer| bearer.revocable)?;
        let store = self.0.revocations.as_deref().or(self.0.store.as_deref())?;
        Some((store, bearer))
    }

    /// Under which names the revocations of a subject may be, first that for new ones: one for each key of the ring.
    fn revocation_index(&self, issuer: &str, subject: &str) -> impl Iterator<Item = SubjectKey> {
        // No cookie and no type has a space in its name.
        let realm = format!("{} revoked {issuer}", P::SPEC.realm());
        let keys: Vec<_> = self.subject_keys_in(&realm, subject).collect();
        keys.into_iter()
    }
}

fn subject_text<P: Principal>(id: &P::Id) -> Result<Box<str>, GrantError> {
    subject_of(id).map_err(|_| GrantErrorKind::Unserialisable.into())
}

fn record_key<P: Principal>(index_key: SubjectKey, period: u64) -> StoreKey {
    StoreKey::of(&format!("{} revoked {period}", P::SPEC.realm()), index_key.as_bytes())
}

fn hashes_of(token_id: Option<&str>, family: Option<&str>) -> Vec<Box<str>> {
    token_id.map(token_hash).into_iter().chain(family.map(|family| hash(b"family", family))).collect()
}

fn token_hash(id: &str) -> Box<str> {
    hash(b"token", id)
}

/// An id of whatever length as 22 characters.
fn hash(kind: &[u8], id: &str) -> Box<str> {
    let hash: [u8; 32] = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).finalize().into();
    let [start, _] = hash.as_chunks::<16>().0 else { return Box::default() };
    URL_SAFE_NO_PAD.encode(start).into()
}

/// What a record says; one that nobody can read may say anything.
fn read(record: &Record) -> Result<Revoked, StoreError> {
    let bytes = record.payload.as_sealed().ok_or_else(|| StoreError::new("revocations that nobody can read"))?;
    serde_json::from_slice(bytes).map_err(StoreError::new)
}

/// Bytes in every store: there is nothing in them that would have to be sealed.
fn written(revoked: &Revoked, now: Timestamp, expires_at: Timestamp) -> Result<Record, StoreError> {
    Ok(Record {
        created_at: now,
        authenticated_at: now,
        last_seen_at: now,
        longest_pause: Duration::ZERO,
        expires_at,
        revision: 0,
        subject: None,
        successor: None,
        payload: Payload::sealed(serde_json::to_vec(revoked).map_err(StoreError::new)?),
        listing: Payload::sealed(Vec::new()),
    })
}

/// Waits for both at once: one round trip, not two.
async fn both<A: Future, B: Future>(one: A, other: B) -> (A::Output, B::Output) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let mut answers = (None, None);
    std::future::poll_fn(|context| {
        if answers.0.is_none()
            && let Poll::Ready(answer) = one.as_mut().poll(context)
        {
            answers.0 = Some(answer);
        }
        if answers.1.is_none()
            && let Poll::Ready(answer) = other.as_mut().poll(context)
        {
            answers.1 = Some(answer);
        }
        match (answers.0.take(), answers.1.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            some => {
                answers = some;
                Poll::Pending
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::Algorithm;

    // Between the instant of a revocation and the last at which a token counts that it covers, both nodes' clocks being off.
    #[test]
    fn what_is_revoked_is_asked_for_as_long_as_it_could_count() {
        let bearer = BearerSpec::new(&[Algorithm::EdDSA]).max_age(300);
        let periods = Periods::of(bearer);
        let longest = 300 + 30 + 30;
        for revoked_at in (1_000_000..1_002_000).map(Timestamp::from_secs) {
            let period = periods.at(revoked_at);
            for later in [0, 1, longest - 1, longest, longest + 60] {
                let asked = revoked_at.plus(Duration::from_secs(later));
                assert!(periods.before(asked).contains(&period), "{revoked_at:?} {later}");
                assert!(periods.end_of(period) > asked);
            }
            let behind = Timestamp::from_secs(revoked_at.as_secs() - 60);
            assert!(periods.before(behind).contains(&period), "{revoked_at:?}, by a clock that is behind");
        }
    }

    #[test]
    fn too_many_single_ones_are_all_of_them() {
        let mut revoked = Revoked::default();
        let now = Timestamp::from_secs(100);
        for number in 0..MOST_IDS {
            let hash = token_hash(&number.to_string());
            revoked.add(&[hash.clone(), hash], now);
        }
        let other = [token_hash("other")];
        assert!(!revoked.covers(&other, now));
        assert!(revoked.covers(&[token_hash("7")], now.plus(Duration::from_secs(1))));
        revoked.add(&other, now);
        assert_eq!(revoked, Revoked { until: Some(100_000), ids: Vec::new() });
        assert!(revoked.covers(&[], now));
        assert!(!revoked.covers(&[], now.plus(Duration::from_secs(1))));
    }
}
