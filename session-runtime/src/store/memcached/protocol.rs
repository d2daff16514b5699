//! The meta commands of Memcached's text protocol, as far as a store needs them: what is asked, and what is answered.

use std::io::Write;

/// The longest line that is read. A server's longest is that of an error.
const LONGEST_LINE: usize = 2_048;

/// Tells one state of an item from any other that it had or will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unique(u64);

/// Under which condition an item is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition {
    /// There is none yet.
    Absent,
    /// It is the one that was read.
    Unchanged(Unique),
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// `VA`: the item.
    Value(Unique, Vec<u8>),
    /// `HD`: done.
    Done,
    /// `EN`: there is no such item to read.
    Miss,
    /// `NF`: there is no such item to change.
    NotFound,
    /// `NS`: there is such an item already.
    NotStored,
    /// `EX`: it is not the one that was read.
    Changed,
    /// `STORED`: the server knows now who asks.
    Welcome,
    /// `SERVER_ERROR`, `CLIENT_ERROR` or `ERROR`.
    Refused(String),
}

/// Bytes that no server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Asks for an item.
pub(super) fn get(key: &str) -> Vec<u8> {
    format!("mg {key} c v\r\n").into_bytes()
}

/// Writes an item that lives for `time_to_live`, as [`Expiry`](super::expiry::Expiry) counts.
pub(super) fn set(key: &str, condition: Condition, time_to_live: u32, value: &[u8]) -> Vec<u8> {
    let mut request = Vec::with_capacity(key.len() + value.len() + 64);
    // Writing to memory does not fail.
    let _ = match condition {
        Condition::Absent => write!(request, "ms {key} {} T{time_to_live} ME\r\n", value.len()),
        Condition::Unchanged(Unique(unique)) => {
            write!(request, "ms {key} {} T{time_to_live} C{unique}\r\n", value.len())
        }
    };
    request.extend(value);
    request.extend(b"\r\n");
    request
}

/// Removes the item that was read.
pub(super) fn delete(key: &str, Unique(unique): Unique) -> Vec<u8> {
    format!("md {key} C{unique}\r\n").into_bytes()
}

/// Says who asks, to a server that was started with `-Y`.
pub(super) fn authenticate(user: &str, password: &str) -> Vec<u8> {
    format!("set auth 0 0 {}\r\n{user} {password}\r\n", user.len() + 1 + password.len()).into_bytes()
}

/// Reads the reply that `bytes` begin with, which is all that they may hold; `None` while it is not complete. No value is
/// longer than `largest`.
pub(super) fn reply(bytes: &[u8], largest: usize) -> Result<Option<Reply>, Malformed> {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return if bytes.len() > LONGEST_LINE { Err(Malformed) } else { Ok(None) };
    };
    let (line, rest) = bytes.split_at_checked(end + 1).ok_or(Malformed)?;
    let line = line.strip_suffix(b"\r\n").filter(|line| line.len() <= LONGEST_LINE).ok_or(Malformed)?;
    let line = std::str::from_utf8(line).map_err(|_| Malformed)?;
    let mut words = line.split(' ');
    let reply = match words.next() {
        Some("VA") => return value(words, rest, largest),
        Some("HD") => Reply::Done,
        Some("EN") => Reply::Miss,
        Some("NF") => Reply::NotFound,
        Some("NS") => Reply::NotStored,
        Some("EX") => Reply::Changed,
        Some("STORED") => Reply::Welcome,
        Some("ERROR" | "CLIENT_ERROR" | "SERVER_ERROR") => Reply::Refused(line.to_owned()),
        _ => return Err(Malformed),
    };
    if rest.is_empty() { Ok(Some(reply)) } else { Err(Malformed) }
}

fn value<'a>(
    mut words: impl Iterator<Item = &'a str>,
    rest: &[u8],
    largest: usize,
) -> Result<Option<Reply>, Malformed> {
    let length = words.next().and_then(number).and_then(|length| usize::try_from(length).ok());
    let length = length.filter(|length| *length <= largest).ok_or(Malformed)?;
    let unique = words.find_map(|word| number(word.strip_prefix('c')?)).ok_or(Malformed)?;
    match rest.split_at_checked(length) {
        Some((value, b"\r\n")) => Ok(Some(Reply::Value(Unique(unique), value.to_vec()))),
        Some((_, b"" | b"\r")) | None => Ok(None),
        Some(_) => Err(Malformed),
    }
}

/// `u64::from_str` would take a sign, too.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LARGEST: usize = 1_000;

    fn any_reply() -> impl Strategy<Value = (Vec<u8>, Reply)> {
        let fixed = [
            ("HD", Reply::Done),
            ("EN", Reply::Miss),
            ("NF", Reply::NotFound),
            ("NS", Reply::NotStored),
            ("EX", Reply::Changed),
            ("STORED", Reply::Welcome),
        ];
        prop_oneof![
            prop::sample::select(fixed.to_vec()).prop_map(|(line, reply)| (format!("{line}\r\n").into_bytes(), reply)),
            "(SERVER|CLIENT)_ERROR [a-z ]{0,40}"
                .prop_map(|line| (format!("{line}\r\n").into_bytes(), Reply::Refused(line))),
            (any::<u64>(), prop::collection::vec(any::<u8>(), 0..LARGEST)).prop_map(|(unique, value)| {
                let mut bytes = format!("VA {} c{unique}\r\n", value.len()).into_bytes();
                bytes.extend(&value);
                bytes.extend(b"\r\n");
                (bytes, Reply::Value(Unique(unique), value))
            }),
        ]
    }

    proptest! {
        #[test]
        fn a_reply_is_read_when_it_is_complete_and_not_before((bytes, expected) in any_reply()) {
            for end in 0..bytes.len() {
                prop_assert_eq!(reply(&bytes[..end], LARGEST), Ok(None));
            }
            prop_assert_eq!(reply(&bytes, LARGEST), Ok(Some(expected)));
        }

        // Whatever comes after is an answer to nothing that was asked.
        #[test]
        fn what_follows_a_reply_is_malformed((mut bytes, _) in any_reply(), more in prop::collection::vec(any::<u8>(), 1..9)) {
            bytes.extend(more);
            prop_assert_eq!(reply(&bytes, LARGEST), Err(Malformed));
        }

        #[test]
        fn whatever_a_server_sends_does_no_harm(bytes in any::<Vec<u8>>()) {
            let _ = reply(&bytes, LARGEST);
        }

        #[test]
        fn nothing_is_waited_for_beyond_the_limits(line in "[A-Z]{2,3} [0-9]{0,30}( [a-z0-9]{0,9}){0,3}") {
            let mut bytes = format!("{line}\r\n").into_bytes();
            bytes.resize(LONGEST_LINE + LARGEST + 3, b'x');
            prop_assert_ne!(reply(&bytes, LARGEST), Ok(None));
        }
    }

    #[test]
    fn values_have_a_limit_and_a_unique_number() {
        assert_eq!(reply(b"VA 1000 c7\r\n", LARGEST), Ok(None));
        for malformed in ["VA 1001 c7\r\n", "VA +1 c7\r\nx\r\n", "VA 1\r\nx\r\n", "VA 1 c\r\nx\r\n", "VA 1 c7\r\nxyz"] {
            assert_eq!(reply(malformed.as_bytes(), LARGEST), Err(Malformed), "{malformed}");
        }
    }
}
