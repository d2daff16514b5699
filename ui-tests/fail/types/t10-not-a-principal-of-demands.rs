// Said once, however much is asked of it.
use session_runtime::{Session, session};
use ui_tests::Role;

struct Guest;

#[session(principal(Guest), role(Role::Admin), scope("items:read"), check(is_open))]
async fn account(_session: Session<Guest>) {}

async fn is_open() -> Result<(), String> {
    Ok(())
}

fn main() {}
