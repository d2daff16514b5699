//! The realm of a principal: one type each, and the names that the realm had before.

use std::any::{TypeId, type_name};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::keys::Places;
use super::{ConfigError, ConfigErrorKind};
use crate::clock::Timestamp;
use crate::principal::{Principal, PrincipalSpec};

/// A name that the realm had before, accepted until an instant.
#[derive(Clone, Debug)]
pub(crate) struct FormerRealm {
    name: Box<str>,
    until: Timestamp,
}

impl FormerRealm {
    pub(super) fn new(name: String, until: Timestamp) -> Self {
        Self { name: name.into(), until }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn accepted_until(&self) -> Timestamp {
        self.until
    }

    /// Returns true if data of this realm is accepted at `now`.
    pub(crate) fn is_accepted(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// The type that uses each realm of this process.
static TYPES: Mutex<BTreeMap<Box<str>, (TypeId, &'static str)>> = Mutex::new(BTreeMap::new());

/// Reserves the realm's names for this principal.
///
/// # Errors
///
/// When another type uses one of the names, or a former name is empty or contains a blank.
pub(super) fn reserve<P: Principal>(former: &[FormerRealm]) -> Result<(), ConfigError> {
    // Names of token families and revocation lists are the realm's name, a space and a word.
    if let Some(wrong) = former.iter().find(|realm| realm.name.is_empty() || realm.name.contains(char::is_whitespace)) {
        let text = format!(
            "`.former_realm(\"{}\", ..)` names no realm that `{}` can have had; remove the blank, or the call",
            wrong.name,
            P::SPEC.name
        );
        return Err(ConfigError::new(ConfigErrorKind::Realm, text));
    }
    let mut types = TYPES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = std::iter::once(P::SPEC.realm()).chain(former.iter().map(FormerRealm::name));
    for name in names {
        let (owner, owner_name) = *types.entry(name.into()).or_insert((TypeId::of::<P>(), type_name::<P>()));
        if owner != TypeId::of::<P>() {
            let text = format!(
                "the realm \"{name}\" of `{}` is used by `{owner_name}` already, and what is issued for one would be \
                 accepted for the other; write `#[principal(realm = \"..\")]` on one of them",
                type_name::<P>()
            );
            return Err(ConfigError::new(ConfigErrorKind::Realm, text));
        }
    }
    Ok(())
}

/// Checks that data which leaves the process has a declared realm. A default name changes with the type's name, and that
/// would end every session.
pub(super) fn expect_declared(
    principal: &PrincipalSpec,
    places: Places,
    signs_tokens: bool,
) -> Result<(), ConfigError> {
    if principal.realm.is_declared() || !(places.is_outside() || signs_tokens) {
        return Ok(());
    }
    let what = if places.is_outside() { "sessions" } else { "tokens" };
    let text = format!(
        "the {what} of `{}` leave the process, so its realm needs a name that stays when the type is renamed; \
         write `#[principal(realm = \"{}\")]`",
        principal.name,
        principal.realm()
    );
    Err(ConfigError::new(ConfigErrorKind::Realm, text))
}
