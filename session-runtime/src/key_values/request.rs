//! The sessions of tower-sessions that one request is given.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use http::Extensions;

use super::records::Records;
#[cfg(feature = "tower-sessions-0-14")]
use super::release::release_0_14;
#[cfg(feature = "tower-sessions")]
use super::release::release_0_15;
use super::shelf::Shelf;
use crate::credential::SessionId;
use crate::principal::Principal;
use crate::sessions::{Exchange, KeyValues, Look, SessionErrorKind};
use crate::shared::Shared;

/// The key-values of one request, shared by whoever may touch them: handler, log-in, and the end of the response.
#[derive(Clone)]
pub(crate) struct RequestKeyValues(Arc<Inner>);

struct Inner {
    shelf: Arc<Shelf>,
    /// They are a layer's, outside of every guard.
    is_of_layer: bool,
    #[cfg(feature = "tower-sessions")]
    release_0_15: release_0_15::Given,
    #[cfg(feature = "tower-sessions-0-14")]
    release_0_14: release_0_14::Given,
}

impl RequestKeyValues {
    /// Those of a request whose cookie was looked up.
    pub(crate) fn found(records: Arc<dyn Records>, exchange: Shared<Exchange>, look: Look) -> Self {
        let has_record = look.seen.is_some();
        Self::of(Arc::new(Shelf::new(records, exchange, None, look)), has_record, false)
    }

    /// Those of a layer, where nobody has looked yet what this cookie leads to.
    pub(crate) fn unasked(records: Arc<dyn Records>, cookie: Option<SessionId>, look: Look) -> Self {
        let has_record = cookie.is_some();
        Self::of(Arc::new(Shelf::new(records, Exchange::default().into(), cookie, look)), has_record, true)
    }

    /// Those of a layer around the guard of this realm.
    pub(crate) fn of_layer<P: Principal>(extensions: &Extensions) -> Option<Self> {
        extensions.get::<OfLayer<P>>().map(|OfLayer(key_values, _)| key_values.clone())
    }

    /// Lets the guard of this realm find them.
    pub(crate) fn show_to_guard<P: Principal>(&self, extensions: &mut Extensions) {
        extensions.insert(OfLayer::<P>(self.clone(), PhantomData));
    }

    pub(crate) fn is_of_layer(&self) -> bool {
        self.0.is_of_layer
    }

    /// From here on they are those of a request whose cookie was looked up.
    pub(crate) fn adopt(&self, exchange: Shared<Exchange>, look: Look) {
        self.0.shelf.adopt(exchange, look);
    }

    /// What becomes of the cookie.
    pub(crate) fn exchange(&self) -> Shared<Exchange> {
        self.0.shelf.exchange()
    }

    /// Whether anybody read or wrote, so that the response depends on the cookie.
    pub(crate) fn are_used(&self) -> bool {
        self.0.shelf.is_used()
    }

    fn of(shelf: Arc<Shelf>, has_record: bool, is_of_layer: bool) -> Self {
        Self(Arc::new(Inner {
            #[cfg(feature = "tower-sessions")]
            release_0_15: release_0_15::Given::new(&shelf, has_record),
            #[cfg(feature = "tower-sessions-0-14")]
            release_0_14: release_0_14::Given::new(&shelf, has_record),
            shelf,
            is_of_layer,
        }))
    }

    /// Hands the sessions out, as the layer of tower-sessions does.
    pub(crate) fn insert_into(&self, extensions: &mut Extensions) {
        #[cfg(feature = "tower-sessions")]
        self.0.release_0_15.insert_into(extensions);
        #[cfg(feature = "tower-sessions-0-14")]
        self.0.release_0_14.insert_into(extensions);
    }

    /// Whether something was changed and not saved.
    pub(crate) fn are_changed(&self) -> bool {
        #[cfg(feature = "tower-sessions")]
        if self.0.release_0_15.is_changed() {
            return true;
        }
        #[cfg(feature = "tower-sessions-0-14")]
        if self.0.release_0_14.is_changed() {
            return true;
        }
        false
    }

    /// Writes what was changed and not saved, unless the response is an error of the server.
    ///
    /// # Errors
    ///
    /// Why it was not written.
    pub(crate) async fn keep(&self, is_server_error: bool) -> Result<(), SessionErrorKind> {
        let Inner { shelf, .. } = &*self.0;
        // What a handler was told already is its own affair.
        let _ = shelf.take_failure();
        #[cfg(feature = "tower-sessions")]
        self.0.release_0_15.keep(!is_server_error).await;
        #[cfg(feature = "tower-sessions-0-14")]
        self.0.release_0_14.keep(!is_server_error).await;
        shelf.take_failure().map_or(Ok(()), Err)
    }

    /// Ends what was there, and what this request has not saved of it.
    pub(crate) async fn forget(&self) {
        self.0.shelf.clear();
        #[cfg(feature = "tower-sessions")]
        self.0.release_0_15.forget().await;
        #[cfg(feature = "tower-sessions-0-14")]
        self.0.release_0_14.forget().await;
    }

    /// What could not be written before can be: a session began or ended.
    pub(crate) fn reopen(&self) {
        self.0.shelf.reopen();
    }

    /// What a visitor whom nobody knew brings along under an id that has been replaced.
    pub(crate) fn left_behind(&self) -> Option<KeyValues> {
        self.0.shelf.left_behind()
    }
}

/// Those that a layer handed out, for the guard of its realm.
struct OfLayer<P>(RequestKeyValues, PhantomData<fn() -> P>);

impl<P> Clone for OfLayer<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl fmt::Debug for RequestKeyValues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestKeyValues").finish_non_exhaustive()
    }
}
