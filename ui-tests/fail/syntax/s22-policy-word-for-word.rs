use session_runtime::policy;
use ui_tests::Staff;

#[policy(policy(Staff))]
struct Treasury;

fn main() {}
