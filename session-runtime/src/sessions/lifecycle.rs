//! How sessions begin, change their id and end, in the order that leaves no gap.

use std::sync::Arc;
use std::time::Duration;

use super::{Contents, Device, Instants, Rollback, SessionError, SessionErrorKind, Sessions, is_from_ahead};
use crate::clock::{TOLERATED_CLOCK_SKEW, Timestamp};
use crate::cookie::IssuedCookie;
use crate::credential::SessionId;
use crate::principal::Principal;
use crate::store::{Record, Removed, Replaced, Store, StoreError, StoreKey, SubjectKey};

/// How long an id that was replaced still answers, so that requests under way are not thrown out.
pub(crate) const ALIAS_LIFETIME: Duration = Duration::from_secs(10);
/// The same, where the visitor did not ask for it: a page that is open may not hear of the new id at once.
pub(crate) const UNASKED_ALIAS_LIFETIME: Duration = Duration::from_secs(60);
/// How much longer the record of a replaced id tells what it was replaced by, when it answers nobody any more: so that whoever
/// [asks now and then](crate::Session::ended) whether the session goes on still finds out.
pub(crate) const ALIAS_LINGERS: Duration = Duration::from_secs(10);
/// How often an id may be drawn that exists already before the store, not chance, is to blame.
pub(super) const DRAWS: usize = 3;
/// How often another write may come first before the store, not the others, is to blame: each time, one of them was done.
pub(super) const MOST_CONFLICTS: usize = 1000;
/// How many aliases may stand one behind the other: far more than a session rotates in the seconds that one lives.
pub(super) const LONGEST_CHAIN: usize = 64;

pub(super) const NEVER_THROUGH: &str = "the store says of every write that another one came first";

/// An id that was given out, and the record that it names.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) id: SessionId,
    pub(crate) key: StoreKey,
    /// Until when a browser keeps the cookie of a remembered session. `None`: until it is closed.
    pub(crate) persists_until: Option<Timestamp>,
}

impl Issued {
    /// What the browser is given for it.
    pub(super) fn cookie(&self) -> IssuedCookie {
        IssuedCookie { value: self.id.encode(), persists_until: self.persists_until }
    }

    /// This id, of a session that holds this: a browser keeps the cookie for as long as the session can last.
    pub(crate) fn persisting<P>(self, contents: &Contents<P>, instants: &Instants) -> Self {
        Self { persists_until: contents.remembered.then_some(instants.expires_at), ..self }
    }
}

