//! The other sites whose pages may send unsafe requests here.

use std::fmt;
use std::sync::Arc;

use super::origin::{Origin, OriginErrorKind};

/// The other sites whose pages may send unsafe requests here with the visitor's cookie. None, unless listed.
///
/// Each is `https://host` or `http://host`, with a port where it is not the scheme's own; upper case is folded. Every page
/// of such a site acts in the visitor's name, so list only sites that are guarded as well as this one.
///
/// ```
/// use session_runtime::{OriginErrorKind, TrustedOrigins};
///
/// let trusted = TrustedOrigins::new(["https://Admin.example", "https://pay.example:8443"])?;
/// assert_eq!(trusted.to_string(), "https://admin.example, https://pay.example:8443");
///
/// let refused = TrustedOrigins::new(["https://*.example"]).unwrap_err();
/// assert_eq!(refused.kind(), OriginErrorKind::Wildcard);
/// # Ok::<_, session_runtime::OriginError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TrustedOrigins(Arc<[Origin<Box<str>>]>);

impl TrustedOrigins {
    /// Trusts these sites.
    ///
    /// # Errors
    ///
    /// At the first that is not written as the origin of a site: see [`OriginErrorKind`].
    pub fn new<O: AsRef<str>>(origins: impl IntoIterator<Item = O>) -> Result<Self, OriginError> {
        let trusted = origins.into_iter().map(|origin| {
            let origin = origin.as_ref();
            Origin::parse(origin).map(Origin::to_owned).map_err(|kind| OriginError { origin: origin.into(), kind })
        });
        trusted.collect::<Result<_, _>>().map(Self)
    }

    /// Whether no other site is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contain(&self, origin: &Origin<&str>) -> bool {
        self.0.iter().any(|trusted| trusted.same(origin))
    }
}

/// The sites, separated by commas, for a review of what is trusted.
impl fmt::Display for TrustedOrigins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, origin) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(formatter, "{separator}{origin}")?;
        }
        Ok(())
    }
}

/// A string that was to be trusted and is not the origin of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginError {
    origin: Box<str>,
    kind: OriginErrorKind,
}

impl OriginError {
    /// What is wrong with it.
    pub fn kind(&self) -> OriginErrorKind {
        self.kind
    }

    /// The string as it was given.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` cannot be a trusted origin: {}", self.origin, self.kind.advice())
    }
}

impl std::error::Error for OriginError {}

#[cfg(test)]
mod tests {
    use super::*;

    // A configuration that could never match, or would match too much, does not start.
    #[test]
    fn what_is_no_origin_cannot_be_trusted() {
        for (text, kind) in [
            ("", OriginErrorKind::Scheme),
            ("null", OriginErrorKind::Scheme),
            ("*", OriginErrorKind::Scheme),
            ("shop.example", OriginErrorKind::Scheme),
            ("//shop.example", OriginErrorKind::Scheme),
            ("ftp://shop.example", OriginErrorKind::Scheme),
            ("file:///etc", OriginErrorKind::Scheme),
            (" https://shop.example", OriginErrorKind::Scheme),
            ("https:shop.example", OriginErrorKind::Scheme),
            ("https://user@shop.example", OriginErrorKind::UserInfo),
            ("https://user:secret@shop.example", OriginErrorKind::UserInfo),
            ("https://shop.example@", OriginErrorKind::UserInfo),
            ("https://shop.example/", OriginErrorKind::Path),
            ("https://shop.example/path", OriginErrorKind::Path),
            ("https://shop.example?query", OriginErrorKind::Path),
            ("https://shop.example#fragment", OriginErrorKind::Path),
            ("https://shop.example\\", OriginErrorKind::Path),
            ("https://*.shop.example", OriginErrorKind::Wildcard),
            ("https://*", OriginErrorKind::Wildcard),
            ("https://", OriginErrorKind::Host),
            ("https://:443", OriginErrorKind::Host),
            ("https://shop example", OriginErrorKind::Host),
            ("https://shop.example ", OriginErrorKind::Host),
            ("https://café.example", OriginErrorKind::Host),
            ("https://shop.example,https:", OriginErrorKind::Port),
            ("https://[::1", OriginErrorKind::Host),
            ("https://[::1]x", OriginErrorKind::Port),
            ("https://[::g]", OriginErrorKind::Host),
            ("https://::1", OriginErrorKind::Host),
            ("https://shop.example:", OriginErrorKind::Port),
            ("https://shop.example:+443", OriginErrorKind::Port),
            ("https://shop.example:65536", OriginErrorKind::Port),
            ("https://shop.example:4 3", OriginErrorKind::Port),
        ] {
            let error = TrustedOrigins::new([text]).unwrap_err();
            assert_eq!(error.kind(), kind, "{text}");
            assert_eq!(error.origin(), text);
        }
    }

    #[test]
    fn the_error_says_what_to_write_instead() {
        let error = TrustedOrigins::new(["https://shop.example/"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`https://shop.example/` cannot be a trusted origin: end it with the host or port, without a slash"
        );
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        assert!(TrustedOrigins::default().is_empty());
        assert!(!TrustedOrigins::default().contain(&Origin::parse("https://shop.example").unwrap()));
    }
}
