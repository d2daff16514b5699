//! Mistakes that only two items together show, found while the program is compiled.
//!
//! The macros call these in item-level constants with the span of the author's key, so that the error stands there and
//! `cargo check` sees it. Each takes the finished policy, which knows what it says itself, what its base says, and what
//! its principal declares. What there is to say of one key one call says: each is a constant for the compiler to check.

mod confirmations;
mod limits;

pub use self::confirmations::{confirm, confirmed};
pub use self::limits::{fresh, max_age, sliding};

use super::message::Message;
use super::{Access, PolicySpec, Realm, SamePrincipal};
use crate::forgery::ForgeryCheck;
use crate::principal::CarriesScopes;

const TIGHTEN: &str = "\n= help: a policy is only ever tightened; change it in `";

/// The realm of a policy is known. Asserted first, because of several things in a body that need the realm of what has none the
/// compiler reports the first.
pub const fn about<R: Realm>() {}

/// The principal of a policy is that of an argument.
pub const fn same<P: SamePrincipal<A>, A>() {}

/// `scope(..)`: the principal carries scopes.
pub const fn carries<P: CarriesScopes>() {}

/// `required` or `optional` above a policy that reads no session; `optional` above one that requires it.
#[track_caller]
pub const fn access(spec: &PolicySpec) {
    let (Some(own), Some(base)) = (spec.own.access, spec.base) else { return };
    reads_sessions(spec, if matches!(own, Access::Optional) { "optional" } else { "required" });
    if matches!(own, Access::Optional) && matches!(base.access, Access::Required) {
        Message::new()
            .text("`optional` admits visitors whom policy `")
            .text(base.name)
            .text("` refuses\n= help: remove `optional`, or declare it in `")
            .text(base.name)
            .text("`")
            .fail();
    }
}

/// `item`, which is about a session, above a policy that reads none.
#[track_caller]
pub const fn reads_sessions(spec: &PolicySpec, item: &str) {
    let Some(base) = spec.base else { return };
    if matches!(base.access, Access::Public) {
        Message::new()
            .text("`")
            .text(item)
            .text("` has no effect above the `public` policy `")
            .text(base.name)
            .text("`\n= help: remove `public` from `")
            .text(base.name)
            .text("`, or build on another policy")
            .fail();
    }
}

/// `item`, which a visitor without a session cannot meet and would not be asked for, above a policy that admits them.
#[track_caller]
pub const fn asks_everybody(spec: &PolicySpec, item: &str) {
    reads_sessions(spec, item);
    if let Some(base) = spec.base
        && matches!(spec.access, Access::Optional)
    {
        Message::new()
            .text("policy `")
            .text(base.name)
            .text("` admits visitors without a session, of whom `")
            .text(item)
            .text("` cannot be demanded\n= help: write `required` beside it")
            .fail();
    }
}

/// `cookie` or `bearer`: `cookie` tells which of them this call is about.
#[track_caller]
pub const fn via(spec: &PolicySpec, cookie: bool) {
    reads_sessions(spec, if cookie { "cookie" } else { "bearer" });
    let Some(principal) = spec.principal else { return };
    let (word, declared) =
        if cookie { ("cookie", principal.cookie.is_some()) } else { ("bearer", principal.bearer.is_some()) };
    if !declared {
        Message::new()
            .text("`")
            .text(principal.name)
            .text(if cookie { "` has no session cookie" } else { "` has no bearer tokens" })
            .text("\n= help: declare `")
            .text(word)
            .text(if cookie { "(name = \"__Host-id\")" } else { "(..)" })
            .text("` in `#[principal(..)]`")
            .fail();
    }
    if let Some(base) = spec.base {
        let accepted = if cookie { base.via.cookie } else { base.via.bearer };
        if !accepted {
            Message::new()
                .text("`")
                .text(word)
                .text("` is not accepted by policy `")
                .text(base.name)
                .text("`")
                .text(TIGHTEN)
                .text(base.name)
                .text("`")
                .fail();
        }
    }
}

/// `csrf(..)`.
#[track_caller]
pub const fn csrf(spec: &PolicySpec) {
    reads_sessions(spec, "csrf");
    let (Some(own), Some(base)) = (spec.own.forgery, spec.base) else { return };
    if laxity(own) > laxity(base.forgery) {
        Message::new()
            .text("`csrf(..)` checks less than policy `")
            .text(base.name)
            .text("` does")
            .text(TIGHTEN)
            .text(base.name)
            .text("`")
            .fail();
    }
}

const fn laxity(forgery: ForgeryCheck) -> u8 {
    match forgery {
        ForgeryCheck::Enforced => 0,
        ForgeryCheck::SameSite => 1,
        ForgeryCheck::Report => 2,
        ForgeryCheck::Off => 3,
    }
}
