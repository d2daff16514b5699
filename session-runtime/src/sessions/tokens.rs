//! What a builder is told about tokens, and the verifier and issuer that come of it.

use std::sync::Arc;
use std::time::Duration;

use super::issuers::expect_distinct_subjects;
use super::realms::FormerRealm;
use super::{
    ConfigError, ConfigErrorKind, Confirmations, Contents, Factors, Instants, KeyValues, PrincipalJson, Sessions, Token,
};
use crate::clock::Timestamp;
use crate::principal::{BearerSpec, Principal, PrincipalSpec, issued_subject};
use crate::token::{
    IssueError, IssuedToken, Remembered, RememberedTokens, SigningKey, Standing, TokenConfigError, TokenIssuer,
    TokenOptions, TokenRefusal, TrustedIssuer, Verified, Verifier, VerifyingKey, is_symmetric, published,
};

/// What a builder was told about tokens.
#[derive(Default)]
pub(super) struct TokenSettings {
    pub(super) verifying_keys: Vec<VerifyingKey>,
    pub(super) signing_keys: Vec<SigningKey>,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) trusted: Vec<TrustedIssuer>,
    /// True if all issuers mean the same person by the same subject.
    pub(super) subjects_are_shared: bool,
    pub(super) remembered: Option<usize>,
}

/// How many tokens are remembered, unless said otherwise. With their texts and principals, some ten megabytes.
const REMEMBERED: usize = 10_000;

/// What verifies and issues the tokens of one principal.
pub(super) struct Tokens<P> {
    verifier: Verifier,
    /// Each with what it rests on.
    remembered: Option<Remembered<(TokenSession<P>, Standing)>>,
    issuer: Option<TokenIssuer>,
    /// The issuer whose keys the builder was given directly, whether or not it issues here.
    own: Option<Box<str>>,
    /// The public keys of what is issued here, as a JWK set.
    jwks: Box<str>,
}

impl TokenSettings {
    /// Nothing for a principal without tokens, and an error for anything said about them.
    pub(super) fn finish<P: Principal>(
        self,
        principal: &'static PrincipalSpec,
        former_realms: &[FormerRealm],
    ) -> Result<Option<Tokens<P>>, ConfigError> {
        let name = principal.name;
        let Some(bearer) = principal.bearer else {
            return if self.says_nothing() {
                Ok(None)
            } else {
                let text = format!(
                    "`{name}` has no tokens that a key, issuer or audience could be for; declare `bearer(..)`, or remove them"
                );
                Err(ConfigError::new(ConfigErrorKind::Key, text))
            };
        };
        if self.verifying_keys.is_empty() && self.signing_keys.is_empty() && self.trusted.is_empty() {
            let text = format!(
                "`{name}` has bearer tokens and there is no key to verify them; \
                 add `.signing_key(..)` to issue them here, or `.verifying_key(..)` for another's"
            );
            return Err(ConfigError::new(ConfigErrorKind::Key, text));
        }
        if let Some(declared) = bearer.issuer
            && let Some(other) = self.trusted.iter().find(|issuer| issuer.name() != declared)
        {
            let text = format!(
                "`bearer(issuer = \"{declared}\")` says that all tokens of `{name}` are made there, and \
                 `{}` is trusted besides; remove one of them, or name each issuer at the builder",
                other.name()
            );
            return Err(ConfigError::new(ConfigErrorKind::Issuer, text));
        }
        expect_distinct_subjects(principal, &bearer, &self)?;
        self.put_together(principal, bearer, former_realms).map(Some)
    }

    fn says_nothing(&self) -> bool {
        self.verifying_keys.is_empty()
            && self.signing_keys.is_empty()
            && self.issuer.is_none()
            && self.audience.is_none()
            && self.trusted.is_empty()
            && !self.subjects_are_shared
            && self.remembered.is_none()
    }

