//! Programs that a test starts, and speaks HTTP to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that ends with the test, however the test ends.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
}

impl Program {
    /// Starts it, and waits until it says where it is.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let said = lines.find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned()));
        // Whoever writes to a pipe that nobody reads is ended by it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: said.unwrap() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").unwrap()
    }

    pub(crate) fn post(&self, path: &str) -> Answer {
        self.ask("POST", path, &[], "").unwrap()
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).ok()?;
        let mut response = String::new();
        stream.read_to_string(&mut response).ok()?;
        let (head, body) = response.split_once("\r\n\r\n")?;
        Some(Answer { status: head.split(' ').nth(1)?.parse().ok()?, body: body.to_owned() })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// The shop, which trusts the issuer at this address.
pub(crate) fn shop(issuer: &str, jwks_url: Option<&str>) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    command.env("PORT", "0").env("SHOP_ISSUER", issuer).env("SHOP_AUDIENCE", "shop");
    if let Some(url) = jwks_url {
        command.env("SHOP_JWKS_URL", url);
    }
    Program::start(&mut command)
}

/// A port on which nobody listens now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
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
    pub(crate) fn start(self, port: u16, more: &[&str]) -> Option<Program> {
        let mut command = self.command()?;
        Some(Program::start(command.arg(port.to_string()).args(more)))
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
