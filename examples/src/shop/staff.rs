//! Where the staff works.

use axum::response::Html;
use session_runtime::{Session, session};

use super::page::{Text, page};
use super::policies::Staff;
use super::user::{Role, User};

#[session(policy(Staff))]
pub(super) async fn staff(session: Session<User>) -> Html<String> {
    // What is not shown is not protected by that: the treasury's policy is.
    let treasury = if session.has_role(&Role::Admin) {
        "<p><a href=\"/treasury/transfer\">Move money</a></p>"
    } else {
        "<p>Money is moved by admins.</p>"
    };
    page("Staff", &format!("<p>Welcome to the back room, {}.</p>\n{treasury}", Text(&session.username)))
}
