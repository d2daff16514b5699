//! The compact serialisation of a JWS (RFC 7515 7.1), read strictly.

use memchr::{memchr, memrchr};

use super::base64url::decode;
use super::buffers::{Buffers, Room};
use super::error::TokenRefusal;

/// How long a token may be, unless said otherwise: what a usual server accepts in one header line.
pub(super) const MAX_BYTES: usize = 8 * 1024;

/// A token taken apart, nothing believed yet.
pub(super) struct Compact<'t> {
    /// Header and payload as they travelled, with the dot between them: what the signature is of (RFC 7515 5.1).
    pub(super) signed: &'t [u8],
    /// The header as it travelled.
    pub(super) header: &'t [u8],
    /// The payload's bytes.
    pub(super) payload: &'t [u8],
    /// The signature's bytes.
    pub(super) signature: &'t Vec<u8>,
    /// Room for what is made of the payload.
    pub(super) object: &'t mut String,
}

impl<'t> Compact<'t> {
    /// Takes `token` apart, and decodes it into `buffers`.
    ///
    /// Three parts, each base64url without padding and without stray bits in its last character, so that a token has
    /// one spelling. A dot too many (an encrypted token has five parts) is outside the alphabet of a part.
    pub(super) fn parse(token: &'t [u8], max_bytes: usize, buffers: &'t mut Buffers) -> Result<Self, TokenRefusal> {
        if token.len() > max_bytes {
            return Err(TokenRefusal::TooLarge);
        }
        let (signed, signature) = split_at(token, memrchr(b'.', token))?;
        let (header, payload) = split_at(signed, memchr(b'.', signed))?;
        let Buffers(Room { payload: payload_bytes, signature: signature_bytes, object }) = buffers;
        decode(payload, payload_bytes).ok_or(TokenRefusal::Malformed)?;
        decode(signature, signature_bytes).ok_or(TokenRefusal::Malformed)?;
        Ok(Self { signed, header, payload: payload_bytes, signature: signature_bytes, object })
    }

    /// The header's JSON text.
    pub(super) fn header_text(&self) -> Result<String, TokenRefusal> {
        let mut bytes = Vec::new();
        decode(self.header, &mut bytes).ok_or(TokenRefusal::Malformed)?;
        String::from_utf8(bytes).map_err(|_| TokenRefusal::Malformed)
    }

    /// The payload as the JSON text that it is in a token (RFC 7519 7.2).
    pub(super) fn claims(&self) -> Result<&'t str, TokenRefusal> {
        std::str::from_utf8(self.payload).map_err(|_| TokenRefusal::Malformed)
    }
}

/// What is before the dot that is there, and what behind it.
fn split_at(text: &[u8], dot: Option<usize>) -> Result<(&[u8], &[u8]), TokenRefusal> {
    let (before, dotted) = dot.and_then(|dot| text.split_at_checked(dot)).ok_or(TokenRefusal::Malformed)?;
    Ok((before, dotted.strip_prefix(b".").ok_or(TokenRefusal::Malformed)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(token: &str) -> Option<TokenRefusal> {
        Compact::parse(token.as_bytes(), MAX_BYTES, &mut Buffers::of_this_thread())
            .and_then(|compact| compact.header_text())
            .err()
    }

    #[test]
    fn three_parts_are_taken_apart() {
        let mut buffers = Buffers::of_this_thread();
        let parts = Compact::parse(b"e30.W10.AAE", MAX_BYTES, &mut buffers).unwrap();
        assert_eq!((parts.signed, parts.header), (&b"e30.W10"[..], &b"e30"[..]));
        assert_eq!((parts.payload, &**parts.signature), (&b"[]"[..], &[0, 1][..]));
    }

    #[test]
    fn there_is_one_spelling() {
        for token in [
            "",
            "e30",
            "e30.e30",
            "e30.e30.AA.AA",
            "e30.e30.AA.AA.AA",
            "e30=.e30.AA",
            "e30.e30.AA==",
            "e30.e30.AB",   // stray bits after the only byte
            "e30.e30.A",    // no whole byte
            "e30.e30.A+AA", // the other alphabet
            "e30.e30.A/AA",
            " e30.e30.AA",
            "e30.e30.AA\n",
            "e30.e3\u{30}\u{301}.AA",
            "_w.e30.AA", // not UTF-8
        ] {
            assert_eq!(refusal(token), Some(TokenRefusal::Malformed), "{token}");
        }
    }

    #[test]
    fn the_size_limit_is_the_last_size_that_is_read() {
        let token = format!("{}.e30.AAAA", "A".repeat(MAX_BYTES - 9));
        assert_eq!(token.len(), MAX_BYTES);
        assert_ne!(refusal(&token), Some(TokenRefusal::TooLarge));
        assert_eq!(refusal(&format!("A{token}")), Some(TokenRefusal::TooLarge));
    }
}
