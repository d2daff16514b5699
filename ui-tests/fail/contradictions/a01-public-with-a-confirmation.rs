use axum::Form;
use session_runtime::{Confirmed, Session, session};
use ui_tests::User;

#[session(public, confirm = "transfer")]
async fn transfer(Confirmed(Form(_)): Confirmed<Form<String>>) {}

#[session(optional, factors("otp"), confirm = "transfer")]
async fn refund(_session: Option<Session<User>>) {}

fn main() {}
