//! Cross-site request forgery: does this request come from a page of ours?
//!
//! The rules are those of [`ForgeryCheck`], which are also the tests.

mod counts;
mod origin;
mod proxies;
mod trusted;

pub(crate) use self::counts::Forgeries;
pub use self::counts::ForgeryCounts;
pub use self::origin::OriginErrorKind;
pub(crate) use self::proxies::TrustedProxies;
pub use self::trusted::{OriginError, TrustedOrigins};

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use self::origin::Origin;

/// What a policy's `csrf(..)` says about requests that another site forges in the visitor's name.
///
/// A browser attaches the visitor's cookie to requests that other sites cause, and says where they come from in
/// [`Sec-Fetch-Site`] and [`Origin`], which no page can write. Nothing has to be put into forms, and nothing is kept.
///
/// Looked at is every unsafe request: any method but `GET`, `HEAD`, `OPTIONS` and `TRACE` (so an extended `CONNECT`, too),
/// and every WebSocket upgrade, which no other rule of browsers keeps from crossing sites. A request that is admitted by a
/// bearer token passes: no page can attach one. On a route that accepts tokens alone, one without a token is looked at where
/// its handler takes an `AuthSession` or the session of another principal. The first row that fits decides.
///
/// | `Sec-Fetch-Site` | `Origin` | answer |
/// |---|---|---|
/// | there twice | any | refused |
/// | any | there twice | refused |
/// | `same-origin` | any | passes |
/// | `none` (typed, bookmarked) | any | passes |
/// | `same-site` | trusted | passes |
/// | `same-site` | any other, or missing | passes under `csrf(same_site)`, else refused |
/// | `cross-site` | trusted | passes |
/// | `cross-site` | any other, or missing | refused |
/// | missing | missing | passes: no current browser omits both |
/// | unknown | missing | refused |
/// | missing or unknown | own or trusted | passes |
/// | missing or unknown | any other, `null`, one with user info | refused |
///
/// The own origin is `https://` and the requested host, whatever scheme a TLS proxy shows to this server; `http://` only on
/// loopback names and addresses. The requested host is `:authority`, or else `Host`. Behind a proxy that does not pass it on
/// unchanged it is the one `X-Forwarded-Host`, where the request comes from a proxy that the builder
/// [trusts](crate::SessionsBuilder::trusted_proxies); from anybody else that header is not read. No header says which scheme it
/// was: a proxy that takes plain HTTP off this machine takes it from anybody who is on the way.
///
/// Without `Sec-Fetch-Site` nobody can tell a sibling site from a foreign one, so `csrf(same_site)` does not help there:
/// list the sibling as trusted.
///
/// [`Sec-Fetch-Site`]: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
/// [`Origin`]: https://www.rfc-editor.org/rfc/rfc6454#section-7
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForgeryCheck {
    /// Only pages of the own origin, and of trusted ones, send unsafe requests. The default.
    #[default]
    Enforced,
    /// Pages of sibling sites, which share the registrable domain, send them too.
    SameSite,
    /// Every request passes, and those that would be refused are [counted](crate::Sessions::forgeries), each with an event
    /// `session.forgery_reported` that names the policy and the reason.
    Report,
    /// Every request passes.
    Off,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// It passes because the policy only reports, and would be refused for this.
    Reported(Forged),
    Forged(Forged),
}

/// Why a request looks forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forged {
    CrossSite,
    SameSite,
    ForeignOrigin,
    UnknownSite,
    RepeatedHeader,
}

impl Forged {
    /// The stable name that events carry.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CrossSite => "cross_site",
            Self::SameSite => "same_site",
            Self::ForeignOrigin => "foreign_origin",
            Self::UnknownSite => "unknown_site",
            Self::RepeatedHeader => "repeated_header",
        }
    }
}

/// Who may say where a request comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    pub(crate) origins: TrustedOrigins,
    pub(crate) proxies: TrustedProxies,
}

/// What the decision on an unsafe request rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'r> {
    sec_fetch_site: Result<Option<&'r HeaderValue>, Repeated>,
    origin: Result<Option<&'r HeaderValue>, Repeated>,
    /// `:authority`, or else the one `Host`.
    host: Option<&'r str>,
}

/// A header that must not be repeated, and is. Two recipients would believe two different ones.
#[derive(Clone, Copy, Debug)]
struct Repeated;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The verdict on a request: [`facts_of`] it, if it is an unsafe one, and [`check`].
pub(crate) fn judge(parts: &Parts, mode: ForgeryCheck, trust: &Trust) -> Verdict {
    match mode {
        ForgeryCheck::Off => Verdict::Passed,
        _ => facts_of(parts, &trust.proxies).map_or(Verdict::Passed, |facts| check(&facts, mode, &trust.origins)),
    }
}

