//! What a token says beside who it is about.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::clock::Timestamp;
use crate::token::error::IssueError;

/// What a token says beside who it is about, for [`Sessions::issue`](crate::Sessions::issue).
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::{Algorithm, Principal, Sessions, SigningKey};
/// use session_runtime::TokenOptions;
/// use std::time::Duration;
///
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # #[principal(bearer(alg("EdDSA"), issuer = "https://shop.example", audience = "shop"), realm = "shop-client")]
/// # struct Client {
/// #     #[principal(id)]
/// #     id: u64,
/// #     #[principal(scopes)]
/// #     scopes: Vec<String>,
/// # }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sessions: Sessions<Client> = Sessions::builder().signing_key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
/// let client = Client { id: 7, scopes: vec!["orders:read".into(), "orders:write".into()] };
/// let options = TokenOptions::lasting(Duration::from_secs(300))
///     .scopes(["orders:read"])
///     .factors(["pwd", "otp"])
///     .claim("tenant", &"north")?;
/// let issued = sessions.issue(&client, &options)?;
/// assert_eq!(issued.token().split('.').count(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenOptions {
    pub(super) lifetime: Duration,
    pub(super) audiences: Vec<Box<str>>,
    pub(super) authenticated_at: Option<Timestamp>,
    pub(super) factors: Vec<Box<str>>,
    pub(super) scopes: Option<Vec<Box<str>>>,
    pub(super) claims: BTreeMap<String, Box<RawValue>>,
    pub(super) family: Option<Box<str>>,
    /// Members of the principal's JSON that this release does not know.
    pub(super) members: BTreeMap<String, Box<RawValue>>,
    pub(super) epoch: Option<u64>,
}

impl TokenOptions {
    /// A token for this long, in whole seconds, for somebody who has proved just now who they are.
    pub const fn lasting(lifetime: Duration) -> Self {
        Self {
            lifetime,
            audiences: Vec::new(),
            authenticated_at: None,
            factors: Vec::new(),
            scopes: None,
            claims: BTreeMap::new(),
            family: None,
            members: BTreeMap::new(),
            epoch: None,
        }
    }

    /// Whom the token is for (`aud`), in the place of the one that is accepted here. Several may be given.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// When the subject proved who it is (`auth_time`): copied from its session, never renewed by issuing.
    #[must_use]
    pub const fn authenticated_at(mut self, instant: Timestamp) -> Self {
        self.authenticated_at = Some(instant);
        self
    }

    /// How the subject proved who it is (`amr`, RFC 8176), as `pwd` or `otp`.
    #[must_use]
    pub fn factors<F: Into<Box<str>>>(mut self, factors: impl IntoIterator<Item = F>) -> Self {
        self.factors = factors.into_iter().map(Into::into).collect();
        self
    }

    /// No more than these of the principal's scopes (RFC 6749 3.3).
    #[must_use]
    pub fn scopes<S: Into<Box<str>>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// One more claim. Neither the claims that have a meaning of their own nor the fields of the principal can be replaced.
    ///
    /// # Errors
    ///
    /// [`IssueError::Claim`] for a value that does not become JSON, or a claim that was given before.
    pub fn claim(mut self, name: impl Into<String>, value: &(impl Serialize + ?Sized)) -> Result<Self, IssueError> {
        let name = name.into();
        let value = serde_json::value::to_raw_value(value).map_err(|_| IssueError::Claim(name.as_str().into()))?;
        match self.claims.insert(name.clone(), value) {
            None => Ok(self),
            Some(_) => Err(IssueError::Claim(name.into())),
        }
    }
}

/// How a family of refresh tokens keeps what its access tokens say.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptOptions {
    /// In milliseconds.
    lifetime: u64,
    audiences: Vec<Box<str>>,
    factors: Vec<Box<str>>,
    scopes: Option<Vec<Box<str>>>,
    claims: BTreeMap<String, Box<RawValue>>,
}

impl TokenOptions {
    /// The scopes that were asked for; `None` for all that the principal has.
    pub(crate) fn granted_scopes(&self) -> Option<&[Box<str>]> {
        self.scopes.as_deref()
    }

    /// When the subject proved who it is, where that was said.
    pub(crate) const fn authentication(&self) -> Option<Timestamp> {
        self.authenticated_at
    }

    /// Of which family of refresh tokens the token is (`refresh_family`).
    pub(crate) fn of_family(self, family: impl Into<Box<str>>) -> Self {
        Self { family: Some(family.into()), ..self }
    }

    /// With these members of the principal's JSON, which this release does not know, as claims.
    #[must_use]
    pub(crate) fn with_members(self, members: BTreeMap<String, Box<RawValue>>) -> Self {
        Self { members, ..self }
    }

    /// In the epoch of its subject (`revocation_epoch`).
    pub(crate) fn in_epoch(self, epoch: u64) -> Self {
        Self { epoch: Some(epoch), ..self }
    }

    /// For no longer than this.
    pub(crate) fn at_most(self, longest: Option<Duration>) -> Self {
        Self { lifetime: longest.map_or(self.lifetime, |longest| self.lifetime.min(longest)), ..self }
    }

    /// The part of them that is kept beside the instants, the family and the epoch, which the family's record has itself.
    pub(crate) fn kept(&self) -> KeptOptions {
        KeptOptions {
            lifetime: u64::try_from(self.lifetime.as_millis()).unwrap_or(u64::MAX),
            audiences: self.audiences.clone(),
            factors: self.factors.clone(),
            scopes: self.scopes.clone(),
            claims: self.claims.clone(),
        }
    }
}

impl From<KeptOptions> for TokenOptions {
    fn from(kept: KeptOptions) -> Self {
        Self {
            lifetime: Duration::from_millis(kept.lifetime),
            audiences: kept.audiences,
            authenticated_at: None,
            factors: kept.factors,
            scopes: kept.scopes,
            claims: kept.claims,
            family: None,
            members: BTreeMap::new(),
            epoch: None,
        }
    }
}

/// Shows the names of the claims, and not what they say.
impl fmt::Debug for TokenOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenOptions")
            .field("lifetime", &self.lifetime)
            .field("claims", &self.claims.keys())
            .finish_non_exhaustive()
    }
}

/// A token that was issued, and how to name it later. `Debug` does not show the token.
pub struct IssuedToken {
    pub(super) token: String,
    pub(super) id: Box<str>,
    pub(super) expires_at: Timestamp,
    pub(super) lifetime: Duration,
    pub(super) scope: Option<Box<str>>,
}

impl IssuedToken {
    /// The token, for its bearer alone.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The token, for its bearer alone.
    pub fn into_token(self) -> String {
        self.token
    }

    /// Its `jti`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its `exp`.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// How long it counts (`expires_in`, RFC 6749 5.1), in whole seconds.
    pub const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Its `scope`.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IssuedToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
