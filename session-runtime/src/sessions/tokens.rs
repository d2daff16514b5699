//! What a builder is told about tokens, and the verifier and issuer that come of it.

use std::sync::Arc;
use std::time::Duration;

use super::{ConfigError, ConfigErrorKind, Contents, Instants, Sessions};
use crate::clock::Timestamp;
use crate::principal::{Principal, PrincipalSpec};
use crate::token::{
    IssueError, SigningKey, TokenConfigError, TokenIssuer, TokenRefusal, Verified, Verifier, VerifyingKey,
};

/// What a builder was told about tokens.
#[derive(Default)]
pub(super) struct TokenSettings {
    pub(super) verifying_keys: Vec<VerifyingKey>,
    pub(super) signing_key: Option<SigningKey>,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
}

/// What verifies and issues the tokens of one principal.
pub(super) struct Tokens {
    verifier: Verifier,
    issuer: Option<TokenIssuer>,
}

impl TokenSettings {
    /// Nothing for a principal without tokens, and an error for anything said about them.
    pub(super) fn finish(self, principal: &'static PrincipalSpec) -> Result<Option<Tokens>, ConfigError> {
        let name = principal.name;
        let Some(bearer) = principal.bearer else {
            let nothing_said = self.verifying_keys.is_empty() && self.issuer.is_none() && self.audience.is_none();
            return if nothing_said {
                Ok(None)
            } else {
                let text = format!(
                    "`{name}` has no tokens that a key, issuer or audience could be for; declare `bearer(..)`, or remove them"
                );
                Err(ConfigError::new(ConfigErrorKind::Key, text))
            };
        };
        if self.verifying_keys.is_empty() {
            let text = format!(
                "`{name}` has bearer tokens and there is no key to verify them; \
                 add `.signing_key(..)` to issue them here, or `.verifying_key(..)` for another's"
            );
            return Err(ConfigError::new(ConfigErrorKind::Key, text));
        }
        let issuer = given_once(ConfigErrorKind::Issuer, "issuer", name, bearer.issuer, self.issuer)?;
        let audience = given_once(ConfigErrorKind::Audience, "audience", name, bearer.audience, self.audience)?;
        let only_ours = self.signing_key.is_some() && self.verifying_keys.len() == 1;
        let (realm, claims) = (principal.realm(), principal.claims);
        let verifier = Verifier::new(realm, bearer, claims, issuer.clone(), audience.clone(), self.verifying_keys)
            .map_err(|error| config(&error))?;
        let token_issuer =
            self.signing_key.map(|key| TokenIssuer::new(realm, bearer, claims, issuer, audience, key)).transpose();
        Ok(Some(Tokens {
            // Every token that we issue says its realm.
            verifier: if only_ours { verifier.require_realm() } else { verifier },
            issuer: token_issuer.map_err(|error| config(&error))?,
        }))
    }
}

/// What is declared or given to the builder, but not both, unless they agree.
fn given_once(
    kind: ConfigErrorKind,
    what: &str,
    principal: &str,
    declared: Option<&str>,
    given: Option<String>,
) -> Result<String, ConfigError> {
    let text = match (declared, given) {
        (Some(declared), Some(given)) if declared != given => format!(
            "`.{what}(\"{given}\")` contradicts `bearer({what} = \"{declared}\")` of `{principal}`; keep one of them"
        ),
        (Some(declared), _) => return Ok(declared.to_owned()),
        (None, Some(given)) => return Ok(given),
        (None, None) => format!(
            "nothing says the {what} of the tokens of `{principal}`; \
             declare `bearer({what} = \"..\")`, or add `.{what}(\"..\")` to the builder"
        ),
    };
    Err(ConfigError::new(kind, text))
}

fn config(error: &TokenConfigError) -> ConfigError {
    let kind = match error {
        TokenConfigError::NoIssuer => ConfigErrorKind::Issuer,
        TokenConfigError::NoAudience => ConfigErrorKind::Audience,
        _ => ConfigErrorKind::Key,
    };
    ConfigError::new(kind, error.to_string())
}

impl<P: Principal> Sessions<P> {
    /// An access token (RFC 9068) for somebody who has proved just now who they are, good for `lifetime`.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// use session_runtime::{Algorithm, Principal, Sessions, SigningKey};
    /// use std::time::Duration;
    ///
    /// #[derive(Clone, Serialize, Deserialize, Principal)]
    /// #[principal(bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"))]
    /// struct Client {
    ///     #[principal(id)]
    ///     id: u64,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = SigningKey::secret(Algorithm::HS256, b"32 random bytes, not in the code")?;
    /// let sessions: Sessions<Client> = Sessions::builder().signing_key(key).build()?;
    /// let token = sessions.issue_token(&Client { id: 7 }, Duration::from_secs(300))?;
    /// assert_eq!(token.split('.').count(), 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// An [`IssueError`] when there is no signing key, when the principal does not become claims, when the lifetime is
    /// shorter than a second or longer than `bearer(max_age)` allows.
    pub fn issue_token(&self, principal: &P, lifetime: Duration) -> Result<String, IssueError> {
        let issuer =
            self.0.tokens.as_ref().and_then(|tokens| tokens.issuer.as_ref()).ok_or(IssueError::NoSigningKey)?;
        let now = self.now();
        let factors: [&str; 0] = [];
        issuer.issue(principal, now, lifetime, now, &factors)
    }

    /// The session of a token, as far as it stands on its own.
    pub(crate) fn verify_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<(Arc<Contents<P>>, Instants), TokenRefusal> {
        // A route cannot accept what the principal does not declare, and what is declared has a verifier.
        let tokens = self.0.tokens.as_ref().ok_or(TokenRefusal::UnknownKey)?;
        let verified: Verified<P> = tokens.verifier.verify(token, now)?;
        let issued_at = verified.issued_at.unwrap_or(Timestamp::EPOCH);
        let instants = Instants {
            created_at: issued_at,
            authenticated_at: verified.authenticated_at,
            // Renewal is a token's activity: without `iat`, it never was.
            last_seen_at: issued_at,
            longest_pause: Duration::ZERO,
            expires_at: verified.expires_at,
        };
        let contents = Contents { principal: verified.principal, subject: verified.subject, checked_at: issued_at };
        Ok((Arc::new(contents), instants))
    }
}
