//! Memcached.

use super::{Account, Launch, Server, program};

/// Starts Memcached with these settings beside the defaults, such as `-m 2`, once `prepare` has filled its folder, in which
/// it runs; `None` where it is not installed.
pub fn memcached(settings: &[&str], prepare: impl FnOnce(&std::path::Path)) -> Option<Server> {
    let server = program("memcached", &[])?;
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let launch = Launch::new(move |folder, port| {
        let mut command = server.command();
        command.current_dir(folder).args(["-l", "127.0.0.1", "-U", "0", "-p"]).arg(port.to_string()).args(&settings);
        command
    });
    Some(Server::start(launch.run_as(Account::unprivileged("memcache")), prepare))
}
