// Said once, however much is asked of it.
use session_runtime::{Session, session};
use ui_tests::{Role, User};

struct Staff;

#[session(policy(Staff), role(Role::Admin), scope("items:read"), check(is_open))]
async fn account(_session: Session<User>) {}

async fn is_open() -> Result<(), String> {
    Ok(())
}

fn main() {}
