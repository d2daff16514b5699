//! Redis, alone and as a cluster.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::{Launch, Server, program};

/// Settings under which a server writes every change to its folder, so that one that is started again has forgotten nothing.
pub const REMEMBERING: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

/// Starts Redis with these settings beside the defaults, such as `--requirepass secret`; `None` where it is not installed.
pub fn redis(settings: &[&str]) -> Option<Server> {
    let server = program("redis-server", &[])?;
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let launch = Launch::new(move |folder, port| {
        let mut command = server.command();
        command.current_dir(folder).arg("--port").arg(port.to_string());
        command.args(["--bind", "127.0.0.1", "--save", ""]);
        command.args(&settings);
        command
    });
    // Until it has read its files it answers, and refuses.
    let launch = launch.ready_when(|port| command(port, "PING").is_some_and(|answer| !answer.contains("LOADING")));
    Some(Server::start(launch, |_| {}))
}

/// A cluster whose only node has all slots, which is as strict about keys as any; `None` where it is not installed.
pub fn redis_cluster() -> Option<Server> {
    let server = redis(&["--cluster-enabled", "yes"])?;
    command(server.port(), "CLUSTER ADDSLOTSRANGE 0 16383").unwrap();
    await_cluster(&server);
    Some(server)
}

/// A cluster of three primaries, each with these settings beside the defaults; `None` where it is not installed.
pub fn redis_cluster_of_three(settings: [&[&str]; 3]) -> Option<[Server; 3]> {
    let client = program("redis-cli", &[])?;
    let node = |settings: &[&str]| redis(&[&["--cluster-enabled", "yes"], settings].concat());
    let [first, second, third] = settings;
    let nodes = [node(first)?, node(second)?, node(third)?];
    let mut create = client.command();
    create.args(["--cluster", "create"]).args(nodes.iter().map(|node| node.address().to_string()));
    let created = create.arg("--cluster-yes").output().unwrap();
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stdout));
    for node in &nodes {
        await_cluster(node);
    }
    Some(nodes)
}

fn await_cluster(node: &Server) {
    for _ in 0..3_000 {
        if command(node.port(), "CLUSTER INFO").unwrap().contains("cluster_state:ok") {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the cluster does not become one:\n{}", node.log());
}

/// The raw answer to a command without spaces in its words; `None` when there is none.
pub fn command(port: u16, words: &str) -> Option<String> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(connection, "{words}\r\n").ok()?;
    let mut answer = vec![0; 64 * 1024];
    let length = connection.read(&mut answer).ok().filter(|length| *length > 0)?;
    answer.truncate(length);
    Some(String::from_utf8_lossy(&answer).into_owned())
}