    fn put_together<P: Principal>(
        mut self,
        principal: &'static PrincipalSpec,
        bearer: BearerSpec,
        former_realms: &[FormerRealm],
    ) -> Result<Tokens<P>, ConfigError> {
        let (name, realm, claims) = (principal.name, principal.realm(), principal.claims);
        let failed = |error: TokenConfigError| config(&error);
        let audience = given_once(ConfigErrorKind::Audience, "audience", name, bearer.audience, self.audience.take());
        let (mut issuers, mut token_issuer, mut jwks, mut own_name) = (Vec::new(), None, published([]), None);
        if !self.verifying_keys.is_empty() || !self.signing_keys.is_empty() {
            let issuer = given_once(ConfigErrorKind::Issuer, "issuer", name, bearer.issuer, self.issuer.take())?;
            own_name = Some(issuer.as_str().into());
            let mut own = TrustedIssuer::new(issuer.clone()).grants_every_role().grants_every_scope();
            // Every token that we issue says its realm.
            if self.verifying_keys.is_empty() {
                own = own.realm(realm);
            }
            let keys: Vec<_> = self.signing_keys.iter().map(SigningKey::verifying_key).collect();
            for key in keys.iter().chain(&self.verifying_keys) {
                own = own.verifying_key(key.clone());
            }
            for former in former_realms {
                own = own.former_realm(former.name(), former.accepted_until());
            }
            issuers.push(own.finish(realm, bearer, Some(audience.as_deref().map_err(Clone::clone)?)).map_err(failed)?);
            if !self.signing_keys.is_empty() {
                jwks = published(keys.iter().chain(&self.verifying_keys));
                let audience = audience.clone()?;
                let made = TokenIssuer::new(realm, bearer, claims, issuer, audience, self.signing_keys);
                token_issuer = Some(made.map_err(failed)?);
            }
        }
        for trusted in self.trusted {
            trusted.expect_roles_of::<P::Role>().map_err(failed)?;
            issuers.push(trusted.finish(realm, bearer, audience.as_deref().ok()).map_err(failed)?);
        }
        let verifier = Verifier::new(bearer, claims, issuers).map_err(failed)?;
        let remembered = match self.remembered {
            // An HMAC costs little more than looking the token up.
            None => bearer.algorithms.iter().any(|algorithm| !is_symmetric(*algorithm)).then_some(REMEMBERED),
            given => given.filter(|tokens| *tokens > 0),
        };
        let (remembered, jwks) = (remembered.map(Remembered::of), jwks.into());
        Ok(Tokens { verifier, remembered, issuer: token_issuer, own: own_name, jwks })
    }
}

/// The session of a token.
pub(crate) struct TokenSession<P> {
    pub(crate) contents: Arc<Contents<P>>,
    pub(crate) instants: Instants,
}

impl<P> Clone for TokenSession<P> {
    fn clone(&self) -> Self {
        Self { contents: Arc::clone(&self.contents), ..*self }
    }
}

impl<P: Principal> Tokens<P> {
    /// The session of a token that is remembered, if that still stands on its own.
    fn known(&self, token: &[u8], now: Timestamp) -> Result<Option<TokenSession<P>>, TokenRefusal> {
        let Some(remembered) = &self.remembered else { return Ok(None) };
        let look = |(session, standing): &(TokenSession<P>, Standing)| match self.verifier.stands(standing, now) {
            Ok(()) => Ok(Some(session.clone())),
            Err(TokenRefusal::UnknownKey) => Ok(None),
            Err(refusal) => Err(refusal),
        };
        remembered.find(token, look).unwrap_or(Ok(None))
    }

    /// The session of any other, which is remembered from here on.
    #[cfg_attr(not(feature = "jwks-url"), expect(clippy::unused_async, reason = "keys from a URL are waited for"))]
    async fn verified(&self, token: &[u8], now: Timestamp) -> Result<TokenSession<P>, TokenRefusal> {
        #[cfg(feature = "jwks-url")]
        let verified = Box::pin(self.verifier.verify_fetching(token, now, TokenSession::of)).await?;
        #[cfg(not(feature = "jwks-url"))]
        let verified = self.verifier.verify(token, now, TokenSession::of)?;
        let Some(remembered) = &self.remembered else { return Ok(verified.0) };
        let session = verified.0.clone();
        remembered.keep(token, verified);
        Ok(session)
    }
}

