//! The jars of `axum-extra`: the user is in the cookie itself, which stands until the browser drops it, logged out or not.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use axum_extra::extract::cookie::{Cookie, Key};
use axum_extra::extract::{PrivateCookieJar, SignedCookieJar};

use super::{User, ada, row};
use crate::row::Row;

#[derive(Clone)]
struct Keys(Key);

impl FromRef<Keys> for Key {
    fn from_ref(keys: &Keys) -> Self {
        keys.0.clone()
    }
}

/// The same for both jars, which have no trait in common.
macro_rules! jar {
    ($module:ident, $jar:ident) => {
        mod $module {
            use super::*;

            pub(super) async fn name(jar: $jar) -> String {
                let user = jar.get("user").and_then(|cookie| serde_json::from_str::<User>(cookie.value()).ok());
                user.map(|user| user.name).unwrap_or_default()
            }

            pub(super) async fn log_in(jar: $jar) -> $jar {
                jar.add(Cookie::new("user", serde_json::to_string(&ada()).unwrap_or_default()))
            }
        }
    };
}

jar!(signed, SignedCookieJar);
jar!(private, PrivateCookieJar);

pub(super) async fn rows() -> Vec<Row> {
    let at = |route| Router::new().route("/", route).with_state(Keys(Key::from(&[7; 64])));
    vec![
        row("axum-extra 0.12, signed jar", at(get(signed::name)), at(get(signed::log_in))).await,
        row("axum-extra 0.12, private jar", at(get(private::name)), at(get(private::log_in))).await,
    ]
}
