use session_runtime::{Session, session};
use ui_tests::User;

#[session(check(is_owner))]
async fn account(_session: Session<User>) {}

fn is_owner(name: u8) -> bool {
    name == 0
}

fn main() {}