impl<P: Principal> TokenSession<P> {
    #[inline]
    fn of(verified: Verified<P>, standing: Standing) -> (Self, Standing) {
        let Verified { principal, subject, issuer, token_id, family, epoch, dates, factors } = verified;
        let factors =
            if factors.is_empty() { Factors::none() } else { Factors::given(&factors, dates.authenticated_at) };
        let issued_at = dates.issued_at.unwrap_or(Timestamp::EPOCH);
        let instants = Instants {
            created_at: issued_at,
            authenticated_at: dates.authenticated_at,
            // Renewal is a token's activity: without `iat`, it never was.
            last_seen_at: issued_at,
            longest_pause: Duration::ZERO,
            expires_at: dates.expires_at,
        };
        let subject = match principal.issuer() {
            None => subject,
            Some(named) => issued_subject(named, &subject).into(),
        };
        let (token, key_values) = (Some(Token { issuer, id: token_id, family, epoch }), KeyValues::default());
        let contents = Contents {
            principal,
            json: PrincipalJson::default(),
            subject,
            checked_at: issued_at,
            handle: None,
            needs_new_id: false,
            token,
            remembered: false,
            factors,
            confirmations: Confirmations::default(),
            key_values,
            successor: None,
        };
        (Self { contents: Arc::new(contents), instants }, standing)
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
        TokenConfigError::NoIssuer | TokenConfigError::DuplicateIssuer(_) | TokenConfigError::OtherRoles(_) => {
            ConfigErrorKind::Issuer
        }
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
    /// #[principal(bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"), realm = "shop-client")]
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
        self.issue(principal, &TokenOptions::lasting(lifetime)).map(IssuedToken::into_token)
    }

    /// An access token (RFC 9068) that says more than [`issue_token`](Self::issue_token) does.
    ///
    /// # Errors
    ///
    /// As [`issue_token`](Self::issue_token); [`IssueError::Scope`] for scopes that the principal does not have,
    /// [`IssueError::ReservedClaim`] and [`IssueError::Claim`] for a claim that is called like one with a meaning of its
    /// own, or like a field of the principal.
    ///
    /// # Revocable tokens
    ///
    /// If the principal declares `bearer(revocable)` and the list is in a store outside the process, this function cannot ask
    /// it. A token that it issues within 60 seconds after [`revoke_tokens_of`](Self::revoke_tokens_of) or
    /// [`end_all`](Self::end_all) is taken for an older one and rejected. Use [`issue_revocable`](Self::issue_revocable).
    pub fn issue(&self, principal: &P, options: &TokenOptions) -> Result<IssuedToken, IssueError> {
        match self.epoch_at_once(principal) {
            Some(epoch) => self.sign(principal, &options.clone().in_epoch(epoch)),
            None => self.sign(principal, options),
        }
    }

    /// Issues a token that says what `options` say, epoch and all.
    pub(super) fn sign(&self, principal: &P, options: &TokenOptions) -> Result<IssuedToken, IssueError> {
        let issuer = self.0.tokens.as_ref().and_then(|tokens| tokens.issuer.as_ref());
        issuer.ok_or(IssueError::NoSigningKey)?.issue(principal, options, self.now())
    }

    /// The public keys of the tokens that are issued here, as a JWK set (RFC 7517 5). Secrets are not in it.
    ///
    /// [`routing::jwks`](crate::routing::jwks) serves it.
    pub fn jwks(&self) -> &str {
        self.0.tokens.as_ref().map_or(r#"{"keys":[]}"#, |tokens| &tokens.jwks)
    }

    /// How many verified tokens are remembered, and how often that saved a signature check. All zero where none are.
    pub fn remembered_tokens(&self) -> RememberedTokens {
        let remembered = self.0.tokens.as_ref().and_then(|tokens| tokens.remembered.as_ref());
        remembered.map(Remembered::statistics).unwrap_or_default()
    }

    /// Those whose tokens are accepted.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &str> {
        self.0.tokens.iter().flat_map(|tokens| tokens.verifier.issuers())
    }

    /// In whose name tokens are issued here.
    pub(crate) fn own_issuer(&self) -> Option<&str> {
        self.0.tokens.as_ref()?.issuer.as_ref().map(TokenIssuer::name)
    }

    /// Whether that is the one.
    pub(crate) fn issues_as(&self, issuer: &str) -> bool {
        self.own_issuer() == Some(issuer)
    }

    /// True if the builder was given this issuer's keys directly: its tokens are ours, whichever node issues them.
    pub(crate) fn accepts_as_own(&self, issuer: &str) -> bool {
        self.0.tokens.as_ref().is_some_and(|tokens| tokens.own.as_deref() == Some(issuer))
    }

    /// The session of a token that was not revoked.
    pub(crate) async fn verify_token(&self, token: &[u8], now: Timestamp) -> Result<TokenSession<P>, TokenRefusal> {
        // A route cannot accept what the principal does not declare, and what is declared has a verifier.
        let tokens = self.0.tokens.as_ref().ok_or(TokenRefusal::UnknownKey)?;
        let session = match tokens.known(token, now)? {
            Some(session) => session,
            None => tokens.verified(token, now).await?,
        };
        if let Some(asking) = self.asking_whether_revoked(&session.contents, session.instants.created_at, now) {
            asking.await?;
        }
        Ok(session)
    }
}
