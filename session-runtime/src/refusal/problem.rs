//! Problem documents (RFC 9457).
//!
//! Each is a constant: its `type` and `title` never change and say nothing about the inside. The `type` is
//! `urn:problem:session:` and the kind, a name to compare and not an address to visit (RFC 9457 3.1.1 allows both).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::RefusalKind;

/// One row of the table below.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    document: &'static str,
}

macro_rules! problem {
    ($status:literal $constant:ident, $name:literal, $title:literal) => {
        Problem {
            status: StatusCode::$constant,
            title: $title,
            document: concat!(
                r#"{"type":"urn:problem:session:"#,
                $name,
                r#"","title":""#,
                $title,
                r#"","status":"#,
                $status,
                "}"
            ),
        }
    };
}

pub(super) const fn of(kind: RefusalKind) -> Problem {
    match kind {
        RefusalKind::NoCredential => problem!(401 UNAUTHORIZED, "no-credential", "Log in first"),
        RefusalKind::MalformedCredential => {
            problem!(400 BAD_REQUEST, "malformed-credential", "The authorization header is malformed")
        }
        // ASVS 16.5.1: one body for every reason that a credential failed.
        RefusalKind::InvalidCredential => {
            problem!(401 UNAUTHORIZED, "invalid-credential", "The session has ended, log in again")
        }
        RefusalKind::NotFresh => problem!(401 UNAUTHORIZED, "not-fresh", "Confirm who you are to go on"),
        RefusalKind::MissingFactor => {
            problem!(401 UNAUTHORIZED, "missing-factor", "Log in with a further factor to go on")
        }
        RefusalKind::Role => problem!(403 FORBIDDEN, "role", "This is for other roles"),
        RefusalKind::Scope => problem!(403 FORBIDDEN, "scope", "This needs a wider scope"),
        RefusalKind::Forgery => problem!(403 FORBIDDEN, "forgery", "The request came from another site"),
        RefusalKind::Confirmation => problem!(403 FORBIDDEN, "confirmation", "This needs to be confirmed"),
        RefusalKind::Check => problem!(403 FORBIDDEN, "check", "This is not yours to use"),
        RefusalKind::Unavailable => {
            problem!(503 SERVICE_UNAVAILABLE, "unavailable", "Sessions cannot be looked up right now")
        }
    }
}

/// The problem of an operation that failed inside a handler, by its status.
pub(super) const fn of_operation(status: StatusCode) -> Problem {
    match status {
        StatusCode::CONFLICT => {
            problem!(409 CONFLICT, "superseded", "Another request has replaced this session's id, reload the page")
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            problem!(422 UNPROCESSABLE_ENTITY, "too-deep", "The data nests too deeply to be kept")
        }
        StatusCode::FORBIDDEN => problem!(403 FORBIDDEN, "not-changeable", "This request cannot change the session"),
        _ => problem!(500 INTERNAL_SERVER_ERROR, "misused", "The server made a mistake with the session"),
    }
}

/// The body and its type; the status is set where the response is put together.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        const TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
        ([(header::CONTENT_TYPE, TYPE)], self.document).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const KINDS: [RefusalKind; 11] = [
        RefusalKind::NoCredential,
        RefusalKind::MalformedCredential,
        RefusalKind::InvalidCredential,
        RefusalKind::NotFresh,
        RefusalKind::MissingFactor,
        RefusalKind::Role,
        RefusalKind::Scope,
        RefusalKind::Forgery,
        RefusalKind::Confirmation,
        RefusalKind::Check,
        RefusalKind::Unavailable,
    ];

    // RFC 9457 3.1: a stable type, a constant title, the status, no internals.
    #[test]
    fn a_problem_has_type_title_and_status_and_nothing_else() {
        let mut types = HashSet::new();
        let operations = [
            StatusCode::CONFLICT,
            StatusCode::UNPROCESSABLE_ENTITY,
            StatusCode::FORBIDDEN,
            StatusCode::INTERNAL_SERVER_ERROR,
        ];
        for problem in KINDS.map(of).into_iter().chain(operations.map(of_operation)) {
            let document: serde_json::Value = serde_json::from_str(problem.document).unwrap();
            assert_eq!(document.as_object().unwrap().len(), 3);
            assert_eq!(document["status"], problem.status.as_u16());
            assert_eq!(document["title"], problem.title);
            let name = document["type"].as_str().unwrap().to_owned();
            assert!(name.starts_with("urn:problem:session:"), "{name}");
            assert!(types.insert(name), "two kinds of one type");
        }
    }
}
