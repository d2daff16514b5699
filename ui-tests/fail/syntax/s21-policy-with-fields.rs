use session_runtime::policy;
use ui_tests::User;

#[policy(principal(User))]
struct Visitor {
    name: String,
}

fn main() {}
