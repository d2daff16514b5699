//! Rows of a program of their own, because what they need cannot be in one program with this library: see
//! `benches/token-peers`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The program. It ends when its standard input does.
pub struct Elsewhere {
    program: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    names: Vec<String>,
}

impl Elsewhere {
    /// Builds the program, which takes minutes when it was never built before, and starts it with these tokens.
    ///
    /// # Errors
    ///
    /// Those of cargo and of the program; on standard error it says which.
    pub fn start(tokens: &serde_json::Value) -> std::io::Result<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/token-peers");
        let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/token-peers");
        let mut program = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--release", "--locked", "--manifest-path", &format!("{folder}/Cargo.toml")])
            .args(["--target-dir", target])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut questions = program.stdin.take();
        let answers = BufReader::new(program.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?);
        if let Some(questions) = &mut questions {
            writeln!(questions, "{tokens}")?;
        }
        let mut elsewhere = Self { program, questions, answers, names: Vec::new() };
        if elsewhere.answer()? != "ready" {
            return Err(std::io::Error::other("the program of the peers did not start"));
        }
        loop {
            match elsewhere.answer()? {
                name if name.is_empty() => return Ok(elsewhere),
                name => elsewhere.names.push(name),
            }
        }
    }

    /// What its rows are called.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How long it takes to ask this row so many times.
    ///
    /// # Errors
    ///
    /// When the program has ended.
    pub fn time(&mut self, row: usize, times: u64) -> std::io::Result<Duration> {
        if let Some(questions) = &mut self.questions {
            writeln!(questions, "{row} {times}")?;
        }
        let nanoseconds = self.answer()?.parse().map_err(std::io::Error::other)?;
        Ok(Duration::from_nanos(nanoseconds))
    }

    fn answer(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        drop(self.questions.take());
        // It has nothing left to read, so it ends.
        drop(self.program.wait());
    }
}
