//! Two releases that share sessions: the old one keeps what the new one has added to the principal.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod cookies;
mod families;
mod records;
mod releases;
mod shapes;

use std::error::Error;
use std::sync::{Arc, Mutex};

use session_runtime::{Principal, PrincipalSource};
use tests::Visitor;

/// The accounts of the application, as one release knows them.
#[derive(Clone)]
pub(crate) struct Account<P>(Arc<Mutex<P>>);

impl<P: Principal> Account<P> {
    pub(crate) fn of(user: P) -> Self {
        Self(Arc::new(Mutex::new(user)))
    }

    pub(crate) fn set(&self, user: P) {
        *self.0.lock().unwrap() = user;
    }
}

impl<P: Principal> PrincipalSource<P> for Account<P> {
    async fn load(&self, _: &P::Id) -> Result<Option<P>, Box<dyn Error + Send + Sync>> {
        Ok(Some(self.0.lock().unwrap().clone()))
    }
}

/// The visitor of one node sends the next request to another one.
pub(crate) fn go_over(from: &Visitor, to: &mut Visitor, cookie: &str) {
    to.set_cookie(cookie, from.cookie(cookie).unwrap());
}
