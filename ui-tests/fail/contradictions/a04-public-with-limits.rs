use session_runtime::session;

#[session(public, max_age = "15m", sliding, cookie, csrf(off))]
async fn account() {}

fn main() {}
