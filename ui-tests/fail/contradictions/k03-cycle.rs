use session_runtime::policy;

#[policy(extends(Ring))]
struct Ring;

fn main() {}
