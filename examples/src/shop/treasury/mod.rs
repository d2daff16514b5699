//! Where money moves from one fund to another.

mod amount;
mod confirm;
mod ledger;
mod order;

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use session_runtime::{Session, session};
use tower_sessions::Session as Values;

pub(super) use self::confirm::{confirmation_page, transfer};
pub(super) use self::ledger::Ledger;
use self::order::Order;
use super::notice::{Notice, Unsaid};
use super::page::{Page, Text, alert, page};
use super::policies::{Funds, Treasury};
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

/// Whether this visitor may touch this fund. Roles, and what else the policy says, have been judged before it is asked.
pub(super) async fn keeps_fund(
    session: Session<User>,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
) -> Result<(), Response> {
    if session.has_account() && ledger.is_kept_by(&source.from, &session.username) {
        return Ok(());
    }
    // A fund that does not exist looks like one of somebody else's.
    let refusal = page("Not your fund", "<p>Somebody else keeps it. <a href=\"/treasury/transfer\">Yours</a></p>");
    Err((StatusCode::FORBIDDEN, refusal).into_response())
}

/// The form, with what was filled in and has not moved.
#[session(policy(Treasury))]
pub(super) async fn transfer_form(
    session: Session<User>,
    values: Values,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
) -> Result<Html<String>, Unsaid> {
    let kept = Order::kept(&values).await?.filter(|order| order.from == source.from);
    let notice = Notice::take(&values).await?;
    Ok(transfer_page(&session, &ledger, &source, &kept.unwrap_or_default(), None, notice))
}

/// Takes the form, also of a visitor whose password was a while ago: moving nothing, it asks for none. So what they have filled
/// in is kept while they give it.
#[session(policy(Funds))]
pub(super) async fn prepare(
    session: Session<User>,
    values: Values,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
    Form(order): Form<Order>,
) -> Result<Response, Unsaid> {
    let order = Order { from: source.from.clone(), ..order };
    match order.checked(&ledger) {
        Ok(order) => {
            order.keep(&values).await?;
            Ok(Redirect::to(&format!("/treasury/confirm?from={}", order.from)).into_response())
        }
        Err(error) => {
            let again = transfer_page(&session, &ledger, &source, &order, Some(error.advice()), None);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

fn transfer_page(
    session: &Session<User>,
    ledger: &Ledger,
    source: &Source,
    order: &Order,
    message: Option<&str>,
    notice: Option<String>,
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
    Page::new("Move money").of(Some(session)).saying(notice).with(&format!(
        r#"{alert}
<table>
<caption>The funds you keep</caption>
<tr><th>Fund</th><th>Balance</th></tr>
{balances}
</table>
<h2>From {from}</h2>
<form method="post" action="/treasury/transfer?from={from}">
<label>To <select name="to">{targets}</select></label>
<label>Amount <input name="amount" value="{amount}" inputmode="decimal" placeholder="12.50" required></label>
<button>Go on</button>
</form>"#
    ))
}
