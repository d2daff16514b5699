//! From a handler's response to the one that is sent.

use std::sync::Arc;

use axum::response::Response;

use crate::cookie::CookieWriter;
use crate::finalise::{Finish, finish};
use crate::policy::Via;
use crate::principal::Principal;
use crate::sessions::Sessions;
use crate::sessions::{CookieChange, Exchange, Outcome};

/// What finishing a response needs to know; the same for every principal.
#[derive(Default)]
pub struct Closing {
    /// `None` for a `public` route.
    visit: Option<Visited>,
}

struct Visited {
    exchange: Arc<Exchange>,
    cookie: Option<Arc<CookieWriter>>,
    read: Via,
}

impl Closing {
    pub(super) fn of<P: Principal>(sessions: &Sessions<P>, exchange: Arc<Exchange>, read: Via) -> Self {
        Self { visit: Some(Visited { exchange, cookie: sessions.cookie().cloned(), read }) }
    }

    pub(super) fn finish(self, mut response: Response) -> Response {
        if let Some(visit) = self.visit {
            let Outcome { cookie, clear_site_data, another_read } = visit.exchange.outcome();
            let cookie_name = visit.cookie.as_ref().map(|writer| writer.name());
            let cookie = visit.cookie.and_then(|writer| match cookie {
                CookieChange::Keep => None,
                CookieChange::Issue(id) => writer.issue(&id),
                CookieChange::Remove => Some(writer.removal()),
            });
            let read = Via { cookie: visit.read.cookie || another_read, ..visit.read };
            finish(response.headers_mut(), Finish { cookie_name, cookie, clear_site_data, read: Some(read) });
        }
        response
    }
}
