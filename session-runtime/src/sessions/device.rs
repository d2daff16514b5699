//! With what a visitor logged in, in a few words: for the list of their sessions.

use std::sync::LazyLock;

use http::HeaderMap;
use http::header::USER_AGENT;

/// What a device is called. There are few of them, and each is there once: a session keeps a pointer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Device(String);

static DEVICES: LazyLock<Vec<Device>> = LazyLock::new(|| {
    let mut names = vec![String::new()];
    names.extend(BROWSERS.iter().chain(&SYSTEMS).map(|(_, name)| (*name).to_owned()));
    let pairs = BROWSERS.iter().flat_map(|browser| SYSTEMS.iter().map(move |system| (browser.1, system.1)));
    names.extend(pairs.map(|(browser, system)| format!("{browser} on {system}")));
    names.into_iter().map(Device).collect()
});

impl Device {
    /// The one of this name; an unknown one for a name that this release does not give.
    pub(crate) fn named(name: &str) -> &'static Self {
        static UNKNOWN: Device = Device(String::new());
        DEVICES.iter().find(|device| device.0 == name).unwrap_or(&UNKNOWN)
    }

    pub(crate) fn name(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|name| !name.is_empty())
    }
}

/// Browsers by what their `User-Agent` contains, the imitators before the imitated.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The browser and the system that a request's `User-Agent` names: `Firefox on Linux`. A hint to a person and no more; it
/// is what the client says of itself.
pub(crate) fn device_of(headers: &HeaderMap) -> &'static Device {
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(token, _)| user_agent.contains(token)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => Device::named(&format!("{browser} on {system}")),
        (browser, system) => Device::named(browser.or(system).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn device(user_agent: &'static str) -> Option<&'static str> {
        device_of(&HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(user_agent))])).name()
    }

    #[test]
    fn a_browser_is_told_from_those_that_it_imitates() {
        for (user_agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 \
                 Safari/537.36 Edg/150.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(device(user_agent), Some(name), "{user_agent}");
        }
    }

    #[test]
    fn a_client_that_says_nothing_known_has_no_name() {
        assert_eq!(device_of(&HeaderMap::new()).name(), None);
        assert_eq!(Device::named("Netscape on a toaster").name(), None);
        assert_eq!(device("<script>"), None);
    }
}
