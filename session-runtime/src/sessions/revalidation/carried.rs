//! Sessions that live in their cookie: the response carries the answer.

use std::sync::Arc;

use super::{Answer, Revalidation};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{CarriedId, Contents, Sessions};
use crate::store::StoreKey;

impl<P: Principal> Revalidation<P> {
    /// The contents of a session that lives in its cookie, asked for again where that is due.
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
        Box::pin(self.find_out_carried(sessions, id, contents, now)).await
    }

    async fn find_out_carried(
        &self,
        sessions: &Sessions<P>,
        id: &CarriedId,
        known: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        // The same for all cookies of a session: a rejected response does not carry the answer, so the node keeps it.
        let question = self.answers.question(StoreKey::of(P::SPEC.realm(), id.as_bytes()), now, self.every);
        let mut turn = question.turn().await;
        match self.ask(&mut turn, &known.principal, now).await {
            Ok((Some(principal), asked_at)) => {
                match Contents::new(principal, asked_at).and_then(|loaded| loaded.in_the_place_of(&known)) {
                    Ok(loaded) => Answer::Changed(Arc::new(loaded)),
                    Err(_) => self.failed(known, now),
                }
            }
            Ok((None, _)) => match sessions.end_where_possible(id).await {
                Ok(()) => Answer::Over,
                Err(_) => Answer::Unknown,
            },
            Err(_) => self.failed(known, now),
        }
    }
}
