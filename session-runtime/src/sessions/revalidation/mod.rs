//! Asks the application again who somebody is, so that a change of their rights takes effect within a declared time.

#[cfg(feature = "cookie-tokens")]
mod carried;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::{Contents, Difference, Issued, SessionErrorKind, Sessions};
use crate::clock::Timestamp;
use crate::principal::{Principal, subject_of};
use crate::store::StoreKey;

/// Where the application keeps its principals: an account's row, a directory.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use session_runtime::{MemoryStore, Principal, PrincipalSource, Revalidation, Sessions};
/// use std::collections::HashMap;
/// use std::error::Error;
/// use std::time::Duration;
///
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # struct User { #[principal(id)] id: u64 }
/// struct Accounts(HashMap<u64, User>);
///
/// impl PrincipalSource<User> for Accounts {
///     async fn load(&self, id: &u64) -> Result<Option<User>, Box<dyn Error + Send + Sync>> {
///         Ok(self.0.get(id).cloned())
///     }
/// }
///
/// let accounts = Accounts(HashMap::new());
/// let sessions: Sessions<User> = Sessions::builder()
///     .store(MemoryStore::new())
///     .revalidate(Revalidation::every(Duration::from_secs(60), accounts))
///     .build()?;
/// # Ok::<(), session_runtime::ConfigError>(())
/// ```
pub trait PrincipalSource<P: Principal>: Send + Sync + 'static {
    /// The principal as it is now; `None` when there is no such account any more, which ends its sessions.
    ///
    /// # Errors
    ///
    /// When nobody can tell: the request is then refused with 503, unless [`Revalidation::stale`] allows it.
    fn load(&self, id: &P::Id) -> impl Future<Output = Loaded<P>> + Send;
}

impl<P: Principal, S: PrincipalSource<P>> PrincipalSource<P> for Arc<S> {
    fn load(&self, id: &P::Id) -> impl Future<Output = Loaded<P>> + Send {
        S::load(self, id)
    }
}

type Loaded<P> = Result<Option<P>, Box<dyn Error + Send + Sync>>;

/// A [`PrincipalSource`] of whatever type.
trait Source<P>: Send + Sync {
    fn load_again<'a>(&'a self, known: &'a P) -> Pin<Box<dyn Future<Output = Loaded<P>> + Send + 'a>>;
}

impl<P: Principal, S: PrincipalSource<P>> Source<P> for S {
    fn load_again<'a>(&'a self, known: &'a P) -> Pin<Box<dyn Future<Output = Loaded<P>> + Send + 'a>> {
        Box::pin(self.load(known.id()))
    }
}

/// How often the application is asked again who somebody is, and whom to ask.
///
/// At most once per session and interval, by one request at a time, on the way in and before roles are looked at. What has
/// changed replaces what the session holds and gives it a new id; an account that is gone ends it. Without revalidation,
/// what was known at log-in counts until the session is updated or ends.
///
/// Access tokens are not looked up: they say themselves who somebody is, for as long as they live. Whoever refreshes one is
/// asked about at every time: an account that is gone ends the family, roles are those of now, and scopes that are gone are
/// left out.
pub struct Revalidation<P> {
    every: Duration,
    stale: Duration,
    source: Box<dyn Source<P>>,
    /// The sessions that are being asked about, by those who wait for the answer.
    flights: Mutex<HashMap<StoreKey, Weak<Flight<P>>>>,
}

/// One question, and its answer for those who waited.
type Flight<P> = tokio::sync::Mutex<Option<Answer<P>>>;

/// What was found out about a session.
pub(crate) enum Answer<P> {
    /// It stands, and holds this.
    Stands(Arc<Contents<P>>),
    /// It stands, and what it holds has changed.
    Changed(Arc<Contents<P>>),
    /// It is over.
    Over,
    /// Nobody can tell.
    Unknown,
}

impl<P> Clone for Answer<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Stands(contents) => Self::Stands(Arc::clone(contents)),
            Self::Changed(contents) => Self::Changed(Arc::clone(contents)),
            Self::Over => Self::Over,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// How many questions are remembered before those that nobody waits for any more are dropped.
const FLIGHTS_TO_SWEEP: usize = 1024;

impl<P: Principal> Revalidation<P> {
    /// Asks `source` about a session when it was last asked `every` ago, or longer.
    pub fn every(every: Duration, source: impl PrincipalSource<P>) -> Self {
        Self { every, stale: Duration::ZERO, source: Box::new(source), flights: Mutex::default() }
    }

    /// While the source fails, what was known goes on counting for this long beyond the interval. Zero unless said.
    #[must_use]
    pub const fn stale(mut self, stale: Duration) -> Self {
        self.stale = stale;
        self
    }

    /// What the session under `issued` holds, asked again where that is due.
    pub(crate) async fn answer(
        &self,
        sessions: &Sessions<P>,
        issued: &Issued,
        contents: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        if !self.is_due(&contents, now) {
            return Answer::Stands(contents);
        }
        Box::pin(self.asked_once(issued.key, self.find_out(sessions, issued, contents, now))).await
    }

