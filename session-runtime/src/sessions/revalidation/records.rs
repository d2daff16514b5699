//! Sessions in a store: the answer is written to the record.

use std::sync::Arc;

use super::{Answer, Revalidation};
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::{Contents, Difference, Instants, Issued, SessionError, SessionErrorKind, Sessions, followed};
use crate::store::StoreKey;

/// The number of times that a session may change its id while a request asks about it.
const LOOKS: usize = 3;

impl<P: Principal> Revalidation<P> {
    /// The contents of the session under `issued`, asked for again where that is due.
    pub(crate) async fn answer(
        &self,
        sessions: &Sessions<P>,
        issued: &Issued,
        contents: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        if !self.is_due(&contents, now) {
            return Answer::Stands(contents);
        }
        Box::pin(self.find_out(sessions, issued, now)).await
    }

    /// The same under an id that was replaced by `key`, or by an id that `key` was replaced by. Nothing can be written.
    pub(crate) async fn answer_replaced(
        &self,
        sessions: &Sessions<P>,
        key: StoreKey,
        contents: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        if !self.is_due(&contents, now) {
            return Answer::Stands(contents);
        }
        Box::pin(self.find_out_replaced(sessions, key, contents, now)).await
    }

    async fn find_out(&self, sessions: &Sessions<P>, issued: &Issued, now: Timestamp) -> Answer<P> {
        let Ok(store) = sessions.store() else { return Answer::Unknown };
        let question = self.answers.question(issued.key, now, self.every);
        let mut turn = question.turn().await;
        for _ in 0..LOOKS {
            // Another node, or a request that was just answered, may have asked since this one looked.
            let record = match store.load(issued.key).await {
                Ok(Some(record)) => record,
                Ok(None) => return Answer::Over,
                Err(_) => return Answer::Unknown,
            };
            if Instants::of(&record, now, P::SPEC.longest_lifetime()).are_over(now) {
                return Answer::Over;
            }
            let Some(known) = sessions.unseal(&record, &issued.id) else { return Answer::Unknown };
            if !self.is_due(&known, now) {
                return Answer::Stands(known);
            }
            if let Some(successor) = record.successor() {
                return self.find_out_replaced(sessions, successor, known, now).await;
            }
            match self.ask(&mut turn, &known.principal, now).await {
                Ok((None, _)) => return over(sessions, issued.key).await,
                Err(_) => return self.failed(known, now),
                Ok((Some(principal), asked_at)) => {
                    let kept = Contents::new(principal, asked_at);
                    match keep(sessions, issued, &known, kept).await {
                        Ok(answer) => return answer,
                        // Another node replaced the id.
                        Err(SessionErrorKind::Superseded) => {}
                        Err(SessionErrorKind::Ended) => return Answer::Over,
                        Err(SessionErrorKind::Unserialisable) => return self.failed(known, now),
                        Err(_) => return Answer::Unknown,
                    }
                }
            }
        }
        Answer::Unknown
    }

    async fn find_out_replaced(
        &self,
        sessions: &Sessions<P>,
        key: StoreKey,
        known: Arc<Contents<P>>,
        now: Timestamp,
    ) -> Answer<P> {
        let Ok(store) = sessions.store() else { return Answer::Unknown };
        let key = match followed(store, key).await {
            Ok(Some((key, _))) => key,
            Ok(None) => return Answer::Over,
            Err(_) => return Answer::Unknown,
        };
        let question = self.answers.question(key, now, self.every);
        let mut turn = question.turn().await;
        match self.ask(&mut turn, &known.principal, now).await {
            Ok((None, _)) => over(sessions, key).await,
            Ok((Some(principal), asked_at)) => match Difference::between(&known.principal, &principal) {
                Ok(Difference::Nothing | Difference::Order) => Answer::Stands(Arc::new(known.checked(asked_at))),
                // A replaced id never gains rights, and whether these are more or fewer is for the application to say.
                Ok(Difference::Value) => Answer::Outdated,
                Err(_) => self.failed(known, now),
            },
            Err(_) => self.failed(known, now),
        }
    }
}

/// Ends the session of an account that is gone.
async fn over<P: Principal>(sessions: &Sessions<P>, key: StoreKey) -> Answer<P> {
    match sessions.end_by_key(key).await {
        Ok(()) => Answer::Over,
        Err(_) => Answer::Unknown,
    }
}

/// Writes what the source said of a session.
async fn keep<P: Principal>(
    sessions: &Sessions<P>,
    issued: &Issued,
    known: &Contents<P>,
    loaded: Result<Contents<P>, SessionError>,
) -> Result<Answer<P>, SessionErrorKind> {
    let loaded = loaded.map_err(|error| error.kind())?;
    let difference = Difference::between(&known.principal, &loaded.principal);
    let difference = difference.map_err(|_| SessionErrorKind::Unserialisable)?;
    // Another order of a set does not change rights.
    let needs_new_id = difference == Difference::Value;
    let replaced = sessions.replace(issued, |standing| {
        // Where nothing changed, what another request has updated meanwhile stays.
        let source = if difference == Difference::Nothing { &standing.principal } else { &loaded.principal };
        let contents = Contents::new(source.clone(), loaded.checked_at)?.in_the_place_of(standing)?;
        Ok(Contents { needs_new_id: needs_new_id || standing.needs_new_id, ..contents })
    });
    let contents = replaced.await.map_err(|error| error.kind())?;
    Ok(if needs_new_id { Answer::Changed(contents) } else { Answer::Stands(contents) })
}