/// A session as its record keeps it, open.
pub(crate) struct Unsealed<P> {
    pub(crate) contents: Arc<Contents<P>>,
    pub(crate) instants: Instants,
    /// With what the visitor logged in.
    pub(crate) device: &'static Device,
    /// The record that it was read from, and the subject key of that record.
    pub(crate) listed: Option<(StoreKey, SubjectKey)>,
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
        device: &'static Device,
    ) -> Result<Opened<P>, SessionError> {
        let mut instants = Instants::starting(self.now(), P::SPEC.lifetime(contents.remembered));
        instants.created_at = self.after_others(&contents.subject, instants.created_at).await?;
        let unsealed = Unsealed { contents, instants, device, listed: None };
        let issued = self.insert(&unsealed).await?.persisting(&unsealed.contents, &instants);
        Ok(Opened { issued, contents: unsealed.contents, instants })
    }

    /// `now`, or the instant after the subject's newest session, where `max_sessions` has to tell which is the newest: within
    /// one millisecond, or between nodes whose clocks disagree, `now` does not. The session's end is not moved by it.
    pub(super) async fn after_others(&self, subject: &str, now: Timestamp) -> Result<Timestamp, SessionError> {
        if P::SPEC.max_sessions.is_none() {
            return Ok(now);
        }
        let others = self.records_of(subject).await?;
        let newest = others.iter().map(|(_, record)| rank(record, now)).max();
        Ok(newest.map_or(now, |newest| now.max(newest.plus(Duration::from_millis(1)))))
    }

    /// Lets the session under `old` go on under a new id, as `change` makes its record.
    ///
    /// The new record comes first and the alias second, so that no step spans two keys. When the old record was ended in
    /// between, the new one goes, too; when it was changed, that change is taken along.
    pub(crate) async fn succeed(
        &self,
        old: &Issued,
        alias_lifetime: Duration,
        change: impl Fn(Unsealed<P>) -> Result<Unsealed<P>, SessionError> + Send,
    ) -> Result<Issued, SessionError> {
        let renew = move |standing: &Record, issued: &Issued| {
            let unsealed = self.unsealed(standing, old).ok_or(SessionErrorKind::Ended)?;
            let unsealed = change(unsealed)?;
            self.record(&Unsealed { contents: unsealed.contents.under_new_id(), ..unsealed }, issued)
        };
        self.succeed_as(old, alias_lifetime, renew).await
    }

    /// [`succeed`](Self::succeed), where `renew` makes the whole record, from the one that stands and for the new id.
    pub(crate) async fn succeed_as(
        &self,
        old: &Issued,
        alias_lifetime: Duration,
        mut renew: impl FnMut(&Record, &Issued) -> Result<Record, SessionError> + Send,
    ) -> Result<Issued, SessionError> {
        for _ in 0..MOST_CONFLICTS {
            let standing = self.standing(old.key).await?;
            let renew = |issued: &Issued| renew(&standing, issued);
            if let Some(issued) = self.replace_id(old.key, standing.revision, alias_lifetime, renew).await? {
                return Ok(Issued { persists_until: old.persists_until, ..issued });
            }
        }
        Err(StoreError::from_reason(NEVER_THROUGH).into())
    }

    /// Inserts the record that `renew` makes for a new id, and makes the one under `old` an alias of it. `None` when another
    /// write came first; then nothing is left of the new record.
    async fn replace_id(
        &self,
        old: StoreKey,
        revision: u64,
        alias_lifetime: Duration,
        renew: impl FnMut(&Issued) -> Result<Record, SessionError> + Send,
    ) -> Result<Option<Issued>, SessionError> {
        let issued = self.insert_as(renew).await?;
        self.alias_to(old, issued, revision, alias_lifetime).await
    }

    /// Makes the record under `old` an alias of a new one. `None` when another write came first; then the new one is removed.
    pub(super) async fn alias_to(
        &self,
        old: StoreKey,
        issued: Issued,
        revision: u64,
        alias_lifetime: Duration,
    ) -> Result<Option<Issued>, SessionError> {
        let store = self.store()?;
        let until = self.now().plus(alias_lifetime).plus(ALIAS_LINGERS);
        match store.alias(old, issued.key, until, revision).await {
            Ok(Replaced::Replaced) => Ok(Some(issued)),
            Ok(Replaced::Conflict | Replaced::Gone) => {
                store.remove(issued.key).await?;
                Ok(None)
            }
            Err(error) => {
                let _ = store.remove(issued.key).await;
                Err(error.into())
            }
        }
    }

    /// Replaces the contents of the record under `key` by what `change` makes of those that stand.
    ///
    /// When another write comes first, `change` is applied again to what that one left.
    pub(crate) async fn replace(
        &self,
        issued: &Issued,
        mut change: impl FnMut(&Contents<P>) -> Result<Contents<P>, SessionError> + Send,
    ) -> Result<Arc<Contents<P>>, SessionError> {
        let rewrite = |standing: &Record| {
            let mut unsealed = self.unsealed(standing, issued).ok_or(SessionErrorKind::Ended)?;
            unsealed.contents = Arc::new(change(&unsealed.contents)?);
            Ok((self.record(&unsealed, issued)?, unsealed.contents))
        };
        self.replace_record(issued, rewrite).await
    }

    /// [`replace`](Self::replace), where `rewrite` makes the whole record, and something of it to be returned.
    pub(crate) async fn replace_record<T: Send>(
        &self,
        issued: &Issued,
        mut rewrite: impl FnMut(&Record) -> Result<(Record, T), SessionError> + Send,
    ) -> Result<T, SessionError> {
        let store = self.store()?;
        for _ in 0..MOST_CONFLICTS {
            let standing = self.standing(issued.key).await?;
            let (record, written) = rewrite(&standing)?;
            match store.replace(issued.key, record, standing.revision).await? {
                Replaced::Replaced => return Ok(written),
                // The next look at the record tells which of the two it is.
                Replaced::Conflict | Replaced::Gone => {}
            }
        }
        Err(StoreError::from_reason(NEVER_THROUGH).into())
    }

    /// The record under `key`, if it can be changed.
    pub(crate) async fn standing(&self, key: StoreKey) -> Result<Record, SessionError> {
        let record = self.store()?.load(key).await?.ok_or(SessionErrorKind::Ended)?;
        if record.successor.is_some() {
            return Err(SessionErrorKind::Superseded.into());
        }
        self.unless_over(record)
    }

    /// The record, unless its session is over.
    pub(super) fn unless_over(&self, record: Record) -> Result<Record, SessionError> {
        let now = self.now();
        if Instants::of(&record, now, P::SPEC.longest_lifetime()).are_over(now) {
            return Err(SessionErrorKind::Ended.into());
        }
        Ok(record)
    }

    /// Removes the session under `key`, unless the rollback is cancelled before it is dropped.
    pub(crate) fn rollback_of(&self, key: StoreKey) -> Rollback {
        let sessions = self.clone();
        self.tasks().rollback(async move {
            if let Err(error) = sessions.end_by_key(key).await {
                tracing::warn!(target: "session", ?error, "session.store_unavailable");
            }
        })
    }

    /// Ends a session under whichever of its ids.
    ///
    /// What an alias stands for goes before the alias: when the store fails in between, the id that was shown still leads
    /// to what is left of the session, or the session is over.
    pub(crate) async fn end_by_key(&self, key: StoreKey) -> Result<(), SessionError> {
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
            next = match store.remove(key).await? {
                Removed::Alias(successor) => Some(successor),
                Removed::Record | Removed::Nothing => None,
            };
        }
        Err(StoreError::from_reason("the store's aliases lead nowhere").into())
    }

    /// Ends the oldest sessions of a subject that are more than `max_sessions` allows.
    ///
    /// Called after the newest stands, and by one order that all log-ins share: those that meet agree on which sessions stay,
    /// so that neither more nor fewer are left than allowed.
    pub(crate) async fn enforce_max_sessions(&self, subject: &str) -> Result<(), SessionError> {
        let Some(most) = P::SPEC.max_sessions else { return Ok(()) };
        let now = self.now();
        let mut standing = self.records_of(subject).await?;
        let is_over = |record: &Record| Instants::of(record, now, P::SPEC.longest_lifetime()).are_over(now);
        standing.retain(|(_, record)| is_from_ahead(record, now) || !is_over(record));
        standing.sort_by_key(|(key, record)| (rank(record, now), *key));
        let excess = standing.len().saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
        for (key, _) in standing.into_iter().take(excess) {
            self.end_by_key(key).await?;
        }
        Ok(())
    }

    /// The records of a subject, under whichever key of the ring they were listed.
    pub(crate) async fn records_of(&self, subject: &str) -> Result<Vec<(StoreKey, Record)>, SessionError> {
        let store = self.store()?;
        let mut records = Vec::new();
        for subject in self.subject_keys(subject) {
            records.append(&mut store.of_subject(subject).await?);
        }
        Ok(records)
    }

    async fn insert(&self, unsealed: &Unsealed<P>) -> Result<Issued, SessionError> {
        self.insert_as(|issued| self.record(unsealed, issued)).await
    }

    /// Draws an id and inserts what `record` makes for it.
    pub(crate) async fn insert_as(
        &self,
        mut record: impl FnMut(&Issued) -> Result<Record, SessionError> + Send,
    ) -> Result<Issued, SessionError> {
        let store = self.store()?;
        for _ in 0..DRAWS {
            let id = SessionId::generate().map_err(|_| SessionErrorKind::Unavailable)?;
            let issued = Self::issued(id);
            if store.insert(issued.key, record(&issued)?).await? {
                return Ok(issued);
            }
        }
        Err(StoreError::from_reason("the store says of every new id that it exists").into())
    }
}

