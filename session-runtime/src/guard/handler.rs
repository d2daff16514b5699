//! The author's function.

use axum::response::{IntoResponse, Response};

/// What a guarded handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a `#[session]` handler",
    label = "not a response",
    note = "implement `axum::response::IntoResponse` for it; of a `Result`, for what is in its `Ok` and in its `Err`"
)]
pub trait HandlerResponse: IntoResponse {}

#[diagnostic::do_not_recommend]
impl<R: IntoResponse> HandlerResponse for R {}

/// A handler that takes the arguments `A`.
///
/// A trait and not a closure in the expansion, which the compiler would check anew for each handler.
pub trait Handles<A>: Copy + Send + 'static {
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
            F: FnOnce($($argument),*) -> H + Copy + Send + 'static,
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

/// Stands for a function that no guard can call, of which there is an error already.
#[allow(clippy::unused_async, reason = "a handler is")]
pub async fn uncallable() -> Response {
    Response::default()
}
