//! The SQL stores of `tower-sessions` 0.14, in a program of their own: see `benches/sql-peers`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The program, on one database. It ends when its standard input does.
pub(crate) struct SqlPeer(Arc<Mutex<Conversation>>);

struct Conversation {
    program: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// One of its operations: `loads`, `saves` or `creates`.
pub(crate) struct Operation {
    name: &'static str,
    conversation: Arc<Mutex<Conversation>>,
}

impl SqlPeer {
    /// Builds the program, which takes minutes when it was never built before, and starts it.
    pub(crate) fn start(address: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../sql-peers");
        let mut program = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--release", "--locked", "--manifest-path", &format!("{folder}/Cargo.toml")])
            .args(["--target-dir", concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/sql-peers"), "--", address])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo");
        let questions = program.stdin.take();
        let answers = BufReader::new(program.stdout.take().expect("a pipe"));
        let mut conversation = Conversation { program, questions, answers };
        assert_eq!(conversation.answer(), "ready\n", "the program of the peers' stores did not start");
        Self(Arc::new(Mutex::new(conversation)))
    }

    pub(crate) fn operation(&self, name: &'static str) -> Operation {
        Operation { name, conversation: Arc::clone(&self.0) }
    }
}

impl Operation {
    /// One round: operations a second, and how long each took.
    pub(crate) fn run(&self, workers: usize, round: u64) -> (f64, Vec<Duration>) {
        let mut conversation = self.conversation.lock().expect("no panic before");
        let questions = conversation.questions.as_mut().expect("it still runs");
        writeln!(questions, "{} {workers} {round}", self.name).expect("a question");
        let answer = conversation.answer();
        let mut numbers = answer.split_whitespace();
        let rate = numbers.next().expect("a rate").parse().expect("a rate");
        (rate, numbers.map(|number| Duration::from_nanos(number.parse().expect("nanoseconds"))).collect())
    }
}

impl Conversation {
    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        line
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        drop(self.questions.take());
        // It has nothing left to read, so it ends.
        drop(self.program.wait());
    }
}
