//! A router that denies by default.

use std::convert::Infallible;
use std::fmt;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use super::endpoint::{GuardedHandler, Serves};
use super::{GuardedMethodRouter, PolicyRow, PolicySummary, PolicyTable, Protection};
use crate::sessions::{ConfigError, ConfigErrorKind};

/// An [`axum::Router`] all of whose handlers have a policy.
///
/// A handler without `#[session(..)]` does not compile here, nor does one whose principal the state knows nothing of, and
/// [`policies`](Self::policies) lists what protects which route:
///
/// ```
/// use axum::extract::FromRef;
/// use serde::{Deserialize, Serialize};
/// use session_runtime::routing::get;
/// use session_runtime::{GuardedRouter, MemoryStore, Principal, Session, Sessions, session};
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// struct User {
///     #[principal(id)]
///     id: u64,
/// }
///
/// #[derive(Clone, FromRef)]
/// struct App {
///     sessions: Sessions<User>,
/// }
///
/// #[session(public)]
/// async fn home() -> &'static str {
///     "Welcome"
/// }
///
/// #[session(required, max_age = "15m", sliding)]
/// async fn account(session: Session<User>) -> String {
///     format!("Account {}", session.id)
/// }
///
/// # fn main() -> Result<(), session_runtime::ConfigError> {
/// let sessions = Sessions::builder().store(MemoryStore::new()).build()?;
/// let router = GuardedRouter::new().route("/", get(home)).route("/account", get(account));
/// assert!(router.policies().to_string().contains("window 15m"));
/// let router: axum::Router = router.with_state(App { sessions }).into_router()?;
/// # Ok(())
/// # }
/// ```
pub struct GuardedRouter<S = ()> {
    router: Router<S>,
    rows: Vec<PolicyRow>,
    fallback: Option<Box<PolicySummary>>,
}

