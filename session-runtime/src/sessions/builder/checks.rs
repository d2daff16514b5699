//! What a builder looks at before it puts anything together.

use std::sync::Arc;

use crate::clock::Clock;
use crate::cookie::{CookieWriter, ID_LENGTH, LARGEST_COOKIE, SiteData};
use crate::principal::{CookieSpec, CookieToken, PrincipalSpec};
use crate::sessions::{ConfigError, ConfigErrorKind};
use crate::store::Store;

/// Whether there is a store where one is needed, and none where nothing would be kept in it.
pub(super) fn expect_store(principal: &PrincipalSpec, store: Option<&dyn Store>) -> Result<(), ConfigError> {
    if principal.keeps_records() && store.is_none() {
        let text = format!(
            "`{}` has session cookies and there is no store for its sessions; \
             add `.store(MemoryStore::new())` to the builder",
            principal.name
        );
        return Err(ConfigError::new(ConfigErrorKind::Store, text));
    }
    if !principal.keeps_records() && principal.bearer.is_none() && !is_revocable(principal) && store.is_some() {
        let text = format!(
            "the sessions of `{}` live in their cookie alone (`unrevocable`), and nothing would be kept in this store; \
             remove `.store(..)`",
            principal.name
        );
        return Err(ConfigError::new(ConfigErrorKind::Store, text));
    }
    if let (Some(most), Some(false)) = (principal.max_sessions, store.map(|store| store.promises().subject_index)) {
        let text = format!(
            "`{}` has at most {most} sessions (`max_sessions`), and this store does not find sessions by their subject; \
             switch on its index, or take another store",
            principal.name
        );
        return Err(ConfigError::new(ConfigErrorKind::Store, text));
    }
    Ok(())
}

/// Whether something of this principal can be ended that no store keeps.
fn is_revocable(principal: &PrincipalSpec) -> bool {
    principal.cookie.is_some_and(|cookie| cookie.token == Some(CookieToken::Revocable))
}

/// What writes the cookie.
pub(super) fn cookie_writer(
    spec: &CookieSpec,
    given: Option<&str>,
    clock: Arc<dyn Clock>,
    cleared: &[SiteData],
) -> Result<CookieWriter, ConfigError> {
    let error = |text: String| ConfigError::new(ConfigErrorKind::Cookie, text);
    let name = spec.name;
    let domain = match (spec.shared, spec.domain, given) {
        (false, _, Some(given)) => {
            return Err(error(format!(
                "`.cookie_domain(\"{given}\")` would share `{name}` with every subdomain; \
                 declare `cookie(shared)` to say that you mean it, or remove it"
            )));
        }
        (true, Some(declared), Some(given)) if declared != given => {
            return Err(error(format!(
                "`.cookie_domain(\"{given}\")` contradicts `cookie(domain = \"{declared}\")`; keep one of them"
            )));
        }
        (true, None, None) => {
            return Err(error(format!(
                "`{name}` is shared and nothing says with whom; add `.cookie_domain(\"example.com\")` to the builder"
            )));
        }
        (_, declared, given) => declared.or(given),
    };
    if name.len() + ID_LENGTH > LARGEST_COOKIE {
        return Err(error(format!(
            "`{name}` is longer than the {LARGEST_COOKIE} bytes that browsers keep; shorten it"
        )));
    }
    CookieWriter::new(spec, domain, clock, cleared).ok_or_else(|| {
        error(format!("the path or domain of `{name}` cannot stand in a header; use letters, digits, `-`, `.` and `/`"))
    })
}
