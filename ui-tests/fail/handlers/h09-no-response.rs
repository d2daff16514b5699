use session_runtime::{Session, session};
use ui_tests::User;

struct Receipt;

#[session(required)]
async fn account(session: Session<User>) -> Receipt {
    Receipt
}

fn main() {}
