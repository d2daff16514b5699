//! Mistakes that only two items together show, found while the program is compiled.
//!
//! The macros call these in item-level constants with the span of the author's key, so that the error stands there and
//! `cargo check` sees it. Each takes the finished policy, which knows what it says itself, what its base says, and what
//! its principal declares. What there is to say of one key one call says: each is a constant for the compiler to check.

use std::time::Duration;

use super::message::Message;
use super::{Access, PolicySpec, SamePrincipal};
use crate::forgery::ForgeryCheck;
use crate::principal::{CarriesScopes, PrincipalSpec};

const TIGHTEN: &str = "\n= help: a policy is only ever tightened; change it in `";

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

/// `max_age`, with or without `sliding`.
#[track_caller]
pub const fn max_age(spec: &PolicySpec) {
    let ((Some(own), _) | (None, Some(own))) = (spec.own.limits.age, spec.own.limits.window) else { return };
    reads_sessions(spec, "max_age");
    if let Some(base) = spec.base {
        let inherited = if spec.own.limits.age.is_some() { base.limits.age } else { base.limits.window };
        tightens("max_age", own, inherited, origin_of_age(base, spec.own.limits.age.is_some()));
    }
    if let Some(principal) = spec.principal
        && own.as_secs() >= principal.longest_lifetime().absolute.as_secs()
    {
        Message::new()
            .text("every session is over after `")
            .text(last_end(principal))
            .text("` (")
            .duration(principal.longest_lifetime().absolute)
            .text("), so `max_age` (")
            .duration(own)
            .text(") can never apply\n= help: shorten it, or raise `")
            .text(last_end(principal))
            .text("` in `")
            .text(principal.name)
            .text("`")
            .fail();
    }
    if spec.own.limits.age.is_some() {
        says_when_logged_in("max_age", spec);
    }
}

/// `fresh`.
#[track_caller]
pub const fn fresh(spec: &PolicySpec) {
    let Some(own) = spec.own.limits.fresh else { return };
    asks_everybody(spec, "fresh");
    if let Some(base) = spec.base {
        tightens("fresh", own, base.limits.fresh, origin_of_fresh(base));
    }
    let (limit, name, of) = match (spec.limits.age, spec.principal) {
        (Some(age), _) if own.as_secs() >= age.as_secs() => (age, "max_age", origin_of_age(spec, true)),
        (_, Some(principal)) if own.as_secs() >= principal.longest_lifetime().absolute.as_secs() => {
            (principal.longest_lifetime().absolute, last_end(principal), principal.name)
        }
        _ => return says_when_logged_in("fresh", spec),
    };
    Message::new()
        .text("every admitted session is already this fresh: `")
        .text(name)
        .text("` (")
        .duration(limit)
        .text(") of `")
        .text(of)
        .text("` ends it first\n= help: make `fresh` shorter than ")
        .duration(limit)
        .text(", or remove it")
        .fail();
}

