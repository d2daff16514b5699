//! The program itself: it starts, says where it is, answers, and stops when asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

/// Ends with the test, however the test ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(port: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    command.env("PORT", port).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn it_says_where_it_is_and_answers_there() {
    let mut program = Program(start("0"));
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned())).unwrap();

    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET /staff HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 303 See Other\r\nlocation: /login?next=%2Fstaff\r\n"), "{response}");

    let introduction: Vec<_> = lines.by_ref().take_while(|line| !line.contains("Ctrl-C")).collect();
    let introduction = introduction.join("\n");
    for expected in ["alice", "bob", "carol", "correct horse battery", "METHOD", "/treasury/transfer"] {
        assert!(introduction.contains(expected), "{introduction}");
    }
    stop(&mut program.0);
}

#[cfg(unix)]
fn stop(program: &mut Child) {
    // The shell's own: a program called `kill` is not everywhere.
    let signal = format!("kill -TERM {}", program.id());
    assert!(Command::new("sh").args(["-c", &signal]).status().unwrap().success());
    assert!(program.wait().unwrap().success());
}

#[cfg(not(unix))]
fn stop(program: &mut Child) {
    program.kill().unwrap();
}

#[test]
fn it_says_what_is_wrong_with_a_port() {
    let Output { status, stderr, .. } = start("http").wait_with_output().unwrap();
    assert!(!status.success());
    assert_eq!(String::from_utf8(stderr).unwrap(), "shop: `PORT=http` is not a port; write a number from 0 to 65535\n");
}
