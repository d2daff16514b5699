//! The guarded router: what it lists, and that it is an axum router for the rest.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unused_async, reason = "handlers and checks are `async`")]

use std::convert::Infallible;

use axum::extract::Request;
use axum::middleware::map_response;
use axum::response::Response;
use http::HeaderValue;
use serde_json::{Value, json};
use session_runtime::routing::{any, get, post};
use session_runtime::{GuardedRouter, Refusal, Session, Sessions, policy, session};
use tests::{App, Guest, Partner, Role, Site, User, user};
use tower::service_fn;

session_runtime::default_principal!(User);

#[allow(clippy::unused_async, reason = "a check is an `async fn`")]
async fn in_hours() -> Result<(), &'static str> {
    Ok(())
}

/// Anyone on the staff.
#[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
pub struct Staff;
/// Money moves only for those who logged in just now.
#[policy(extends(Staff), any(role(Role::Admin), scope("money")), fresh = "5m", reauthenticate = "/confirm")]
struct Treasury;

#[session(public)]
async fn home() -> &'static str {
    "home"
}
#[session(policy(Treasury), not(role(Role::Suspended)), check(in_hours))]
async fn transfer() {}
#[session(policy(Staff), max_age = "90s", sliding)]
async fn staff() {}
#[session(optional, csrf(off))]
async fn hook(_session: Option<Session<User>>) -> &'static str {
    "hooked"
}
#[session(required, principal(Partner), bearer, max_age = "1h30m")]
async fn orders() {}
#[session(required, principal(Partner), csrf(report))]
async fn either() {}
#[session(required)]
async fn anything() -> &'static str {
    "guarded fallback"
}

fn routes() -> GuardedRouter<App> {
    let api = GuardedRouter::new().route("/", get(home)).route("/orders", get(orders).post(either)).fallback(anything);
    let files = service_fn(|_: Request| async { Ok::<_, Infallible>(Response::new(axum::body::Body::from("file"))) });
    GuardedRouter::new()
        .route("/", get(home))
        .route("/transfer", post(transfer))
        .route("/staff", get(staff).delete(transfer))
        .route("/hook", any(hook))
        .nest("/api", api)
        .open_service("/files/{*file}", files, "public files")
}

const TABLE: &str = r#"
METHOD  PATH              ACCESS    POLICY                       VIA               LIMITS                                            DEMANDS                                                                                                 CSRF
GET     /                 public    home                         -                 -                                                 -                                                                                                       -
GET     /api              public    home                         -                 -                                                 -                                                                                                       -
GET     /api/orders       required  orders                       bearer            max_age 1h30m                                     -                                                                                                       -
POST    /api/orders       required  either                       cookie or bearer  idle 2h absolute 12h                              -                                                                                                       !! report
*       /api/{*rest}      required  anything                     cookie            idle 2h absolute 12h                              -                                                                                                       on
*       /files/{*file}    open      (public files)               -                 -                                                 -                                                                                                       -
*       /hook             optional  hook                         cookie            idle 2h absolute 12h                              -                                                                                                       !! off
DELETE  /staff            required  transfer < Treasury < Staff  cookie            window 30m fresh 5m idle 2h absolute 12h sliding  not(role(Role::Suspended)), any(role(Role::Admin), scope("money")), role(Role::Staff), check(in_hours)  on
GET     /staff            required  staff < Staff                cookie            window 1m30s idle 2h absolute 12h sliding         role(Role::Staff)                                                                                       on
POST    /transfer         required  transfer < Treasury < Staff  cookie            window 30m fresh 5m idle 2h absolute 12h sliding  not(role(Role::Suspended)), any(role(Role::Admin), scope("money")), role(Role::Staff), check(in_hours)  on
*       (no such path)    open      (404)                        -                 -                                                 -                                                                                                       -
*       (no such method)  open      (405)                        -                 -                                                 -                                                                                                       -
"#;

// ASVS 7.1.1, 7.1.2, 8.2.1: every route and what protects it can be reviewed.
#[test]
fn the_table_names_every_route_and_what_protects_it() {
    assert_eq!(routes().policies().to_string(), TABLE.trim_start());
}

