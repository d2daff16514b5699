//! What a way back may look like.
//!
//! The rules hold for the path as it is written and for what it becomes when a proxy or a server decodes it, once or more
//! often. The query is never part of deciding where a request goes, so only its characters matter.

use std::borrow::Cow;

/// Long enough for every page that a person visits, short enough for the limits of servers and logs.
const MAX_LENGTH: usize = 2048;

/// What is wrong with a value; the category of a [`ReturnToError`](super::ReturnToError).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReturnToErrorKind {
    /// Longer than 2 KiB.
    TooLong,
    /// It does not begin with `/`: a URL with a scheme, a relative path, or nothing.
    NotAPath,
    /// It begins with two slashes, plain or encoded: browsers go to the site named behind them.
    OtherSite,
    /// A character that browsers strip, read as another one, or never send: a control character, a space, `\`, `"`, `<`,
    /// `>`, or one outside ASCII. In the path, encoded control characters and backslashes are refused as well.
    Character,
    /// A `#`: a fragment never reaches the server, so none is returned to.
    Fragment,
    /// A segment `.` or `..`, plain or encoded, that could make another path of this one.
    DotSegment,
    /// The path is not UTF-8 once decoded, or was encoded more often than anybody does.
    Encoding,
}

impl ReturnToErrorKind {
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::TooLong => "longer than 2 KiB",
            Self::NotAPath => "does not begin with a slash",
            Self::OtherSite => "begins with two slashes",
            Self::Character => "holds a character that browsers strip, change or never send",
            Self::Fragment => "has a fragment",
            Self::DotSegment => "has a segment `.` or `..`",
            Self::Encoding => "is not percent-encoded UTF-8",
        }
    }
}

/// The first rule that a value breaks.
pub(super) fn broken(text: &str) -> Option<ReturnToErrorKind> {
    if text.len() > MAX_LENGTH {
        return Some(ReturnToErrorKind::TooLong);
    }
    if text.bytes().any(|byte| !byte.is_ascii_graphic() || matches!(byte, b'\\' | b'"' | b'<' | b'>')) {
        return Some(ReturnToErrorKind::Character);
    }
    if text.contains('#') {
        return Some(ReturnToErrorKind::Fragment);
    }
    let path = text.split_once('?').map_or(text, |(path, _)| path);
    broken_by_path(path)
}

/// Judges the path, then what it decodes to, until there is nothing left to decode.
fn broken_by_path(path: &str) -> Option<ReturnToErrorKind> {
    const MOST_DECODINGS: usize = 8;
    let mut path = Cow::Borrowed(path.as_bytes());
    for _ in 0..MOST_DECODINGS {
        let Ok(text) = str::from_utf8(&path) else { return Some(ReturnToErrorKind::Encoding) };
        if let Some(kind) = broken_by_decoded(text) {
            return Some(kind);
        }
        match percent_decoded(&path) {
            Some(decoded) => path = Cow::Owned(decoded),
            None => return None,
        }
    }
    Some(ReturnToErrorKind::Encoding)
}

fn broken_by_decoded(path: &str) -> Option<ReturnToErrorKind> {
    let Some(rest) = path.strip_prefix('/') else { return Some(ReturnToErrorKind::NotAPath) };
    if rest.starts_with(['/', '\\']) {
        return Some(ReturnToErrorKind::OtherSite);
    }
    if path.contains(|character: char| character.is_control() || character == '\\') {
        return Some(ReturnToErrorKind::Character);
    }
    if rest.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Some(ReturnToErrorKind::DotSegment);
    }
    None
}

/// Decodes once what is percent-encoded (RFC 3986 2.1); `None` when nothing is. A `%` that encodes nothing stays, as
/// browsers leave it.
fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        match tail {
            [high, low, tail @ ..] if byte == b'%' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                decoded.push(hexadecimal(*high) << 4 | hexadecimal(*low));
                rest = tail;
            }
            _ => {
                decoded.push(byte);
                rest = tail;
            }
        }
    }
    (decoded.len() < text.len()).then_some(decoded)
}

/// The value of a hexadecimal digit.
fn hexadecimal(digit: u8) -> u8 {
    // The low half of a letter counts from 1 and a letter's value from 10; no letter of them has bit 4 set.
    if digit.is_ascii_digit() { digit & 0xf } else { (digit & 0xf) + 9 }
}
