use session_runtime::{Session, session};
use ui_tests::User;

struct Receipt;

#[session(required)]
async fn account(_session: Session<User>) -> Receipt {
    Receipt
}

fn main() {}
