//! PostgreSQL.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use super::{Account, Launch, Program, Server, program};

/// Where Debian keeps one folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
const DATA: &str = "data";

/// A PostgreSQL of its own, or `None` where it is not installed.
pub fn postgres() -> Option<Server> {
    let (initdb, postgres, is_ready) = (find("initdb")?, find("postgres")?, find("pg_isready")?);
    let account = Account::unprivileged("postgres");
    let launch = Launch::new(move |folder, port| {
        let mut command = postgres.command();
        command.current_dir(folder).arg("-D").arg(folder.join(DATA)).args(["-p", &port.to_string()]);
        // Nothing of it outlives the test: the disk need not be waited for.
        command.args(["-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"]);
        command
    });
    let launch = launch.run_as(account).ended_by("QUIT").ready_when(move |port| {
        let mut command = is_ready.command();
        command.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        command.status().is_ok_and(|status| status.success())
    });
    Some(Server::start(launch, |folder| {
        let mut command = initdb.run_as(&account);
        command.current_dir(folder).arg("-D").arg(folder.join(DATA));
        command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
        let made = command.stdin(Stdio::null()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }))
}

/// The address of the database that a new [`postgres`] has.
pub fn postgres_url(server: &Server) -> String {
    format!("postgres://postgres@{}/postgres", server.address())
}

fn find(name: &str) -> Option<Program> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    program(name, &folders)
}