    /// What `ask` finds out, or what another request finds out that came first.
    async fn asked_once(&self, key: StoreKey, ask: impl Future<Output = Answer<P>>) -> Answer<P> {
        let flight = self.flight(key);
        let mut answer = flight.lock().await;
        if let Some(answer) = &*answer {
            return answer.clone();
        }
        let found = ask.await;
        *answer = Some(found.clone());
        // Whoever waits has the flight; whoever comes now looks at the record first.
        self.flights().remove(&key);
        found
    }

    /// Due at the very instant: a change of rights takes effect within the interval, not after it.
    fn is_due(&self, contents: &Contents<P>, now: Timestamp) -> bool {
        now.since(contents.checked_at) >= self.every
    }

    async fn find_out(
        &self,
        sessions: &Sessions<P>,
        issued: &Issued,
        seen: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        // Another node, or a request that was just answered, may have asked since this one looked.
        let known = match sessions.standing_contents(issued).await {
            Ok(known) if !self.is_due(&known, now) => return Answer::Stands(known),
            Ok(known) => known,
            Err(error) => return after(error.kind(), seen),
        };
        match self.source.load_again(&known.principal).await {
            Ok(Some(principal)) => self.keep(sessions, issued, known, principal, now).await,
            Ok(None) => match sessions.end_by_key(issued.key).await {
                Ok(()) => Answer::Over,
                Err(_) => Answer::Unknown,
            },
            Err(error) => self.failed(known, &*error, now),
        }
    }

    async fn keep(
        &self,
        sessions: &Sessions<P>,
        issued: &Issued,
        known: Arc<Contents<P>>,
        principal: P,
        now: Timestamp,
    ) -> Answer<P> {
        let Ok(loaded) = Contents::new(principal, now) else { return self.failed(known, &"it has no id", now) };
        if loaded.subject != known.subject {
            return self.failed(known, &"the source answered with somebody else", now);
        }
        let (Ok(difference), Ok(loaded)) =
            (Difference::between(&known.principal, &loaded.principal), loaded.in_the_place_of(&known))
        else {
            return self.failed(known, &"it does not become JSON", now);
        };
        let changed = difference != Difference::Nothing;
        // Where nothing changed, what another request has updated meanwhile stays.
        let replaced = sessions.replace(issued, |standing| {
            let source = if changed { &loaded.principal } else { &standing.principal };
            Contents::new(source.clone(), now)?.in_the_place_of(standing)
        });
        match replaced.await {
            // The order of a set is no change of rights.
            Ok(contents) if difference == Difference::Value => Answer::Changed(contents),
            Ok(contents) => Answer::Stands(contents),
            // Another request replaced the id: this one goes on with what was found out.
            Err(error) => after(error.kind(), Arc::new(loaded)),
        }
    }

    /// Who was granted tokens, and as of when; `None` when they are nobody any more. While nobody can tell, what was known
    /// `checked_at` goes on counting as long as it does for sessions.
    #[cfg(feature = "jwt")]
    pub(super) async fn grantee(
        &self,
        known: &P,
        checked_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<(P, Timestamp)>, SessionErrorKind> {
        let error: Box<dyn Error + Send + Sync> = match self.source.load_again(known).await {
            Ok(None) => return Ok(None),
            Ok(Some(principal)) => match (subject_of(principal.id()), subject_of(known.id())) {
                (Ok(loaded), Ok(known)) if loaded == known => return Ok(Some((principal, now))),
                _ => "the source answered with somebody else".into(),
            },
            Err(error) => error,
        };
        tracing::warn!(target: "session", ?error, "session.revalidation_failed");
        let counts = self.counts(checked_at, now) && !self.stale.is_zero();
        counts.then(|| Some((known.clone(), checked_at))).ok_or(SessionErrorKind::Unavailable)
    }

    /// Whether what was known then goes on counting while the source fails.
    fn counts(&self, checked_at: Timestamp, now: Timestamp) -> bool {
        now.since(checked_at) < self.every.saturating_add(self.stale)
    }

    fn failed(&self, known: Arc<Contents<P>>, error: &(impl fmt::Debug + ?Sized), now: Timestamp) -> Answer<P> {
        tracing::warn!(target: "session", ?error, "session.revalidation_failed");
        if self.counts(known.checked_at, now) { Answer::Stands(known) } else { Answer::Unknown }
    }

    fn flight(&self, key: StoreKey) -> Arc<Flight<P>> {
        let mut flights = self.flights();
        if let Some(flight) = flights.get(&key).and_then(Weak::upgrade) {
            return flight;
        }
        if flights.len() >= FLIGHTS_TO_SWEEP {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::default();
        flights.insert(key, Arc::downgrade(&flight));
        flight
    }

    fn flights(&self) -> std::sync::MutexGuard<'_, HashMap<StoreKey, Weak<Flight<P>>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows when a session could not be looked at or written.
fn after<P>(kind: SessionErrorKind, contents: Arc<Contents<P>>) -> Answer<P> {
    match kind {
        SessionErrorKind::Superseded => Answer::Stands(contents),
        SessionErrorKind::Unavailable => Answer::Unknown,
        _ => Answer::Over,
    }
}

impl<P> fmt::Debug for Revalidation<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Revalidation")
            .field("every", &self.every)
            .field("stale", &self.stale)
            .finish_non_exhaustive()
    }
}
