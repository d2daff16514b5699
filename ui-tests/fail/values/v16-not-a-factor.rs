use session_runtime::{Session, session};
use ui_tests::User;

#[session(factors("pwd otp"))]
async fn two_in_one(_session: Session<User>) {}

#[session(factors(""))]
async fn empty(_session: Session<User>) {}

#[session(factors())]
async fn none(_session: Session<User>) {}

#[session(factors(Otp))]
async fn a_path(_session: Session<User>) {}

fn main() {}
