//! MariaDB.

use std::fs;
use std::process::Stdio;

use super::{Account, Launch, Server, program};

const DATA: &str = "data";
const STATEMENTS: &str = "at-start.sql";
/// What it does at every start. One statement a line.
const AT_START: &str = "CREATE DATABASE IF NOT EXISTS shop;\nCREATE USER IF NOT EXISTS shop;\nGRANT ALL ON shop.* TO shop;\nCREATE USER IF NOT EXISTS root@'127.0.0.1';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n";

/// A MariaDB of its own, or `None` where it is not installed.
pub fn mariadb() -> Option<Server> {
    let folders = ["/usr/sbin".into()];
    let (install, mariadbd) = (program("mariadb-install-db", &folders)?, program("mariadbd", &folders)?);
    let account = Account::unprivileged("mysql");
    let launch = Launch::new(move |folder, port| {
        let mut command = mariadbd.command();
        command.current_dir(folder).env("TMPDIR", folder);
        command.arg("--no-defaults").arg(format!("--datadir={}", folder.join(DATA).display()));
        command.arg(format!("--socket={}", folder.join("socket").display())).arg(format!("--port={port}"));
        command.args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin"]);
        command.arg(format!("--init-file={}", folder.join(STATEMENTS).display()));
        // Nothing of it outlives the test: the disk need not be waited for.
        command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"]);
        command
    });
    Some(Server::start(launch.run_as(account).ended_by("TERM"), |folder| {
        fs::write(folder.join(STATEMENTS), AT_START).unwrap();
        let mut command = install.run_as(&account);
        // Otherwise several of them use the same names for what they keep for a moment.
        command.current_dir(folder).env("TMPDIR", folder);
        command.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"]);
        command.arg(format!("--datadir={}", folder.join(DATA).display()));
        let made = command.stdin(Stdio::null()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }))
}

/// The same for its administrator, who may do anything.
pub fn mariadb_url_of_root(server: &Server) -> String {
    format!("mysql://root@{}/shop", server.address())
}

/// The address of the database that a new [`mariadb`] has.
pub fn mariadb_url(server: &Server) -> String {
    format!("mysql://shop@{}/shop", server.address())
}
