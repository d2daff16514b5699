use session_runtime::policy;

#[policy(extends(Tail))]
struct Head;

#[policy(extends(Head))]
struct Tail;

fn main() {}

// instead: let one of them build on another policy, or on none: `#[policy(principal(User))]`
