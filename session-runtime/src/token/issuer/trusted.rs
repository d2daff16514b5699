//! What a builder is told about an issuer.

use std::fmt;

#[cfg(feature = "jwks-url")]
use super::KeySetUrl;
use super::{Grants, Issuer, KeySource};
use crate::clock::Timestamp;
use crate::principal::{Algorithm, BearerSpec};
use crate::token::admit::Expectations;
use crate::token::error::TokenConfigError;
use crate::token::keys::{KeySet, VerifyingKey};

/// Somebody whose tokens are accepted, for [`SessionsBuilder::trusted_issuer`](crate::SessionsBuilder::trusted_issuer).
///
/// Its keys verify its tokens and no others; what they say besides, the principal declares for all issuers alike.
///
/// It grants no roles and no scopes unless [`grants_roles`](Self::grants_roles) and
/// [`grants_scopes`](Self::grants_scopes) say so. Every other field of the principal holds what the token says.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use session_runtime::{Algorithm, KeySet, Principal, Sessions, TrustedIssuer};
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// #[principal(bearer(alg("EdDSA", "ES256"), audience = "shop"))]
/// struct Client {
///     #[principal(id)]
///     id: String,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"1"}]}"#;
/// let keys = KeySet::jwks(&[Algorithm::EdDSA], jwks.as_bytes())?;
/// let sessions: Sessions<Client> = Sessions::builder()
///     .trusted_issuer(TrustedIssuer::new("https://id.example").algorithms([Algorithm::EdDSA]).key_set(&keys))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Several issuers
///
/// Two issuers may call different persons by the same `sub`. So a principal with subjects of several issuers needs a field
/// for the issuer, which then identifies the subject together with the id. It holds the `iss` of a token. For a cookie, the
/// application sets it at the log-in.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::{Algorithm, KeySet, Principal, Sessions, SigningKey, TrustedIssuer};
/// #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// enum Role { Customer, Admin }
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// #[principal(realm = "shop-user", bearer(alg("EdDSA"), audience = "shop"))]
/// struct User {
///     #[principal(id)]
///     id: u64,
///     #[principal(issuer)]
///     issuer: String,
///     #[principal(roles)]
///     roles: Vec<Role>,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = SigningKey::generate(Algorithm::EdDSA)?;
/// # let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"1"}]}"#;
/// # let keys = KeySet::jwks(&[Algorithm::EdDSA], jwks.as_bytes())?;
/// let partner = TrustedIssuer::new("https://partner.example").key_set(&keys).grants_roles([Role::Customer]);
/// let sessions: Sessions<User> = Sessions::builder()
///     .issuer("https://shop.example")
///     .signing_key(key)
///     .trusted_issuer(partner)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// Otherwise [`build`](crate::SessionsBuilder::build) fails, unless
/// [`subjects_are_shared`](crate::SessionsBuilder::subjects_are_shared) says that all issuers mean the same person.
pub struct TrustedIssuer {
    name: String,
    audience: Option<String>,
    realm: Option<String>,
    former_realms: Vec<(Box<str>, Timestamp)>,
    algorithms: Option<Vec<Algorithm>>,
    keys: Vec<VerifyingKey>,
    grants: Grants,
    #[cfg(feature = "jwks-url")]
    url: Option<KeySetUrl>,
}

