use session_runtime::session;

#[session(required)]
async fn account() {}

fn main() {}
