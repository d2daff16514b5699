//! Puts together what only the start of a program knows.

mod checks;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use self::checks::{cookie_writer, expect_store};
use super::keys::{KeySettings, Places};
use super::realms::{self, FormerRealm};
use super::tasks::Tasks;
use super::{ConfigError, ConfigErrorKind, Inner, Revalidation, Sessions};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::cookie::SiteData;
use crate::forgery::{Forgeries, Trust, TrustedOrigins, TrustedProxies};
use crate::principal::Principal;
use crate::refusal::{OnRefusal, Refusal, RefusedRequest};
#[cfg(feature = "sealing")]
use crate::sealing::{IndexKey, SealingKey, ServerKeys};
use crate::store::Store;
#[cfg(feature = "jwt")]
use crate::token::{SigningKey, TrustedIssuer, VerifyingKey};

/// Builds [`Sessions`] from what a policy cannot know when it is compiled: the store, keys, addresses.
///
/// Nothing is decided by silence: a principal with a cookie needs a store, one with tokens needs a key, an issuer and an
/// audience, and [`build`](Self::build) says which of them is missing.
pub struct SessionsBuilder<P: Principal> {
    store: Option<Box<dyn Store>>,
    clock: Arc<dyn Clock>,
    cookie_domain: Option<String>,
    trusted_origins: Vec<String>,
    trusted_proxies: Vec<String>,
    cleared_at_log_out: Vec<SiteData>,
    on_refusal: Option<OnRefusal>,
    drain_limit: u64,
    keys: KeySettings,
    former_realms: Vec<FormerRealm>,
    is_another_release: bool,
    revalidation: Option<Revalidation<P>>,
    #[cfg(feature = "jwt")]
    revocations: Option<Box<dyn Store>>,
    #[cfg(feature = "jwt")]
    pub(in crate::sessions) tokens: super::tokens::TokenSettings,
    principal: PhantomData<fn() -> P>,
}

impl<P: Principal> SessionsBuilder<P> {
    pub(in crate::sessions) fn new() -> Self {
        Self {
            store: None,
            clock: Arc::new(SystemClock),
            cookie_domain: None,
            trusted_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            cleared_at_log_out: vec![SiteData::Cache],
            on_refusal: None,
            drain_limit: 0,
            keys: KeySettings::default(),
            former_realms: Vec::new(),
            is_another_release: false,
            revalidation: None,
            #[cfg(feature = "jwt")]
            revocations: None,
            #[cfg(feature = "jwt")]
            tokens: super::tokens::TokenSettings::default(),
            principal: PhantomData,
        }
    }

    /// Where the sessions live. Needed where the principal's cookie names a session and does not hold it. Several principals
    /// share one in an `Arc`.
    #[must_use]
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Sets the key that seals records outside the process and sessions that live in their cookie. Needed for either.
    ///
    /// It is the same on every node and after every start. [`next_sealing_key`](Self::next_sealing_key) describes how to
    /// rotate it.
    #[cfg(feature = "sealing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sealing")))]
    #[must_use]
    pub fn sealing_key(mut self, key: SealingKey) -> Self {
        self.keys.sealing_key = Some(key);
        self
    }

    /// Opens what nodes with the next sealing key have sealed, and seals nothing.
    ///
    /// Sealing keys rotate in two phases, so that no node meets a record that it cannot open:
    ///
    /// 1. Give every node the new key by `next_sealing_key`, beside the present `sealing_key`.
    /// 2. When all nodes run with it, give every node the new key as `sealing_key` and the old one as
    ///    [`former_sealing_key`](Self::former_sealing_key).
    ///
    /// A node that skipped the first phase answers 503 where a revocation list was sealed with a key that it does not have.
    #[cfg(feature = "sealing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sealing")))]
    #[must_use]
    pub fn next_sealing_key(mut self, key: SealingKey) -> Self {
        self.keys.opening_keys.push(key);
        self
    }

