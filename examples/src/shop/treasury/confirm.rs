//! The last page before money moves: what was filled in, and a button.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response, Result};
use session_runtime::{ConfirmationToken, Confirmed, Session, session};
use tower_sessions::Session as Values;

use super::ledger::{Ledger, TransferError};
use super::order::Order;
use super::{Source, transfer_page};
use crate::shop::notice::Notice;
use crate::shop::page::{Page, Text};
use crate::shop::policies::Treasury;
use crate::shop::user::User;

/// Where a visitor comes who has proved again who they are: what they had filled in is still there.
#[session(policy(Treasury))]
pub(in crate::shop) async fn confirmation_page(
    session: Session<User>,
    values: Values,
    Query(source): Query<Source>,
) -> Result<Response> {
    let Some(order) = Order::kept(&values).await? else {
        return Ok(Redirect::to(&format!("/treasury/transfer?from={}", source.from)).into_response());
    };
    if order.from != source.from {
        // Then the policy looks at the fund that it is about.
        return Ok(Redirect::to(&format!("/treasury/confirm?from={}", order.from)).into_response());
    }
    // Good for what this page shows, whatever another tab fills in meanwhile.
    let token = session.confirmation("transfer").of(&order).await?;
    Ok(Page::new("Confirm the transfer").of(Some(&session)).with(&question(&order, &token)).into_response())
}

fn question(Order { from, to, amount }: &Order, token: &ConfirmationToken) -> String {
    let [from, to, amount] = [from, to, amount].map(Text);
    format!(
        r#"<p>Move <strong>{amount}</strong> from <strong>{from}</strong> to <strong>{to}</strong>?</p>
<form method="post" action="/treasury/confirm?from={from}">
<input type="hidden" name="_confirm" value="{token}">
<input type="hidden" name="from" value="{from}">
<input type="hidden" name="to" value="{to}">
<input type="hidden" name="amount" value="{amount}">
<button>Move</button>
</form>
<p><a href="/treasury/transfer?from={from}">Change it</a></p>"#
    )
}

/// Money moves once, however often the form is sent, and as the page has shown it. Nothing is done by coming back from
/// `/reauthenticate`: that leads to the page with the button.
#[session(policy(Treasury), confirm = "transfer", reauthenticate = "/reauthenticate?next=/treasury/confirm")]
pub(in crate::shop) async fn transfer(
    session: Session<User>,
    values: Values,
    State(ledger): State<Arc<Ledger>>,
    Query(source): Query<Source>,
    Confirmed(Form(order)): Confirmed<Form<Order>>,
) -> Result<Response> {
    let moved = order.amount().and_then(|amount| {
        // The policy has looked at the fund in the address.
        if order.from == source.from {
            ledger.transfer(&order.from, &order.to, amount)
        } else {
            Err(TransferError::Fund)
        }
    });
    match moved {
        Ok(fund) => {
            Order::forget(&values).await?;
            Notice::leave(&values, &format!("{} moved from {fund} to {}.", order.amount, order.to)).await?;
            Ok(Redirect::to(&format!("/treasury/transfer?from={fund}")).into_response())
        }
        // What the funds hold has changed since it was filled in.
        Err(error) => {
            let again = transfer_page(&session, &ledger, &source, &order, Some(error.advice()), None);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}
