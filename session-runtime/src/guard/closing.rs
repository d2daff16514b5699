//! From a handler's response to the one that is sent.

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
use std::mem;
use std::pin::Pin;
#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
use std::task::{Context, Poll};

use axum::response::Response;

use crate::cookie::CookieWriter;
use crate::finalise::{Said, finish};
use crate::key_values::RequestKeyValues;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
use crate::key_values::answered;
use crate::policy::Via;
use crate::principal::Principal;
use crate::sessions::{Exchange, Sessions};
use crate::shared::Shared;

/// A response that waits until something is written.
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(super) type Keeping = Pin<Box<dyn Future<Output = Response> + Send>>;

/// There is none where nothing is written. A type in which the compiler has nothing to look at: see [`Shared`].
#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
pub(super) enum Keeping {}

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
impl Future for Keeping {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Response> {
        match *self {}
    }
}

/// What finishing a response needs to know; the same for every principal. Part of every handler's future: see [`Shared`].
#[derive(Default)]
pub struct Closing {
    /// `None` for a `public` route.
    visit: Option<Visited>,
}

struct Visited {
    exchange: Shared<Exchange>,
    #[cfg_attr(
        not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")),
        expect(dead_code, reason = "there are none")
    )]
    key_values: Option<RequestKeyValues>,
    cookie: Option<Shared<CookieWriter>>,
    read: Via,
    is_finished: bool,
}

/// The request is dropped before its response is finished: its client is gone, a time-out fired, or its handler panicked.
impl Drop for Visited {
    fn drop(&mut self) {
        if !self.is_finished {
            self.exchange.abandon();
        }
    }
}

impl Closing {
    pub(super) fn of<P: Principal>(
        sessions: &Sessions<P>,
        exchange: Shared<Exchange>,
        key_values: Option<RequestKeyValues>,
        read: Via,
    ) -> Self {
        let cookie = sessions.cookie().cloned().map(Shared::from);
        Self { visit: Some(Visited { exchange, key_values, cookie, read, is_finished: false }) }
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn unkept(&self) -> Option<&RequestKeyValues> {
        let key_values = self.visit.as_ref()?.key_values.as_ref()?;
        // A layer may write after this one.
        (!key_values.is_of_layer() && key_values.are_changed()).then_some(key_values)
    }

    /// Makes of a handler's response the one to send. Or takes it, where key-values that were changed and not saved have to be
    /// written before: what writes them comes to the response.
    ///
    /// By reference, for most responses are concluded where they are.
    pub(super) fn conclude(&mut self, response: &mut Response) -> Option<Keeping> {
        #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
        if let Some(key_values) = self.unkept().cloned() {
            let (mut closing, response) = (mem::take(self), mem::take(response));
            return Some(Box::pin(async move {
                let mut response = answered(&key_values, response).await;
                closing.finish(&mut response);
                response
            }));
        }
        self.finish(response);
        None
    }

    fn finish(&mut self, response: &mut Response) {
        let Some(visit) = &mut self.visit else { return };
        visit.is_finished = true;
        let outcome = visit.exchange.outcome();
        #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
        if !visit.key_values.as_ref().is_some_and(RequestKeyValues::is_of_layer) {
            visit.exchange.close();
        }
        let writer = visit.cookie.as_ref();
        let another_read = outcome.as_ref().is_some_and(|outcome| outcome.another_read);
        let read = Via { cookie: visit.read.cookie || another_read, ..visit.read };
        let said = outcome.zip(writer).map(|(outcome, writer)| Said::of(&outcome, writer));
        finish(response.headers_mut(), read, || writer.map(|writer| writer.name()), said);
    }
}
