//! Asks the application again who somebody is, so that a change of their rights takes effect within a declared time.

mod answers;
#[cfg(feature = "cookie-tokens")]
mod carried;
mod records;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use self::answers::{Answers, Failed, Turn};

use super::Contents;
#[cfg(feature = "jwt")]
use super::SessionErrorKind;
use crate::clock::Timestamp;
use crate::principal::{Principal, identity_of};

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
    /// When the source cannot tell: the request is then rejected with 503, unless [`Revalidation::stale`] allows it. No event
    /// shows the error, because its text may quote the account. Log it here.
    fn load(&self, id: &P::Id) -> impl Future<Output = Loaded<P>> + Send;

    /// The same for a principal with a `#[principal(issuer)]` field, whose id alone does not identify it.
    ///
    /// By default it calls [`load`](Self::load). An account of another issuer is then an error of the source.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    fn load_of_issuer(&self, issuer: &str, id: &P::Id) -> impl Future<Output = Loaded<P>> + Send {
        let _ = issuer;
        self.load(id)
    }
}

impl<P: Principal, S: PrincipalSource<P>> PrincipalSource<P> for Arc<S> {
    fn load(&self, id: &P::Id) -> impl Future<Output = Loaded<P>> + Send {
        S::load(self, id)
    }

    fn load_of_issuer(&self, issuer: &str, id: &P::Id) -> impl Future<Output = Loaded<P>> + Send {
        S::load_of_issuer(self, issuer, id)
    }
}

type Loaded<P> = Result<Option<P>, Box<dyn Error + Send + Sync>>;

/// A [`PrincipalSource`] of whatever type.
trait Source<P>: Send + Sync {
    fn load_again<'a>(&'a self, known: &'a P) -> Pin<Box<dyn Future<Output = Loaded<P>> + Send + 'a>>;
}

impl<P: Principal, S: PrincipalSource<P>> Source<P> for S {
    fn load_again<'a>(&'a self, known: &'a P) -> Pin<Box<dyn Future<Output = Loaded<P>> + Send + 'a>> {
        match known.issuer() {
            Some(issuer) => Box::pin(self.load_of_issuer(issuer, known.id())),
            None => Box::pin(self.load(known.id())),
        }
    }
}

/// The interval after which the application is asked again for a principal, and the source that is asked.
///
/// A node asks at most once per session and interval, one request at a time, before roles are looked at. This includes
/// sessions that live in their cookie, ids that were replaced, and connections that stay open
/// ([`Session::touch`](crate::Session::touch), [`Session::ended`](crate::Session::ended)). An answer that differs replaces
/// the principal of the session; the next admitted request then gets a new id. An account that is gone ends the session.
/// Without revalidation, the principal of the log-in counts until the session is updated or ends.
///
/// A source that does not answer within the [time limit](Self::time_limit) has failed. A failed source is asked again at the
/// next request.
///
/// Access tokens are not looked up: they say themselves who somebody is, for as long as they live. Each refresh asks again:
/// an account that is gone ends the family, roles are those of now, and scopes that are gone are left out.
///
/// # Panics
///
/// Asking needs a Tokio runtime with a timer, as `#[tokio::main]` starts it.
pub struct Revalidation<P> {
    every: Duration,
    stale: Duration,
    time_limit: Duration,
    source: Box<dyn Source<P>>,
    answers: Answers<P>,
}

/// The time limit of the source unless `Revalidation::time_limit` sets another.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// What was found out about a session.
pub(crate) enum Answer<P> {
    /// It stands, and holds this.
    Stands(Arc<Contents<P>>),
    /// It stands, and what it holds has changed.
    Changed(Arc<Contents<P>>),
    /// The id was replaced, and the principal has changed: only the id that replaced it has the new rights.
    Outdated,
    /// It is over.
    Over,
    /// Nobody can tell.
    Unknown,
}

impl<P: Principal> Revalidation<P> {
    /// Asks `source` about a session when it was last asked `every` ago, or longer.
    pub fn every(every: Duration, source: impl PrincipalSource<P>) -> Self {
        let (stale, time_limit) = (Duration::ZERO, TIME_LIMIT);
        Self { every, stale, time_limit, source: Box::new(source), answers: Answers::default() }
    }

    /// While the source fails, what was known goes on counting for this long beyond the interval. Zero unless said.
    #[must_use]
    pub const fn stale(mut self, stale: Duration) -> Self {
        self.stale = stale;
        self
    }

    /// The time that the source may take to answer; 5 seconds unless said. A source that takes longer has failed.
    #[must_use]
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Due at the very instant: a change of rights takes effect within the interval, not after it.
    pub(crate) fn is_due(&self, contents: &Contents<P>, now: Timestamp) -> bool {
        now.age_of(contents.checked_at) >= self.every
    }

    /// The principal as the source knows it, and when the source was asked for it.
    async fn ask(&self, turn: &mut Turn<'_, P>, known: &P, now: Timestamp) -> Result<(Option<P>, Timestamp), Failed> {
        match turn.heard(now, self.every) {
            Some(heard) => heard,
            None => turn.note(self.load(known).await, now),
        }
    }

    async fn load(&self, known: &P) -> Result<Option<P>, Failed> {
        // The source's own error may quote the account, so no event shows it.
        let reason = match tokio::time::timeout(self.time_limit, self.source.load_again(known)).await {
            Ok(Ok(None)) => return Ok(None),
            Ok(Ok(Some(principal))) => match (identity_of(&principal), identity_of(known)) {
                (Ok(loaded), Ok(known)) if loaded == known => return Ok(Some(principal)),
                _ => "the source answered with another subject",
            },
            Ok(Err(_)) => "the source failed",
            Err(_) => "the source did not answer within the time limit",
        };
        tracing::warn!(target: "session", reason, "session.revalidation_failed");
        Err(Failed)
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
        if let Ok(loaded) = self.load(known).await {
            return Ok(loaded.map(|principal| (principal, now)));
        }
        let counts = self.counts(checked_at, now) && !self.stale.is_zero();
        counts.then(|| Some((known.clone(), checked_at))).ok_or(SessionErrorKind::Unavailable)
    }

    /// Whether what was known then goes on counting while the source fails.
    fn counts(&self, checked_at: Timestamp, now: Timestamp) -> bool {
        now.age_of(checked_at) < self.every.saturating_add(self.stale)
    }

    /// The answer while the source fails.
    fn failed(&self, known: Arc<Contents<P>>, now: Timestamp) -> Answer<P> {
        if self.counts(known.checked_at, now) { Answer::Stands(known) } else { Answer::Unknown }
    }
}

impl<P> fmt::Debug for Revalidation<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Revalidation")
            .field("every", &self.every)
            .field("stale", &self.stale)
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}
