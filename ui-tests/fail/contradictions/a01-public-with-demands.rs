use session_runtime::session;
use ui_tests::Role;

#[session(public, role(Role::Admin))]
async fn account() {}

fn main() {}
