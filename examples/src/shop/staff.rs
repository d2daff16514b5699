//! Where the staff works, and where an admin says who belongs to it.

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use session_runtime::{Session, session};

use super::page::{Page, Text};
use super::policies::{Administration, Staff};
use super::register::Register;
use super::user::{Role, User};

#[session(policy(Staff))]
pub(super) async fn staff(session: Session<User>, State(register): State<Arc<Register>>) -> Html<String> {
    // What is not shown is not protected by that: the policies are what protects it.
    let for_admins = if session.has_role(&Role::Admin) {
        format!("<p><a href=\"/treasury/transfer\">Move money</a></p>\n{}", accounts(&register))
    } else {
        "<p>Money is moved by admins.</p>".to_owned()
    };
    let body = format!("<p>Welcome to the back room, {}.</p>\n{for_admins}", Text(&session.username));
    Page::new("Staff").of(Some(&session)).with(&body)
}

fn accounts(register: &Register) -> String {
    let row = |(username, roles): (&str, Vec<Role>)| {
        let (name, roles) = (Text(username), Role::list(&roles));
        format!(
            r#"<tr><th scope="row">{name}</th><td>{roles}</td><td>
<form class="row" method="post" action="/staff/account"><input type="hidden" name="username" value="{name}">
<button name="change" value="customer" aria-label="Make {name} a customer">Customer</button>
<button name="change" value="staff" aria-label="Make {name} staff">Staff</button>
<button name="change" value="close" aria-label="Close the account of {name}">Close</button>
</form></td></tr>"#
        )
    };
    let rows: String = register.everybody().into_iter().map(row).collect();
    format!("<h2>Accounts</h2>\n<table>\n<tr><th>Name</th><th>Roles</th><th>Make it</th></tr>\n{rows}\n</table>")
}

#[derive(Deserialize)]
pub(super) struct AccountChange {
    username: String,
    change: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    Customer,
    Staff,
    Close,
}

/// Takes effect in the sessions that the account has when they next ask who it is.
#[session(policy(Administration), fresh = "5m", reauthenticate = "/reauthenticate?next=/staff")]
pub(super) async fn change_account(
    State(register): State<Arc<Register>>,
    Form(AccountChange { username, change }): Form<AccountChange>,
) -> Redirect {
    // An account that is gone meanwhile is not on the page that comes next, which says it all.
    let _ = match change {
        Change::Customer => register.set_roles(&username, &[Role::Customer]),
        Change::Staff => register.set_roles(&username, &[Role::Staff]),
        Change::Close => register.close(&username),
    };
    Redirect::to("/staff")
}
