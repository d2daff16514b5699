//! Why a statement was not done, or not certainly.

use sqlx::Error;

use super::engine::{Diagnosis, Dialect};
use crate::store::StoreError;

/// An error of the client or of the server; nothing when time ran out.
#[derive(Debug)]
pub(super) struct Failure(Option<Error>);

impl Failure {
    /// Time ran out.
    pub(super) fn late() -> Self {
        Self(None)
    }

    /// Returns true if the key exists already.
    pub(super) fn is_duplicate(&self) -> bool {
        matches!(&self.0, Some(Error::Database(error)) if error.is_unique_violation())
    }

    /// Returns true if the engine itself answered, for example that a table is missing.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.0, Some(Error::Database(_)))
    }

    /// The consequence of the failure for the connection.
    pub(super) fn diagnose<DB: Dialect>(&self) -> Diagnosis {
        match &self.0 {
            Some(Error::Database(error)) => DB::diagnose(&**error),
            Some(Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed) => Diagnosis::Broken,
            _ => Diagnosis::Other,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Some(error))
    }
}

impl From<tokio::time::error::Elapsed> for Failure {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::late()
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.0.map_or(Self::from_reason("the database did not answer in time"), Self::new)
    }
}
