use session_runtime::policy;
use ui_tests::User;

#[policy(principal(User), check(is_owner))]
struct Owners;

#[policy(principal(User), check(is_open))]
struct Visitors;

#[policy(extends(Visitors), check(is_friend))]
struct Friends;

#[policy(principal(User), check(is_owner), check(is_open), check(is_friend))]
struct Neighbours;

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
