//! Sessions that live in their cookie.

use serde_json::{Value, json};
use session_runtime::{ManualClock, Principal, Revalidation, Sessions, SessionsBuilder};
use tests::{START, Visitor, index_key, minutes, router, sealing_key, seconds};

use crate::releases::release;
use crate::{Account, go_over};

release!(old, (cookie(name = "__Host-reader", token = "jwt", unrevocable), realm = "rolling-cookies", idle = "2h"), {});
release!(new, (cookie(name = "__Host-reader", token = "jwt", unrevocable), realm = "rolling-cookies", idle = "2h"), {
    #[serde(default)]
    pub(crate) suspended: bool,
});

const COOKIE: &str = "__Host-reader";

fn old_user() -> old::User {
    old::User { id: 7, name: "Ada".into(), visits: 3, nick: None }
}

fn builder<P: Principal>(clock: &ManualClock) -> SessionsBuilder<P> {
    Sessions::builder().clock(clock.clone()).sealing_key(sealing_key()).index_key(index_key())
}

/// Both nodes, with somebody who logged in where the new release runs.
async fn suspended() -> (ManualClock, Visitor, Visitor, Account<old::User>) {
    let clock = ManualClock::at(START);
    let account = Account::of(old_user());
    let revalidation = Revalidation::every(minutes(5), account.clone());
    let old = router(old::routes(), builder(&clock).revalidate(revalidation).build().unwrap());
    let new = router(new::routes(), builder(&clock).as_another_release().build().unwrap());
    let (mut old, mut new) = (Visitor::of(&old), Visitor::of(&new));
    let user = new::User { id: 7, name: "Ada".into(), visits: 3, nick: None, suspended: true };
    assert!(new.post_json("/log-in", &user).await.is_ok());
    go_over(&new, &mut old, COOKIE);
    (clock, old, new, account)
}

async fn seen_by_new(old: &Visitor, new: &mut Visitor) -> Value {
    go_over(old, new, COOKIE);
    new.get("/me").await.json()
}

#[tokio::test]
async fn old_node_keeps_fields_in_a_cookie() {
    for (path, visits) in
        [("/rotate", 3), ("/reauthenticate", 3), ("/change-nothing", 3), ("/visit", 4), ("/nick/B", 3)]
    {
        let (clock, mut old, mut new, _) = suspended().await;
        let before = old.cookie(COOKIE).unwrap().to_owned();
        assert!(old.post_json(path, &old_user()).await.is_ok());
        clock.advance(seconds(90));
        assert!(old.get("/seen").await.is_ok(), "an activity seals the session anew");
        assert_ne!(old.cookie(COOKIE), Some(&*before));
        let seen = seen_by_new(&old, &mut new).await;
        assert_eq!((&seen["suspended"], &seen["visits"]), (&json!(true), &json!(visits)), "{path}");
    }
}

#[tokio::test]
async fn old_node_keeps_fields_in_a_cookie_when_it_revalidates() {
    for name in ["Ada", "Grace"] {
        let (clock, mut old, mut new, account) = suspended().await;
        account.set(old::User { name: name.into(), ..old_user() });
        clock.advance(minutes(5));
        assert!(old.get("/me").await.is_ok());
        let seen = seen_by_new(&old, &mut new).await;
        assert_eq!((&seen["suspended"], &seen["userName"]), (&json!(true), &json!(name)));
    }
}

#[tokio::test]
async fn log_in_at_an_old_node_keeps_no_fields_in_a_cookie() {
    let (_, mut old, mut new, _) = suspended().await;
    assert!(old.post_json("/log-in", &old_user()).await.is_ok());
    assert_eq!(seen_by_new(&old, &mut new).await["suspended"], json!(false));
}
