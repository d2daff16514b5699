//! Single-use tokens, as a handler makes them.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use serde::Serialize;
use zeroize::Zeroizing;

use super::Session;
use crate::principal::Principal;
use crate::sessions::{ContentDigest, SessionError, SessionErrorKind, digest_of_content};

/// How long a token is good where nothing is said.
const LASTS: Duration = Duration::from_mins(5);
/// How long it is good at the most: it is for what the visitor is about to do.
const LASTS_AT_MOST: Duration = Duration::from_hours(1);

/// A single-use token that is made when this is awaited: what [`Session::confirmation`] returns.
#[must_use = "no token is made before this is awaited"]
pub struct Confirmation<'a, P: Principal> {
    session: &'a Session<P>,
    purpose: &'a str,
    content: Option<Result<ContentDigest, SessionErrorKind>>,
    lasts: Duration,
}

impl<'a, P: Principal> Confirmation<'a, P> {
    pub(super) const fn new(session: &'a Session<P>, purpose: &'a str) -> Self {
        Self { session, purpose, content: None, lasts: LASTS }
    }

    /// Makes it good for this content alone: what the route then reads by [`Confirmed<Form<T>>`](crate::Confirmed) has to be
    /// the same.
    ///
    /// Compared is what serde makes of it, so it may be another type that serialises alike. Where the route reads its content
    /// by anything but `Confirmed<_>`, such a token is refused.
    pub fn of<T: Serialize + ?Sized>(mut self, content: &T) -> Self {
        self.content = Some(digest_of_content(content).map_err(|_| SessionErrorKind::Unserialisable));
        self
    }

    /// How long it is good: five minutes unless said, and an hour at the most.
    pub fn lasting(mut self, lasts: Duration) -> Self {
        self.lasts = lasts.min(LASTS_AT_MOST);
        self
    }
}

impl<'a, P: Principal> IntoFuture for Confirmation<'a, P> {
    type Output = Result<ConfirmationToken, SessionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { session, purpose, content, lasts } = self;
        Box::pin(async move {
            let content = content.transpose()?;
            let issued = session.writable()?;
            let subject = &session.known().contents.subject;
            let token = session.sessions.confirmation(&issued, subject, purpose, content.as_ref(), lasts).await?;
            Ok(ConfirmationToken(token))
        })
    }
}

/// Shows for what, and no token.
impl<P: Principal> fmt::Debug for Confirmation<'_, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Confirmation")
            .field("purpose", &self.purpose)
            .field("lasts", &self.lasts)
            .finish_non_exhaustive()
    }
}

/// A single-use token: 44 characters of base64url, for a form's hidden field `_confirm` or the header `Confirm-Token`.
///
/// Whoever shows it, in its session, confirms. So it is displayed where it is asked to be, and its `Debug` tells nothing.
pub struct ConfirmationToken(Zeroizing<String>);

impl ConfirmationToken {
    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConfirmationToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ConfirmationToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ConfirmationToken(..)")
    }
}
