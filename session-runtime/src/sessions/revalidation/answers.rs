//! The answers of the source, so that it is asked once per session and interval.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::MutexGuard;

use crate::clock::Timestamp;
use crate::store::StoreKey;

/// The most sessions whose answers are kept. For a further one, the oldest answer is dropped.
const CAPACITY: usize = 16_384;

/// The answers that this node has heard, by session.
pub(super) struct Answers<P>(Mutex<Questions<P>>);

/// Every question that may still have an answer.
struct Questions<P> {
    by_key: HashMap<StoreKey, Arc<Question<P>>>,
    /// Every question in the order of its creation, so that dropping old ones looks at each once.
    oldest_first: VecDeque<(StoreKey, Arc<Question<P>>)>,
}

/// A question about one session. Locked while the source is asked.
pub(super) struct Question<P> {
    created_at: Timestamp,
    /// Counts how often the source was asked, so that a request knows whether the source was asked while it waited.
    asked: AtomicUsize,
    heard: tokio::sync::Mutex<Heard<P>>,
}

/// The last answer to a session's question.
#[derive(Default)]
pub(super) enum Heard<P> {
    #[default]
    Nothing,
    /// The principal, or `None` for an account that does not exist; and when the source was asked.
    Answer(Option<P>, Timestamp),
    Failure,
}

/// A request's turn to ask about a session.
pub(super) struct Turn<'a, P> {
    question: &'a Question<P>,
    heard: MutexGuard<'a, Heard<P>>,
    /// The source was asked while this request waited for its turn.
    is_answered: bool,
}

impl<P> Default for Answers<P> {
    fn default() -> Self {
        Self(Mutex::new(Questions { by_key: HashMap::new(), oldest_first: VecDeque::new() }))
    }
}

impl<P> Answers<P> {
    /// The question of the session under `key`. A question serves for one interval.
    pub(super) fn question(&self, key: StoreKey, now: Timestamp, every: Duration) -> Arc<Question<P>> {
        let mut questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(question) = questions.by_key.get(&key).filter(|question| !question.is_over(now, every)) {
            return Arc::clone(question);
        }
        questions.drop_oldest(now, every);
        let question =
            Arc::new(Question { created_at: now, asked: AtomicUsize::new(0), heard: tokio::sync::Mutex::default() });
        questions.by_key.insert(key, Arc::clone(&question));
        questions.oldest_first.push_back((key, Arc::clone(&question)));
        question
    }
}

impl<P> Questions<P> {
    /// Drops questions that are over, and the oldest one if the room is used up.
    fn drop_oldest(&mut self, now: Timestamp, every: Duration) {
        while let Some((key, question)) = self.oldest_first.front() {
            if self.oldest_first.len() < CAPACITY && !question.is_over(now, every) {
                return;
            }
            if self.by_key.get(key).is_some_and(|current| Arc::ptr_eq(current, question)) {
                self.by_key.remove(key);
            }
            self.oldest_first.pop_front();
        }
    }
}

impl<P> Question<P> {
    /// Waits for the requests that came before.
    pub(super) async fn turn(&self) -> Turn<'_, P> {
        let before = self.asked.load(Ordering::Acquire);
        let heard = self.heard.lock().await;
        Turn { question: self, heard, is_answered: self.asked.load(Ordering::Acquire) != before }
    }

    /// Returns true if the interval since its answer, or since its creation without one, has passed.
    fn is_over(&self, now: Timestamp, every: Duration) -> bool {
        // A question in use is younger than its answer will be.
        let Ok(heard) = self.heard.try_lock() else { return false };
        let since = if let Heard::Answer(_, asked_at) = &*heard { *asked_at } else { self.created_at };
        // The clock may have been set back.
        since > now || now.since(since) >= every
    }
}

impl<P: Clone> Turn<'_, P> {
    /// An answer that counts at `now`, if there is one.
    pub(super) fn heard(&self, now: Timestamp, every: Duration) -> Option<Result<(Option<P>, Timestamp), Failed>> {
        match &*self.heard {
            Heard::Answer(principal, asked_at) if self.is_answered || now.age_of(*asked_at) < every => {
                Some(Ok((principal.clone(), *asked_at)))
            }
            Heard::Failure if self.is_answered => Some(Err(Failed)),
            _ => None,
        }
    }

    /// Notes what the source said.
    pub(super) fn note(
        &mut self,
        said: Result<Option<P>, Failed>,
        now: Timestamp,
    ) -> Result<(Option<P>, Timestamp), Failed> {
        self.question.asked.fetch_add(1, Ordering::Release);
        *self.heard = match &said {
            Ok(principal) => Heard::Answer(principal.clone(), now),
            Err(Failed) => Heard::Failure,
        };
        said.map(|principal| (principal, now))
    }
}

/// The source failed, did not answer in time, or answered with another subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed;

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(60);

    fn key(number: u64) -> StoreKey {
        StoreKey::of("realm", &number.to_be_bytes())
    }

    fn count(answers: &Answers<u8>) -> (usize, usize) {
        let questions = answers.0.lock().unwrap();
        (questions.by_key.len(), questions.oldest_first.len())
    }

    #[tokio::test]
    async fn answer_serves_for_one_interval() {
        let (answers, start) = (Answers::default(), Timestamp::from_secs(1_000));
        let at = |seconds| start.plus(Duration::from_secs(seconds));
        assert!(answers.question(key(1), at(0), EVERY).turn().await.note(Ok(Some(7)), at(10)).is_ok());
        for (seconds, serves) in [(10, true), (69, true), (70, false), (71, false)] {
            let question = answers.question(key(1), at(seconds), EVERY);
            let heard = question.turn().await.heard(at(seconds), EVERY);
            assert_eq!(heard.is_some(), serves, "{seconds}");
        }
        assert!(answers.question(key(2), at(0), EVERY).turn().await.note(Err(Failed), at(0)).is_err());
        assert!(answers.question(key(2), at(0), EVERY).turn().await.heard(at(0), EVERY).is_none());
    }

    #[test]
    fn old_questions_are_dropped_and_their_number_is_bounded() {
        let (answers, start) = (Answers::default(), Timestamp::from_secs(1_000));
        for number in 0..100 {
            answers.question(key(number), start, EVERY);
        }
        assert_eq!(count(&answers), (100, 100));
        answers.question(key(100), start.plus(EVERY), EVERY);
        assert_eq!(count(&answers), (1, 1));
        for number in 0..40_000 {
            answers.question(key(number), start, EVERY);
        }
        assert_eq!(count(&answers), (CAPACITY, CAPACITY));
    }
}