    /// Opens what was sealed before the key changed, and seals nothing.
    ///
    /// A former key may be dropped once the last node that seals with it has been stopped for as long as anything sealed
    /// with it can count: the longest of `absolute`, `persistent`, and the longest access token with its leeway (`max_age`
    /// of `bearer(revocable)`). Dropped earlier, revocation lists that it sealed answer 503, and its sessions end.
    #[cfg(feature = "sealing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sealing")))]
    #[must_use]
    pub fn former_sealing_key(mut self, key: SealingKey) -> Self {
        self.keys.opening_keys.push(key);
        self
    }

    /// Sets the key by which rows outside the process are found: sessions, token families and revocations of a subject.
    ///
    /// Needed with a store outside the process. It is the same on every node and does not rotate: see [`IndexKey`].
    #[cfg(feature = "sealing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sealing")))]
    #[must_use]
    pub fn index_key(mut self, key: IndexKey) -> Self {
        self.keys.index_key = Some(key);
        self
    }

    /// Sets [`sealing_key`](Self::sealing_key) and [`index_key`](Self::index_key), both derived from one secret.
    #[cfg(feature = "sealing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sealing")))]
    #[must_use]
    pub fn server_keys(self, keys: &ServerKeys) -> Self {
        self.sealing_key(keys.sealing_key()).index_key(keys.index_key())
    }

    /// Accepts the realm's former name until an instant: sessions, refresh tokens and access tokens that were issued under
    /// it.
    ///
    /// For a principal whose `#[principal(realm = "..")]` changes, or is written for the first time. Everything that is
    /// issued from now on has the new name. `until` is the present plus the longest lifetime of a session or token.
    #[must_use]
    pub fn former_realm(mut self, name: impl Into<String>, until: Timestamp) -> Self {
        self.former_realms.push(FormerRealm::new(name.into(), until));
        self
    }

    /// Allows another type of this process in the realm, so that a test can run two releases of one principal.
    #[cfg(any(test, feature = "test-util"))]
    #[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
    #[must_use]
    pub fn as_another_release(mut self) -> Self {
        self.is_another_release = true;
        self
    }

    /// Asks the application again, every so often, who the visitor of a session is, so that a change of rights takes effect
    /// (ASVS 8.3.2). Without it, what was known at log-in counts.
    #[must_use]
    pub fn revalidate(mut self, revalidation: Revalidation<P>) -> Self {
        self.revalidation = Some(revalidation);
        self
    }

    /// Tells what time it is, in the place of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The domain whose hosts share the cookie, for a principal that declares `cookie(shared)`.
    #[must_use]
    pub fn cookie_domain(mut self, domain: impl Into<String>) -> Self {
        self.cookie_domain = Some(domain.into());
        self
    }

    /// Origins beside the application's own whose pages may send unsafe requests, as `https://host` or
    /// `https://host:port`. None by default.
    #[must_use]
    pub fn trusted_origins<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.trusted_origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Proxies whose `X-Forwarded-Host` says which host was asked, as addresses or networks: `10.0.0.7`, `10.0.0.0/8`,
    /// `fd00::/8`. None by default. Needed only for proxies that do not pass `Host` on, and where browsers without
    /// `Sec-Fetch-Site` send forms: see [`ForgeryCheck`](crate::ForgeryCheck).
    ///
    /// Each of them has to set that header itself, whatever it was sent. Who the peer is comes from axum: serve the router by
    /// `into_make_service_with_connect_info::<SocketAddr>()`.
    #[cfg(feature = "trusted-proxies")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trusted-proxies")))]
    #[must_use]
    pub fn trusted_proxies<T: Into<String>>(mut self, proxies: impl IntoIterator<Item = T>) -> Self {
        self.trusted_proxies.extend(proxies.into_iter().map(Into::into));
        self
    }

    /// What a browser is told to forget when its visitor logs out, by `Clear-Site-Data`: in the place of
    /// [`SiteData::Cache`] alone, which is the default. Browsers obey it over HTTPS.
    #[must_use]
    pub fn clear_at_log_out(mut self, data: impl IntoIterator<Item = SiteData>) -> Self {
        self.cleared_at_log_out = data.into_iter().collect();
        self
    }

