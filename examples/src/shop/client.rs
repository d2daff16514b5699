//! The client that sends a request, as far as the shop can tell.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The client's network address; one for all clients if the shop does not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Client(Option<IpAddr>);

/// True if a reverse proxy stands in front of the shop and adds the client's address to `X-Forwarded-For`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BehindProxy(pub(crate) bool);

impl Client {
    pub(super) const UNKNOWN: Self = Self(None);

    /// IPv6 providers hand out whole /64 networks: an address more or less is the same client.
    pub(super) fn new(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        }))
    }

    /// The last address: the one that our own proxy wrote. The client may have sent the others.
    fn forwarded(headers: &HeaderMap) -> Option<Self> {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
        last.parse().ok().map(Self::new)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    BehindProxy: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let BehindProxy(is_behind_proxy) = BehindProxy::from_ref(state);
        let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| Self::new(peer.0.ip()));
        let client = if is_behind_proxy { Self::forwarded(&parts.headers) } else { peer() };
        Ok(client.unwrap_or(Self::UNKNOWN))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn client(peer: &str, forwarded: &[&str], is_behind_proxy: bool) -> Client {
        let mut request = Request::new(());
        for value in forwarded {
            request.headers_mut().append("x-forwarded-for", value.parse().unwrap());
        }
        if let Ok(address) = peer.parse::<IpAddr>() {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 1)));
        }
        let Ok(client) = Client::from_request_parts(&mut request.into_parts().0, &BehindProxy(is_behind_proxy)).await;
        client
    }

    fn address(text: &str) -> Client {
        Client(Some(text.parse().unwrap()))
    }

    #[tokio::test]
    async fn client_is_the_peer() {
        assert_eq!(client("192.0.2.7", &["198.51.100.1"], false).await, address("192.0.2.7"));
        assert_eq!(client("::ffff:192.0.2.7", &[], false).await, address("192.0.2.7"));
        assert_eq!(client("2001:db8:1:2:3:4:5:6", &[], false).await, address("2001:db8:1:2::"));
        assert_eq!(client("", &["198.51.100.1"], false).await, Client(None));
    }

    #[tokio::test]
    async fn proxy_names_the_client_last() {
        for forwarded in [&["198.51.100.1"][..], &["203.0.113.9, 198.51.100.1"], &["203.0.113.9", "x,198.51.100.1 "]] {
            assert_eq!(client("127.0.0.1", forwarded, true).await, address("198.51.100.1"), "{forwarded:?}");
        }
        for forwarded in [&[][..], &[""], &["198.51.100.1,"], &["unknown"]] {
            assert_eq!(client("127.0.0.1", forwarded, true).await, Client(None), "{forwarded:?}");
        }
    }
}
