//! The name of a realm.

/// The name of a principal's realm, declared or by default.
///
/// Nothing that is issued in one realm is accepted in another. The default names package and type, so that two principals
/// never share one by accident. It changes when the type is renamed, which is why a principal whose data outlives the
/// process declares its realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealmName {
    name: &'static str,
    is_declared: bool,
}

impl RealmName {
    /// The name that `#[principal(realm = "..")]` declares.
    pub const fn declared(name: &'static str) -> Self {
        Self { name, is_declared: true }
    }

    /// The name of a principal that declares none: package and type.
    pub const fn default(name: &'static str) -> Self {
        Self { name, is_declared: false }
    }

    /// The name's text.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// Returns true if `#[principal(realm = "..")]` declares it.
    pub const fn is_declared(self) -> bool {
        self.is_declared
    }
}
