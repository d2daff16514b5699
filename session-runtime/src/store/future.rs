//! The future of a store's answer.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::StoreError;

/// The answer of a [`Store`](super::Store), at once or later.
///
/// A store inside the process answers at once and allocates nothing; any other boxes its future.
pub struct StoreFuture<'a, T>(Answer<'a, T>);

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

enum Answer<'a, T> {
    Ready(Option<Result<T, StoreError>>),
    Later(Boxed<'a, T>),
}

impl<'a, T> StoreFuture<'a, T> {
    /// An answer that is there already.
    pub fn ready(answer: T) -> Self {
        Self(Answer::Ready(Some(Ok(answer))))
    }

    /// An answer that takes time.
    pub fn new(answer: impl Future<Output = Result<T, StoreError>> + Send + 'a) -> Self {
        Self(Answer::Later(Box::pin(answer)))
    }
}

impl<T: Unpin> Future for StoreFuture<'_, T> {
    type Output = Result<T, StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            // A future polled again after its end is its caller's mistake: it waits, as `std::future::pending` does.
            Answer::Ready(answer) => answer.take().map_or(Poll::Pending, Poll::Ready),
            Answer::Later(future) => future.as_mut().poll(context),
        }
    }
}

impl<T> fmt::Debug for StoreFuture<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StoreFuture").finish_non_exhaustive()
    }
}
