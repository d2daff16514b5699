//! Python, with what others have written for it.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `.ci/run issuers` installs what the tests use of other languages.
pub fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/issuers")
}

/// A Python that can import this module of this package. `None`, and a word about it, where it is not installed.
///
/// # Panics
///
/// Where it is missing and `SESSION_TESTS_REQUIRE` is `all`.
pub fn python_with(package: &str, module: &str) -> Option<Command> {
    let python = || Command::new(tools().join("python/bin/python"));
    let import = python().args(["-W", "ignore", "-c", &format!("import {module}")]).output();
    let found = import.is_ok_and(|output| output.status.success());
    found.then(python).or_else(|| missing(package))
}

/// Says that this package is missing, and fails where all is required.
///
/// # Panics
///
/// Where `SESSION_TESTS_REQUIRE` is `all`.
pub fn missing<T>(package: &str) -> Option<T> {
    let text = format!("{package} is not there; `.ci/run issuers` installs it");
    assert!(env::var("SESSION_TESTS_REQUIRE").as_deref() != Ok("all"), "{text}");
    let _ = writeln!(std::io::stderr(), "skipped: {text}");
    None
}
