use session_runtime::policy;

#[policy(extends(Ring))]
struct Ring;

fn main() {}

// instead: let `Ring` build on another policy, or on none: `#[policy(principal(User))]`
