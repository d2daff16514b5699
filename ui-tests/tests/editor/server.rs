//! A rust-analyzer that was started for this test, and is ended with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long it may take to load a project, or to answer.
const PATIENCE: Duration = Duration::from_secs(180);

/// One running server, and what it says.
pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    /// Whether it has nothing left to load, by its own last word.
    is_quiescent: bool,
}

/// Whether there is a rust-analyzer that runs: rustup leaves a command of that name that does not.
pub(crate) fn is_installed() -> bool {
    let version = Command::new("rust-analyzer").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

impl Server {
    /// Starts it on a project, and waits until it has loaded that.
    pub(crate) fn start(project: &Path, options: &Value) -> Self {
        let mut process = Command::new("rust-analyzer")
            .current_dir(project)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer starts");
        let input = process.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(process.stdout.take().expect("its output is a pipe"));
        let messages = listen(output);
        let mut server = Self { process, input, messages, last_id: 0, is_quiescent: false };
        let initialised = server.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": uri(project),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "general": { "positionEncodings": ["utf-8"] },
                    "textDocument": {
                        "completion": { "completionItem": { "documentationFormat": ["plaintext"] } },
                        "diagnostic": {},
                    },
                    "workspace": { "workspaceEdit": { "documentChanges": true } },
                },
                "initializationOptions": options,
            }),
        );
        initialised.expect("rust-analyzer understands these options");
        server.notify("initialized", &json!({}));
        server
    }

    /// Waits until nothing is left to load.
    pub(crate) fn wait_until_loaded(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_quiescent {
            self.receive(deadline, "the end of loading");
        }
    }

    /// Says something that has no answer.
    pub(crate) fn notify(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    /// Asks, and waits for the answer.
    pub(crate) fn request(&mut self, method: &str, parameters: &Value) -> Result<Value, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.last_id += 1;
            let id = self.last_id;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
            let answer = loop {
                match self.receive(deadline, method) {
                    Some(message) if message["id"] == id => break message,
                    _ => {}
                }
            };
            match answer.get("error") {
                None => return Ok(answer["result"].clone()),
                // `ContentModified`: what it had thought of so far no longer holds.
                Some(error) if error["code"] == -32801 => {}
                Some(error) => return Err(error["message"].to_string()),
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("rust-analyzer listens");
        self.input.flush().expect("rust-analyzer listens");
    }

    /// The next answer; nothing where the server said something by itself.
    fn receive(&mut self, deadline: Instant, awaited: &str) -> Option<Value> {
        let message = match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("rust-analyzer took longer than {PATIENCE:?} over: {awaited}"),
            Err(RecvTimeoutError::Disconnected) => panic!("rust-analyzer ended before: {awaited}"),
        };
        match (message["method"].as_str(), message.get("id")) {
            (None, _) => return Some(message),
            (Some("workspace/configuration"), Some(id)) => {
                let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": vec![Value::Null; items] }));
            }
            (Some(_), Some(id)) => self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null })),
            (Some("experimental/serverStatus"), None) => {
                self.is_quiescent = message["params"]["quiescent"] == true;
            }
            (Some(_), None) => {}
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // In order, because only then it ends what it started itself: the server of the macros, and cargo.
        self.last_id += 1;
        let shutdown = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": "shutdown" }).to_string();
        let exit = json!({ "jsonrpc": "2.0", "method": "exit" }).to_string();
        for text in [shutdown, exit] {
            // It may have ended already.
            let _ = write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len());
        }
        let _ = self.input.flush();
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the server says, message for message, as long as it speaks.
fn listen(mut output: BufReader<ChildStdout>) -> Receiver<Value> {
    let (sender, messages) = channel();
    thread::spawn(move || {
        while let Some(message) = read(&mut output) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    messages
}

fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// How the protocol names a file.
pub(crate) fn uri(path: &Path) -> String {
    let text = path.display().to_string();
    let escaped: Vec<String> = text.split('/').map(|part| part.replace('%', "%25").replace(' ', "%20")).collect();
    format!("file://{}", escaped.join("/"))
}
