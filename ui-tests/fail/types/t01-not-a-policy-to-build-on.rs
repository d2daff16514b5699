// Said once, however much a policy adds to it.
use session_runtime::policy;
use ui_tests::{App, Role};

struct Staff;

#[policy(extends(Staff), role(Role::Admin), scope("items:read"), fresh = "5m", check(is_open), check(is_calm), state(App))]
struct Treasury;

async fn is_open() -> Result<(), String> {
    Ok(())
}

async fn is_calm() -> Result<(), String> {
    Ok(())
}

fn main() {}