// ASVS 7.1.2: how many sessions a subject may have, too.
#[test]
fn the_table_says_how_many_sessions_a_subject_may_have() {
    #[session(required, principal(Guest))]
    async fn guest() {}
    let routes: GuardedRouter<Sessions<Guest>> = GuardedRouter::new().route("/", get(guest));
    let table = routes.policies().to_string();
    assert!(table.contains("  absolute 20m max_sessions 2  "), "{table}");
}

#[test]
fn the_table_as_json_says_the_same_in_detail() {
    let rows: Vec<Value> = serde_json::from_str(&routes().policies().to_json()).unwrap();
    assert_eq!(rows.len(), 12);
    let row = |method: &str, path: &str| {
        rows.iter().find(|row| row["method"] == method && row["path"] == path).cloned().unwrap()
    };
    assert_eq!(
        row("POST", "/transfer"),
        json!({
            "method": "POST",
            "path": "/transfer",
            "protection": "policy",
            "policy": "transfer < Treasury < Staff",
            "access": "required",
            "principal": "User",
            "realm": "user",
            "via": ["cookie"],
            "sliding": true,
            "max_age": null,
            "window": 1800,
            "fresh": 300,
            "absolute": 43200,
            "idle": 7200,
            "max_sessions": null,
            "demands": ["not(role(Role::Suspended))", "any(role(Role::Admin), scope(\"money\"))", "role(Role::Staff)"],
            "checks": ["in_hours"],
            "csrf": "on",
            "login": "/login",
            "reauthenticate": "/confirm"
        })
    );
    let expected = json!({"method": "*", "path": "/files/{*file}", "protection": "open", "reason": "public files"});
    assert_eq!(row("*", "/files/{*file}"), expected);
}

// What is listed is what is served.
#[tokio::test]
async fn the_routes_are_served_where_the_table_says() {
    let site = Site::of(routes());
    let mut visitor = site.visitor();
    for (request, expected) in [
        ("GET /", 200),
        ("GET /api", 200),
        ("GET /api/orders", 401),
        ("POST /api/orders", 401),
        ("GET /api/nowhere", 401),
        ("GET /files/a/b", 200),
        ("PATCH /hook", 200),
        ("GET /staff", 401),
        ("DELETE /staff", 401),
        ("POST /staff", 405),
        ("GET /nowhere", 404),
    ] {
        assert_eq!(visitor.ask(request, &[]).await.status, expected, "{request}");
    }
    assert_eq!(site.member(&user(7)).await.get("/api/nowhere").await.body, "guarded fallback");
}

// The path of a nested `/` depends on how the prefix ends.
#[tokio::test]
async fn the_table_names_nested_paths_as_they_are_served() {
    for (prefix, path) in [("/api", "/"), ("/api/", "/"), ("/api", "/x"), ("/api/", "/x"), ("/a/{b}", "/")] {
        let nested = GuardedRouter::<App>::new().nest(prefix, GuardedRouter::new().route(path, get(home)));
        let table = nested.policies();
        let listed = table.rows().iter().find(|row| row.method == "GET").unwrap().path.replace("{b}", "b");
        let site = Site::of(nested);
        assert_eq!(site.visitor().get(&listed).await.status, 200, "{prefix} + {path} is listed as {listed}");
    }
}

#[tokio::test]
async fn head_is_guarded_as_get_is() {
    let site = Site::of(routes());
    assert_eq!(site.visitor().ask("HEAD /staff", &[]).await.status, 401);
    let mut staff = site.member(&user(7).with_roles(&[Role::Staff])).await;
    let answer = staff.ask("HEAD /staff", &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
}

// Outer layers see refusals as any other response, and learn from the extensions what they are.
#[tokio::test]
async fn a_layer_sees_refusals() {
    async fn count(mut response: Response) -> Response {
        if let Some(refusal) = response.extensions().get::<Refusal>() {
            let kind = HeaderValue::try_from(format!("{:?}", refusal.kind())).unwrap();
            response.headers_mut().insert("x-refused", kind);
        }
        response
    }
    let site = Site::of(routes().layer(map_response(count)));
    assert_eq!(site.visitor().get("/staff").await.header("x-refused").as_deref(), Some("NoCredential"));
    assert_eq!(site.visitor().get("/").await.header("x-refused"), None);
}
