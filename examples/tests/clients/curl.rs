//! curl, with a jar in the format that Netscape had.

use std::fs;
use std::path::PathBuf;

use tests::servers::{Program, program};

use crate::client::{Answer, Client, Kept};
use crate::front::Front;
use crate::journey::{COOKIE, journey};

struct Curl<'f> {
    program: Program,
    front: &'f Front,
    jar: PathBuf,
}

impl Client for Curl<'_> {
    fn ask(&mut self, path: &str, headers: &[(&str, &str)], form: Option<&str>) -> Answer {
        let mut command = self.program.command();
        command.args(["--silent", "--show-error", "--include", "--http1.1", "--noproxy", "*", "--max-time", "30"]);
        command.arg("--cacert").arg(self.front.certificate()).arg("-b").arg(&self.jar).arg("-c").arg(&self.jar);
        for (name, value) in headers {
            command.arg("-H").arg(format!("{name}: {value}"));
        }
        if let Some(form) = form {
            command.args(["--data", form]);
        }
        let output = command.arg(format!("{}{path}", self.front.origin())).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Answer { status, headers, body: body.to_owned() }
    }

    fn kept(&mut self) -> Option<Kept> {
        let jar = fs::read_to_string(&self.jar).unwrap_or_default();
        let mut kept = jar.lines().filter_map(line).filter(|(name, _)| name == COOKIE);
        let (_, cookie) = kept.next()?;
        assert!(kept.next().is_none(), "twice:\n{jar}");
        Some(cookie)
    }
}

/// Domain, whether it is for those below, too, path, whether by TLS only, expiry, name and value, between tabs. What is
/// `HttpOnly` looks like a comment.
fn line(line: &str) -> Option<(String, Kept)> {
    let (http_only, line) = line.strip_prefix("#HttpOnly_").map_or((false, line), |rest| (true, rest));
    let fields: Vec<&str> = line.split('\t').collect();
    let [domain, below, path, secure, expires, name, value] = fields[..] else { return None };
    assert_eq!(domain, "localhost");
    let expires = expires.parse().ok().filter(|expires| *expires > 0);
    let (path, value) = (path.to_owned(), value.to_owned());
    let kept = Kept { value, path, host_only: below == "FALSE", secure: secure == "TRUE", http_only, expires };
    Some((name.to_owned(), kept))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_by_curl() {
    let Some(program) = program("curl", &[]) else { return };
    let Some(front) = Front::open().await else { return };
    let jar = front.folder().join("jar.txt");
    journey(&front, &mut Curl { program, front: &front, jar });
}
