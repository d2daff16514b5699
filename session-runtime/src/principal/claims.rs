//! Under which names a principal's fields travel in a token.

/// The serde names of the fields that a token keeps under a registered claim: the id as `sub` (RFC 7519 4.1.2), the
/// roles as `roles` (RFC 9068 2.2.3.1), the scopes as the space-separated `scope` (RFC 8693 4.2).
///
/// Every other field of the principal is a claim of its own serde name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// The serde name of the field marked `#[principal(id)]`.
    pub id: &'static str,
    /// The serde name of the field marked `#[principal(roles)]`.
    pub roles: Option<&'static str>,
    /// The serde name of the field marked `#[principal(scopes)]`.
    pub scopes: Option<&'static str>,
    /// The serde name of the field marked `#[principal(issuer)]`, which holds the `iss` of a token.
    pub issuer: Option<&'static str>,
}
