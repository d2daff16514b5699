//! Failures of the store, and what they say about the command.

use std::fmt;
use std::time::Duration;

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::store::StoreError;

/// The codes with which a server refuses what another server may accept, before it has changed anything.
const REFUSALS: [&str; 7] = ["READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS", "MISCONF", "OOM"];

/// A failure of an operation.
#[derive(Debug)]
pub(super) enum Failure {
    Server(RedisError),
    NotConnected(Duration),
    NoAnswer(Duration),
    /// An answer that none of the commands gives.
    Senseless,
    /// Each node of a cluster would have to be believed on its own.
    NoNearCluster,
    /// A primary of a cluster is not there to be asked for its settings.
    #[cfg(feature = "redis-cluster")]
    MissingPrimary,
    /// A record of the process itself, which this store is never given.
    NotBytes,
}

impl Failure {
    /// Returns true if the server does not know the script by its hash.
    pub(super) fn is_unknown_script(&self) -> bool {
        matches!(self, Self::Server(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
    }

    /// Returns true if the server demands a password first.
    pub(super) fn refuses_everything(error: &RedisError) -> bool {
        matches!(error.code(), Some("NOAUTH" | "WRONGPASS"))
    }

    /// Returns true if the connection broke, so that the command may or may not have been executed.
    pub(super) fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Server(error) if error.is_unrecoverable_error())
    }

    /// Returns true if the server says that it cannot serve, such as a primary that became a replica.
    ///
    /// The command was not executed. In a script it is the first write that is refused.
    pub(super) fn is_refusal(&self) -> bool {
        let Self::Server(error) = self else { return false };
        match error.code() {
            // Redis 6 puts the code of a command inside a script behind a text of its own.
            Some("ERR") => error.detail().is_some_and(|detail| REFUSALS.iter().any(|code| has_code(detail, code))),
            Some(code) => REFUSALS.contains(&code),
            None => false,
        }
    }
}

fn has_code(detail: &str, code: &str) -> bool {
    detail.split(' ').any(|word| word.strip_prefix('-') == Some(code))
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => write!(formatter, "Redis: {error}"),
            Self::NotConnected(limit) => write!(formatter, "no connection to Redis within {limit:?}"),
            Self::NoAnswer(limit) => write!(formatter, "no answer from Redis within {limit:?}"),
            Self::NotBytes => formatter.write_str("this record is a value of the process, and not bytes"),
            Self::NoNearCluster => formatter.write_str("records of a cluster are not kept in the process"),
            #[cfg(feature = "redis-cluster")]
            Self::MissingPrimary => formatter.write_str("a primary of the Redis cluster does not answer"),
            Self::Senseless => formatter.write_str("Redis answers what the command does not answer"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Server(error) => Self::new(error),
            other => Self::from_text(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(line: &str) -> Failure {
        let value = ::redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap();
        Failure::Server(value.extract_error().unwrap_err())
    }

    #[test]
    fn refusals_are_recognised_in_every_release() {
        for refusal in [
            "READONLY You can't write against a read only replica.",
            "READONLY You can't write against a read only replica. script: 5a, on @user_script:4.",
            "ERR Error running script (call to f_5a): @user_script:4: @user_script: 4: -READONLY You can't write against a \
             read only replica. ",
            "LOADING Redis is loading the dataset in memory",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "NOREPLICAS Not enough good replicas to write.",
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "CLUSTERDOWN Hash slot not served",
        ] {
            assert!(answered(refusal).is_refusal(), "{refusal}");
        }
        for other in ["ERR not a session", "NOSCRIPT No matching script.", "WRONGTYPE Operation", "ERR a READONLY word"]
        {
            assert!(!answered(other).is_refusal(), "{other}");
        }
    }
}
