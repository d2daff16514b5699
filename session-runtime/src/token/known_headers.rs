//! Headers that are known before a token comes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::header::Header;
use super::keys::VerifyingKey;

/// More keys than this sign at once in no rotation; the headers of others are read like any.
const MAX_HEADERS: usize = 8;

/// What this library writes above the tokens of the keys that are known at start, and what it says.
///
/// A header that is one of these, byte for byte, needs not be read again: what it says was read from the same text.
#[derive(Debug)]
pub(super) struct KnownHeaders(Box<[Known]>);

#[derive(Debug)]
struct Known {
    encoded: Box<[u8]>,
    header: Header<'static>,
}

impl KnownHeaders {
    /// Those above the tokens of this `typ` that `keys` verify.
    pub(super) fn of<'k>(keys: impl Iterator<Item = &'k VerifyingKey>, typ: &str) -> Self {
        let known = |key: &VerifyingKey| {
            let json = Header::written(key.algorithm(), Some(typ), key.id());
            let header = Header::parse(&json).ok()?.into_owned();
            Some(Known { encoded: URL_SAFE_NO_PAD.encode(&json).into_bytes().into(), header })
        };
        Self(keys.filter_map(known).take(MAX_HEADERS).collect())
    }

    /// What the header that is spelled so says, if it is known.
    pub(super) fn find(&self, encoded: &[u8]) -> Option<&Header<'static>> {
        self.0.iter().find(|known| *known.encoded == *encoded).map(|known| &known.header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::Algorithm;

    #[test]
    fn what_a_key_writes_is_known_and_nothing_else() {
        let key = |id: &str| VerifyingKey::secret(Algorithm::HS256, &[7; 32]).unwrap().with_id(id);
        let known = KnownHeaders::of([key("a"), key("\"b\"")].iter(), "at+jwt");
        let find = |json: &str| known.find(URL_SAFE_NO_PAD.encode(json).as_bytes());
        let header = find(r#"{"alg":"HS256","typ":"at+jwt","kid":"\"b\""}"#).unwrap();
        assert_eq!((&*header.algorithm, header.key_id.as_deref()), ("HS256", Some("\"b\"")));
        assert!(header.is_of_type("at+jwt"));
        for json in [
            "",
            r#"{"alg":"HS256","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"c"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"a"} "#,
            r#"{"alg":"none","typ":"at+jwt","kid":"a"}"#,
            r#"{"alg":"HS256","typ":"JWT","kid":"a"}"#,
        ] {
            assert!(find(json).is_none(), "{json}");
        }
    }
}
