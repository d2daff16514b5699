//! The claims with which this library opens a payload, read where it writes them.
//!
//! Half of them are the same in every token of an issuer, and known before one comes; the others are numbers and plain strings
//! at known places. Read so, they cost a fraction of what a parser of all JSON takes. A payload that opens otherwise is left to
//! that parser, from its first byte: nothing is refused here, and nothing read differently.

use std::borrow::Cow;

use memchr::memchr2;

use super::claims::{Audience, Claims, NumericDate};
use super::text::Text;

/// Longer than the last second of the year 9999, and far from what a `u64` holds.
const LONGEST_NUMBER: usize = 13;

/// How the payloads of one issuer open.
#[derive(Debug)]
pub(super) struct Opening {
    issuer: Box<str>,
    audience: Box<str>,
    realm: Box<str>,
    /// From the first brace to the subject's text.
    to_subject: Box<str>,
    /// From the end of that text to the instant at which the token expires.
    to_expiry: Box<str>,
    /// The member that says the realm, with the comma before it.
    realm_member: Box<str>,
}

impl Opening {
    /// Of the tokens of `issuer` that are for `audience` and `realm`.
    pub(super) fn of(issuer: &str, audience: &str, realm: &str) -> Self {
        let [quoted_issuer, quoted_audience, quoted_realm] =
            [issuer, audience, realm].map(|text| serde_json::Value::from(text).to_string());
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            realm: realm.into(),
            to_subject: format!(r#"{{"iss":{quoted_issuer},"sub":""#).into(),
            to_expiry: format!(r#"","aud":{quoted_audience},"exp":"#).into(),
            realm_member: format!(r#","realm":{quoted_realm}"#).into(),
        }
    }

    /// Reads it into `claims`, `scope` too where that feeds a field. Returns an object of the members behind it, which is put
    /// into `room`: `payload` itself, where that does not open so.
    pub(super) fn read<'p>(
        &'p self,
        payload: &'p str,
        with_scope: bool,
        room: &'p mut String,
        claims: &mut Claims<'p>,
    ) -> &'p str {
        let Some(members) = self.members(payload, with_scope, claims) else { return payload };
        room.clear();
        room.push('{');
        room.push_str(members);
        room
    }

    /// The members behind it. Nothing is in `claims` where it does not open so.
    fn members<'p>(&'p self, payload: &'p str, with_scope: bool, claims: &mut Claims<'p>) -> Option<&'p str> {
        let rest = payload.strip_prefix(&*self.to_subject)?;
        if has_control(rest.as_bytes())? {
            return None;
        }
        let (subject, rest) = text(rest)?;
        let (expires_at, rest) = date(rest.strip_prefix(&*self.to_expiry)?)?;
        let (issued_at, rest) = date(rest.strip_prefix(r#","iat":"#)?)?;
        let (token_id, rest) = text(rest.strip_prefix(r#","jti":""#)?)?;
        let rest = rest.strip_prefix('"')?;
        let (authenticated_at, rest) = match rest.strip_prefix(r#","auth_time":"#) {
            Some(rest) => date(rest).map(|(date, rest)| (Some(date), rest))?,
            None => (None, rest),
        };
        let (realm, rest) = match rest.strip_prefix(&*self.realm_member) {
            Some(rest) => (Some(borrowed(&self.realm)), rest),
            None => (None, rest),
        };
        let (scope, rest) = match rest.strip_prefix(r#","scope":""#).filter(|_| with_scope) {
            Some(rest) => {
                text(rest).and_then(|(scope, rest)| Some((Some(borrowed(scope)), rest.strip_prefix('"')?)))?
            }
            None => (None, rest),
        };
        // The parser has to see that a comma has a member behind it.
        let members = rest.strip_prefix(',').filter(|members| members.starts_with('"'))?;
        claims.issuer = Some(borrowed(&self.issuer));
        claims.subject = Some(borrowed(subject));
        claims.audience = Some(Audience::One(Cow::Borrowed(&self.audience)));
        claims.expires_at = Some(expires_at);
        claims.issued_at = Some(issued_at);
        claims.token_id = Some(borrowed(token_id));
        claims.authenticated_at = authenticated_at;
        claims.realm = realm;
        claims.scope = scope;
        Some(members)
    }
}

fn borrowed(text: &str) -> Text<'_> {
    Text(Cow::Borrowed(text))
}

/// Whether a control character is in it, which no string may hold. None where there is too little to compare many at once.
fn has_control(text: &[u8]) -> Option<bool> {
    const AT_ONCE: usize = 32;
    // The last ones for a second time, in the place of those that are no whole chunk.
    let (chunks, last) = (text.as_chunks::<AT_ONCE>().0, text.last_chunk()?);
    // The lowest of each place, and not the first that is too low: so there is no branch for each.
    let mut lowest = [u8::MAX; AT_ONCE];
    for chunk in chunks.iter().chain([last]) {
        for (lowest, byte) in lowest.iter_mut().zip(chunk) {
            *lowest = (*lowest).min(*byte);
        }
    }
    Some(lowest.iter().any(|byte| *byte < b' '))
}

/// The text of a string without escapes and without what takes one, and what is behind it, from the quotation mark on. Its
/// caller knows that no control character is there.
fn text(behind_quote: &str) -> Option<(&str, &str)> {
    let end = memchr2(b'"', b'\\', behind_quote.as_bytes())?;
    behind_quote.split_at_checked(end).filter(|(_, rest)| rest.starts_with('"'))
}

/// Whole seconds, and what is behind them. A leading zero is left to the parser, which refuses it.
fn date(text: &str) -> Option<(NumericDate, &str)> {
    let mut seconds = 0;
    for (position, byte) in text.bytes().enumerate().take(LONGEST_NUMBER) {
        match (byte, position) {
            (b'1'..=b'9', _) | (b'0', 1..) => seconds = seconds * 10 + u64::from(byte - b'0'),
            (_, 0) => return None,
            _ => return Some((NumericDate::of_seconds(seconds)?, text.get(position..)?)),
        }
    }
    None
}
