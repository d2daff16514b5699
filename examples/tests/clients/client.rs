//! What a client of others does here, and what it keeps.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Somebody's program with a cookie jar, which follows no redirects by itself.
pub(crate) trait Client {
    /// A question with these headers; with a form, it is a `POST`.
    fn ask(&mut self, path: &str, headers: &[(&str, &str)], form: Option<&str>) -> Answer;

    /// The session's cookie, as the jar has it now.
    fn kept(&mut self) -> Option<Kept>;

    /// A page, as a browser asks for it.
    fn get(&mut self, path: &str) -> Answer {
        self.ask(path, &[("Accept", "text/html")], None)
    }

    fn post(&mut self, path: &str, form: &str) -> Answer {
        self.ask(path, &[("Accept", "text/html")], Some(form))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// By names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    /// Where the client is sent by 303.
    pub(crate) fn destination(&self) -> Option<&str> {
        self.header("location").filter(|_| self.status == 303)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// A cookie, as a jar has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Kept {
    pub(crate) value: String,
    pub(crate) path: String,
    /// For this host and none below it.
    pub(crate) host_only: bool,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    /// Seconds since 1970; `None` until the client is closed.
    pub(crate) expires: Option<u64>,
}
