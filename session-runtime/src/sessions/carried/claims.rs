//! What the token of a session says.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smol_str::SmolStr;
use zeroize::Zeroizing;

use super::CarriedId;
use crate::clock::Timestamp;
use crate::principal::{Principal, expect_identity};
use crate::sessions::{AsRead, Confirmations, Contents, Factors, Instants, KeyValues, PrincipalJson, expiry};

/// 128 bits, which nobody guesses; nobody has to, since the token is signed.
const ID_BYTES: usize = 16;

/// The claims of a session, read.
pub(super) struct Claims<P> {
    pub(super) id: CarriedId,
    pub(super) contents: Contents<P>,
    pub(super) instants: Instants,
    /// The session began, or was active, in a future that no tolerated clock shows.
    pub(super) are_from_ahead: bool,
}

/// The claims as JSON. `iat`, `exp` and `auth_time` have their registered meaning (RFC 7519 4.1), in seconds; what limits are
/// judged by is in `at`, in milliseconds.
#[derive(Serialize, Deserialize)]
struct Written<'a, T> {
    #[serde(borrow)]
    jti: Cow<'a, str>,
    #[serde(borrow)]
    sub: Cow<'a, str>,
    iat: u64,
    exp: u64,
    auth_time: u64,
    /// The epoch of the subject when the session began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    at: At,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remembered: bool,
    #[serde(default, skip_serializing_if = "Factors::is_empty")]
    factors: Factors,
    principal: T,
}

#[derive(Serialize, Deserialize)]
struct At {
    created: u64,
    authenticated: u64,
    seen: u64,
    longest_pause: u64,
    checked: u64,
}

pub(super) fn fresh_id() -> Option<SmolStr> {
    let mut id = [0; ID_BYTES];
    getrandom::fill(&mut id).ok()?;
    Some(URL_SAFE_NO_PAD.encode(id).into())
}

/// Fails for claims that [`from_bytes`] would not read: their cookie would end the session.
pub(super) fn to_bytes<P: Principal>(
    id: &CarriedId,
    contents: &Contents<P>,
    instants: &Instants,
) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let authenticated_at = instants.authenticated_at.unwrap_or(instants.created_at);
    let written = Written {
        jti: Cow::Borrowed(&id.id),
        sub: Cow::Borrowed(&contents.subject),
        iat: instants.created_at.as_secs(),
        // Whoever reads only this is not told of an earlier end than there is.
        exp: instants.expires_at.plus(Duration::from_millis(999)).as_secs(),
        auth_time: authenticated_at.as_secs(),
        epoch: id.epoch,
        at: At {
            created: instants.created_at.as_millis(),
            authenticated: authenticated_at.as_millis(),
            seen: instants.last_seen_at.as_millis(),
            longest_pause: u64::try_from(instants.longest_pause.as_millis()).unwrap_or(u64::MAX),
            checked: contents.checked_at.as_millis(),
        },
        remembered: contents.remembered,
        factors: contents.factors.clone(),
        principal: AsRead(&contents.principal, &contents.json),
    };
    let bytes = serde_json::to_vec(&written).map(Zeroizing::new)?;
    from_bytes::<P>(&bytes, instants.last_seen_at)?;
    Ok(bytes)
}

/// Reads the claims as this node's clock [counts](Instants::counted_at) them. The limits of this release hold for the tokens
/// of an earlier one.
pub(super) fn from_bytes<P: Principal>(bytes: &[u8], now: Timestamp) -> serde_json::Result<Claims<P>> {
    let Written { jti, sub, epoch, at, remembered, factors, principal, .. } =
        serde_json::from_slice::<Written<'_, &RawValue>>(bytes)?;
    let (principal, json) = PrincipalJson::read(principal)?;
    expect_identity(&principal, &sub)?;
    let [created_at, authenticated_at, last_seen_at, checked_at] =
        [at.created, at.authenticated, at.seen, at.checked].map(Timestamp::from_millis);
    let written = Instants {
        created_at,
        authenticated_at: Some(authenticated_at),
        last_seen_at,
        longest_pause: Duration::from_millis(at.longest_pause),
        expires_at: expiry(created_at.min(now), last_seen_at.min(now), P::SPEC.lifetime(remembered)),
    };
    // By the instant at which it began, as written, a session is told what was ended.
    let instants = Instants { created_at, ..written.counted_at(now) };
    let subject = SmolStr::from(sub);
    let contents = Contents {
        principal,
        json,
        subject: subject.clone(),
        checked_at,
        handle: None,
        needs_new_id: false,
        token: None,
        remembered,
        factors,
        confirmations: Confirmations::default(),
        key_values: KeyValues::default(),
        successor: None,
    };
    let are_from_ahead = written.are_from_ahead(now);
    let id = CarriedId { id: jti.into(), subject, created_at, epoch };
    Ok(Claims { id, contents, instants, are_from_ahead })
}
