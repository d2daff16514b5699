//! How sessions begin, change their id and end, in the order that leaves no gap.

use std::sync::Arc;
use std::time::Duration;

use super::{Contents, Instants, SessionError, SessionErrorKind, Sessions};
use crate::clock::Timestamp;
use crate::credential::SessionId;
use crate::principal::Principal;
use crate::store::{Payload, Record, Replaced, StoreError, StoreKey, SubjectKey};

/// How long an id that was replaced still answers, so that requests under way are not thrown out.
const ALIAS_LIFETIME: Duration = Duration::from_secs(10);
/// How often an id may be drawn that exists already before the store, not chance, is to blame.
const DRAWS: usize = 3;
/// How often another write may come first before the store, not the others, is to blame: each time, one of them was done.
const MOST_CONFLICTS: usize = 1000;
/// How many aliases may stand one behind the other: far more than a session rotates in the seconds that one lives.
pub(crate) const LONGEST_CHAIN: usize = 64;

const NEVER_THROUGH: &str = "the store says of every write that another one came first";

/// An id that was given out, and the record that it names.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) id: SessionId,
    pub(crate) key: StoreKey,
}

/// A session that was begun.
pub(crate) struct Opened<P> {
    pub(crate) issued: Issued,
    pub(crate) contents: Arc<Contents<P>>,
    pub(crate) instants: Instants,
}

impl<P: Principal> Sessions<P> {
    /// Begins a session that has no predecessor.
    pub(crate) async fn open(
        &self,
        contents: Arc<Contents<P>>,
        subject: SubjectKey,
    ) -> Result<Opened<P>, SessionError> {
        let mut instants = Instants::starting(self.now(), P::SPEC);
        instants.created_at = self.after_others(subject, instants.created_at).await?;
        let record = self.record(&contents, instants)?;
        let issued = self.insert(record).await?;
        Ok(Opened { issued, contents, instants })
    }

    /// `now`, or the instant after the subject's newest session, where `max_sessions` has to tell which is the newest: within
    /// one millisecond, or between nodes whose clocks disagree, `now` does not. The session's end is not moved by it.
    async fn after_others(&self, subject: SubjectKey, now: Timestamp) -> Result<Timestamp, SessionError> {
        if P::SPEC.max_sessions.is_none() {
            return Ok(now);
        }
        let others = self.store()?.of_subject(subject).await?;
        let newest = others.iter().map(|(_, record)| record.created_at).max();
        Ok(newest.map_or(now, |newest| now.max(newest.plus(Duration::from_millis(1)))))
    }

    /// Lets the session under `old` go on under a new id, as `change` makes its record.
    ///
    /// The new record comes first and the alias second, so that no step spans two keys. When the old record was ended in
    /// between, the new one goes, too; when it was changed, that change is taken along.
    pub(crate) async fn succeed(
        &self,
        old: StoreKey,
        change: impl Fn(Record) -> Result<Record, SessionError> + Send,
    ) -> Result<Issued, SessionError> {
        let store = self.store()?;
        for _ in 0..MOST_CONFLICTS {
            let standing = self.standing(old).await?;
            let revision = standing.revision;
            let issued = self.insert(change(standing)?).await?;
            match store.alias(old, issued.key, self.now().plus(ALIAS_LIFETIME), revision).await {
                Ok(Replaced::Replaced) => return Ok(issued),
                Ok(Replaced::Conflict | Replaced::Gone) => store.remove(issued.key).await?,
                Err(error) => {
                    let _ = store.remove(issued.key).await;
                    return Err(error.into());
                }
            };
        }
        Err(StoreError::new(NEVER_THROUGH).into())
    }

    /// Replaces the contents of the record under `key` by what `change` makes of those that stand.
    ///
    /// When another write comes first, `change` is applied again to what that one left.
    pub(crate) async fn replace(
        &self,
        key: StoreKey,
        mut change: impl FnMut(&Contents<P>) -> Result<Contents<P>, SessionError> + Send,
    ) -> Result<Arc<Contents<P>>, SessionError> {
        let store = self.store()?;
        for _ in 0..MOST_CONFLICTS {
            let mut record = self.standing(key).await?;
            let standing = record.payload.contents::<Contents<P>>().ok_or(SessionErrorKind::Ended)?;
            let contents = Arc::new(change(&standing)?);
            record.payload = Self::seal(&contents);
            let revision = record.revision;
            match store.replace(key, record, revision).await? {
                Replaced::Replaced => return Ok(contents),
                // The next look at the record tells which of the two it is.
                Replaced::Conflict | Replaced::Gone => {}
            }
        }
        Err(StoreError::new(NEVER_THROUGH).into())
    }

