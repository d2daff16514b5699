use axum::Form;
use session_runtime::{Confirmed, Session, session};
use ui_tests::{Staff, User};

#[session(required)]
async fn transfer(_session: Session<User>, Confirmed(Form(_)): Confirmed<Form<String>>) {}

#[session(policy(Staff))]
async fn refund(Confirmed(Form(_)): Confirmed<Form<String>>) {}

fn main() {}
