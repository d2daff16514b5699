// Said once, however much a policy asks of it.
use session_runtime::policy;
use ui_tests::{App, Role};

struct Guest;

#[policy(principal(Guest), role(Role::Admin), scope("items:read"), check(is_open), check(is_calm), state(App))]
struct Guests;

async fn is_open() -> Result<(), String> {
    Ok(())
}

async fn is_calm() -> Result<(), String> {
    Ok(())
}

fn main() {}
