//! `PgBouncer` in front of PostgreSQL.

use std::fs;
use std::net::SocketAddr;

use super::{Account, Launch, Server, program};

/// `PgBouncer` in transaction mode with three connections to the PostgreSQL at `postgres`; `None` where it is not installed.
///
/// Its [`postgres_url`](super::postgres_url) is that of the database.
pub fn pgbouncer(postgres: SocketAddr) -> Option<Server> {
    let pgbouncer = program("pgbouncer", &["/usr/sbin".into()])?;
    let account = Account::unprivileged("postgres");
    let launch = Launch::new(move |folder, port| {
        let settings = format!(
            "[databases]\npostgres = host={} port={} user=postgres\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\n",
            postgres.ip(),
            postgres.port(),
        );
        let file = folder.join("pgbouncer.ini");
        fs::write(&file, settings).unwrap();
        let mut command = pgbouncer.command();
        command.current_dir(folder).arg(file);
        command
    });
    Some(Server::start(launch.run_as(account).ended_by("INT"), |_| {}))
}
