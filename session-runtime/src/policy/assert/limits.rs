//! `max_age`, `fresh` and `sliding`: limits beside those of the base and of the principal.

use std::time::Duration;

use super::{asks_everybody, reads_sessions};
use crate::policy::PolicySpec;
use crate::policy::message::Message;
use crate::principal::PrincipalSpec;

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
