//! Where money moves from one fund to another.

mod amount;
mod ledger;

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use session_runtime::{ConfirmationToken, Confirmed, Session, SessionError, session};

pub(super) use self::ledger::Ledger;
use self::ledger::TransferError;
use super::page::{Page, Text, alert, page};
use super::policies::Treasury;
use super::user::User;

/// The fund that money leaves. In the query, where the policy's check can read it: bodies are read after checks.
#[derive(Deserialize)]
pub(super) struct Source {
    #[serde(default = "till")]
    from: String,
}

fn till() -> String {
    "till".to_owned()
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    to: String,
    amount: String,
}

/// Whether this visitor may touch this fund. Role and freshness have been judged before it is asked.
pub(super) async fn keeps_fund(
    session: Session<User>,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
) -> Result<(), Response> {
    if ledger.is_kept_by(&source.from, &session.username) {
        return Ok(());
    }
    // A fund that does not exist looks like one of somebody else's.
    let refusal = page("Not your fund", "<p>Somebody else keeps it. <a href=\"/treasury/transfer\">Yours</a></p>");
    Err((StatusCode::FORBIDDEN, refusal).into_response())
}

#[session(policy(Treasury))]
pub(super) async fn transfer_form(
    session: Session<User>,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
) -> Result<Html<String>, SessionError> {
    let token = session.confirmation("transfer").await?;
    Ok(transfer_page(&session, &ledger, &source, &Order::default(), &token, None))
}

/// Money moves once, however often the form is sent.
#[session(policy(Treasury), confirm = "transfer")]
pub(super) async fn transfer(
    session: Session<User>,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
    Confirmed(Form(order)): Confirmed<Form<Order>>,
) -> Result<Response, SessionError> {
    let transferred = order
        .amount
        .parse()
        .map_err(|_| TransferError::Amount)
        .and_then(|amount| ledger.transfer(&source.from, &order.to, amount));
    match transferred {
        Ok(fund) => Ok(Redirect::to(&format!("/treasury/transfer?from={fund}")).into_response()),
        Err(error) => {
            let token = session.confirmation("transfer").await?;
            let again = transfer_page(&session, &ledger, &source, &order, &token, Some(error.advice()));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

fn transfer_page(
    session: &Session<User>,
    ledger: &Ledger,
    source: &Source,
    order: &Order,
    token: &ConfirmationToken,
    message: Option<&str>,
) -> Html<String> {
    let balances = ledger
        .kept_by(&session.username)
        .into_iter()
        .map(|(fund, balance)| {
            format!("<tr><td><a href=\"/treasury/transfer?from={fund}\">{fund}</a></td><td>{balance}</td></tr>")
        })
        .collect::<Vec<_>>()
        .join("\n");
    let targets = ledger
        .names()
        .filter(|fund| *fund != source.from)
        .map(|fund| format!("<option{}>{fund}</option>", if fund == order.to { " selected" } else { "" }))
        .collect::<Vec<_>>()
        .join("\n");
    let (from, amount, alert) = (Text(&source.from), Text(&order.amount), alert(message));
    Page::new("Move money").of(Some(session)).with(&format!(
        r#"{alert}
<table>
<caption>The funds you keep</caption>
<tr><th>Fund</th><th>Balance</th></tr>
{balances}
</table>
<h2>From {from}</h2>
<form method="post" action="/treasury/transfer?from={from}">
<input type="hidden" name="_confirm" value="{token}">
<label>To <select name="to">{targets}</select></label>
<label>Amount <input name="amount" value="{amount}" inputmode="decimal" placeholder="12.50" required></label>
<button>Move</button>
</form>"#
    ))
}
