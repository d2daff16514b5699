//! Who brings what is at a URL.

use std::fmt;
use std::pin::Pin;

/// What [`FetchKeys::fetch`] answers with.
pub type FetchFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, FetchError>> + Send + 'a>>;

/// Brings what is at a URL. For programs that reach issuers by a client of their own, through a proxy say; and for tests.
///
/// ```
/// use session_runtime::{FetchError, FetchFuture, FetchKeys};
///
/// struct Fixed(&'static str);
///
/// impl FetchKeys for Fixed {
///     fn fetch<'a>(&'a self, url: &'a str) -> FetchFuture<'a> {
///         Box::pin(async move {
///             if url == "https://id.example/jwks" { Ok(self.0.into()) } else { Err(FetchError::new("404")) }
///         })
///     }
/// }
/// ```
pub trait FetchKeys: Send + Sync + 'static {
    /// The body of a 200 response to `GET url`, anything else being an error.
    ///
    /// It follows no redirect to another origin, and gives up on bodies that are longer than a set of keys can be; how long
    /// it may take is the caller's matter.
    fn fetch<'a>(&'a self, url: &'a str) -> FetchFuture<'a>;
}

/// Why a URL brought nothing. Shown in events.
#[derive(Debug)]
pub struct FetchError(Box<dyn std::error::Error + Send + Sync>);

impl FetchError {
    /// Wraps the error of a client.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// With what caused it: the outermost error of most clients says nothing.
impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(formatter, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for FetchError {}
