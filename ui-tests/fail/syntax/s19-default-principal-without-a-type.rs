session_runtime::default_principal!();

fn main() {}
