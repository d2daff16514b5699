//! Programs that a test starts, and speaks HTTP to over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// A program that serves HTTP, and ends with the test, however the test ends.
pub struct HttpProgram {
    child: Child,
    address: String,
}

impl HttpProgram {
    /// Starts it, and waits until it says on its standard output where it is: `http://127.0.0.1:3000`.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let said = lines.find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned()));
        // Whoever writes to a pipe that nobody reads is ended by it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: said.unwrap() }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Asks for a page as a client without any headers of its own does.
    pub fn get(&self, path: &str) -> HttpAnswer {
        self.ask("GET", path, &[], "").unwrap()
    }

    /// Posts nothing.
    pub fn post(&self, path: &str) -> HttpAnswer {
        self.ask("POST", path, &[], "").unwrap()
    }

    /// Sends a request on a connection of its own; `None` when there is no whole answer.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<HttpAnswer> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n", body]);
        stream.write_all(request.as_bytes()).ok()?;
        let mut response = String::new();
        stream.read_to_string(&mut response).ok()?;
        let (head, body) = response.split_once("\r\n\r\n")?;
        let (status_line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
        Some(HttpAnswer {
            status: status_line.split(' ').nth(1)?.parse().ok()?,
            headers: headers.to_owned(),
            body: body.to_owned(),
        })
    }

    /// Ends it at once, as a machine does that loses its power.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for HttpProgram {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What came back.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    headers: String,
    /// The body, as text.
    pub body: String,
}

impl HttpAnswer {
    /// The first header of this name, written in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.lines().filter_map(|line| line.split_once(':'));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// A port on which nobody listens now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
