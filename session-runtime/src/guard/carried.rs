//! Visitors whose session lives in their cookie.

use super::identify::{Identity, asked_again};
use super::refuse::Refused;
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::session::Session;
use crate::sessions::{Answer, CarriedId, Current, Exchange, Opening, Sessions, expiry};

/// The session in a cookie, unless it was ended.
pub(super) async fn by_cookie<P: Principal>(
    sessions: &Sessions<P>,
    value: &[u8],
    now: Timestamp,
) -> Result<Identity<P>, Refused> {
    let (id, contents, instants) = match sessions.open_carried(value, now) {
        Opening::Session(id, contents, instants) => (id, contents, instants),
        Opening::Over | Opening::Nothing => return Ok(Identity::Dead),
        Opening::Unreadable => return Ok(Identity::Unreadable),
    };
    if sessions.was_ended(&id, now).await? {
        return Ok(Identity::Dead);
    }
    let answer = match sessions.revalidation() {
        Some(revalidation) => revalidation.answer_carried(sessions, &id, contents, now).await,
        None => Answer::Stands(contents),
    };
    asked_again(answer, instants, Current::Carried(id))
}

/// Notes an activity in the session; the response carries it.
pub(super) fn touch<P: Principal>(session: &mut Session<P>, now: Timestamp) {
    session.seen(now, expiry(session.created_at(), now, session.lifetime()));
    session.exchange().demand_rotation();
}

/// Gives the visitor the session as it is now.
pub(super) fn carry_on<P: Principal>(sessions: &Sessions<P>, session: &Session<P>, exchange: &Exchange, id: CarriedId) {
    match sessions.carry(&id, &session.known().contents, &session.known().instants) {
        Ok(value) => exchange.carry(id, value),
        // The cookie that the visitor has goes on counting.
        Err(error) => tracing::warn!(target: "session", ?error, "session.rotation_failed"),
    }
}
