//! One step from the mistakes in `fail/syntax`.
#![deny(warnings)]

use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, policy, session};
use ui_tests::{Role, Staff, User};

// S19: at the crate's root, with a type.
session_runtime::default_principal!(User);

// S01, S02, S03, S04, S17, S18: known options, each once, with their values and commas; one at the end does no harm.
#[session(required, max_age = "5m", sliding, role(Role::Admin), login = "/login",)]
async fn spelt(_session: Session<User>) {}

// S05, S06, S13: a value in parentheses; two demands of one kind.
#[session(policy(Staff), any(role(Role::Admin), role(Role::Staff)), role(Role::Staff))]
async fn parentheses() {}

// S07, S12, S16: the cookie's options and the session's limits, where they belong.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-near", same_site = "lax"), absolute = "1d", idle = "1h")]
pub struct Near {
    #[principal(id)]
    pub id: u64,
}

// S08, S14, S16: a lifetime by its name; `cookie` alone.
#[session(max_age = "15m", sliding, cookie)]
async fn lifetime(_session: Session<User>) {}

// S09: a role is a path, a scope is a string.
#[session(role(Role::Admin), scope("admin"))]
async fn kinds(_session: Session<User>) {}

// S10: from the root of the crate, by whatever way.
#[session(crate(::session_runtime))]
async fn absolute() {}

mod again {
    pub(crate) use session_runtime;
}

#[session(crate(crate::again::session_runtime))]
async fn through_this_crate() {}

// S11: demands combined.
#[session(all(role(Role::Admin), role(Role::Staff)), not(role(Role::Suspended)))]
async fn combined(_session: Session<User>) {}

// S20: one mode.
#[session(csrf(report))]
async fn mode(_session: Session<User>) {}

// S21, S22: above a unit struct; `extends` on a policy.
#[policy(extends(Staff), role(Role::Admin))]
struct Treasury;

fn main() {
    let _ = (spelt, parentheses, lifetime, kinds, absolute, through_this_crate, combined, mode, Treasury);
}
