//! httpx, with the jar of Python's standard library.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tests::python::python_with;

use crate::client::{Answer, Client, Kept};
use crate::front::Front;
use crate::journey::{COOKIE, journey};

/// Ends with the test, however the test ends.
struct Httpx {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Httpx {
    fn start(mut python: Command, front: &Front) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/visitor.py");
        python.arg(script).arg(front.origin()).arg(front.certificate()).arg(COOKIE);
        let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (questions, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, questions, answers }
    }

    fn says<T: DeserializeOwned>(&mut self, question: &Value) -> T {
        writeln!(self.questions, "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Httpx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Client for Httpx {
    fn ask(&mut self, path: &str, headers: &[(&str, &str)], form: Option<&str>) -> Answer {
        self.says(&json!({ "path": path, "headers": headers, "form": form }))
    }

    fn kept(&mut self) -> Option<Kept> {
        self.says(&Value::Null)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_by_httpx() {
    let Some(python) = python_with("httpx", "httpx") else { return };
    let Some(front) = Front::open().await else { return };
    journey(&front, &mut Httpx::start(python, &front));
}
