//! Handlers, policies and principals that a macro of the author's writes: parts arrive in groups that nobody sees.
#![deny(warnings)]

use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Principal, Session, policy, session};
use ui_tests::{App, Role, Staff, User};

macro_rules! pages {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis $name:ident($session:ty, $argument:pat => $extractor:ty) -> $result:ty,
            $policy:path, $role:path, $check:path, $scope:literal, $age:literal, $login:expr => $body:block
    )*) => {$(
        $(#[$attribute])*
        #[session(policy($policy), role($role), any(role($role), scope($scope)), check($check), max_age = $age, sliding, login = $login)]
        $visibility async fn $name(session: $session, $argument: $extractor) -> $result {
            let _ = &session;
            $body
        }
    )*};
}

pages! {
    /// A page.
    #[must_use]
    pub(crate) account(Session<User>, Path(id) => Path<u64>) -> String,
        Staff, Role::Admin, open_hours, "accounts", "5m", "/login" => { id.to_string() }
    home(Session<User>, _ => Option<Path<u64>>) -> (),
        ui_tests::Staff, ui_tests::Role::Staff, crate::open_hours, "home", "10m", "/" => {}
}

async fn open_hours() -> Result<(), StatusCode> {
    Ok(())
}

macro_rules! whole {
    ($item:item) => {
        #[session(required)]
        $item
    };
}

whole! {
    /// All of it at once.
    async fn whole(session: Session<User>) -> String {
        session.id.to_string()
    }
}

macro_rules! with_body {
    ($name:ident, $principal:ty, $body:block) => {
        #[session(optional, principal($principal))]
        async fn $name(_session: Option<Session<$principal>>) $body
    };
}

with_body!(empty, User, {});

macro_rules! policies {
    ($($name:ident: $principal:ty, $base:path, $age:literal;)*) => {$(
        #[policy(principal($principal), max_age = $age)]
        struct $name;
    )*};
}

policies! {
    Short: User, Staff, "5m";
    Long: ui_tests::User, Staff, "1h";
}

macro_rules! principal {
    ($name:ident, $id:ty, $roles:ty, $cookie:literal, $idle:expr) => {
        #[derive(Clone, Serialize, Deserialize, Principal)]
        #[principal(cookie(name = $cookie), idle = $idle)]
        pub struct $name {
            #[principal(id)]
            pub id: $id,
            #[principal(roles)]
            pub roles: $roles,
        }
    };
}

principal!(Member, u64, Vec<Role>, "__Host-member", "1h");

macro_rules! default {
    ($principal:ty) => {
        session_runtime::default_principal!($principal);
    };
}

default!(User);

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new()
        .route("/account/{id}", get(account))
        .route("/home", get(home))
        .route("/whole", get(whole))
        .route("/empty", get(empty));
    let _ = (Short, Long);
}
