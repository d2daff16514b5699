//! From what a handler returns to the response that is sent.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;

use super::HandlerResponse;
use super::closing::{Closing, Keeping};

/// A handler that takes the arguments `A`.
///
/// A trait and not a closure in the expansion, which the compiler would check anew for each handler.
pub trait Handles<A>: Send + 'static {
    /// What it returns.
    type Future: Future;

    /// Calls it.
    fn handle(self, arguments: A) -> Self::Future;
}

macro_rules! handles {
    ($(($($argument:ident),*);)*) => {$(
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case, reason = "the arguments are named like their types")]
        impl<F, H, $($argument),*> Handles<($($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> H + Send + 'static,
            H: Future,
        {
            type Future = H;

            fn handle(self, ($($argument,)*): ($($argument,)*)) -> H {
                self($($argument),*)
            }
        }
    )*};
}

handles! {
    ();
    (A1);
    (A1, A2);
    (A1, A2, A3);
    (A1, A2, A3, A4);
    (A1, A2, A3, A4, A5);
    (A1, A2, A3, A4, A5, A6);
    (A1, A2, A3, A4, A5, A6, A7);
    (A1, A2, A3, A4, A5, A6, A7, A8);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15);
    (A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16);
}

pin_project! {
    /// Runs a handler and finishes its response.
    ///
    /// A type with a name and not an `async fn`, which the compiler would check anew for each handler.
    pub struct Responding<H: Future> {
        #[pin]
        handler: H,
        into_response: fn(H::Output) -> Response,
        closing: Closing,
        keeping: Option<Keeping>,
    }
}

impl<H: Future> Responding<H> {
    pub(super) fn new(handler: H, closing: Closing) -> Self
    where
        H::Output: HandlerResponse,
    {
        Self { handler, into_response: IntoResponse::into_response, closing, keeping: None }
    }
}

/// Whatever the handler returns: that it is a response was asked for where the handler is called, and is said there alone.
impl<H: Future> Future for Responding<H> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let this = self.project();
        if let Some(keeping) = this.keeping {
            return Pin::new(keeping).poll(context);
        }
        let response = (this.into_response)(ready!(this.handler.poll(context)));
        match mem::take(this.closing).conclude(response) {
            Ok(response) => Poll::Ready(response),
            Err(keeping) => Pin::new(this.keeping.insert(keeping)).poll(context),
        }
    }
}

impl<H: Future> fmt::Debug for Responding<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Responding").finish_non_exhaustive()
    }
}

/// Stands for a function that no guard can call, of which there is an error already.
#[allow(clippy::unused_async, reason = "a handler is")]
pub async fn uncallable() -> Response {
    Response::default()
}
