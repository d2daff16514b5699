//! An admitted request.

use std::fmt;
use std::sync::Arc;

use axum::response::Response;
use http::request::Parts;

use super::activity::{count_as_activity, replace_id_where_due};
use super::closing::Closing;
use super::confirm::{Confirming, confirming};
use super::refuse::context;
use crate::key_values::RequestKeyValues;
use crate::policy::{Of, Open, PolicySpec, Realm};
use crate::principal::Principal;
use crate::refusal;
use crate::session::Session;
use crate::sessions::Exchange;
use crate::sessions::Sessions;

/// A request that was admitted, while its arguments are being extracted.
pub struct Call<R: Visited> {
    pub(super) parts: Parts,
    pub(super) visit: R::Visit,
    pub(super) spec: &'static PolicySpec,
}

/// A realm, with what the guard knows of a visitor whom it admitted.
pub trait Visited: Realm {
    /// What the guard knows of the visitor.
    type Visit: Send + Sync;

    /// Counts the request as activity, where the policy slides; refuses when the session ended meanwhile.
    fn settle(call: &mut Call<Self>) -> impl Future<Output = Result<(), Response>> + Send
    where
        Self: Sized;

    /// The response of a check that refused.
    fn refused_by_check(call: &Call<Self>, response: Response) -> Response
    where
        Self: Sized;

    /// What is still to be done when the arguments are there, if anything.
    fn confirming(call: &mut Call<Self>) -> Option<Confirming>
    where
        Self: Sized;

    /// Puts into the request what other extractors find there.
    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn hand_out(call: &mut Call<Self>)
    where
        Self: Sized;

    /// What finishing the response needs.
    fn closing(call: &Call<Self>) -> Closing
    where
        Self: Sized;
}

/// What the guard knows of a visitor of the principal's realm.
pub struct Visit<P: Principal> {
    pub(super) session: Option<Session<P>>,
    pub(super) sessions: Sessions<P>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) key_values: Option<RequestKeyValues>,
}

impl<P: Principal> Visited for Of<P> {
    type Visit = Visit<P>;

    async fn settle(call: &mut Call<Self>) -> Result<(), Response> {
        count_as_activity(call).await?;
        replace_id_where_due(call).await;
        Ok(())
    }

    fn refused_by_check(call: &Call<Self>, response: Response) -> Response {
        let on_refusal = call.visit.sessions.on_refusal();
        refusal::refused_by_check(response, &context::<P>(call.spec), &call.parts, on_refusal)
    }

    fn confirming(call: &mut Call<Self>) -> Option<Confirming> {
        confirming(call)
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn hand_out(call: &mut Call<Self>) {
        if let Some(key_values) = &call.visit.key_values {
            key_values.insert_into(&mut call.parts.extensions);
        }
    }

    fn closing(call: &Call<Self>) -> Closing {
        let Visit { sessions, exchange, key_values, .. } = &call.visit;
        Closing::of(sessions, Arc::clone(exchange), key_values.clone(), call.spec.via)
    }
}

impl Visited for Open {
    type Visit = ();

    async fn settle(_: &mut Call<Self>) -> Result<(), Response> {
        Ok(())
    }

    /// A public route has no checks.
    fn refused_by_check(_: &Call<Self>, response: Response) -> Response {
        response
    }

    /// Nobody is there who could.
    fn confirming(_: &mut Call<Self>) -> Option<Confirming> {
        None
    }

    #[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn hand_out(_: &mut Call<Self>) {}

    fn closing(_: &Call<Self>) -> Closing {
        Closing::default()
    }
}

impl<R: Visited> Call<R> {
    pub(super) async fn settle(&mut self) -> Result<(), Response> {
        R::settle(self).await
    }

    pub(super) fn closing(&self) -> Closing {
        R::closing(self)
    }
}

impl<R: Visited> fmt::Debug for Call<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Call").field("policy", &self.spec.name).finish_non_exhaustive()
    }
}

impl<P: Principal> fmt::Debug for Visit<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Visit").field("session", &self.session).finish_non_exhaustive()
    }
}
