//! Members under names that fields, renames and aliases give them are known: nothing keeps a former value of those.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, session};
use tests::{Failed, ProbedStore, START, Visitor, index_key, router, sealing_key};

use crate::go_over;

/// The principal of the release under test.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[serde(rename_all = "camelCase")]
#[principal(cookie(name = "__Host-id"), realm = "rolling-shapes", idle = "2h")]
struct Member {
    #[principal(id)]
    user_id: u64,
    #[serde(alias = "oldName", alias = "older_name")]
    full_name: String,
    #[serde(skip_serializing, default)]
    password_hint: String,
    #[serde(flatten)]
    address: Address,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Address {
    #[serde(alias = "town", skip_serializing_if = "Option::is_none", default)]
    city: Option<String>,
}

/// The principal of another release, whose members a test chooses.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-id"), realm = "rolling-shapes", idle = "2h")]
struct Other {
    #[principal(id)]
    #[serde(rename = "userId")]
    id: u64,
    #[serde(flatten)]
    members: BTreeMap<String, Value>,
}

#[session(principal(Member))]
async fn move_out(mut session: Session<Member>) -> Result<(), Failed> {
    Ok(session.update(|member| member.address.city = None).await?)
}

#[session(principal(Member))]
async fn member(session: Session<Member>) -> String {
    format!("{} {:?} {:?}", session.full_name, session.address.city, session.password_hint)
}

#[session(principal(Other), optional)]
async fn log_in(mut auth: AuthSession<Other>, Json(other): Json<Other>) -> Result<(), Failed> {
    auth.log_in(other).await?;
    Ok(())
}

#[session(principal(Other))]
async fn members(session: Session<Other>) -> Json<BTreeMap<String, Value>> {
    Json(session.members.clone())
}

fn sessions<P: Principal>(store: &ProbedStore) -> Sessions<P> {
    let builder = Sessions::builder().clock(ManualClock::at(START)).store(store.clone());
    builder.as_another_release().sealing_key(sealing_key()).index_key(index_key()).build().unwrap()
}

#[tokio::test]
async fn update_drops_a_member_that_a_name_or_alias_knows() {
    let store = ProbedStore::outside(MemoryStore::new());
    let routes = GuardedRouter::new().route("/move-out", post(move_out)).route("/member", get(member));
    let mut here = Visitor::of(&router(routes, sessions::<Member>(&store)));
    let routes = GuardedRouter::new().route("/log-in", post(log_in)).route("/members", get(members));
    let mut there = Visitor::of(&router(routes, sessions::<Other>(&store)));

    let written = json!({
        "userId": 7, "older_name": "Ada", "passwordHint": "dog", "town": "London",
        "suspended": true, "notes": { "big": 340_282_366_920_938_463_463_374_607_431_768_211_455_f64 },
    });
    assert!(there.post_json("/log-in", &written).await.is_ok());
    go_over(&there, &mut here, "__Host-id");
    assert_eq!(here.get("/member").await.body, r#"Ada Some("London") "dog""#);
    assert!(here.post("/move-out").await.is_ok());
    assert_eq!(here.get("/member").await.body, r#"Ada None """#);
    let left: Value = there.get("/members").await.json();
    assert_eq!(left, json!({ "fullName": "Ada", "suspended": true, "notes": written["notes"] }));
}
