//! A policy in words, for people who review it.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::Shortfall;
use crate::forgery::ForgeryCheck;
use crate::policy::{Access, Limits, PolicySpec, Stated, Written};
use crate::principal::PrincipalSpec;

/// A policy in words: what [`PolicyTable`](super::PolicyTable) shows of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PolicySummary {
    /// The policy's name, and the names of those it builds on.
    pub policy: String,
    /// `required`, `optional` or `public`.
    pub access: &'static str,
    /// The principal's type; `None` for a public route.
    pub principal: Option<&'static str>,
    /// The realm's name; `None` for a public route.
    pub realm: Option<&'static str>,
    /// The credentials that are accepted.
    pub via: Vec<&'static str>,
    /// Whether an admitted request counts as activity.
    pub sliding: bool,
    /// How long after the log-in the route still admits, in seconds.
    pub max_age: Option<u64>,
    /// How long after the last activity the route still admits, in seconds.
    pub window: Option<u64>,
    /// How long after the last proof of identity the route still admits, in seconds.
    pub fresh: Option<u64>,
    /// When the session ends after it began, in seconds; `None` where no cookie is accepted, since tokens say so themselves.
    pub absolute: Option<u64>,
    /// When the session ends after the last activity, in seconds; `None` where no cookie is accepted.
    pub idle: Option<u64>,
    /// When a remembered session ends after it began, in seconds; `None` where none is remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent: Option<u64>,
    /// How many sessions a subject may have; `None` where no cookie is accepted.
    pub max_sessions: Option<u32>,
    /// What the visitor must be allowed to do.
    pub demands: Vec<String>,
    /// The application's own checks.
    pub checks: Vec<&'static str>,
    /// What a single-use token must be for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<&'static str>,
    /// `on`, `same_site`, `report` or `off`; `None` where no cookie is accepted.
    pub csrf: Option<&'static str>,
    /// Where browsers without a session are sent.
    pub login: Option<&'static str>,
    /// Where browsers whose session is not fresh are sent.
    pub reauthenticate: Option<&'static str>,
    /// What the store of its sessions does not promise, where [`PolicyTable::with_sessions`](super::PolicyTable::with_sessions)
    /// was told of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_promised: Vec<Shortfall>,
    /// The name of the principal's cookie.
    #[serde(skip)]
    pub(super) cookie: Option<&'static str>,
    /// Tells principals apart that share a name.
    #[serde(skip)]
    pub(super) principal_type: TypeId,
}

impl PolicySummary {
    pub(super) fn new(stated: &Stated) -> Self {
        let Stated { spec, realm: principal_type } = stated;
        let Limits { age, window, fresh } = spec.limits;
        let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs());
        let principal = spec.principal;
        // What ends a session in the store ends no token.
        let stored = principal.filter(|_| spec.via.cookie);
        let demands = spec.chain().flat_map(|spec| spec.demands);
        Self {
            policy: name_of(spec),
            access: access_name(spec.access),
            principal: principal.map(|principal| principal.name),
            realm: principal.map(PrincipalSpec::realm),
            via: [("cookie", spec.via.cookie), ("bearer", spec.via.bearer)]
                .into_iter()
                .filter_map(|(name, accepted)| accepted.then_some(name))
                .collect(),
            sliding: spec.sliding,
            max_age: seconds(age),
            window: seconds(window),
            fresh: seconds(fresh),
            absolute: seconds(stored.map(|principal| principal.absolute)),
            idle: seconds(stored.and_then(|principal| principal.idle)),
            persistent: seconds(stored.and_then(PrincipalSpec::persistent)),
            max_sessions: stored.and_then(|principal| principal.max_sessions),
            demands: demands.map(ToString::to_string).collect(),
            checks: spec.chain().flat_map(|spec| spec.checks).copied().collect(),
            confirm: spec.confirm,
            csrf: spec.via.cookie.then(|| csrf_name(spec.forgery)),
            login: spec.login,
            reauthenticate: spec.reauthenticate,
            not_promised: Vec::new(),
            cookie: principal.and_then(|principal| principal.cookie).map(|cookie| cookie.name),
            principal_type: *principal_type,
        }
    }

    /// The credentials, as the table shows them.
    pub(super) fn via_text(&self) -> Cow<'static, str> {
        match self.via.as_slice() {
            [] => "-".into(),
            [only] => (*only).into(),
            several => several.join(" or ").into(),
        }
    }

    /// The limits, as the table shows them.
    pub(super) fn limits_text(&self) -> String {
        let limits = [
            ("max_age", self.max_age),
            ("window", self.window),
            ("fresh", self.fresh),
            ("idle", self.idle),
            ("absolute", self.absolute),
            ("persistent", self.persistent),
        ];
        let mut text = String::new();
        for (name, seconds) in limits {
            if let Some(seconds) = seconds {
                let space = if text.is_empty() { "" } else { " " };
                let _ = write!(text, "{space}{name} {}", Written(Duration::from_secs(seconds)));
            }
        }
        if self.sliding {
            text.push_str(" sliding");
        }
        if let Some(sessions) = self.max_sessions {
            let _ = write!(text, " max_sessions {sessions}");
        }
        or_dash(text)
    }

    /// Demands and checks, as the table shows them.
    pub(super) fn demands_text(&self) -> String {
        let checks = self.checks.iter().map(|check| format!("check({check})"));
        let confirm = self.confirm.map(|purpose| format!("confirm = \"{purpose}\""));
        or_dash(self.demands.iter().cloned().chain(checks).chain(confirm).collect::<Vec<_>>().join(", "))
    }
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".into() } else { text }
}

fn name_of(spec: &PolicySpec) -> String {
    spec.chain().map(|spec| spec.name).collect::<Vec<_>>().join(" < ")
}

const fn access_name(access: Access) -> &'static str {
    match access {
        Access::Required => "required",
        Access::Optional => "optional",
        Access::Public => "public",
    }
}

const fn csrf_name(forgery: ForgeryCheck) -> &'static str {
    match forgery {
        ForgeryCheck::Enforced => "on",
        ForgeryCheck::SameSite => "same_site",
        ForgeryCheck::Report => "report",
        ForgeryCheck::Off => "off",
    }
}
