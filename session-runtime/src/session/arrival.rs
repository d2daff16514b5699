//! What a request shows of its visitor, in one place for all who ask.

use std::sync::Arc;

use super::{CredentialKind, Session};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{Contents, Exchange, Instants, Sessions};
use crate::shared::{Holds, Shared};

/// What is known of a session when a handler looks at it.
pub(crate) struct Known<P> {
    pub(crate) contents: Arc<Contents<P>>,
    pub(crate) instants: Instants,
    pub(crate) credential: CredentialKind,
}

/// A request that came with a session that stands, whether it will be admitted or not.
///
/// Made once a request, and moved no more: a [`Session`] is two views of it and the handle of the sessions.
pub(crate) struct Arrival<P> {
    pub(crate) known: Known<P>,
    pub(crate) exchange: Exchange,
}

impl<P: Principal> Arrival<P> {
    #[inline]
    pub(crate) fn new(
        contents: Arc<Contents<P>>,
        instants: Instants,
        credential: CredentialKind,
        exchange: Exchange,
    ) -> Arc<Self> {
        Arc::new(Self { known: Known { contents, instants, credential }, exchange })
    }

    /// The session as a handler is given it.
    pub(crate) fn session(self: Arc<Self>, sessions: Sessions<P>) -> Session<P> {
        Session { known: Shared::viewing(Arc::clone(&self)), exchange: Shared::viewing(self), sessions }
    }

    /// What becomes of the cookie.
    pub(crate) fn into_exchange(self: Arc<Self>) -> Shared<Exchange> {
        Shared::viewing(self)
    }
}

impl<P: Principal> Holds<Known<P>> for Arrival<P> {
    fn held(&self) -> &Known<P> {
        &self.known
    }
}

impl<P: Principal> Holds<Exchange> for Arrival<P> {
    fn held(&self) -> &Exchange {
        &self.exchange
    }
}

impl<P> Known<P> {
    /// The same, of other contents.
    pub(super) fn holding(&self, contents: Arc<Contents<P>>) -> Self {
        Self { contents, ..*self }
    }

    /// The same, after an activity.
    pub(super) fn seen(&self, now: Timestamp, expires_at: Timestamp) -> Self {
        let Instants { last_seen_at, longest_pause, .. } = self.instants;
        let longest_pause = longest_pause.max(now.since(last_seen_at));
        let instants = Instants { last_seen_at: now, longest_pause, expires_at, ..self.instants };
        Self { contents: Arc::clone(&self.contents), instants, credential: self.credential }
    }
}