/// By which sessions are ordered from the oldest to the newest. One from ahead of this clock is the oldest: it is not
/// accepted here, and a new session could not be made later than it.
pub(super) fn rank(record: &Record, now: Timestamp) -> Timestamp {
    let is_ahead = record.created_at.since(now) >= TOLERATED_CLOCK_SKEW || is_from_ahead(record, now);
    if is_ahead { Timestamp::EPOCH } else { record.created_at }
}

/// The record of a session that was under `key`, under whichever id it goes on, and the key of that.
pub(crate) async fn followed(store: &dyn Store, mut key: StoreKey) -> Result<Option<(StoreKey, Record)>, StoreError> {
    for _ in 0..LONGEST_CHAIN {
        match store.load(key).await? {
            None => return Ok(None),
            Some(Record { successor: Some(successor), .. }) => key = successor,
            Some(record) => return Ok(Some((key, record))),
        }
    }
    Ok(None)
}

/// The record under `key`. An alias stands only as long as what it stands for.
pub(crate) async fn standing_record(store: &dyn Store, key: StoreKey) -> Result<Option<Record>, StoreError> {
    // Awaited where the record of the alias no longer has its place.
    let standing = match store.load(key).await? {
        Some(alias) if alias.successor.is_some() => Box::pin(standing_alias(store, alias)),
        record => return Ok(record),
    };
    standing.await
}

async fn standing_alias(store: &dyn Store, alias: Record) -> Result<Option<Record>, StoreError> {
    let mut next = alias.successor;
    for _ in 0..LONGEST_CHAIN {
        let Some(key) = next else { return Ok(Some(alias)) };
        let Some(successor) = store.load(key).await? else { return Ok(None) };
        next = successor.successor;
    }
    Ok(None)
}
