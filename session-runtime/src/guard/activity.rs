//! What an admitted request writes of its session before its handler runs.

use std::pin::Pin;

use axum::response::Response;

#[cfg(feature = "cookie-tokens")]
use super::carried::{carry_on, touch as touch_carried};
use super::refuse::{Refused, refuse};
use super::visit::{Call, Visit, Visitor};
use crate::clock::Timestamp;
use crate::policy::Of;
use crate::principal::Principal;
use crate::session::Session;
use crate::sessions::{
    Current, Instants, Issued, SessionError, UNASKED_ALIAS_LIFETIME, expiry, is_touch_due, standing_record,
};
use crate::store::{StoreError, StoreKey};

/// What is written, when it is. Boxed, as is what else is rare on the way in: what every request has to make room for, it
/// pays for.
pub(super) type Settling<'a> = Pin<Box<dyn Future<Output = Result<(), Response>> + Send + 'a>>;

/// What has to be written, if anything: most requests write nothing.
pub(super) fn settling<'a, P: Principal>(call: &'a mut Call<'_, Of<P>>) -> Option<Settling<'a>> {
    let is_activity = is_activity(call);
    if !is_activity && !call.visit.visitor.exchange().is_rotation_due() {
        return None;
    }
    Some(Box::pin(async move {
        if is_activity {
            count_as_activity(call).await?;
        }
        replace_id_where_due(call).await;
        Ok(())
    }))
}

/// Whether the policy slides, and the last activity is long enough ago.
fn is_activity<P: Principal>(call: &Call<'_, Of<P>>) -> bool {
    let Visit { visitor, admitted_at, .. } = &call.visit;
    call.spec.sliding
        && visitor.session().is_some_and(|session| {
            let window = call.spec.sliding_window().unwrap_or_default();
            is_touch_due(window, session.last_seen_at(), *admitted_at)
        })
}

/// Moves `last_seen_at`.
///
/// A touch that fails does not refuse the request: the visitor is who they are, and is only sooner out. One that finds the
/// session ended does.
async fn count_as_activity<P: Principal>(call: &mut Call<'_, Of<P>>) -> Result<(), Response> {
    match touch(call).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(refuse(call.visit.visitor.sessions(), call.spec, call.parts, Refused::DeadCookie)),
        Err(error) => {
            tracing::warn!(target: "session", ?error, "session.touch_failed");
            Ok(())
        }
    }
}

/// Replaces the id of a session whose principal was found changed on the way in (ASVS 7.2.4), and the cookie of one that
/// lives in it and was changed. Not before the visitor was admitted: a refusal does not carry the new cookie, and the old
/// one ends.
async fn replace_id_where_due<P: Principal>(call: &Call<'_, Of<P>>) {
    let visitor = &call.visit.visitor;
    let (sessions, exchange) = (visitor.sessions(), visitor.exchange());
    let Some(current) = exchange.take_due_rotation() else { return };
    match current {
        Current::Named(old) => {
            let (owned, exchange) = (sessions.clone(), visitor.share_exchange());
            let rotation = async move {
                exchange.issue(owned.succeed(&old, UNASKED_ALIAS_LIFETIME, Ok).await?);
                Ok::<_, SessionError>(())
            };
            // Boxed in what is boxed: a touch is the more frequent of the two, and has no need for all that room.
            if let Err(error) = Box::pin(sessions.tasks().run(rotation)).await {
                // Another request was there first, or the next one tries: what was found out is kept already.
                tracing::warn!(target: "session", ?error, "session.rotation_failed");
            }
        }
        #[cfg(feature = "cookie-tokens")]
        Current::Carried(id) => {
            if let Some(session) = visitor.session() {
                carry_on(sessions, session, exchange, id);
            }
        }
        // It can be read and no more.
        Current::Alias(_) => {}
        #[cfg(feature = "cookie-tokens")]
        Current::CarriedReadOnly => {}
    }
}

/// False when the session is over.
async fn touch<P: Principal>(call: &mut Call<'_, Of<P>>) -> Result<bool, StoreError> {
    let Visitor::Known(session) = &mut call.visit.visitor else { return Ok(true) };
    // Asked anew: it may have ended while a check of the policy ran.
    let now = session.sessions().now();
    let key = match session.exchange().current() {
        Some(Current::Named(Issued { key, .. })) => key,
        #[cfg(feature = "cookie-tokens")]
        Some(Current::Carried(_)) => {
            touch_carried(session, now);
            return Ok(true);
        }
        // It can be read and no more, or there is none.
        Some(Current::Alias(_)) | None => return Ok(true),
        #[cfg(feature = "cookie-tokens")]
        Some(Current::CarriedReadOnly) => return Ok(true),
    };
    touch_record(session, key, now).await
}

/// False when the session is over.
async fn touch_record<P: Principal>(
    session: &mut Session<P>,
    key: StoreKey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Ok(store) = session.sessions().store() else { return Ok(true) };
    let expires_at = expiry(session.created_at(), now, session.lifetime());
    if store.touch(key, now, expires_at).await? {
        session.seen(now, expires_at);
        return Ok(true);
    }
    // A rotation between the guard's look and this one leaves an alias, which needs no touch.
    let record = Box::pin(standing_record(store, key)).await?;
    Ok(record.is_some_and(|record| !Instants::of(&record, now, P::SPEC.longest_lifetime()).are_over(now)))
}
