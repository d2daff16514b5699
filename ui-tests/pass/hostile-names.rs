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

fn main() {
    #[session(public)]
    async fn inside() {}

    let _ = (account, r#match::<String>, inside, Staff);
}
