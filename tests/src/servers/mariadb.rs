//! MariaDB.

use std::process::Stdio;

use super::{Account, Launch, Server, program};

const DATA: &str = "data";

/// A MariaDB of its own, or `None` where it is not installed.
pub fn mariadb() -> Option<Server> {
    let folders = ["/usr/sbin".into()];
    let (install, mariadbd) = (program("mariadb-install-db", &folders)?, program("mariadbd", &folders)?);
    let account = Account::unprivileged("mysql");
    let launch = Launch::new(move |folder, port| {
        let mut command = mariadbd.command();
        command.current_dir(folder).arg("--no-defaults").arg(format!("--datadir={}", folder.join(DATA).display()));
        command.arg(format!("--socket={}", folder.join("socket").display())).arg(format!("--port={port}"));
        command.args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin"]);
        // Nothing of it outlives the test: the disk need not be waited for.
        command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"]);
        command
    });
    Some(Server::start(launch.run_as(account).ended_by("TERM"), |folder| {
        let statements = folder.join("first.sql");
        std::fs::write(&statements, "CREATE DATABASE shop; CREATE USER shop; GRANT ALL ON shop.* TO shop;\n").unwrap();
        let mut command = install.run_as(&account);
        command.current_dir(folder).args([
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ]);
        command.arg(format!("--datadir={}", folder.join(DATA).display()));
        command.arg(format!("--extra-file={}", statements.display()));
        let made = command.stdin(Stdio::null()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }))
}

/// The address of the database that a new [`mariadb`] has.
pub fn mariadb_url(server: &Server) -> String {
    format!("mysql://shop@{}/shop", server.address())
}
