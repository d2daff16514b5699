// Said once, however much is asked of it.
use session_runtime::{Session, session};
use ui_tests::{Role, User};

struct Staff;

#[session(policy(Staff), role(Role::Admin), scope("items:read"))]
async fn account(_session: Session<User>) {}

fn main() {}