    /// The record under `key`, if it can be changed.
    async fn standing(&self, key: StoreKey) -> Result<Record, SessionError> {
        let record = self.store()?.load(key).await?.ok_or(SessionErrorKind::Ended)?;
        if record.successor.is_some() {
            return Err(SessionErrorKind::Superseded.into());
        }
        let now = self.now();
        if Instants::of(&record, now, P::SPEC).are_over(now) {
            return Err(SessionErrorKind::Ended.into());
        }
        Ok(record)
    }

    /// Ends a session under whichever of its ids.
    ///
    /// What an alias stands for goes before the alias: when the store fails in between, the id that was shown still leads
    /// to what is left of the session, or the session is over.
    pub(crate) async fn end(&self, key: StoreKey) -> Result<(), SessionError> {
        let store = self.store()?;
        let mut ids = vec![key];
        let mut next = store.load(key).await?.and_then(|record| record.successor);
        while let Some(key) = next.filter(|_| ids.len() < LONGEST_CHAIN) {
            ids.push(key);
            next = store.load(key).await?.and_then(|record| record.successor);
        }
        for key in ids.into_iter().rev() {
            self.remove(key).await?;
        }
        Ok(())
    }

    /// Removes a record, and what it became an alias of meanwhile.
    async fn remove(&self, key: StoreKey) -> Result<(), SessionError> {
        let store = self.store()?;
        let mut next = Some(key);
        for _ in 0..LONGEST_CHAIN {
            let Some(key) = next else { return Ok(()) };
            next = store.remove(key).await?;
        }
        Err(StoreError::new("the store's aliases lead nowhere").into())
    }

    /// Ends the oldest sessions of a subject that are more than `max_sessions` allows.
    ///
    /// Called after the newest stands, and by one order that all log-ins share: those that meet agree on which sessions stay,
    /// so that neither more nor fewer are left than allowed.
    pub(crate) async fn enforce_max_sessions(&self, subject: SubjectKey) -> Result<(), SessionError> {
        let Some(most) = P::SPEC.max_sessions else { return Ok(()) };
        let now = self.now();
        let mut standing = self.store()?.of_subject(subject).await?;
        standing.retain(|(_, record)| !Instants::of(record, now, P::SPEC).are_over(now));
        standing.sort_by_key(|(key, record)| (record.created_at, *key));
        let excess = standing.len().saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
        for (key, _) in standing.into_iter().take(excess) {
            self.end(key).await?;
        }
        Ok(())
    }

    /// A record of these contents and instants.
    pub(crate) fn record(&self, contents: &Arc<Contents<P>>, instants: Instants) -> Result<Record, SessionError> {
        Ok(Record {
            created_at: instants.created_at,
            authenticated_at: instants.authenticated_at.unwrap_or(instants.created_at),
            last_seen_at: instants.last_seen_at,
            longest_pause: instants.longest_pause,
            expires_at: instants.expires_at,
            revision: 0,
            subject: self.subject_key(&contents.subject)?,
            successor: None,
            payload: Self::seal(contents),
        })
    }

    /// The contents as a store keeps them.
    fn seal(contents: &Arc<Contents<P>>) -> Payload {
        Payload::new(Arc::clone(contents))
    }

    async fn insert(&self, record: Record) -> Result<Issued, SessionError> {
        let store = self.store()?;
        for _ in 0..DRAWS {
            let id = SessionId::generate().map_err(|_| SessionErrorKind::Unavailable)?;
            let key = Self::key_of(&id);
            if store.insert(key, record.clone()).await? {
                return Ok(Issued { id, key });
            }
        }
        Err(StoreError::new("the store says of every new id that it exists").into())
    }
}
