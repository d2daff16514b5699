//! Attributes of other libraries, above and below ours.
#![deny(warnings)]

use axum::Json;
use axum::extract::{Path, State};
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};
use utoipa::OpenApi;

#[tracing::instrument(skip_all, fields(visitor = session.id))]
#[session(required)]
async fn instrumented_above(session: Session<User>) -> String {
    session.id.to_string()
}

/// Below, the span sees the arguments of the author's function too.
#[session(required)]
#[tracing::instrument(skip_all, fields(visitor = session.id, account), err)]
async fn instrumented_below(session: Session<User>, Path(account): Path<u64>) -> Result<String, String> {
    Ok(format!("{account} of {}", session.id))
}

#[utoipa::path(get, path = "/accounts/{account}", responses((status = 200, body = String)))]
#[session(required)]
async fn documented_above(_session: Session<User>, Path(_account): Path<u64>) -> Json<String> {
    Json(String::new())
}

#[session(required)]
#[utoipa::path(get, path = "/statements/{account}", responses((status = 200, body = String)))]
async fn documented_below(_session: Session<User>, Path(_account): Path<u64>) -> Json<String> {
    Json(String::new())
}

#[derive(OpenApi)]
#[openapi(paths(documented_above, documented_below))]
struct Documentation;

#[session(required)]
#[axum::debug_handler(state = App)]
async fn debugged(_session: Session<User>, State(_app): State<App>, _body: String) {}

/// All of them at once.
#[tracing::instrument(skip_all)]
#[utoipa::path(get, path = "/everything")]
#[session(required)]
#[axum::debug_handler(state = App)]
#[tracing::instrument(skip_all)]
async fn everything(_session: Session<User>, _body: String) {}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new()
        .route("/above", get(instrumented_above))
        .route("/below/{account}", get(instrumented_below))
        .route("/accounts/{account}", get(documented_above))
        .route("/statements/{account}", get(documented_below))
        .route("/debugged", get(debugged))
        .route("/everything", get(everything));

    let paths = Documentation::openapi().paths.paths;
    for path in ["/accounts/{account}", "/statements/{account}"] {
        let operation = paths[path].get.as_ref().unwrap();
        assert_eq!(operation.parameters.as_ref().map(Vec::len), Some(1), "{path}");
    }
}
