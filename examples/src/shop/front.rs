//! What everybody may see.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use session_runtime::{PolicyTable, session};

use super::page::page;

#[session(public)]
pub(super) async fn home() -> Html<String> {
    page(
        "Welcome",
        r#"<p>A shop that sells nothing and guards everything.</p>
<ul>
<li><a href="/login">Log in</a> as <code>alice</code> (customer), <code>bob</code> (staff) or <code>carol</code> (staff
and admin), each with the password <code>correct horse battery</code></li>
<li><a href="/account">Your account</a>: for everybody who is logged in and was here in the last 15 minutes</li>
<li><a href="/staff">Staff</a>: for <code>bob</code> and <code>carol</code></li>
<li><a href="/treasury/transfer">Treasury</a>: for <code>carol</code>, at most 5 minutes after she gave her password</li>
<li><a href="/policies">Policies</a>: what protects which route</li>
</ul>"#,
    )
}

/// The table that the router makes of its routes. A shop in earnest keeps it in a snapshot test instead of on a page.
#[session(public)]
pub(super) async fn policies(State(policies): State<Arc<PolicyTable>>) -> String {
    policies.to_string()
}

#[session(public)]
pub(super) async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, page("Not found", "<p>There is nothing here. <a href=\"/\">Home</a></p>"))
}
