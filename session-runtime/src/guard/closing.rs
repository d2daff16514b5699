//! From a handler's response to the one that is sent.

use std::future::ready;
use std::pin::Pin;
#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
use std::task::{Context, Poll};

use axum::response::Response;

use crate::cookie::CookieWriter;
use crate::finalise::{Finish, finish};
use crate::key_values::RequestKeyValues;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
use crate::key_values::answered;
use crate::policy::Via;
use crate::principal::Principal;
use crate::sessions::Sessions;
use crate::sessions::{CookieChange, Exchange, Outcome};
use crate::shared::Shared;

/// A response that may have to wait.
type Waiting = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A response that waits until something is written.
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(super) type Keeping = Waiting;

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
#[derive(Clone, Default)]
pub struct Closing {
    /// `None` for a `public` route.
    visit: Option<Visited>,
}

#[derive(Clone)]
struct Visited {
    exchange: Shared<Exchange>,
    #[cfg_attr(
        not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")),
        expect(dead_code, reason = "there are none")
    )]
    key_values: Option<RequestKeyValues>,
    cookie: Option<Shared<CookieWriter>>,
    read: Via,
}

impl Closing {
    pub(super) fn of<P: Principal>(
        sessions: &Sessions<P>,
        exchange: Shared<Exchange>,
        key_values: Option<RequestKeyValues>,
        read: Via,
    ) -> Self {
        let cookie = sessions.cookie().cloned().map(Shared::from);
        Self { visit: Some(Visited { exchange, key_values, cookie, read }) }
    }

    /// Writes the key-values that were changed and not saved, before the response is finished.
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    async fn keep(&self, response: Response) -> Response {
        match self.unkept() {
            Some(key_values) => answered(key_values, response).await,
            None => response,
        }
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn unkept(&self) -> Option<&RequestKeyValues> {
        let key_values = self.visit.as_ref()?.key_values.as_ref()?;
        // A layer may write after this one.
        (!key_values.is_of_layer() && key_values.are_changed()).then_some(key_values)
    }

    /// [`conclude`](Self::conclude), for whoever can wait.
    pub(super) fn close(self, response: Response) -> Waiting {
        match self.conclude(response) {
            Ok(response) => Box::pin(ready(response)),
            #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
            Err(keeping) => keeping,
            #[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
            Err(keeping) => match keeping {},
        }
    }

    /// The response to send; or, where key-values have to be written before, what writes them and comes to it.
    #[cfg_attr(
        not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")),
        expect(clippy::unnecessary_wraps, reason = "there are none")
    )]
    pub(super) fn conclude(self, response: Response) -> Result<Response, Keeping> {
        #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
        if self.unkept().is_some() {
            return Err(Box::pin(async move {
                let response = self.keep(response).await;
                self.finish(response)
            }));
        }
        Ok(self.finish(response))
    }

    fn finish(self, mut response: Response) -> Response {
        if let Some(visit) = self.visit {
            let Outcome { cookie, clear_site_data, another_read } = visit.exchange.outcome();
            #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
            if !visit.key_values.is_some_and(|key_values| key_values.is_of_layer()) {
                visit.exchange.close();
            }
            let cookie_name = visit.cookie.as_ref().map(|writer| writer.name());
            let clear_site_data = visit.cookie.as_ref().filter(|_| clear_site_data).and_then(|it| it.clear_site_data());
            let cookie = visit.cookie.and_then(|writer| match cookie {
                CookieChange::Keep => None,
                CookieChange::Issue(issued) => writer.issue(&issued),
                CookieChange::Remove => Some(writer.removal()),
            });
            let read = Via { cookie: visit.read.cookie || another_read, ..visit.read };
            finish(response.headers_mut(), Finish { cookie_name, cookie, clear_site_data, read: Some(read) });
        }
        response
    }
}
