//! The same for sessions that live in their cookie.

use std::sync::Arc;

use super::{Answer, Revalidation};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{CarriedId, Contents, Sessions};
use crate::store::StoreKey;

impl<P: Principal> Revalidation<P> {
    /// [`answer`](Self::answer) for a session that lives in its cookie, which the response then carries.
    pub(crate) async fn answer_carried(
        &self,
        sessions: &Sessions<P>,
        id: &CarriedId,
        contents: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        if !self.is_due(&contents, now) {
            return Answer::Stands(contents);
        }
        let key = StoreKey::of(P::SPEC.realm(), id.as_bytes());
        let found =
            Box::pin(self.asked_once(key, self.find_out_carried(sessions, id, Arc::clone(&contents), now))).await;
        // Another copy of the cookie may have asked. Of what it holds besides, such as factors, this one gains nothing.
        match found {
            Answer::Changed(loaded) => match Contents::new(loaded.principal.clone(), loaded.checked_at)
                .and_then(|loaded| loaded.in_the_place_of(&contents))
            {
                Ok(loaded) => Answer::Changed(Arc::new(loaded)),
                Err(_) => Answer::Unknown,
            },
            Answer::Stands(_) if self.counts(contents.checked_at, now) => Answer::Stands(contents),
            Answer::Stands(_) => Answer::Unknown,
            other => other,
        }
    }

    async fn find_out_carried(
        &self,
        sessions: &Sessions<P>,
        id: &CarriedId,
        known: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        match self.source.load_again(&known.principal).await {
            Ok(Some(principal)) => match Contents::new(principal, now) {
                Ok(loaded) if loaded.subject == known.subject => Answer::Changed(Arc::new(loaded)),
                _ => self.failed(known, &"the source answered with somebody else", now),
            },
            Ok(None) => match sessions.end_where_possible(id).await {
                Ok(()) => Answer::Over,
                Err(_) => Answer::Unknown,
            },
            Err(error) => self.failed(known, &*error, now),
        }
    }
}