/// The facts of an unsafe request; `None` when the request is safe, so that there is nothing to forge.
pub(crate) fn facts_of<'r>(parts: &'r Parts, proxies: &TrustedProxies) -> Option<Facts<'r>> {
    let headers = &parts.headers;
    if is_safe(&parts.method) && !is_websocket_upgrade(headers) {
        return None;
    }
    let host = match (forwarded_host(parts, proxies), parts.uri.authority()) {
        (Forwarded::Said(host), _) => host,
        // RFC 9112 3.2.2, RFC 9113 8.3.1: it overrides `Host`.
        (Forwarded::NotRead, Some(authority)) => Some(authority.as_str()),
        (Forwarded::NotRead, None) => single(headers, &header::HOST).ok().flatten().and_then(|host| host.to_str().ok()),
    };
    let [sec_fetch_site, origin] = [&SEC_FETCH_SITE, &header::ORIGIN].map(|name| single(headers, name));
    Some(Facts { sec_fetch_site, origin, host })
}

/// What a proxy says about the host that was asked.
enum Forwarded<'r> {
    /// Nothing, or it is nobody whose word counts.
    NotRead,
    /// This; none when it says several, of which nobody knows which one is its own.
    #[cfg_attr(not(feature = "trusted-proxies"), expect(dead_code, reason = "nobody is trusted"))]
    Said(Option<&'r str>),
}

#[cfg(feature = "trusted-proxies")]
fn forwarded_host<'r>(parts: &'r Parts, proxies: &TrustedProxies) -> Forwarded<'r> {
    use axum::extract::ConnectInfo;
    use std::net::SocketAddr;

    const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

    if proxies.is_empty() || !parts.headers.contains_key(&FORWARDED_HOST) {
        return Forwarded::NotRead;
    }
    let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
        // Once: anybody can send the header, and the mistake is the application's.
        static TOLD: std::sync::Once = std::sync::Once::new();
        let error = "proxies are trusted, and the server does not say who the peer is";
        TOLD.call_once(|| tracing::error!(target: "session", error, "session.misused"));
        return Forwarded::NotRead;
    };
    if !proxies.contain(peer.ip()) {
        return Forwarded::NotRead;
    }
    let said = single(&parts.headers, &FORWARDED_HOST).ok().flatten().and_then(|host| host.to_str().ok());
    Forwarded::Said(said.filter(|host| !host.contains(',')))
}

#[cfg(not(feature = "trusted-proxies"))]
const fn forwarded_host<'r>(_: &'r Parts, _: &TrustedProxies) -> Forwarded<'r> {
    Forwarded::NotRead
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// `Upgrade: websocket` (RFC 6455 4.1), also as one of several, with a version, or in another case.
fn is_websocket_upgrade(headers: &HeaderMap) -> bool {
    headers.get_all(header::UPGRADE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).any(
        |protocol| {
            let name = protocol.split(|byte| *byte == b'/').next().unwrap_or_default();
            name.trim_ascii().eq_ignore_ascii_case(b"websocket")
        },
    )
}

fn single<'r>(headers: &'r HeaderMap, name: &HeaderName) -> Result<Option<&'r HeaderValue>, Repeated> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Repeated),
        (value, None) => Ok(value),
    }
}

/// The verdict on an unsafe request: the table of [`ForgeryCheck`].
pub(crate) fn check(facts: &Facts<'_>, mode: ForgeryCheck, trusted: &TrustedOrigins) -> Verdict {
    match (forged(facts, mode, trusted), mode) {
        (None, _) | (Some(_), ForgeryCheck::Off) => Verdict::Passed,
        (Some(reason), ForgeryCheck::Report) => Verdict::Reported(reason),
        (Some(reason), ForgeryCheck::Enforced | ForgeryCheck::SameSite) => Verdict::Forged(reason),
    }
}

fn forged(facts: &Facts<'_>, mode: ForgeryCheck, trusted: &TrustedOrigins) -> Option<Forged> {
    let (Ok(site), Ok(origin)) = (facts.sec_fetch_site, facts.origin) else { return Some(Forged::RepeatedHeader) };
    // Parsed only where it decides: for most requests `Sec-Fetch-Site` does.
    let known = || origin.and_then(|origin| Origin::parse(origin.to_str().ok()?).ok());
    let is_trusted = || !trusted.is_empty() && known().is_some_and(|origin| trusted.contain(&origin));
    let is_own = || known().zip(facts.host).is_some_and(|(origin, host)| origin.is_own(host));

    let (passes, otherwise) = match (site.map(HeaderValue::as_bytes), origin) {
        (Some(b"same-origin" | b"none"), _) | (None, None) => return None,
        (Some(b"same-site"), _) => (mode == ForgeryCheck::SameSite || is_trusted(), Forged::SameSite),
        (Some(b"cross-site"), _) => (is_trusted(), Forged::CrossSite),
        (Some(_), None) => (false, Forged::UnknownSite),
        (_, Some(_)) => (is_own() || is_trusted(), Forged::ForeignOrigin),
    };
    if passes { None } else { Some(otherwise) }
}

#[cfg(test)]
mod tests;
