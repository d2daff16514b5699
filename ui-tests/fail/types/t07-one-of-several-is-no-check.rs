use session_runtime::{Session, session};
use ui_tests::User;

#[session(check(is_open), check(is_owner), check(is_friend))]
async fn account(_session: Session<User>) {}

async fn is_open() -> Result<(), String> {
    Ok(())
}

fn is_owner(_id: u8) -> bool {
    true
}

fn is_friend(_id: u16) -> bool {
    true
}

fn main() {}
