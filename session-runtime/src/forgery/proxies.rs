//! The reverse proxies whose word counts for which host was asked.

use std::fmt;
use std::net::IpAddr;

/// Addresses, as `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Box<[Network]>);

/// The addresses that begin with the same bits.
#[derive(Clone, Copy, Debug)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that names no address and no network.
#[derive(Clone, Debug)]
pub(crate) struct ProxyError(String);

impl TrustedProxies {
    pub(crate) fn new<T: AsRef<str>>(proxies: impl IntoIterator<Item = T>) -> Result<Self, ProxyError> {
        let networks = proxies.into_iter().map(|proxy| {
            let text = proxy.as_ref();
            Network::parse(text).ok_or_else(|| ProxyError(text.to_owned()))
        });
        networks.collect::<Result<_, _>>().map(Self)
    }

    #[cfg_attr(not(feature = "trusted-proxies"), expect(dead_code, reason = "nobody tells who the peer is"))]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg_attr(not(any(test, feature = "trusted-proxies")), expect(dead_code, reason = "nobody tells who the peer is"))]
    pub(super) fn contain(&self, peer: IpAddr) -> bool {
        // A socket for both families shows 10.0.0.7 as ::ffff:10.0.0.7.
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(peer))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            // "/+8" and "/008" are numbers to Rust.
            Some(digits) if digits.len() <= 3 && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            Some(_) => return None,
            None => bits,
        };
        let network = Self { address, prefix };
        // Bits behind the prefix are a slip of the pen: 10.0.0.7/8 is meant to be one of two things.
        (prefix <= bits && network.first() == address).then_some(network)
    }

    fn contains(self, peer: IpAddr) -> bool {
        peer.is_ipv4() == self.address.is_ipv4() && Self { address: peer, ..self }.first() == self.address
    }

    /// The address with every bit behind the prefix at zero.
    fn first(self) -> IpAddr {
        let behind = u32::from(self.prefix);
        match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shr(behind).map_or(u32::MAX, |rest| !rest);
                IpAddr::V4((address.to_bits() & mask).into())
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shr(behind).map_or(u128::MAX, |rest| !rest);
                IpAddr::V6((address.to_bits() & mask).into())
            }
        }
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` cannot be a trusted proxy: write an address or a network, as `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`",
            self.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        let proxies = TrustedProxies::new(["10.0.0.0/8", "192.168.1.7", "fd00::/8", "::1"]).unwrap();
        for (peer, expected) in [
            ("9.255.255.255", false),
            ("10.0.0.0", true),
            ("10.255.255.255", true),
            ("11.0.0.0", false),
            ("::ffff:10.1.2.3", true),
            ("192.168.1.6", false),
            ("192.168.1.7", true),
            ("192.168.1.8", false),
            ("fcff::1", false),
            ("fd12::1", true),
            ("fe00::", false),
            ("::1", true),
            ("::2", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(proxies.contain(peer.parse().unwrap()), expected, "{peer}");
        }
        let everybody = TrustedProxies::new(["0.0.0.0/0"]).unwrap();
        assert!(everybody.contain("203.0.113.9".parse().unwrap()) && !everybody.contain("::1".parse().unwrap()));
        assert!(!TrustedProxies::default().contain("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_told() {
        for text in [
            "",
            "*",
            "localhost",
            "proxy.internal",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.7/8",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "10.0.0.0/0008",
            "10.0.0.7:80",
            "[::1]",
            "::1/129",
            "fd00::1/8",
            " ::1",
            "::1%eth0",
        ] {
            assert!(TrustedProxies::new([text]).is_err(), "{text}");
        }
    }
}
