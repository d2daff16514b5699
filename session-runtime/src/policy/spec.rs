//! A policy as a value: what was written, merged with the policy it builds on.

use std::time::Duration;

use super::{Demand, PrincipalRealm};
use crate::forgery::ForgeryCheck;
use crate::principal::PrincipalSpec;

/// Whether a visitor must, may or cannot have a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Visitors without a session are refused.
    Required,
    /// Visitors without a session are admitted as such.
    Optional,
    /// No credential is read.
    Public,
}

/// Which credentials a route accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    /// A session cookie.
    pub cookie: bool,
    /// A bearer token.
    pub bearer: bool,
}

/// How recent a session must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `max_age` without `sliding`: since the visitor proved who they are.
    pub age: Option<Duration>,
    /// `max_age` with `sliding`: since the last activity.
    pub window: Option<Duration>,
    /// `fresh`: since the visitor proved who they are, answered with a request to do so again.
    pub fresh: Option<Duration>,
}

impl Limits {
    const NONE: Self = Self { age: None, window: None, fresh: None };
}

/// Everything that a policy demands, its base included.
#[derive(Clone, Copy, Debug)]
pub struct PolicySpec {
    pub(crate) name: &'static str,
    pub(crate) base: Option<&'static Self>,
    pub(crate) principal: Option<&'static PrincipalSpec>,
    /// What this policy itself says.
    pub(crate) own: Own,
    pub(crate) access: Access,
    /// The smaller of what this policy and its base say.
    pub(crate) limits: Limits,
    pub(crate) sliding: bool,
    pub(crate) via: Via,
    pub(crate) forgery: ForgeryCheck,
    pub(crate) login: Option<&'static str>,
    pub(crate) reauthenticate: Option<&'static str>,
    /// What this policy adds to its base's demands.
    pub(crate) demands: &'static [Demand],
    /// The paths in this policy's own `check(..)`.
    pub(crate) checks: &'static [&'static str],
    /// What a single-use token must be for.
    pub(crate) confirm: Option<&'static str>,
}

/// What one policy says itself, so that it can be held against its base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    pub(crate) access: Option<Access>,
    pub(crate) limits: Limits,
    pub(crate) sliding: bool,
    pub(crate) via: Option<Via>,
    pub(crate) forgery: Option<ForgeryCheck>,
    pub(crate) confirm: Option<&'static str>,
}

impl Own {
    const NOTHING: Self =
        Self { access: None, limits: Limits::NONE, sliding: false, via: None, forgery: None, confirm: None };
}

impl PolicySpec {
    /// The policy called `name` of a principal's realm: a session is required, by whatever the principal declares.
    pub const fn of<R: PrincipalRealm>(name: &'static str) -> Self {
        let principal = R::SPEC;
        let via = Via { cookie: principal.cookie.is_some(), bearer: principal.bearer.is_some() };
        Self::root(name, Some(principal), via, Access::Required)
    }

    /// The policy called `name` of a `public` route.
    pub const fn open(name: &'static str) -> Self {
        let mut spec = Self::root(name, None, Via { cookie: false, bearer: false }, Access::Public);
        spec.own.access = Some(Access::Public);
        spec
    }

    /// The policy called `name` that starts from `base`.
    pub const fn extending(name: &'static str, base: &'static Self) -> Self {
        Self { name, base: Some(base), own: Own::NOTHING, demands: &[], checks: &[], ..*base }
    }

    const fn root(name: &'static str, principal: Option<&'static PrincipalSpec>, via: Via, access: Access) -> Self {
        Self {
            name,
            base: None,
            principal,
            own: Own::NOTHING,
            access,
            limits: Limits::NONE,
            sliding: false,
            via,
            forgery: ForgeryCheck::Enforced,
            login: None,
            reauthenticate: None,
            demands: &[],
            checks: &[],
            confirm: None,
        }
    }

    /// `required`.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.own.access = Some(Access::Required);
        self.access = Access::Required;
        self
    }

    /// `optional`.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.own.access = Some(Access::Optional);
        self.access = Access::Optional;
        self
    }

    /// `max_age` without `sliding`, in seconds.
    #[must_use]
    pub const fn max_age(mut self, seconds: u64) -> Self {
        let age = Duration::from_secs(seconds);
        self.own.limits.age = Some(age);
        self.limits.age = Some(smaller(self.limits.age, age));
        self
    }

    /// `max_age` with `sliding`, in seconds.
    #[must_use]
    pub const fn max_age_sliding(mut self, seconds: u64) -> Self {
        let window = Duration::from_secs(seconds);
        self.own.limits.window = Some(window);
        self.limits.window = Some(smaller(self.limits.window, window));
        self.sliding()
    }

    /// `sliding`: each admitted request is activity.
    #[must_use]
    pub const fn sliding(mut self) -> Self {
        self.own.sliding = true;
        self.sliding = true;
        self
    }

    /// `fresh`, in seconds.
    #[must_use]
    pub const fn fresh(mut self, seconds: u64) -> Self {
        let fresh = Duration::from_secs(seconds);
        self.own.limits.fresh = Some(fresh);
        self.limits.fresh = Some(smaller(self.limits.fresh, fresh));
        self
    }

    /// `cookie`, `bearer` or both: only these.
    #[must_use]
    pub const fn via(mut self, cookie: bool, bearer: bool) -> Self {
        self.own.via = Some(Via { cookie, bearer });
        self.via = Via { cookie, bearer };
        self
    }

    /// `csrf(..)`.
    #[must_use]
    pub const fn csrf(mut self, forgery: ForgeryCheck) -> Self {
        self.own.forgery = Some(forgery);
        self.forgery = forgery;
        self
    }

    /// `login`: where browsers without a session are sent.
    #[must_use]
    pub const fn login(mut self, path: &'static str) -> Self {
        self.login = Some(path);
        self
    }

    /// `reauthenticate`: where browsers whose session is not fresh are sent.
    #[must_use]
    pub const fn reauthenticate(mut self, path: &'static str) -> Self {
        self.reauthenticate = Some(path);
        self
    }

    /// The demands, beside those of the base.
    #[must_use]
    pub const fn demands(mut self, demands: &'static [Demand]) -> Self {
        self.demands = demands;
        self
    }

    /// The paths in `check(..)`, as they were written.
    #[must_use]
    pub const fn checks(mut self, checks: &'static [&'static str]) -> Self {
        self.checks = checks;
        self
    }

    /// `confirm`: what a single-use token must be for.
    #[must_use]
    pub const fn confirm(mut self, purpose: &'static str) -> Self {
        self.own.confirm = Some(purpose);
        self.confirm = Some(purpose);
        self
    }

    /// This policy and those it builds on, the innermost first.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |spec| spec.base)
    }

    /// How long activity keeps a session good for this route: the window, or the principal's idle limit.
    pub(crate) const fn sliding_window(&self) -> Option<Duration> {
        match (self.limits.window, self.principal) {
            (Some(window), _) => Some(window),
            (None, Some(principal)) => Some(principal.idle_limit()),
            (None, None) => None,
        }
    }
}

const fn smaller(inherited: Option<Duration>, own: Duration) -> Duration {
    match inherited {
        Some(inherited) if inherited.as_secs() < own.as_secs() => inherited,
        _ => own,
    }
}
