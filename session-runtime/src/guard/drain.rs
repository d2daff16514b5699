//! The rest of a rejected request's body.
//!
//! hyper closes an HTTP/1.1 connection whose request was answered before its body was read. A client that sends the whole
//! body before it reads, such as nginx, then finds a reset connection instead of the response.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use http::request::Parts;
use http::{Version, header};
use tokio::time::{Instant, timeout_at};

/// The time limit for the rest of a body.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The number of bytes of a rejected body that are read. It is part of a rejection's extensions until the body is there.
#[derive(Clone, Copy)]
pub(super) struct DrainLimit(pub(super) u64);

/// The rejection, after what is left of its request's body was read as far as the rejection says.
pub(super) async fn drained(mut response: Response, parts: &Parts, body: Body) -> Response {
    if let Some(DrainLimit(limit)) = response.extensions_mut().remove::<DrainLimit>()
        && is_expected(parts, &body, limit)
    {
        Box::pin(drain(body, limit)).await;
    }
    response
}

/// Returns true if the client sends a body that ends within `limit`.
///
/// HTTP/2 rejects a stream and keeps the connection. A client that waits for `100 Continue` sends nothing.
fn is_expected(parts: &Parts, body: &Body, limit: u64) -> bool {
    parts.version <= Version::HTTP_11
        && !parts.headers.contains_key(header::EXPECT)
        && !body.is_end_stream()
        && body.size_hint().lower() <= limit
}

async fn drain(mut body: Body, limit: u64) {
    let deadline = Instant::now() + TIME_LIMIT;
    let mut left = limit;
    while let Ok(Some(Ok(frame))) =
        timeout_at(deadline, poll_fn(|context| Pin::new(&mut body).poll_frame(context))).await
    {
        let length = frame.data_ref().map_or(0, axum::body::Bytes::len);
        let Some(rest) = left.checked_sub(u64::try_from(length).unwrap_or(u64::MAX)) else { return };
        left = rest;
    }
}
