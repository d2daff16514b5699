use session_runtime::{Session, session};
use ui_tests::Plain;

#[session(required)]
async fn account(_session: Session<Plain>) {}

fn main() {}
