//! Why a store gave no answer, without quoting what the store holds.

use std::borrow::Cow;
use std::error::Error;
use std::{fmt, io, iter};

use crate::json_fault::JsonFault;

/// The store did not answer, or its answer makes no sense. Requests that need the store get 503.
///
/// Databases and serde quote values in their messages. So `Display`, `Debug`, [`source`](Error::source) and the library's
/// events show only a [reason](Self::reason): the class of the error, such as an I/O error's kind or an SQLSTATE.
/// [`get_ref`](Self::get_ref) returns the error itself. Do not log its text.
///
/// # When a write fails
///
/// An error, and so the 503, does not say that nothing was written. A server outside the process may have executed the write
/// and lost its answer, or may still execute it: a server that was stopped or overloaded works off what had reached it, also
/// after the client's time-out. What a late write does:
///
/// * [`insert`](super::Store::insert): the record exists, and no client has its id. It expires unused. It is listed under its
///   subject and counts towards `max_sessions` until then.
/// * [`replace`](super::Store::replace) and [`alias`](super::Store::alias): done only if the record is still as it was read. They undo no
///   later write.
/// * [`touch`](super::Store::touch): the session counts as active at the instant of the request, never later.
/// * [`remove`](super::Store::remove) and [`remove_subject`](super::Store::remove_subject): the session ends, although the log-out
///   answered 503. Until then it is alive, so log out again.
///
/// No late write brings back what was removed, because only `insert` creates a record, under an id that is used once.
pub struct StoreError {
    reason: Cow<'static, str>,
    error: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// Wraps the error of the store's client.
    ///
    /// The reason is the error's class if it is known: an I/O error, a JSON error, an error of `sqlx` or `redis`.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        Self { reason: reason_of(&*error), error: Some(error) }
    }

    /// An error that nothing else caused.
    pub const fn from_reason(reason: &'static str) -> Self {
        Self { reason: Cow::Borrowed(reason), error: None }
    }

    /// Replaces the reason.
    #[must_use]
    pub fn with_reason(self, reason: &'static str) -> Self {
        Self { reason: Cow::Borrowed(reason), ..self }
    }

    /// Why the store gave no answer. Contains no value of a record.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The error of the store's client. Its text may quote what the store holds.
    pub fn get_ref(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.error.as_deref()
    }

    /// [`from_reason`](Self::from_reason) for a text that this crate puts together.
    #[cfg(any(feature = "memcached", feature = "mysql", feature = "postgres", feature = "redis", feature = "sqlite"))]
    pub(crate) fn from_text(reason: String) -> Self {
        Self { reason: Cow::Owned(reason), error: None }
    }

    /// An error before any record was read or written. Its text quotes none, so the reason is that text.
    #[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
    pub(crate) fn at_start(error: sqlx::Error) -> Self {
        Self { reason: error.to_string().into(), error: Some(error.into()) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the session store does not answer: {}", self.reason)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("StoreError").field(&self.reason).finish()
    }
}

/// Without a source, so that a report of the error's causes shows nothing that the store holds.
impl Error for StoreError {}

/// The class of the first error in the chain whose class is known.
fn reason_of(error: &(dyn Error + 'static)) -> Cow<'static, str> {
    let mut causes = iter::successors(Some(error), |&error| error.source());
    causes.find_map(class_of).unwrap_or(Cow::Borrowed("an error of the store's client"))
}

fn class_of(error: &(dyn Error + 'static)) -> Option<Cow<'static, str>> {
    if let Some(error) = error.downcast_ref::<serde_json::Error>() {
        return Some(JsonFault::from(error).to_string().into());
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(error.kind().to_string().into());
    }
    #[cfg(feature = "redis")]
    if let Some(error) = error.downcast_ref::<::redis::RedisError>() {
        return Some(redis_class(error).into());
    }
    #[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
    if let Some(error) = error.downcast_ref::<sqlx::Error>() {
        return sql_class(error);
    }
    None
}

/// The code of what the server says, which comes before its text.
#[cfg(feature = "redis")]
pub(super) fn redis_class(error: &::redis::RedisError) -> String {
    let is_code = |code: &&str| code.len() <= 32 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if error.is_connection_refusal() {
        return "Redis: Connection refused".to_owned();
    }
    format!("Redis: {}", error.code().filter(is_code).unwrap_or_else(|| error.category()))
}

#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
fn sql_class(error: &sqlx::Error) -> Option<Cow<'static, str>> {
    Some(match error {
        sqlx::Error::Database(error) => match error.code() {
            Some(code) => format!("the database answered with error {code}").into(),
            None => "the database answered with an error".into(),
        },
        sqlx::Error::PoolTimedOut => "no connection to the database in time".into(),
        sqlx::Error::PoolClosed => "the pool of connections is closed".into(),
        sqlx::Error::Tls(_) => "TLS to the database failed".into(),
        sqlx::Error::Protocol(_) => "the database does not keep to its protocol".into(),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => "a column holds something else".into(),
        // An I/O error says its kind itself.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "Xanthippe";

    fn shown(error: impl Into<Box<dyn Error + Send + Sync>>) -> String {
        let error = StoreError::new(error);
        assert!(error.source().is_none() && error.get_ref().is_some());
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(VALUE), "{shown}");
        error.reason().to_owned()
    }

    #[test]
    fn store_errors_show_their_class() {
        assert_eq!(shown(VALUE), "an error of the store's client");
        assert_eq!(shown(io::Error::new(io::ErrorKind::ConnectionReset, VALUE)), "connection reset");
        let json = serde_json::from_str::<u32>(&format!("{VALUE:?}")).unwrap_err();
        assert_eq!(shown(json), "JSON data error at line 1, column 11");
        assert_eq!(StoreError::new(VALUE).with_reason("busy").reason(), "busy");
        assert_eq!(StoreError::from_reason("full").to_string(), "the session store does not answer: full");
    }

    #[cfg(feature = "redis")]
    #[test]
    fn redis_errors_show_their_code() {
        let error = ::redis::make_extension_error("OOM".to_owned(), Some(VALUE.to_owned()));
        assert_eq!(shown(error), "Redis: OOM");
        let error = ::redis::make_extension_error(VALUE.to_owned(), None);
        assert_eq!(shown(error), "Redis: extension error");
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn sql_errors_show_their_class() {
        assert_eq!(shown(sqlx::Error::Protocol(VALUE.to_owned())), "the database does not keep to its protocol");
        let error = sqlx::Error::Io(io::Error::new(io::ErrorKind::BrokenPipe, VALUE));
        assert_eq!(shown(error), "broken pipe");
        assert_eq!(shown(sqlx::Error::ColumnNotFound(VALUE.to_owned())), "an error of the store's client");
    }
}
