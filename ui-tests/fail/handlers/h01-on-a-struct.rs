use session_runtime::session;

#[session(required)]
struct Account;

fn main() {}
