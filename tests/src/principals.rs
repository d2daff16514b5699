//! Who visits.

use serde::{Deserialize, Serialize};
use session_runtime::Principal;

/// What a visitor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Works here.
    Staff,
    /// Decides here.
    Admin,
    /// Must not do anything for now.
    Suspended,
}

/// A person with a browser: sessions travel in a cookie and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Principal)]
#[principal(absolute = "12h", idle = "2h", realm = "user")]
pub struct User {
    /// Who it is.
    #[principal(id)]
    pub id: u64,
    /// A field that updates change.
    pub name: String,
    /// Another one.
    pub visits: u64,
    /// What they may do.
    #[principal(roles)]
    pub roles: Vec<Role>,
    /// What their client may do.
    #[principal(scopes)]
    pub scopes: Vec<String>,
}

/// A user without roles and scopes.
pub fn user(id: u64) -> User {
    User { id, name: "Ada".to_owned(), visits: 0, roles: Vec::new(), scopes: Vec::new() }
}

impl User {
    /// The user with these roles.
    #[must_use]
    pub fn with_roles(self, roles: &[Role]) -> Self {
        Self { roles: roles.to_vec(), ..self }
    }

    /// The user with these scopes.
    #[must_use]
    pub fn with_scopes(self, scopes: &[&str]) -> Self {
        Self { scopes: scopes.iter().map(ToString::to_string).collect(), ..self }
    }
}

/// Who issues the tokens of partners.
pub const ISSUER: &str = "https://id.shop.example";
/// What the tokens of partners are signed with.
pub const SECRET: [u8; 32] = *b"an HMAC secret that tests show..";

/// Somebody with a browser or a program: sessions travel in a cookie or in tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-partner"),
    bearer(alg("HS256"), issuer = "https://id.shop.example", audience = "shop", auth_time),
    absolute = "12h",
    idle = "2h",
    realm = "partner"
)]
pub struct Partner {
    /// Who it is.
    #[principal(id)]
    pub id: u64,
    /// What the token's bearer may do.
    #[principal(scopes)]
    pub scopes: Vec<String>,
}

/// A partner without scopes.
pub fn partner(id: u64) -> Partner {
    Partner { id, scopes: Vec::new() }
}
