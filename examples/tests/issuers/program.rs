//! The shop, and issuers beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tests::HttpProgram;
use tests::python::{missing, python_with, tools};

/// The shop, which trusts the issuer at this address.
pub(crate) fn shop(issuer: &str, jwks_url: Option<&str>) -> HttpProgram {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    command.env("PORT", "0").env("SHOP_ISSUER", issuer).env("SHOP_AUDIENCE", "shop");
    if let Some(url) = jwks_url {
        command.env("SHOP_JWKS_URL", url);
    }
    HttpProgram::start(&mut command)
}

/// A library that others sign tokens with, where it is installed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Library {
    PyJwt,
    Authlib,
    Joserfc,
    Jose,
    OidcProvider,
}

impl Library {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PyJwt => "PyJWT",
            Self::Authlib => "Authlib",
            Self::Joserfc => "joserfc",
            Self::Jose => "jose",
            Self::OidcProvider => "oidc-provider",
        }
    }

    /// An issuer that signs with it. `None`, and a word about it, where it is not installed; a failure where all is required.
    pub(crate) fn start(self, port: u16, more: &[&str]) -> Option<HttpProgram> {
        let mut command = self.command()?;
        Some(HttpProgram::start(command.arg(port.to_string()).args(more)))
    }

    fn command(self) -> Option<Command> {
        let package = self.name();
        match self {
            Self::PyJwt => python_with(package, "jwt").map(|python| self.run_by(python)),
            Self::Authlib => python_with(package, "authlib").map(|python| self.run_by(python)),
            Self::Joserfc => python_with(package, "joserfc").map(|python| self.run_by(python)),
            Self::Jose if node_has("jose") => Some(node("jose.mjs")),
            Self::OidcProvider if node_has("jose") && node_has("oidc-provider") => Some(node("provider.mjs")),
            Self::Jose | Self::OidcProvider => missing(package),
        }
    }

    fn run_by(self, mut python: Command) -> Command {
        python.arg(script("issuer.py")).arg(self.name());
        python
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/issuers").join(name)
}

fn node_has(package: &str) -> bool {
    tools().join("node_modules").join(package).is_dir()
}

/// Runs a copy of the script: Node looks for packages beside and above it.
fn node(name: &str) -> Command {
    let copy = tools().join(format!("{}-{name}", std::process::id()));
    std::fs::copy(script(name), &copy).unwrap();
    let mut command = Command::new("node");
    command.arg(copy);
    command
}
