//! As whom a server runs: some refuse to run as root.

use std::path::Path;
use std::process::Command;

/// The account that a server runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account(Option<Ids>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "there are no such numbers"))]
struct Ids {
    user: u32,
    group: u32,
}

/// Whoever `nobody` is where it is not listed.
const NOBODY: Ids = Ids { user: 65534, group: 65534 };

impl Account {
    /// Whoever runs the test.
    pub const OWN: Self = Self(None);

    /// Whoever runs the test, unless that is root: then the account `name`, or `nobody` where there is no such account.
    pub fn unprivileged(name: &str) -> Self {
        if !is_root() {
            return Self::OWN;
        }
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self(Some(listed(&accounts, name).or_else(|| listed(&accounts, "nobody")).unwrap_or(NOBODY)))
    }

    /// Runs `command` as this account.
    #[cfg_attr(not(unix), allow(unused_variables, clippy::unused_self))]
    pub(super) fn run(&self, command: &mut Command) {
        #[cfg(unix)]
        if let Some(ids) = self.0 {
            std::os::unix::process::CommandExt::uid(command, ids.user);
            std::os::unix::process::CommandExt::gid(command, ids.group);
        }
    }

    /// Makes this account the owner of `folder`.
    #[cfg_attr(not(unix), allow(unused_variables, clippy::unused_self))]
    pub(super) fn own(&self, folder: &Path) {
        #[cfg(unix)]
        if let Some(ids) = self.0 {
            std::os::unix::fs::chown(folder, Some(ids.user), Some(ids.group)).unwrap();
        }
    }
}

/// The account `name` in a file as passwd(5) describes it.
fn listed(accounts: &str, name: &str) -> Option<Ids> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        Some(Ids { user: fields.nth(1)?.parse().ok()?, group: fields.next()?.parse().ok()? })
    })
}

/// Whoever makes a file owns it.
#[cfg(unix)]
fn is_root() -> bool {
    let file = tempfile::tempfile().unwrap();
    std::os::unix::fs::MetadataExt::uid(&file.metadata().unwrap()) == 0
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
