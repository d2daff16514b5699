use serde::{Deserialize, Serialize};
use session_runtime::{Principal, policy};

#[derive(Clone, Serialize, Deserialize, Principal)]
struct Operator {
    #[principal(id)]
    id: u64,
}

#[policy(principal(Operator))]
pub struct Known;

fn main() {}

// instead: make `Operator` as visible as `Known`, or `Known` as private as `Operator`
