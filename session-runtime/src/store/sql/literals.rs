//! Values as literals, for servers that are sent the whole statement as a text.
//!
//! A named prepared statement belongs to one connection of the server, and a pooler between (`PgBouncer`, `ProxySQL`) may
//! send the next request to another one. Values are integers and hexadecimal digits, so nothing has to be escaped.

use std::fmt::Write as _;

use super::engine::Value;

/// Returns `statement` with a literal in the place of each `?`. `quotes` stand around the digits of bytes.
pub(super) fn with_literals(statement: &str, values: &[Value<'_>], quotes: [&str; 2]) -> String {
    let mut parts = statement.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        match *value {
            // Writing to a `String` does not fail.
            Value::Integer(integer) => drop(write!(text, "{integer}")),
            Value::Bytes(None) => text.push_str("NULL"),
            Value::Bytes(Some(bytes)) => {
                text.push_str(quotes[0]);
                push_hexadecimal(&mut text, bytes);
                text.push_str(quotes[1]);
            }
        }
        text.push_str(part);
    }
    text
}

fn push_hexadecimal(text: &mut String, bytes: &[u8]) {
    text.reserve(2 * bytes.len());
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_in_their_order() {
        let values = [Value::Integer(i64::MAX), Value::Bytes(Some(b"\x00'\\\xff")), Value::Bytes(None)];
        assert_eq!(
            with_literals("a = ? AND b > ? OR c = ?", &values, ["X'", "'"]),
            "a = 9223372036854775807 AND b > X'00275cff' OR c = NULL"
        );
        assert_eq!(with_literals("a IS NULL", &[], ["X'", "'"]), "a IS NULL");
        assert_eq!(with_literals("?", &[Value::Bytes(Some(b""))], ["X'", "'"]), "X''");
    }
}
