// Said once, and not of the role as well.
use session_runtime::{Session, session};
use ui_tests::Role;

struct Guest;

#[session(principal(Guest), any(role(Role::Admin), scope("items:read")))]
async fn account(_session: Session<Guest>) {}

fn main() {}