/// `sliding`.
#[track_caller]
pub const fn sliding(spec: &PolicySpec) {
    reads_sessions(spec, "sliding");
    let Some(principal) = spec.principal else { return };
    if !spec.via.cookie {
        Message::new()
            .text("a token carries its own end and cannot slide")
            .text("\n= help: drop `sliding`, or accept the cookie too")
            .fail();
    }
    if spec.own.limits.window.is_some() {
        return;
    }
    if let Some(base) = spec.base
        && let Some(age) = base.limits.age
        && base.limits.window.is_none()
    {
        Message::new()
            .text("`sliding` turns the fixed ")
            .duration(age)
            .text(" of `")
            .text(origin_of_age(base, true))
            .text("` into an idle limit\n= help: write `max_age = \"..\"` beside it, or leave it out")
            .fail();
    }
    if spec.limits.window.is_none() && principal.idle.is_none() {
        Message::new()
            .text("there is no window to slide\n= help: write `max_age = \"15m\", sliding`, or give `")
            .text(principal.name)
            .text("` an `idle`")
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

/// `confirm`.
#[track_caller]
pub const fn confirm(spec: &PolicySpec) {
    asks_everybody(spec, "confirm");
    if spec.via.bearer
        && let Some(principal) = spec.principal
    {
        Message::new()
            .text("`confirm` refuses every token of `")
            .text(principal.name)
            .text("`: it is bound to a session in a store")
            .text("\n= help: write `cookie` beside it, to accept only that")
            .fail();
    }
    if let Some(principal) = spec.principal
        && !principal.keeps_records()
    {
        Message::new()
            .text("the sessions of `")
            .text(principal.name)
            .text("` are in no store, so `confirm` refuses everyone\n= help: remove `token` from `cookie(..)` of `")
            .text(principal.name)
            .text("`, or demand a recent log-in: `fresh = \"5m\"`")
            .fail();
    }
    if let (Some(own), Some(base)) = (spec.own.confirm, spec.base)
        && let Some(inherited) = base.confirm
        && !equal(own, inherited)
    {
        Message::new()
            .text("policy `")
            .text(base.name)
            .text("` demands a confirmation of `")
            .text(inherited)
            .text("`, and a request brings only one\n= help: remove `confirm`, or build on another policy")
            .fail();
    }
}

/// An argument `Confirmed<_>` where only the base can demand a token.
#[track_caller]
pub const fn confirmed(spec: &PolicySpec) {
    if let (None, Some(base)) = (spec.confirm, spec.base) {
        Message::new()
            .text("nothing is confirmed on this route: policy `")
            .text(base.name)
            .text("` demands no token\n= help: write `confirm = \"transfer\"`, with a purpose of your own, or take what is inside `Confirmed<_>`")
            .fail();
    }
}

const fn equal(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([first, others @ ..], [second, rest @ ..]) = (left, right) {
        if *first != *second {
            return false;
        }
        (left, right) = (others, rest);
    }
    left.is_empty() && right.is_empty()
}

/// Refuses a limit that is longer than the inherited one.
#[track_caller]
const fn tightens(key: &str, own: Duration, inherited: Option<Duration>, origin: &str) {
    if let Some(inherited) = inherited
        && own.as_secs() > inherited.as_secs()
    {
        Message::new()
            .text("`")
            .text(key)
            .text("` (")
            .duration(own)
            .text(") is longer than policy `")
            .text(origin)
            .text("` allows (")
            .duration(inherited)
            .text(")\n= help: a handler may only tighten its policy; raise it in `")
            .text(origin)
            .text("`")
            .fail();
    }
}

/// Refuses a limit since the log-in where tokens are accepted that do not tell when that was.
#[track_caller]
const fn says_when_logged_in(key: &str, spec: &PolicySpec) {
    if let Some(principal) = spec.principal
        && let Some(bearer) = &principal.bearer
        && spec.via.bearer
        && !bearer.auth_time
    {
        Message::new()
            .text("the tokens of `")
            .text(principal.name)
            .text("` do not say when their subject logged in, so `")
            .text(key)
            .text("` refuses all of them\n= help: declare `bearer(auth_time)` in `#[principal(..)]`, or accept only `cookie`")
            .fail();
    }
}

/// What the longest sessions end by.
const fn last_end(principal: &PrincipalSpec) -> &'static str {
    if principal.persistent().is_some() { "persistent" } else { "absolute" }
}

/// The policy in the chain above `spec` whose own limit is the inherited one.
const fn origin_of_age(spec: &PolicySpec, age: bool) -> &'static str {
    let (limit, own) =
        if age { (spec.limits.age, spec.own.limits.age) } else { (spec.limits.window, spec.own.limits.window) };
    match (limit, own, spec.base) {
        (Some(limit), Some(own), _) if limit.as_secs() == own.as_secs() => spec.name,
        (_, _, Some(base)) => origin_of_age(base, age),
        _ => spec.name,
    }
}

const fn origin_of_fresh(spec: &PolicySpec) -> &'static str {
    match (spec.limits.fresh, spec.own.limits.fresh, spec.base) {
        (Some(limit), Some(own), _) if limit.as_secs() == own.as_secs() => spec.name,
        (_, _, Some(base)) => origin_of_fresh(base),
        _ => spec.name,
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
