//! The public keys of what is signed here.

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::{HeaderValue, header};

use super::{GuardedMethodRouter, PolicySummary};
use crate::policy::{Open, Policy, PolicySpec, Stated};
use crate::principal::Principal;
use crate::sessions::Sessions;

/// How long a verifier may keep the keys: a new one should be published for longer than this before it signs.
const KEPT_FOR: HeaderValue = HeaderValue::from_static("public, max-age=300");
/// RFC 7517 8.5.1.
const JWK_SET: HeaderValue = HeaderValue::from_static("application/jwk-set+json");

/// Answers `GET` with the public keys of the tokens that `Sessions<P>` issues, as a JWK set (RFC 7517 5), for whoever
/// verifies them. Verifiers may keep it for five minutes.
///
/// ```
/// # use axum::extract::FromRef;
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::{Algorithm, GuardedRouter, Principal, Sessions, SigningKey};
/// use session_runtime::routing::jwks;
///
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # #[principal(bearer(alg("EdDSA"), issuer = "https://shop.example", audience = "shop"), realm = "shop-client")]
/// # struct Client { #[principal(id)] id: u64 }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::EdDSA)?.with_id("2026-11");
/// let sessions: Sessions<Client> = Sessions::builder().signing_key(key).build()?;
/// let router: GuardedRouter<Sessions<Client>> = GuardedRouter::new().route("/jwks.json", jwks::<Client, _>());
/// let router: axum::Router = router.with_state(sessions).into_router()?;
/// # Ok(())
/// # }
/// ```
pub fn jwks<P, S>() -> GuardedMethodRouter<S>
where
    P: Principal,
    S: Clone + Send + Sync + 'static,
    Sessions<P>: FromRef<S>,
{
    let router = MethodRouter::new().get(|State(sessions): State<Sessions<P>>| async move { respond(&sessions) });
    GuardedMethodRouter { router, policies: vec![("GET", PolicySummary::new(&Stated::of::<PublicKeys>()))] }
}

fn respond<P: Principal>(sessions: &Sessions<P>) -> Response {
    let headers = [(header::CONTENT_TYPE, JWK_SET), (header::CACHE_CONTROL, KEPT_FOR)];
    (headers, sessions.jwks().to_owned()).into_response()
}

/// What the policy table lists.
enum PublicKeys {}

impl Policy for PublicKeys {
    type Realm = Open;
    type Checked = Self;
    const SPEC: &'static PolicySpec = &PolicySpec::open("jwks");
}
