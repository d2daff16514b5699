//! Where a visitor goes after logging in.

mod rules;

pub use self::rules::ReturnToErrorKind;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a visitor goes after logging in: a path of this site, with its query.
///
/// A guard that sends a visitor to the log-in page writes the address of the page that was asked for into `next`. It comes
/// back from the browser, so anybody can have written it, and a redirect to it may lead to a page that looks like this site
/// and asks for the password again (ASVS 3.7.2). A `ReturnTo` cannot leave the site, whoever wrote it.
///
/// ```
/// use axum::extract::Query;
/// use serde::Deserialize;
/// use session_runtime::ReturnTo;
///
/// #[derive(Deserialize)]
/// struct AfterLogin {
///     #[serde(default)]
///     next: ReturnTo,
/// }
///
/// async fn log_in(Query(after): Query<AfterLogin>) -> ReturnTo {
///     // .. check the password, log in ..
///     after.next
/// }
///
/// let query = Query::<AfterLogin>::try_from_uri(&"/login?next=%2Forders%3Fpage%3D2".parse()?)?;
/// assert_eq!(query.next.as_str(), "/orders?page=2");
///
/// let query = Query::<AfterLogin>::try_from_uri(&"/login?next=%2F%2Fevil.example".parse()?)?;
/// assert_eq!(query.next.as_str(), "/");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # What is accepted
///
/// Everything that a guard writes: a path and query as browsers send them, up to 2 KiB. Refused is what one of browser,
/// proxy and server could read as another site or another path: see [`ReturnToErrorKind`].
///
/// # From the outside
///
/// Deserialising never fails for an unsafe value: it becomes `/`, the [`Default`]. The visitor has just proved who they are
/// and must not meet an error because of the link that brought them here. [`parse`](Self::parse) tells the two apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReturnTo(Cow<'static, str>);

impl ReturnTo {
    /// Reads a path and query of this site.
    ///
    /// # Errors
    ///
    /// When it could lead to another site, or is not what a browser sends for one: see [`ReturnToErrorKind`].
    ///
    /// ```
    /// use session_runtime::{ReturnTo, ReturnToErrorKind};
    ///
    /// assert!(ReturnTo::parse("/orders?page=2").is_ok());
    /// let refused = ReturnTo::parse("https://evil.example/").unwrap_err();
    /// assert_eq!(refused.kind(), ReturnToErrorKind::NotAPath);
    /// ```
    pub fn parse(text: &str) -> Result<Self, ReturnToError> {
        match rules::broken(text) {
            None => Ok(Self(Cow::Owned(text.to_owned()))),
            Some(kind) => Err(ReturnToError { kind }),
        }
    }

    /// The path and query, percent-encoded as they were.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The way back to what a request asked for; `None` when its target is nothing to return to.
    pub(crate) fn to(requested: &Uri) -> Option<Self> {
        let target = requested.path_and_query()?;
        match target.query() {
            // The one character that browsers send as it is in a query (URL Standard, query percent-encode set) and that
            // is refused here.
            Some(query) if query.contains('\\') => {
                Self::parse(&format!("{}?{}", target.path(), query.replace('\\', "%5C"))).ok()
            }
            _ => Self::parse(target.as_str()).ok(),
        }
    }
}

/// The front page of the site, `/`.
impl Default for ReturnTo {
    fn default() -> Self {
        Self(Cow::Borrowed("/"))
    }
}

impl FromStr for ReturnTo {
    type Err = ReturnToError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl AsRef<str> for ReturnTo {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A redirect with 303 See Other, so that a form that was posted is followed by a `GET` (RFC 9110 15.4.4).
impl IntoResponse for ReturnTo {
    fn into_response(self) -> Response {
        // What was accepted are visible ASCII characters, which a header takes.
        let location = HeaderValue::from_str(self.as_str()).unwrap_or(HeaderValue::from_static("/"));
        (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
    }
}

impl Serialize for ReturnTo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An unsafe value becomes the default, `/`.
impl<'de> Deserialize<'de> for ReturnTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::parse(&text).unwrap_or_default())
    }
}

/// A value that is no way back into this site.
///
/// It does not repeat the value, which somebody else may have written for the reader of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnToError {
    kind: ReturnToErrorKind,
}

impl ReturnToError {
    /// What is wrong with it.
    pub fn kind(&self) -> ReturnToErrorKind {
        self.kind
    }
}

impl fmt::Display for ReturnToError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not a way back into this site: {}", self.kind.description())
    }
}

impl std::error::Error for ReturnToError {}

#[cfg(test)]
mod tests;
