//! What a request shows of its visitor, in one place for all who ask.

use std::sync::Arc;

use super::CredentialKind;
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{Contents, Exchange, Instants};
use crate::shared::{Holds, Shared};

/// What is known of a session when a handler looks at it.
pub(crate) struct Known<P> {
    pub(crate) contents: Arc<Contents<P>>,
    pub(crate) instants: Instants,
    pub(crate) credential: CredentialKind,
}

/// What a [`Session`](super::Session) is a view of. Behind a trait for the same reason as what is [`Shared`].
pub(crate) trait Shown<P>: Send + Sync {
    /// The session.
    fn known(&self) -> &Known<P>;

    /// What becomes of its cookie.
    fn exchange(&self) -> &Exchange;

    /// The same, for whoever may need it longer than the session.
    fn share_exchange(self: Arc<Self>) -> Shared<Exchange>;
}

/// A request that came with a session that stands, whether it will be admitted or not.
///
/// Made once a request, and moved no more.
pub(crate) struct Arrival<P> {
    pub(crate) known: Known<P>,
    pub(crate) exchange: Exchange,
}

/// A session that began or changed while its request was handled.
pub(super) struct Continued<P> {
    pub(super) known: Known<P>,
    /// The request's, whatever it came with.
    pub(super) exchange: Shared<Exchange>,
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
}

impl<P: Principal> Holds<Exchange> for Arrival<P> {
    fn held(&self) -> &Exchange {
        &self.exchange
    }
}

impl<P: Principal> Shown<P> for Arrival<P> {
    fn known(&self) -> &Known<P> {
        &self.known
    }

    fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    fn share_exchange(self: Arc<Self>) -> Shared<Exchange> {
        Shared::viewing(self)
    }
}

impl<P: Principal> Shown<P> for Continued<P> {
    fn known(&self) -> &Known<P> {
        &self.known
    }

    fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    // Not a view of this one: a session that changes often would keep all that it ever was.
    fn share_exchange(self: Arc<Self>) -> Shared<Exchange> {
        self.exchange.clone()
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
