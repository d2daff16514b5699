//! Whose sessions these are.

use std::fmt;

use serde::{Deserialize, Serialize};
use session_runtime::Principal;

/// The issuer of the shop's accounts and tokens.
pub(super) const ISSUER: &str = "https://shop.example";

/// Somebody with an account. Browsers show a cookie, programs a token that this shop, or an issuer whom it
/// trusts, has issued.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-shop", persistent = "30d"),
    bearer(alg("EdDSA", "ES256", "PS256"), max_age = "5m", auth_time, revocable),
    absolute = "12h",
    idle = "2h",
    realm = "shop-user"
)]
pub(crate) struct User {
    #[principal(id)]
    pub(super) username: String,
    /// The shop itself, or the outside issuer whose user this is: both may have an `alice`.
    #[principal(issuer)]
    pub(super) issuer: String,
    #[principal(roles)]
    pub(super) roles: Vec<Role>,
    #[principal(scopes)]
    pub(super) scopes: Vec<String>,
}

impl User {
    /// Returns whether this is an account of the shop, and not of an outside issuer.
    pub(super) fn has_account(&self) -> bool {
        self.issuer == ISSUER
    }
}

/// What somebody is to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Customer,
    Staff,
    Admin,
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Admin => "admin",
        })
    }
}

impl Role {
    /// Several, as a person reads them.
    pub(super) fn list(roles: &[Self]) -> String {
        roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}