impl<S: Clone + Send + Sync + 'static> GuardedRouter<S> {
    /// A router without routes: everything is answered with 404.
    pub fn new() -> Self {
        Self { router: Router::new(), rows: Vec::new(), fallback: None }
    }

    /// Adds a path. See [`axum::Router::route`].
    ///
    /// # Panics
    ///
    /// As axum does: for a path that is there already, or that is none.
    #[must_use]
    pub fn route(mut self, path: &str, methods: GuardedMethodRouter<S>) -> Self {
        self.router = self.router.route(path, methods.router);
        self.rows.extend(methods.policies.into_iter().map(|(method, policy)| PolicyRow {
            method,
            path: path.to_owned(),
            protection: Protection::Policy(Box::new(policy)),
        }));
        self
    }

    /// Adds the routes of `router` below `path`. Its fallback goes along, its policies are listed under their full paths.
    ///
    /// # Panics
    ///
    /// As axum does: for an empty path, or one that overlaps.
    #[must_use]
    pub fn nest(mut self, path: &str, router: Self) -> Self {
        let nested = router.into_rows();
        self.rows.extend(nested.1.into_iter().map(|mut row| {
            row.path = match (path.strip_suffix('/'), row.path.as_str()) {
                (Some(prefix), below) => format!("{prefix}{below}"),
                // Below a prefix without a slash at its end, axum matches `/` without it, too.
                (None, "/") => path.to_owned(),
                (None, below) => format!("{path}{below}"),
            };
            row
        }));
        self.router = self.router.nest(path, nested.0);
        self
    }

    /// Adds the routes of `router`.
    ///
    /// # Panics
    ///
    /// As axum does: for overlapping paths, or when both have a fallback.
    #[must_use]
    pub fn merge(mut self, router: Self) -> Self {
        self.router = self.router.merge(router.router);
        self.rows.extend(router.rows);
        self.fallback = self.fallback.or(router.fallback);
        self
    }

    /// Answers what no route matches.
    #[must_use]
    pub fn fallback<H, T, M>(mut self, handler: H) -> Self
    where
        H: GuardedHandler<T>,
        S: Serves<T, M>,
    {
        let (endpoint, policy) = S::endpoint(handler);
        self.router = self.router.fallback(endpoint);
        self.fallback = Some(Box::new(policy));
        self
    }

    /// Adds a service that no policy guards, and why that is right. The reason is listed.
    ///
    /// # Panics
    ///
    /// As axum does: for a path that is there already, or that is none.
    #[must_use]
    pub fn open_service<T>(mut self, path: &str, service: T, reason: &str) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.router = self.router.route_service(path, service);
        let protection = Protection::Open { reason: reason.to_owned() };
        self.rows.push(PolicyRow { method: "*", path: path.to_owned(), protection });
        self
    }

    /// Wraps the routes that are there in a layer. It sees refusals as any other response. See [`axum::Router::layer`].
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer);
        self
    }

    /// Provides the state. See [`axum::Router::with_state`].
    #[must_use]
    pub fn with_state<S2>(self, state: S) -> GuardedRouter<S2> {
        GuardedRouter { router: self.router.with_state(state), rows: self.rows, fallback: self.fallback }
    }

    /// Every route and what protects it; at the end, what answers requests that no route matches.
    pub fn policies(&self) -> PolicyTable {
        let no_path = PolicyRow {
            method: "*",
            path: "(no such path)".to_owned(),
            protection: match &self.fallback {
                Some(policy) => Protection::Policy(policy.clone()),
                None => Protection::Open { reason: "404".to_owned() },
            },
        };
        let no_method = PolicyRow {
            method: "*",
            path: "(no such method)".to_owned(),
            protection: Protection::Open { reason: "405".to_owned() },
        };
        PolicyTable::new(self.rows.clone(), [no_path, no_method])
    }

    /// The router that axum serves.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Realm`] if two principals share a realm. [`ConfigErrorKind::Cookie`] if they share a cookie's name,
    /// so that a log-in of one would overwrite the other's cookie.
    pub fn into_router(self) -> Result<Router<S>, ConfigError> {
        let policies = || self.rows.iter().filter_map(PolicyRow::policy).chain(self.fallback.as_deref());
        for one in policies() {
            for other in policies() {
                expect_apart(one, other)?;
            }
        }
        Ok(self.router)
    }

    /// The routes, with the fallback as one of them.
    fn into_rows(self) -> (Router<S>, Vec<PolicyRow>) {
        let mut rows = self.rows;
        if let Some(policy) = self.fallback {
            let protection = Protection::Policy(policy);
            rows.push(PolicyRow { method: "*", path: "/{*rest}".to_owned(), protection });
        }
        (self.router, rows)
    }
}

/// Checks that two policies of different principals share neither realm nor cookie.
fn expect_apart(one: &PolicySummary, other: &PolicySummary) -> Result<(), ConfigError> {
    if one.principal_type == other.principal_type {
        return Ok(());
    }
    let (first, second) = (one.principal.unwrap_or("-"), other.principal.unwrap_or("-"));
    match (one.realm, one.cookie) {
        (Some(realm), _) if other.realm == Some(realm) => Err(ConfigError::new(
            ConfigErrorKind::Realm,
            format!(
                "`{first}` and `{second}` share the realm \"{realm}\", so that each would accept what is issued for the \
                 other; write another `#[principal(realm = \"..\")]` on one of them"
            ),
        )),
        (_, Some(cookie)) if other.cookie == Some(cookie) => Err(ConfigError::new(
            ConfigErrorKind::Cookie,
            format!(
                "`{first}` and `{second}` share the cookie `{cookie}`, so that a log-in of one would overwrite the other's; \
                 give one of them another name: `cookie(name = \"__Host-other\")`"
            ),
        )),
        _ => Ok(()),
    }
}

impl<S: Clone + Send + Sync + 'static> Default for GuardedRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for GuardedRouter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GuardedRouter").field("rows", &self.rows).finish_non_exhaustive()
    }
}
