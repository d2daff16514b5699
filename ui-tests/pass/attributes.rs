//! What is about the handler stays outside; what rewrites the author's function goes inside; the order is kept.
#![deny(warnings)]

use axum::extract::Path;
use session_runtime::{AuthSession, Session, policy, session};
use ui_tests::{App, Role, User};

/// Documented.
#[session(required)]
#[cfg(all())]
#[must_use]
#[allow(unused_variables)]
#[axum::debug_handler(state = App)]
pub(crate) async fn account(session: Session<User>, Path(unused): Path<u64>) -> &'static str {
    "account"
}

#[session(required)]
#[cfg(any())]
async fn account(session: Nothing) {}

#[session(optional)]
#[deprecated(note = "use `account`")]
async fn old(session: Option<Session<User>>, mut auth: AuthSession<User>) -> String {
    let _ = &mut auth;
    session.map(|session| session.id.to_string()).unwrap_or_default()
}

/// The same above ours.
#[cfg(all())]
#[allow(unused_variables)]
#[deprecated(note = "use `account`")]
#[must_use]
#[session(required)]
/// And some below.
#[allow(unused_mut)]
async fn above(mut session: Session<User>) {}

#[cfg(any())]
#[session(required)]
async fn old(session: Nothing) {}

#[cfg_attr(all(), session(required))]
#[cfg_attr(any(), session(public))]
#[cfg_attr(all(), doc = "Documented where it is guarded.", allow(unused_variables))]
async fn conditional(session: Session<User>) {}

#[cfg(any())]
#[policy(principal(Nobody))]
struct Staff;

#[policy(principal(User), role(Role::Staff))]
#[cfg(all())]
#[doc = "Documented below."]
#[allow(dead_code)]
#[derive(Clone, Copy, Debug)]
struct Staff;

#[session(policy(Staff))]
async fn argument_attributes(#[allow(unused_variables)] session: Session<User>, #[allow(unused_mut)] mut _body: String) {}

#[deprecated]
type Old = Path<u64>;

/// What is expected is expected where the lint looks: at the name, at the arguments' types, or in the author's function.
#[session(required)]
#[expect(dead_code, unused_variables, reason = "nobody routes it")]
#[cfg_attr(all(), doc = "Documented, too.", expect(non_snake_case), expect(deprecated))]
#[cfg_attr(any(), expect(unused_mut))]
async fn Expected(session: Session<User>, _path: Old) {}

/// Of a handler that is generic, too.
#[session(required)]
#[expect(unused_variables, deprecated)]
async fn generic<'a, T: Send + ?Sized + 'static, const N: usize>(session: Session<User>, path: Old) {}

fn main() {
    let _ = generic::<str, 3>;
    let _ = (account, conditional, argument_attributes, Staff);
    #[allow(deprecated)]
    let _ = (old, above);
}