    /// Reads and drops up to `bytes` of the body of an HTTP/1.1 request that the guard or a `check(..)` rejects, for at most
    /// five seconds, before the response is sent. 0, the default, reads nothing.
    ///
    /// Without it, hyper closes the connection while the client still sends. A client that sends the whole body before it
    /// reads then finds a reset connection: behind nginx, the visitor gets 502 instead of 401 or 403. Of 20 rejected uploads
    /// behind nginx 1.22 on one machine, 0 of 64 KiB became 502, 3 of 256 KiB, 14 of 1 MiB, and 19 of 4 MiB or 16 MiB. With
    /// a limit above these lengths, none did. Bodies that are
    /// longer than `bytes` are not read at all if their length is declared, so the limit should be that of the proxy
    /// (`client_max_body_size`, 1 MiB unless set). A client that waits for `100 Continue`, and HTTP/2, need no draining.
    ///
    /// Needs a Tokio runtime with a timer.
    #[must_use]
    pub fn drain_rejected_bodies(mut self, bytes: u64) -> Self {
        self.drain_limit = bytes;
        self
    }

    /// Changes how refusals look, for the whole application: the body and its type. Neither the status nor
    /// `WWW-Authenticate` can be changed.
    #[must_use]
    pub fn on_refusal(
        mut self,
        represent: impl Fn(&Refusal, &RefusedRequest<'_>, axum::response::Response) -> axum::response::Response
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.on_refusal = Some(Arc::new(represent));
        self
    }

    /// Accepts tokens signed by this key's owner. Several keys are told apart by their ids: a token is tried by two keys at
    /// most, so it has to name its key where there are more of its algorithm.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn verifying_key(mut self, key: VerifyingKey) -> Self {
        self.tokens.verifying_keys.push(key);
        self
    }

    /// Signs the tokens that [`Sessions::issue_token`] issues, and accepts them.
    ///
    /// Several keys are told apart by their ids, and all of them are accepted and published. The newest signs: the one whose
    /// [`signs_from`](SigningKey::signs_from) came last, and of equal ones the one given last. A key is retired by not
    /// giving it any more, once the last token that it signed has expired.
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// # use session_runtime::{Algorithm, Principal, Sessions, SigningKey, Timestamp};
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # #[principal(bearer(alg("EdDSA"), issuer = "https://shop.example", audience = "shop"), realm = "shop-client")]
    /// # struct Client { #[principal(id)] id: u64 }
    /// # let [old, new] = [(); 2].map(|()| SigningKey::generate(Algorithm::EdDSA).unwrap());
    /// // Every node is given this before the first of November, and all of them switch at the same instant.
    /// let november = Timestamp::from_secs(1_793_491_200);
    /// let sessions: Sessions<Client> = Sessions::builder()
    ///     .signing_key(old.with_id("2026-10"))
    ///     .signing_key(new.with_id("2026-11").signs_from(november))
    ///     .build()?;
    /// # Ok::<(), session_runtime::ConfigError>(())
    /// ```
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn signing_key(mut self, key: SigningKey) -> Self {
        self.tokens.signing_keys.push(key);
        self
    }

