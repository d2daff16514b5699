//! What one session of tower-sessions has seen of the key-values, so that only what it changed is written.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::shelf::Shelf;
use crate::clock::Timestamp;
use crate::sessions::{Changes, Data, SessionError};

/// The reads and writes of one session of tower-sessions.
pub(super) struct View {
    shelf: Arc<Shelf>,
    /// What its session was told about when it ends.
    expires_at: Timestamp,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What its session last read or wrote.
    base: Option<Data>,
    /// Its session deleted what is kept: to be empty, or, when it is created again, to go on under a new id.
    is_deleted: bool,
}

impl View {
    pub(super) fn of(shelf: Arc<Shelf>) -> Self {
        let expires_at = shelf.expires_at();
        Self { shelf, expires_at, state: Mutex::default() }
    }

    /// How long its session still lasts.
    pub(super) fn remaining(&self) -> Duration {
        self.expires_at.since(self.shelf.now())
    }

    pub(super) async fn load(&self) -> Result<Data, SessionError> {
        let data = self.shelf.read().await?;
        let mut state = self.state();
        state.base = Some(data.clone());
        state.is_deleted = false;
        Ok(data)
    }

    /// `sooner` is by how much its session is to end before the time that it was told.
    pub(super) async fn save(&self, data: &Data, sooner: Option<Duration>) -> Result<(), SessionError> {
        self.write(data, sooner, false).await
    }

    pub(super) async fn create(&self, data: &Data, sooner: Option<Duration>) -> Result<(), SessionError> {
        // Deleted and created again: an empty one need not go on.
        let rotate = self.is_deleted() && !data.is_empty();
        self.write(data, sooner, rotate).await
    }

    /// Not done before the session says whether it goes on, so that no failure in between loses what is kept.
    pub(super) fn delete(&self) {
        self.state().is_deleted = true;
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.state().is_deleted
    }

    /// There is nothing any more that its session could have seen.
    pub(super) fn clear(&self) {
        *self.state() = State { base: Some(Data::new()), is_deleted: false };
    }

    async fn write(&self, data: &Data, sooner: Option<Duration>, rotate: bool) -> Result<(), SessionError> {
        let base = self.state().base.clone();
        let base = match base {
            Some(base) => base,
            // It was emptied without being looked at.
            None => self.shelf.read().await?,
        };
        let ends_at = sooner.map(|sooner| self.expires_at.minus(sooner));
        self.shelf.write(&Changes::between(&base, data, ends_at), rotate).await?;
        *self.state() = State { base: Some(data.clone()), is_deleted: false };
        Ok(())
    }
}

impl View {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows nothing of what is kept.
impl fmt::Debug for View {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("View").finish_non_exhaustive()
    }
}
