//! The names of keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::store::{StoreKey, SubjectKey};

/// What all keys begin with.
#[derive(Clone, Debug)]
pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) const fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// Where a record is.
    pub(super) fn record(&self, key: &StoreKey) -> String {
        self.name("id:", key.as_bytes())
    }

    /// Where the list of a subject's records is.
    pub(super) fn index(&self, subject: &SubjectKey) -> String {
        self.name("of:", subject.as_bytes())
    }

    fn name(&self, kind: &str, key: &[u8; 32]) -> String {
        let mut name = String::with_capacity(self.prefix.len() + kind.len() + 43);
        name.push_str(&self.prefix);
        name.push_str(kind);
        URL_SAFE_NO_PAD.encode_string(key, &mut name);
        name
    }
}
