//! The key-values of a request, where nothing hands them out.

use std::future::Ready;

/// None.
#[derive(Clone, Debug)]
pub(crate) enum RequestKeyValues {}

impl RequestKeyValues {
    pub(crate) fn forget(&self) -> Ready<()> {
        match *self {}
    }

    pub(crate) fn reopen(&self) {
        match *self {}
    }
}
