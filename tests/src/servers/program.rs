//! Programs, where they are installed.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Account;

/// A program that is installed.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

/// The program of this name, in `PATH` or in one of `folders`, the last of which wins.
///
/// Where it is missing, says so and answers `None`: the test passes by.
///
/// # Panics
///
/// Where it is missing and `SESSION_TESTS_REQUIRE` is `all`.
pub fn program(name: &str, folders: &[PathBuf]) -> Option<Program> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = folders.iter().rev().cloned().chain(env::split_paths(&path)).map(|folder| folder.join(name));
    let program = found.into_iter().find(|program| program.is_file()).map(Program);
    if program.is_none() {
        let text = format!("{name} is not installed: nothing is known about it");
        assert!(env::var("SESSION_TESTS_REQUIRE").as_deref() != Ok("all"), "{text}");
        // Around the macros of the standard library, whose output nobody sees when a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: {text}");
    }
    program
}

impl Program {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A command that runs it.
    pub fn command(&self) -> Command {
        Command::new(&self.0)
    }

    /// A command that runs it as `account`.
    pub fn run_as(&self, account: &Account) -> Command {
        let mut command = self.command();
        account.run(&mut command);
        command
    }
}
