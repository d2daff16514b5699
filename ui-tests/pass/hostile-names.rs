//! Expansions name nothing that the crate around them could have given another meaning.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub)]
#![deny(clippy::pedantic)]

use ::serde::{Deserialize, Serialize};
use ::session_runtime::{Principal, Session, policy, session};
use ::std::clone::Clone;
use ::std::cmp::PartialEq;
use ::std::string::String;
use ::std::vec::Vec;

mod names {
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Box;
    pub(crate) struct Send;
    pub(crate) struct Sync;
    pub(crate) struct Future;
}
#[expect(unused_imports, reason = "their names are what matters")]
use names::{Box, Future, Option, Result, Send, Sync};
mod core {}
mod std {}
mod account {}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
enum Role {
    Admin,
    Staff,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[serde(rename_all = "camelCase")]
struct User {
    #[principal(id)]
    r#type: u64,
    #[principal(roles)]
    roles: Vec<Role>,
    #[principal(scopes)]
    scopes: Vec<String>,
    #[principal(issuer)]
    r#use: String,
}

::session_runtime::default_principal!(User);

/// The staff.
#[policy(any(role(Role::Staff), all(scope("a"), not(role(Role::Admin)))), max_age = "30m", sliding, check(open_hours))]
struct Staff;

async fn open_hours(_session: Session<User>) -> ::std::result::Result<(), &'static str> {
    ::std::result::Result::Ok(())
}

/// A handler.
#[session(policy(Staff), role(Role::Admin), fresh = "5m", cookie, check(open_hours))]
async fn account(call: Session<User>, body: String) -> String {
    let account = call.r#type;
    let _ = account;
    body
}

/// Another.
#[session]
async fn r#match<T: ::std::marker::Send + 'static>(argument: T) -> &'static str
where
    T: Clone,
{
    let _ = argument.clone();
    "matched"
}

/// What the primitive types and the macros of the standard library are called.
mod primitives {
    use ::session_runtime::{AuthSession, Session, policy, session};
    use ::std::string::String;

    use super::{Role, User};

    #[expect(non_camel_case_types, reason = "their names are what matters")]
    mod names {
        pub(super) struct bool;
        pub(super) struct str;
        pub(super) struct u64;
        pub(super) struct usize;
    }
    #[expect(unused_imports, reason = "their names are what matters")]
    use names::{bool, str, u64, usize};
    #[expect(unused_macros, reason = "their names are what matters")]
    macro_rules! unreachable {
        () => {};
    }

    #[policy(optional, principal(User), csrf(same_site))]
    pub(crate) struct Visitors;

    #[session(policy(Visitors), required, role(Role::Staff), max_age = "5m", sliding, login = "/login")]
    pub(crate) async fn run(_session: Session<User>, _auth: AuthSession<User>) -> String {
        String::new()
    }
}

/// A type, a constant and a trait that look like what the macros make of the handler.
mod lookalikes {
    use ::session_runtime::{Session, session};

    use super::User;

    #[expect(non_camel_case_types, dead_code, reason = "its name is what matters")]
    pub(crate) struct statement {}

    /// Its methods are those of everything.
    trait Everything: ::core::marker::Sized {
        fn run(self) {}
        fn required(self) {}
        fn max_age(self) {}
    }
    impl<T> Everything for T {}

    #[session(required, max_age = "5m")]
    pub(crate) async fn statement<const N: u64>(session: Session<User>, __session_call: ::axum::extract::Path<u64>) {
        let statement = __session_call.0 + session.r#type + N;
        let (__state, __call, call) = (statement, statement, statement);
        (__state, __call, call, statement).run();
        statement.max_age();
        statement.required();
    }
}

fn main() {
    #[policy(principal(User), role(Role::Admin))]
    struct Inside;

    #[session(policy(Inside))]
    async fn inside() {}

    #[session(public)]
    async fn open() {}

    let inside = inside;
    {
        #[session(required)]
        async fn inside(argument: Session<User>) {
            let inside = argument.r#type;
            let _ = inside;
        }
        let _ = inside;
    }
    let _ = (account, r#match::<String>, inside, open, Staff);
    let _ = (primitives::run, lookalikes::statement::<3>);
}