    /// Accepts the tokens of one more issuer, each by that issuer's own keys. It grants no roles and no scopes unless
    /// [told to](TrustedIssuer::grants_roles).
    ///
    /// A principal with subjects of several issuers needs a field `#[principal(issuer)]`, or
    /// [`subjects_are_shared`](Self::subjects_are_shared). The log-ins of the application count as an issuer if the principal
    /// has a cookie, unless [`issuer`](Self::issuer) or `bearer(issuer = "..")` names this one as its own.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn trusted_issuer(mut self, issuer: TrustedIssuer) -> Self {
        self.tokens.trusted.push(issuer);
        self
    }

    /// Says that all issuers of this principal, and the log-ins of the application, mean the same person by the same subject.
    ///
    /// Each of them can then act as every subject. Without it, subjects of several issuers are told apart by a field
    /// `#[principal(issuer)]`, and [`build`](Self::build) fails if the principal has none.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn subjects_are_shared(mut self) -> Self {
        self.tokens.subjects_are_shared = true;
        self
    }

    /// Where the list of revoked tokens lives, for a principal that declares `bearer(revocable)`, and that of ended sessions,
    /// for `cookie(token = "jwt", revocable)`: a store that [keeps](crate::StorePromises::keeps_until_expiry) what it is given,
    /// and the same for every node. Unless said, it is the [`store`](Self::store) of the sessions.
    ///
    /// The clocks of the nodes may be up to 60 seconds apart. A clock that is further ahead or behind may miss a revocation.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn revocation_store(mut self, store: impl Store) -> Self {
        self.revocations = Some(Box::new(store));
        self
    }

    /// Remembers this many verified tokens, so that their signatures are not checked again; 0 remembers none.
    ///
    /// Unless said otherwise, 10,000 where the principal declares algorithms with key pairs, and none for HMAC, which costs
    /// little more than looking the token up. Whether a remembered token still counts is asked at every use. A token takes
    /// about twice the length of its text, on average at most 4 KiB.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn remember_tokens(mut self, tokens: usize) -> Self {
        self.tokens.remembered = Some(tokens);
        self
    }

    /// Who issues the tokens, where `bearer(issuer = "..")` does not say.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.tokens.issuer = Some(issuer.into());
        self
    }

    /// Whom the tokens are for, where `bearer(audience = "..")` does not say.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.tokens.audience = Some(audience.into());
        self
    }

    /// Puts it together.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] that names what is missing or wrong, and the remedy.
    pub fn build(self) -> Result<Sessions<P>, ConfigError> {
        let cookie = match &P::SPEC.cookie {
            Some(spec) => Some(Arc::new(cookie_writer(
                spec,
                self.cookie_domain.as_deref(),
                Arc::clone(&self.clock),
                &self.cleared_at_log_out,
            )?)),
            None => None,
        };
        expect_store(P::SPEC, self.store.as_deref())?;
        let trusted_origins = TrustedOrigins::new(&self.trusted_origins)
            .map_err(|error| ConfigError::new(ConfigErrorKind::Origin, error.to_string()))?;
        let proxies = TrustedProxies::new(&self.trusted_proxies)
            .map_err(|error| ConfigError::new(ConfigErrorKind::Proxy, error.to_string()))?;
        #[cfg(feature = "jwt")]
        super::revocation::check(P::SPEC, self.store.as_deref(), self.revocations.as_deref())?;
        #[cfg(feature = "jwt")]
        let revocations = self.revocations.as_deref();
        #[cfg(not(feature = "jwt"))]
        let revocations = None;
        let places = Places::new(P::SPEC, self.store.as_deref(), revocations);
        #[cfg(feature = "jwt")]
        let signs_tokens = !self.tokens.signing_keys.is_empty();
        #[cfg(not(feature = "jwt"))]
        let signs_tokens = false;
        realms::expect_declared(P::SPEC, places, signs_tokens)?;
        if !self.is_another_release {
            realms::reserve::<P>(&self.former_realms)?;
        }
        #[cfg(feature = "cookie-tokens")]
        let cookie_seal = super::carried::seal::<P>(&self.keys, &self.former_realms)?;
        let keys = self.keys.finish(P::SPEC, places, &self.former_realms)?;
        #[cfg(feature = "jwt")]
        let tokens = self.tokens.finish(P::SPEC, &self.former_realms)?;
        let inner = Inner {
            store: self.store,
            clock: self.clock,
            cookie,
            trust: Trust { origins: trusted_origins, proxies },
            forgeries: Forgeries::default(),
            on_refusal: self.on_refusal,
            drain_limit: self.drain_limit,
            #[cfg(feature = "jwt")]
            revocations: self.revocations,
            keys,
            former_realms: self.former_realms.into(),
            revalidation: self.revalidation,
            tasks: Tasks::new(),
            #[cfg(feature = "jwt")]
            tokens,
            #[cfg(feature = "cookie-tokens")]
            cookie_seal,
            principal: PhantomData,
        };
        Ok(Sessions(Arc::new(inner).into()))
    }
}

/// Shows the realm's name, and no secret.
impl<P: Principal> fmt::Debug for SessionsBuilder<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionsBuilder").field("realm", &P::SPEC.realm()).finish_non_exhaustive()
    }
}
