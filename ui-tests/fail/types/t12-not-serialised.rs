use session_runtime::Principal;

#[derive(Clone, Principal)]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