impl TrustedIssuer {
    /// The issuer that calls itself `name` in the `iss` of its tokens, compared byte for byte.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            audience: None,
            realm: None,
            former_realms: Vec::new(),
            algorithms: None,
            keys: Vec::new(),
            grants: Grants::default(),
            #[cfg(feature = "jwks-url")]
            url: None,
        }
    }

    /// How this issuer calls us in `aud`, where it does not as the principal or the builder say.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The realm that its tokens have to name.
    ///
    /// For an issuer that is another service built with this library: its tokens name the realm of its own principal.
    /// Without it, tokens that name a realm have to name ours.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Accepts a former name of our own realm until an instant.
    pub(crate) fn former_realm(mut self, name: &str, until: Timestamp) -> Self {
        self.former_realms.push((name.into(), until));
        self
    }

    /// What this issuer signs with, out of what the principal declares; all of it, unless said otherwise.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = Some(algorithms.into_iter().collect());
        self
    }

    /// One of its keys. Several are told apart by their ids.
    #[must_use]
    pub fn verifying_key(mut self, key: VerifyingKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Its keys.
    #[must_use]
    pub fn key_set(mut self, keys: &KeySet) -> Self {
        self.keys.extend(keys.iter().cloned());
        self
    }

    /// Where its keys are, in the place of keys that are given here.
    #[cfg(feature = "jwks-url")]
    #[must_use]
    pub fn key_set_url(mut self, url: KeySetUrl) -> Self {
        self.url = Some(url);
        self
    }

    /// Lets this issuer grant these roles, in place of those named before. Other roles of its tokens are dropped.
    ///
    /// They are of the type that the principal's `#[principal(roles)]` field holds; otherwise
    /// [`build`](crate::SessionsBuilder::build) fails. An issuer grants no roles unless this or
    /// [`grants_every_role`](Self::grants_every_role) says so.
    ///
    /// A role that this type does not know makes the token unreadable, as for every issuer.
    /// If the field is an array or implements [`RoleSet`](crate::RoleSet) without `restrict`, roles cannot be dropped.
    /// Then a token with another role is rejected.
    #[must_use]
    pub fn grants_roles<R>(mut self, roles: impl IntoIterator<Item = R>) -> Self
    where
        R: PartialEq + Send + Sync + 'static,
    {
        self.grants.set_roles(roles.into_iter().collect());
        self
    }

    /// Lets this issuer grant every role, as an issuer of one's own.
    #[must_use]
    pub fn grants_every_role(mut self) -> Self {
        self.grants.set_every_role();
        self
    }

    /// Lets this issuer grant these scopes, in place of those named before. Other scopes of its tokens are dropped.
    ///
    /// An issuer grants no scopes unless this or [`grants_every_scope`](Self::grants_every_scope) says so.
    #[must_use]
    pub fn grants_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.grants.set_scopes(scopes.into_iter().map(|scope| scope.into().into()).collect());
        self
    }

    /// Lets this issuer grant every scope, as an issuer of one's own.
    #[must_use]
    pub fn grants_every_scope(mut self) -> Self {
        self.grants.set_every_scope();
        self
    }

    /// Returns an error if the roles that it may grant are not of type `R`.
    pub(crate) fn expect_roles_of<R: 'static>(&self) -> Result<(), TokenConfigError> {
        if self.grants.has_roles_of::<R>() { Ok(()) } else { Err(TokenConfigError::OtherRoles((*self.name).into())) }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Puts it together: `audience` is what tokens say where this issuer's own is not given, `realm` the principal's.
    pub(crate) fn finish(
        self,
        realm: &'static str,
        bearer: BearerSpec,
        audience: Option<&str>,
    ) -> Result<Issuer, TokenConfigError> {
        let algorithms = self.algorithms.unwrap_or_else(|| bearer.algorithms.to_vec());
        let given = KeySet::new(self.keys).map_err(TokenConfigError::Keys)?;
        #[cfg(feature = "jwks-url")]
        let keys = match self.url {
            Some(_) if !given.is_empty() => return Err(TokenConfigError::KeysAndUrl(self.name.into())),
            Some(url) => KeySource::Url(url.finish(&self.name, &algorithms)?),
            None => KeySource::Given(given),
        };
        #[cfg(not(feature = "jwks-url"))]
        let keys = KeySource::Given(given);
        let audience = self.audience.as_deref().or(audience).unwrap_or_default();
        let expectations = Expectations {
            realm_required: self.realm.is_some(),
            former_realms: self.former_realms,
            realm: self.realm.as_deref().unwrap_or(realm).into(),
            issuer: self.name.into(),
            audience: audience.into(),
            bearer,
        };
        Issuer::new(algorithms.into(), keys, expectations, self.grants)
    }
}

/// Shows the name, and no key.
impl fmt::Debug for TrustedIssuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TrustedIssuer").field("name", &self.name).finish_non_exhaustive()
    }
}
