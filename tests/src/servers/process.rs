//! The process of a server: its port, its folder, its end.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Account;

/// How long a server may take to start or to end. Longer than any does, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
const LOG: &str = "server.log";

/// How a server is started and ended.
pub struct Launch {
    command: Box<CommandFor>,
    is_ready: Box<Probe>,
    account: Account,
    /// SIGKILL where there is none.
    ended_by: Option<&'static str>,
}

type CommandFor = dyn Fn(&Path, u16) -> Command + Send + Sync;
type Probe = dyn Fn(u16) -> bool + Send + Sync;

impl Launch {
    /// Started by this command, which stays in the foreground, keeps its files in this folder, and listens on this port of
    /// 127.0.0.1; ready as soon as it accepts connections; ended by SIGKILL.
    pub fn new(command: impl Fn(&Path, u16) -> Command + Send + Sync + 'static) -> Self {
        Self { command: Box::new(command), is_ready: Box::new(|_| true), account: Account::OWN, ended_by: None }
    }

    /// Runs it as this account.
    #[must_use]
    pub fn run_as(self, account: Account) -> Self {
        Self { account, ..self }
    }

    /// It is ready when, besides, `is_ready` says so of its port.
    #[must_use]
    pub fn ready_when(self, is_ready: impl Fn(u16) -> bool + Send + Sync + 'static) -> Self {
        Self { is_ready: Box::new(is_ready), ..self }
    }

    /// Ends it by this signal, so that it tidies up what it made outside its folder, such as processes of its own.
    #[must_use]
    pub fn ended_by(self, signal: &'static str) -> Self {
        Self { ended_by: Some(signal), ..self }
    }
}

/// A server of one test: on a free port, in a folder of its own; ended by its process id when it is dropped.
pub struct Server {
    launch: Launch,
    process: Option<Child>,
    port: u16,
    folder: TempDir,
}

impl Server {
    /// Makes a folder, has `prepare` fill it, and starts the server there.
    pub fn start(launch: Launch, prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::Builder::new().prefix("session-tests-").tempdir().unwrap();
        launch.account.own(folder.path());
        prepare(folder.path());
        let mut server = Self { launch, process: None, port: 0, folder };
        // Another process may take the port before the server does.
        for _ in 0..5 {
            server.port = free_port();
            if server.try_start() {
                return server;
            }
        }
        panic!("the server does not start:\n{}", server.log());
    }

    /// The port of 127.0.0.1 that it listens on, also after it was started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens, also after it was started again.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Where it keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it wrote to its outputs.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join(LOG)).unwrap_or_default()
    }

    /// Everything that its files hold, one after the other: what somebody gets who takes the disk.
    pub fn dump(&self) -> Vec<u8> {
        dump_of(self.folder())
    }

    /// Ends it; nothing answers on its port any more.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        if has_ended(&mut process) {
            return;
        }
        // One that was frozen does not listen.
        if let Some(signal) = self.launch.ended_by
            && send(process.id(), signal)
            && send(process.id(), "CONT")
            && patiently(|| has_ended(&mut process))
        {
            return;
        }
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Starts it again after [`stop`](Self::stop), on the same port, with what its folder holds.
    pub fn start_again(&mut self) {
        self.stop();
        // What the former process left, such as its connections, may take a moment to go.
        let starts = patiently(|| self.try_start());
        assert!(starts, "the server does not start again:\n{}", self.log());
    }

    /// Stops it where it stands, with the processes that it started: what is connected stays so, and nothing answers.
    #[cfg(target_os = "linux")]
    pub fn freeze(&self) {
        self.send_to_all("STOP");
        let process = self.process.as_ref().unwrap().id();
        // On a busy machine, a thread may answer once more before the signal reaches it.
        let stopping = [vec![process], children_of(process)].concat();
        assert!(patiently(|| stopping.iter().all(|process| stands_still(*process))), "the server does not stop");
    }

    /// Lets it go on.
    #[cfg(target_os = "linux")]
    pub fn thaw(&self) {
        self.send_to_all("CONT");
    }

    #[cfg(target_os = "linux")]
    fn send_to_all(&self, signal: &str) {
        let process = self.process.as_ref().unwrap().id();
        assert!(send(process, signal), "SIG{signal} cannot be sent");
        // Those that ended meanwhile need no signal.
        for child in children_of(process) {
            let _ = send(child, signal);
        }
    }

    /// False when the process ends before it is ready.
    fn try_start(&mut self) -> bool {
        let log = File::options().create(true).append(true).open(self.folder().join(LOG)).unwrap();
        let mut command = (self.launch.command)(self.folder.path(), self.port);
        self.launch.account.run(&mut command);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut process = command.spawn().unwrap();

        let mut lives = true;
        let answers = patiently(|| {
            lives = !has_ended(&mut process);
            !lives || TcpStream::connect(self.address()).is_ok() && (self.launch.is_ready)(self.port)
        });
        // Whoever answers is this process only as long as it lives.
        lives = lives && !has_ended(&mut process);
        self.process = Some(process);
        if !(answers && lives) {
            self.stop();
            return false;
        }
        true
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Everything that the files in a folder hold, and those in the folders in it.
pub fn dump_of(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let contents = entries.map(|path| if path.is_dir() { dump_of(&path) } else { fs::read(path).unwrap_or_default() });
    contents.collect::<Vec<_>>().concat()
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn has_ended(process: &mut Child) -> bool {
    !matches!(process.try_wait(), Ok(None))
}

/// Whether the signal was sent.
fn send(process: u32, signal: &str) -> bool {
    // The shell has it built in; the program of this name is not everywhere.
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -\"$0\" \"$1\"", signal, &process.to_string()]);
    kill.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The processes that this one started, as proc(5) tells.
#[cfg(target_os = "linux")]
fn children_of(process: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |id: &u32| {
        let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let parent = behind_the_name(&status).nth(1).and_then(|parent| parent.parse().ok());
        parent == Some(process)
    };
    ids.filter(is_child).collect()
}

/// Whether none of its threads runs, as proc(5) tells.
#[cfg(target_os = "linux")]
fn stands_still(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok()).all(|status| {
        let state = behind_the_name(&status).next();
        matches!(state, Some("T" | "t" | "Z" | "X"))
    })
}

/// The fields of a `stat` behind the name, which may contain anything: the state, the parent, and so on.
#[cfg(target_os = "linux")]
fn behind_the_name(status: &str) -> impl Iterator<Item = &str> {
    status.rsplit(')').next().unwrap_or_default().split_whitespace()
}

/// Asks again and again until it is so; false when patience ends.
fn patiently(mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if start.elapsed() > PATIENCE {
            return false;
        }
        thread::sleep(PAUSE);
    }
}
