//! How a refusal looks to somebody in front of a browser. Programs get the problem document that guards answer with.

use axum::response::{IntoResponse, Response};
use session_runtime::{Refusal, RefusalKind, RefusedRequest};

use super::page::page;

pub(super) fn as_page(refusal: &Refusal, request: &RefusedRequest<'_>, response: Response) -> Response {
    // The page that a redirect leads to says what there is to say.
    if response.status().is_redirection() || !request.accepts_html() {
        return response;
    }
    let body = format!("<p>{}</p>\n<p>{}</p>", advice(refusal.kind()), ways_out(refusal.kind()));
    page(&refusal.to_string(), &body).into_response()
}

fn ways_out(kind: RefusalKind) -> &'static str {
    match kind {
        // No other page could be shown, either.
        RefusalKind::Unavailable => "<a href=\"\">Try again</a>",
        RefusalKind::NotFresh | RefusalKind::MissingFactor => {
            "<a href=\"/reauthenticate\">Confirm</a> · <a href=\"/\">Home</a>"
        }
        _ => "<a href=\"/login\">Log in</a> · <a href=\"/\">Home</a>",
    }
}

fn advice(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Role | RefusalKind::Scope => "You are logged in, and your account may not do this.",
        RefusalKind::Forgery => {
            "A page of another site has sent this form, so nothing was done. Use the form of this site."
        }
        RefusalKind::Unavailable => "This is our fault and will pass. Try again in a few seconds.",
        RefusalKind::NotFresh | RefusalKind::MissingFactor => "Confirm that it is you, and try again.",
        RefusalKind::Confirmation => "This form was sent already, or is too old. Open its page again.",
        RefusalKind::MalformedCredential => "The request was not one that a browser sends.",
        _ => "Log in, and try again.",
    }
}
