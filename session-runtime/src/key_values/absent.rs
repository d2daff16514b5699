//! The key-values of a request, where nothing hands them out.

/// None.
#[derive(Clone, Debug)]
pub(crate) enum RequestKeyValues {}
