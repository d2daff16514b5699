//! `confirm`, and the argument that is given what was confirmed.

use super::asks_everybody;
use crate::policy::PolicySpec;
use crate::policy::message::Message;

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
