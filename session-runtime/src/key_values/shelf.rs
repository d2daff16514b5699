//! The key-values of one request: where they are kept, and whether they can be written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::records::Records;
use crate::clock::Timestamp;
use crate::credential::SessionId;
use crate::sessions::{
    Changes, Current, Data, Exchange, Issued, KeyValues, Look, Seen, SessionError, SessionErrorKind,
};
use crate::shared::Shared;

/// How much later than the last use of a record of nobody the next one is written down.
const LAG: Duration = Duration::from_mins(1);

/// What all sessions that one request is given read from and write to.
pub(super) struct Shelf {
    records: Arc<dyn Records>,
    state: Mutex<State>,
}

struct State {
    exchange: Shared<Exchange>,
    /// What a cookie leads to that nobody has looked up yet.
    unasked: Option<SessionId>,
    /// As the guard found it.
    seen: Option<Seen>,
    /// Why nothing can be written, if so.
    closed: Option<SessionErrorKind>,
    is_read: bool,
    is_used: bool,
    failure: Option<SessionErrorKind>,
}

impl Shelf {
    pub(super) fn new(
        records: Arc<dyn Records>,
        exchange: Shared<Exchange>,
        unasked: Option<SessionId>,
        look: Look,
    ) -> Self {
        let state = State {
            exchange,
            unasked,
            seen: look.seen,
            closed: look.closed,
            is_read: false,
            is_used: false,
            failure: None,
        };
        Self { records, state: Mutex::new(state) }
    }

    pub(super) fn exchange(&self) -> Shared<Exchange> {
        self.state().exchange.clone()
    }

    /// From here on it is another one's request: that of the guard, which has looked up what the cookie leads to.
    pub(super) fn adopt(&self, exchange: Shared<Exchange>, look: Look) {
        let mut state = self.state();
        let has_moved = exchange.take_over(&state.exchange);
        state.exchange = exchange;
        state.unasked = None;
        state.seen = look.seen;
        // The id that the guard found replaced was replaced by this very request.
        state.closed = look.closed.filter(|kind| !has_moved || *kind != SessionErrorKind::Superseded);
    }

    /// Nothing is left of what was there: the session ended, or somebody else's began.
    pub(super) fn clear(&self) {
        let mut state = self.state();
        state.unasked = None;
        state.seen = None;
    }

    /// What could not be written before can be: a session began or ended.
    pub(super) fn reopen(&self) {
        self.state().closed = None;
    }

    /// What a visitor whom nobody knew brings along under an id that has been replaced.
    pub(super) fn left_behind(&self) -> Option<KeyValues> {
        let state = self.state();
        let seen = state.seen.as_ref().filter(|seen| seen.anonymous.is_some() && state.closed.is_some())?;
        Some(seen.key_values().carried_over())
    }

    /// Whether anybody read or wrote, so that the response depends on the cookie.
    pub(super) fn is_used(&self) -> bool {
        self.state().is_used
    }

    /// Why the last write was not made, once.
    pub(super) fn take_failure(&self) -> Option<SessionErrorKind> {
        self.state().failure.take()
    }

    /// What is kept.
    pub(super) async fn read(&self) -> Result<Data, SessionError> {
        self.look_up().await?;
        let (is_read, seen, exchange) = {
            let mut state = self.state();
            (std::mem::replace(&mut state.is_read, true), state.seen.clone(), state.exchange.clone())
        };
        let current = exchange.current();
        let Some(Current::Named(issued)) = current else { return Ok(data_of(seen)) };
        if !is_read && let Some(seen) = seen {
            return self.first_read(&issued, seen).await;
        }
        match self.records.read(&issued).await {
            Ok(key_values) => Ok(key_values.data().clone()),
            Err(error) => match error.kind() {
                SessionErrorKind::Superseded => Ok(data_of(seen)),
                SessionErrorKind::Ended => Ok(Data::new()),
                _ => Err(error),
            },
        }
    }

    /// What the guard found needs no second look; a record of nobody lives on by being used.
    async fn first_read(&self, issued: &Issued, seen: Seen) -> Result<Data, SessionError> {
        let Some((created_at, last_seen_at)) = seen.anonymous else { return Ok(seen.key_values().data().clone()) };
        if self.records.now().since(last_seen_at) > LAG {
            match self.records.used(issued, created_at).await {
                Ok(true) => {}
                Ok(false) => return Ok(Data::new()),
                Err(error) => tracing::warn!(target: "session", ?error, "session.touch_failed"),
            }
        }
        Ok(seen.key_values().data().clone())
    }

    /// Makes these changes to what is kept; under a new id, if asked to.
    pub(super) async fn write(&self, changes: &Changes, rotate: bool) -> Result<(), SessionError> {
        let written = self.write_now(changes, rotate).await;
        if let Err(error) = &written {
            self.state().failure = Some(error.kind());
        }
        written
    }

    async fn write_now(&self, changes: &Changes, rotate: bool) -> Result<(), SessionError> {
        if changes.is_empty() && !rotate {
            return Ok(());
        }
        if changes.nest_too_deeply() {
            return Err(SessionErrorKind::TooDeep.into());
        }
        self.look_up().await?;
        let (exchange, closed) = {
            let state = self.state();
            (state.exchange.clone(), state.closed)
        };
        if let Some(kind) = closed {
            return Err(kind.into());
        }
        match exchange.current() {
            // There are none where the session lives in its cookie.
            #[cfg(feature = "cookie-tokens")]
            Some(Current::Carried(_) | Current::CarriedReadOnly) => Err(SessionErrorKind::NoCookie.into()),
            Some(Current::Alias(_)) => Err(SessionErrorKind::Superseded.into()),
            Some(Current::Named(issued)) if rotate && !exchange.is_closed() => {
                self.records.rotate(issued, changes.clone(), exchange).await
            }
            Some(Current::Named(issued)) => self.records.change(&issued, changes).await,
            // ASVS 7.6.2: no record without something to keep.
            None if !changes.sets_something() => Ok(()),
            None if exchange.is_closed() => Err(SessionErrorKind::Ended.into()),
            None => {
                exchange.begin(self.records.begin(changes).await?);
                Ok(())
            }
        }
    }

    /// Finds out what the cookie leads to, where no guard has.
    async fn look_up(&self) -> Result<(), SessionError> {
        let unasked = {
            let mut state = self.state();
            state.is_used = true;
            state.unasked.clone()
        };
        let Some(id) = unasked else { return Ok(()) };
        let look = self.records.look(&id).await?;
        let mut state = self.state();
        if state.unasked.take().is_some() {
            state.exchange.found(look.current);
            state.seen = look.seen;
            state.closed = look.closed;
        }
        Ok(())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.records.now()
    }

    /// When the session ends, as far as is known; when the longest one would, otherwise.
    pub(super) fn expires_at(&self) -> Timestamp {
        let seen = self.state().seen.as_ref().map(|seen| seen.expires_at);
        seen.unwrap_or_else(|| self.now().plus(self.records.longest()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn data_of(seen: Option<Seen>) -> Data {
    seen.map(|seen| seen.key_values().data().clone()).unwrap_or_default()
}
