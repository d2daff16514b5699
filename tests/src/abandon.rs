//! Requests whose client hangs up.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Starts work and drops it at its first pause, as a server does with a request whose client hung up.
pub async fn abandon(work: impl Future) {
    let mut work = pin!(work);
    poll_fn(|context| {
        let _ = work.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
}
