//! Renders axum's own rejections, which are plain text or empty: a page for browsers, a problem document for programs.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::page::page;

/// As RFC 9457 has it. Without the text of axum, which tells how the program reads its forms.
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: &'static str,
}

pub(super) async fn render(request: Request, next: Next) -> Response {
    let accepts_html = accepts_html(request.headers());
    let response = next.run(request).await;
    if !is_raw(&response) {
        return response;
    }
    let status = response.status();
    let (title, detail) = (status.canonical_reason().unwrap_or("Error"), detail(status));
    let rendered = if accepts_html {
        page(title, &format!("<p>{detail}</p>\n<p><a href=\"/\">Home</a></p>")).into_response()
    } else {
        let problem = Problem { title, status: status.as_u16(), detail };
        ([(header::CONTENT_TYPE, "application/problem+json")], Json(problem)).into_response()
    };
    in_the_place_of(response, rendered)
}

/// Every answer of the shop's own handlers is HTML or JSON.
fn is_raw(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    is_error && content_type.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// The other body under the status and the headers of the first response, such as `Allow` and `Set-Cookie`.
fn in_the_place_of(response: Response, rendered: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    let (rendered, body): (_, Body) = rendered.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if let Some(content_type) = rendered.headers.get(header::CONTENT_TYPE) {
        parts.headers.insert(header::CONTENT_TYPE, content_type.clone());
    }
    parts.headers.append(header::VARY, HeaderValue::from_static("accept"));
    Response::from_parts(parts, body)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT);
    accepted.iter().any(|value| value.as_bytes().windows(9).any(|kind| kind.eq_ignore_ascii_case(b"text/html")))
}

const fn detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The address or the form could not be read.",
        StatusCode::FORBIDDEN => "This is not allowed.",
        StatusCode::NOT_FOUND => "There is nothing here.",
        StatusCode::METHOD_NOT_ALLOWED => "This address takes other requests.",
        StatusCode::CONFLICT => "Another request came first. Open the page again.",
        StatusCode::PAYLOAD_TOO_LARGE => "The form is larger than any form of the shop.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "This is not what a form of the shop sends.",
        StatusCode::UNPROCESSABLE_ENTITY => "The form lacks something, or holds something else than it should.",
        _ => "The request could not be answered. Try again later.",
    }
}
