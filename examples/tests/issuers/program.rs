//! The shop, and issuers beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tests::HttpProgram;

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
        let found = match self {
            Self::PyJwt => python_has("jwt"),
            Self::Authlib => python_has("authlib"),
            Self::Joserfc => python_has("joserfc"),
            Self::Jose => node_has("jose"),
            Self::OidcProvider => node_has("jose") && node_has("oidc-provider"),
        };
        if !found {
            let missing = format!("{package} is not there; `.ci/run issuers` installs it");
            assert!(std::env::var("SESSION_TESTS_REQUIRE").as_deref() != Ok("all"), "{missing}");
            println!("skipped: {missing}");
            return None;
        }
        Some(match self {
            Self::Jose => node("jose.mjs"),
            Self::OidcProvider => node("provider.mjs"),
            Self::PyJwt | Self::Authlib | Self::Joserfc => {
                let mut command = Command::new(python());
                command.arg(script("issuer.py")).arg(package);
                command
            }
        })
    }
}

/// Where `.ci/run` installs them.
fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/issuers")
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/issuers").join(name)
}

fn python() -> PathBuf {
    tools().join("python/bin/python")
}

fn python_has(module: &str) -> bool {
    let import = Command::new(python()).args(["-W", "ignore", "-c", &format!("import {module}")]).output();
    import.is_ok_and(|output| output.status.success())
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
