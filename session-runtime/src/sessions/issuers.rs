//! The check that subjects of several issuers can be told apart.

use super::tokens::TokenSettings;
use super::{ConfigError, ConfigErrorKind};
use crate::principal::{BearerSpec, PrincipalSpec};
use crate::token::TrustedIssuer;

/// Returns an error if two issuers could call different persons by the same subject.
pub(super) fn expect_distinct_subjects(
    principal: &PrincipalSpec,
    bearer: &BearerSpec,
    settings: &TokenSettings,
) -> Result<(), ConfigError> {
    let name = principal.name;
    let failed = |text: String| Err(ConfigError::new(ConfigErrorKind::Issuer, text));
    let shared = settings.subjects_are_shared;
    if principal.claims.issuer.is_some() && shared {
        return failed(format!(
            "`{name}` has a `#[principal(issuer)]` field, which tells subjects of several issuers apart; \
             remove `.subjects_are_shared()`"
        ));
    }
    if principal.claims.issuer.is_some() || shared {
        return Ok(());
    }
    let sources = sources(principal, bearer, settings);
    if sources.len() < 2 {
        return Ok(());
    }
    failed(format!(
        "`{name}` has subjects of several issuers ({}), and two of them may call different persons by the same name; \
         add a field `#[principal(issuer)] issuer: String`, or `.subjects_are_shared()` to the builder if the same \
         subject always is the same person",
        sources.join(", ")
    ))
}

/// The issuers that name subjects of this principal, as an error shows them.
fn sources(principal: &PrincipalSpec, bearer: &BearerSpec, settings: &TokenSettings) -> Vec<String> {
    let own = bearer.issuer.or(settings.issuer.as_deref());
    let is_own = |name: &str| Some(name) == own;
    let trusted = || settings.trusted.iter().map(TrustedIssuer::name);
    let has_keys = !settings.verifying_keys.is_empty() || !settings.signing_keys.is_empty();
    let mut sources = Vec::new();
    if has_keys || trusted().any(is_own) {
        sources.extend(own.map(|own| format!("`{own}`")));
    } else if principal.cookie.is_some() {
        sources.push("the log-ins of the application".to_owned());
    }
    for name in trusted().filter(|name| !is_own(name)).map(|name| format!("`{name}`")) {
        if !sources.contains(&name) {
            sources.push(name);
        }
    }
    sources
}
