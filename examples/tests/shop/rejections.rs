//! Requests that no handler answers: a page for browsers, a problem document for programs.

use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use axum::http::{Request, StatusCode};

use crate::site::{Answer, Site};

const FORM: &str = "application/x-www-form-urlencoded";

/// A request, and the status of its answer.
const REJECTED: [(&str, &str, &str, &str, StatusCode); 8] = [
    ("GET", "/nowhere", "", "", StatusCode::NOT_FOUND),
    ("GET", "/logout", "", "", StatusCode::METHOD_NOT_ALLOWED),
    ("GET", "/login?next=a&next=b", "", "", StatusCode::BAD_REQUEST),
    ("POST", "/basket", FORM, "x=y", StatusCode::UNPROCESSABLE_ENTITY),
    ("POST", "/basket", "application/json", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("POST", "/basket", "", "article=horse", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("POST", "/login", FORM, "username=a&username=b", StatusCode::UNPROCESSABLE_ENTITY),
    ("POST", "/api/nowhere", "application/json", "{}", StatusCode::NOT_FOUND),
];

async fn send(site: &Site, method: &str, path: &str, content_type: &str, body: &str, accept: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
    request = request.header("sec-fetch-site", "same-origin").header(ACCEPT, accept);
    if !content_type.is_empty() {
        request = request.header(CONTENT_TYPE, content_type);
    }
    site.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn rejection_is_a_page_for_a_browser() {
    let site = Site::open();
    for (method, path, content_type, body, status) in REJECTED {
        let answer = send(&site, method, path, content_type, body, "text/html,*/*;q=0.8").await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert_eq!(answer.header(CONTENT_TYPE), Some("text/html; charset=utf-8"), "{method} {path}");
        assert!(answer.body.contains("<h1>") && answer.body.contains("</html>"), "{method} {path}: {}", answer.body);
        assert!(answer.header("content-security-policy").is_some(), "{method} {path}");
    }
}

#[tokio::test]
async fn rejection_is_a_problem_document_for_a_program() {
    let site = Site::open();
    for (method, path, content_type, body, status) in REJECTED {
        for accept in ["*/*", "application/json"] {
            let answer = send(&site, method, path, content_type, body, accept).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
            assert_eq!(answer.header(CONTENT_TYPE), Some("application/problem+json"), "{method} {path}");
            assert_eq!(answer.json()["status"], status.as_u16(), "{method} {path}");
            assert_eq!(answer.json()["title"], status.canonical_reason().unwrap(), "{method} {path}");
        }
    }
    let answer = send(&site, "GET", "/logout", "", "", "*/*").await;
    assert_eq!(answer.header(ALLOW), Some("POST"));
}
