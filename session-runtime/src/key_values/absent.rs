//! The key-values of a request, where nothing hands them out.

/// None.
#[derive(Clone, Debug)]
pub(crate) enum RequestKeyValues {}

impl RequestKeyValues {
    pub(crate) const fn is_of_layer(&self) -> bool {
        match *self {}
    }
}
