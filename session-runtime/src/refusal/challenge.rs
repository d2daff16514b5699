//! `WWW-Authenticate`: how to be admitted (RFC 9110 11.6.1).
//!
//! Where the route accepts bearer tokens, the challenge is RFC 6750's. A route that accepts only the cookie has no scheme
//! registered for it, and a 401 needs one (RFC 9110 15.5.2), so there it is `Cookie`, with the principal's realm and the
//! same parameters in the same meaning:
//!
//! ```text
//! WWW-Authenticate: Cookie realm="__Host-id", error="insufficient_user_authentication", max_age="300"
//! ```
//!
//! One challenge, each parameter once: a client that could answer two of them would have to guess which one the error is
//! about.

use http::HeaderValue;

use super::{Refusal, RefusalContext, RefusalKind};

/// The challenge that goes with a refusal; `None` where authenticating differently would not help.
pub(super) fn of(refusal: &Refusal, context: &RefusalContext) -> Option<HeaderValue> {
    let error = match refusal.kind {
        // RFC 6750 3.1: who showed no credential is told no error.
        RefusalKind::NoCredential => None,
        RefusalKind::MalformedCredential => Some("invalid_request"),
        RefusalKind::InvalidCredential => Some("invalid_token"),
        // RFC 9470 3.
        RefusalKind::NotFresh | RefusalKind::MissingFactor => Some("insufficient_user_authentication"),
        RefusalKind::Scope => Some("insufficient_scope"),
        RefusalKind::Role
        | RefusalKind::Forgery
        | RefusalKind::Confirmation
        | RefusalKind::Check
        | RefusalKind::Unavailable => return None,
    };
    let mut challenge = Challenge::of_scheme(context);
    if let Some(error) = error {
        challenge.parameter("error", error);
    }
    if let Some(max_age) = refusal.max_age {
        challenge.parameter("max_age", &max_age.as_secs().to_string());
    }
    if !refusal.factors.is_empty() {
        challenge.parameter("acr_values", &refusal.factors.join(" "));
    }
    if !refusal.scopes.is_empty() {
        challenge.parameter("scope", &refusal.scopes.join(" "));
    }
    Some(challenge.into_value())
}

struct Challenge {
    scheme: &'static str,
    parameters: String,
}

impl Challenge {
    fn of_scheme(context: &RefusalContext) -> Self {
        if context.accepts_bearer {
            return Self { scheme: "Bearer", parameters: String::new() };
        }
        let mut challenge = Self { scheme: "Cookie", parameters: String::new() };
        challenge.parameter("realm", context.realm);
        challenge
    }

    /// Adds a parameter as a `quoted-string` (RFC 9110 5.6.4). One with a character that cannot be quoted is left out: the
    /// challenge is still one without it.
    fn parameter(&mut self, name: &str, value: &str) {
        if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return;
        }
        self.parameters.push_str(if self.parameters.is_empty() { " " } else { ", " });
        self.parameters.push_str(name);
        self.parameters.push_str("=\"");
        for character in value.chars() {
            if matches!(character, '"' | '\\') {
                self.parameters.push('\\');
            }
            self.parameters.push(character);
        }
        self.parameters.push('"');
    }

    fn into_value(self) -> HeaderValue {
        HeaderValue::try_from(format!("{}{}", self.scheme, self.parameters))
            .unwrap_or(HeaderValue::from_static(self.scheme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const BEARER: RefusalContext =
        RefusalContext { realm: "__Host-id", accepts_bearer: true, login: None, reauthenticate: None };
    const COOKIE: RefusalContext = RefusalContext { accepts_bearer: false, ..BEARER };

    fn both(refusal: &Refusal) -> [Option<String>; 2] {
        [BEARER, COOKIE].map(|context| Some(of(refusal, &context)?.to_str().unwrap_or_default().to_owned()))
    }

    fn expect(refusal: &Refusal, bearer: &str, cookie: &str) {
        assert_eq!(both(refusal), [Some(bearer.to_owned()), Some(cookie.to_owned())]);
    }

    // RFC 6750 3.1: no credential, no error code.
    #[test]
    fn who_shows_no_credential_is_told_no_error() {
        expect(&Refusal::of(RefusalKind::NoCredential), "Bearer", r#"Cookie realm="__Host-id""#);
    }

    // RFC 6750 3.1: the error codes of credentials and scopes.
    #[test]
    fn a_bad_credential_is_told_the_error() {
        expect(
            &Refusal::of(RefusalKind::MalformedCredential),
            r#"Bearer error="invalid_request""#,
            r#"Cookie realm="__Host-id", error="invalid_request""#,
        );
        expect(
            &Refusal::of(RefusalKind::InvalidCredential),
            r#"Bearer error="invalid_token""#,
            r#"Cookie realm="__Host-id", error="invalid_token""#,
        );
        expect(
            &Refusal::scopes(["orders:read", "orders:write"]),
            r#"Bearer error="insufficient_scope", scope="orders:read orders:write""#,
            r#"Cookie realm="__Host-id", error="insufficient_scope", scope="orders:read orders:write""#,
        );
    }

    // RFC 9470 3: how recent, and how, the visitor has to authenticate. `max_age` is in seconds.
    #[test]
    fn a_weak_authentication_is_told_what_would_do() {
        expect(
            &Refusal::not_fresh(Duration::from_millis(300_999)),
            r#"Bearer error="insufficient_user_authentication", max_age="300""#,
            r#"Cookie realm="__Host-id", error="insufficient_user_authentication", max_age="300""#,
        );
        expect(
            &Refusal::missing_factors(["otp", "hwk"], Some(Duration::from_mins(1))),
            r#"Bearer error="insufficient_user_authentication", max_age="60", acr_values="otp hwk""#,
            r#"Cookie realm="__Host-id", error="insufficient_user_authentication", max_age="60", acr_values="otp hwk""#,
        );
    }

    #[test]
    fn where_authenticating_would_not_help_there_is_no_challenge() {
        for kind in [
            RefusalKind::Role,
            RefusalKind::Forgery,
            RefusalKind::Confirmation,
            RefusalKind::Check,
            RefusalKind::Unavailable,
        ] {
            assert_eq!(both(&Refusal::of(kind)), [None, None], "{kind:?}");
        }
    }

    // RFC 9110 5.6.4: quoted rightly.
    #[test]
    fn parameters_are_quoted() {
        let context = RefusalContext { realm: r#"a"b\c"#, ..COOKIE };
        let challenge = of(&Refusal::of(RefusalKind::NoCredential), &context);
        assert_eq!(challenge, Some(HeaderValue::from_static(r#"Cookie realm="a\"b\\c""#)));
        let context = RefusalContext { realm: "caf\u{e9}\r\n", ..COOKIE };
        let challenge = of(&Refusal::of(RefusalKind::NoCredential), &context);
        assert_eq!(challenge, Some(HeaderValue::from_static("Cookie")));
    }

    proptest! {
        #[test]
        fn every_value_gives_a_challenge(value: String) {
            let mut challenge = Challenge::of_scheme(&BEARER);
            challenge.parameter("realm", &value);
            let text = challenge.into_value();
            prop_assert!(text.as_bytes().starts_with(b"Bearer"));
        }
    }
}
