//! What handler and guard of one request share: under which id it came, and what becomes of the cookie.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

#[cfg(feature = "cookie-tokens")]
use super::carried::CarriedId;
use super::lifecycle::Issued;
use super::tasks::Rollback;
use super::{SessionError, SessionErrorKind};
use crate::cookie::IssuedCookie;
use crate::store::StoreKey;

/// One request's view of its session's id. Written by the session's operations, read once when the response is finished.
#[derive(Default)]
pub(crate) struct Exchange {
    state: Mutex<State>,
    /// Beside the lock, which a request that has nothing to replace need not take.
    rotation_due: AtomicBool,
    /// Returns true if the response says something about the cookie.
    has_outcome: AtomicBool,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    outcome: Outcome,
    /// Removes the session that this request began, until a response carries its cookie.
    rollback: Option<Box<Rollback>>,
    /// The response was finished, or will never be: it carries no cookie from here on.
    is_answered: bool,
    /// When the store was last asked whether the session goes on, after the request was admitted.
    asked_at: Option<Instant>,
    /// An open connection found the session over, or its principal changed.
    is_over: bool,
    /// The response has been sent.
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    is_closed: bool,
}

/// What the request's cookie names.
#[derive(Clone, Debug)]
pub(crate) enum Current {
    /// Its own id.
    Named(Issued),
    /// An id that was replaced and still answers for a moment: it reads and changes nothing.
    Alias(StoreKey),
    /// None: the cookie holds the session itself.
    #[cfg(feature = "cookie-tokens")]
    Carried(CarriedId),
    /// The same, of another principal than the route's: it can be read and no more.
    #[cfg(feature = "cookie-tokens")]
    CarriedReadOnly,
}

/// What the response says about the session's cookie.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) cookie: CookieChange,
    pub(crate) clear_site_data: bool,
    /// The handler looked at another principal's session, so at a cookie.
    pub(crate) another_read: bool,
}

/// What becomes of the session's cookie.
#[derive(Debug, Default)]
pub(crate) enum CookieChange {
    /// Nothing is said.
    #[default]
    Keep,
    /// The browser gets a new value.
    Issue(IssuedCookie),
    /// The browser forgets it.
    Remove,
}

impl Exchange {
    pub(crate) fn new(current: Option<Current>) -> Self {
        Self { state: Mutex::new(State { current, ..State::default() }), ..Self::default() }
    }

    /// The record of the request's cookie, if it has one.
    pub(crate) fn current(&self) -> Option<Current> {
        self.state().current.clone()
    }

    /// The id of the session, for operations that change it. Without one, the session was ended by this request.
    pub(crate) fn writable(&self) -> Result<Issued, SessionError> {
        match self.current() {
            Some(Current::Named(issued)) => Ok(issued),
            Some(Current::Alias(_)) => Err(SessionErrorKind::Superseded.into()),
            #[cfg(feature = "cookie-tokens")]
            Some(Current::Carried(_) | Current::CarriedReadOnly) => Err(SessionErrorKind::NoCookie.into()),
            None => Err(SessionErrorKind::Ended.into()),
        }
    }

    /// The session was found to go on under this key.
    pub(crate) fn follow(&self, key: StoreKey) {
        let mut state = self.state();
        if matches!(&state.current, Some(Current::Named(issued)) if issued.key != key)
            || matches!(&state.current, Some(Current::Alias(_)))
        {
            state.current = Some(Current::Alias(key));
        }
    }

    /// When the store may be asked again whether the session goes on, `pace` after the last time.
    pub(crate) fn ask_again_at(&self, pace: Duration) -> Instant {
        *self.state().asked_at.get_or_insert_with(Instant::now) + pace
    }

    /// The store is asked now.
    pub(crate) fn asked(&self) {
        self.state().asked_at = Some(Instant::now());
    }

    /// Closes the connections of every clone of the session at their next turn.
    pub(crate) fn close_connections(&self) {
        self.state().is_over = true;
    }

    /// True if the connections [are to be closed](Self::close_connections).
    pub(crate) fn closes_connections(&self) -> bool {
        self.state().is_over
    }

    /// From here on the session can be read and no more: the route is about another principal's.
    pub(crate) fn make_read_only(&self) {
        let mut state = self.state();
        match &state.current {
            Some(Current::Named(issued)) => state.current = Some(Current::Alias(issued.key)),
            #[cfg(feature = "cookie-tokens")]
            Some(Current::Carried(_)) => state.current = Some(Current::CarriedReadOnly),
            _ => {}
        }
    }

    /// What the session holds has changed on the way in: once the visitor is admitted it goes on under a new id, or in a new
    /// cookie.
    pub(crate) fn demand_rotation(&self) {
        self.rotation_due.store(true, Ordering::Release);
    }

    /// Whether that was [demanded](Self::demand_rotation).
    pub(crate) fn is_rotation_due(&self) -> bool {
        self.rotation_due.load(Ordering::Acquire)
    }

    /// What is to be replaced, if that was [demanded](Self::demand_rotation); once.
    pub(crate) fn take_due_rotation(&self) -> Option<Current> {
        self.rotation_due.swap(false, Ordering::AcqRel).then(|| self.current()).flatten()
    }

    /// The session goes on under a new id.
    pub(crate) fn issue(&self, issued: Issued) {
        self.state_to_answer().go_on_under(issued);
    }

    /// A session begins under a new id. False where no response can carry its cookie any more; then `rollback` is dropped,
    /// which removes the session.
    pub(crate) fn enter(&self, issued: Issued, rollback: Rollback) -> bool {
        let mut state = self.state();
        if state.is_answered {
            return false;
        }
        // An earlier session of this request has ended for this one.
        if let Some(earlier) = state.rollback.replace(Box::new(rollback)) {
            earlier.cancel();
        }
        self.has_outcome.store(true, Ordering::Release);
        state.go_on_under(issued);
        true
    }

    /// The session goes on in a cookie of this value.
    #[cfg(feature = "cookie-tokens")]
    pub(crate) fn carry(&self, id: CarriedId, cookie: IssuedCookie) {
        let mut state = self.state_to_answer();
        state.outcome.cookie = CookieChange::Issue(cookie);
        state.current = Some(Current::Carried(id));
        state.outcome.clear_site_data = false;
    }

    /// The session is over.
    pub(crate) fn forget(&self) {
        let mut state = self.state_to_answer();
        state.current = None;
        state.outcome.cookie = CookieChange::Remove;
        state.outcome.clear_site_data = true;
        state.keep_what_began();
    }

    /// The handler looks at the session of another principal, if there is one.
    pub(crate) fn look_at_another(&self) {
        self.state_to_answer().outcome.another_read = true;
    }

    /// What the response says, once; if it says anything.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        let mut state = self.state();
        state.is_answered = true;
        state.keep_what_began();
        self.has_outcome.load(Ordering::Acquire).then(|| std::mem::take(&mut state.outcome))
    }

    /// No response will carry the cookie: the session that this request began, if any, is removed.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        state.is_answered = true;
        state.rollback = None;
    }

    /// The state, for whoever has something to say in the response.
    fn state_to_answer(&self) -> MutexGuard<'_, State> {
        let state = self.state();
        self.has_outcome.store(true, Ordering::Release);
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn go_on_under(&mut self, issued: Issued) {
        self.outcome.cookie = CookieChange::Issue(issued.cookie());
        self.outcome.clear_site_data = false;
        self.current = Some(Current::Named(issued));
    }

    /// A session that this request began is not removed any more.
    fn keep_what_began(&mut self) {
        if let Some(rollback) = self.rollback.take() {
            rollback.cancel();
        }
    }
}

/// What key-values need beyond that, since a visitor may have some without a session.
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
impl Exchange {
    /// A record of nobody begins. What the browser is to forget of a session that ended before it, it still forgets.
    pub(crate) fn begin(&self, issued: Issued) {
        let mut state = self.state_to_answer();
        state.outcome.cookie = CookieChange::Issue(issued.cookie());
        state.current = Some(Current::Named(issued));
    }

    /// What the request's cookie leads to was looked up.
    pub(crate) fn found(&self, current: Option<Current>) {
        self.state().current = current;
    }

    /// Goes on where another one stands, if that one has something to say about the cookie. Whether it has.
    pub(crate) fn take_over(&self, before: &Self) -> bool {
        if matches!(before.state().outcome.cookie, CookieChange::Keep) {
            return false;
        }
        let (current, outcome) = (before.current(), before.outcome());
        let mut state = self.state_to_answer();
        state.current = current;
        state.outcome = outcome.unwrap_or_default();
        true
    }

    /// From here on no id can be given out, because no response carries it.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state().is_closed
    }
}
