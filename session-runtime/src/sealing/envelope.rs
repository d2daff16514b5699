//! How sealed bytes are laid out.
//!
//! ```text
//! contents: version (1) | key id (4) | nonce (24) | wrapped key (48) | nonce (24) | encrypted, with its tag (16..)
//! the rest: version (1) | key id (4) | nonce (24) | encrypted, with its tag (16..)
//! ```

/// The only layout there is so far. Another one gets another number, and both can be told apart.
const VERSION: u8 = 1;

pub(super) const KEY_LENGTH: usize = 32;
pub(super) const NONCE_LENGTH: usize = 24;
/// A key and its tag.
pub(super) const WRAPPED_LENGTH: usize = KEY_LENGTH + 16;

/// Sealed bytes, taken apart.
pub(super) struct Envelope<'a> {
    /// Which key of the server sealed them.
    pub(super) key_id: [u8; 4],
    pub(super) nonce: &'a [u8; NONCE_LENGTH],
    pub(super) encrypted: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// That of a listing, or of a cookie.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let (key_id, rest) = key_id(bytes)?;
        let (nonce, encrypted) = rest.split_first_chunk()?;
        Some(Self { key_id, nonce, encrypted })
    }

    /// That of contents, with the nonce of the wrapped key, and that key.
    pub(super) fn with_wrapped_key(
        bytes: &'a [u8],
    ) -> Option<(Self, &'a [u8; NONCE_LENGTH], &'a [u8; WRAPPED_LENGTH])> {
        let (key_id, rest) = key_id(bytes)?;
        let (wrap_nonce, rest) = rest.split_first_chunk()?;
        let (wrapped, rest) = rest.split_first_chunk()?;
        let (nonce, encrypted) = rest.split_first_chunk()?;
        Some((Self { key_id, nonce, encrypted }, wrap_nonce, wrapped))
    }
}

fn key_id(bytes: &[u8]) -> Option<([u8; 4], &[u8])> {
    let (&VERSION, rest) = bytes.split_first()? else { return None };
    let (key_id, rest) = rest.split_first_chunk()?;
    Some((*key_id, rest))
}

pub(super) fn of_contents(
    key_id: [u8; 4],
    wrap_nonce: &[u8; NONCE_LENGTH],
    wrapped: &[u8],
    nonce: &[u8; NONCE_LENGTH],
    encrypted: &[u8],
) -> Vec<u8> {
    [&[VERSION], key_id.as_slice(), wrap_nonce, wrapped, nonce, encrypted].concat()
}

pub(super) fn of_one(key_id: [u8; 4], nonce: &[u8; NONCE_LENGTH], encrypted: &[u8]) -> Vec<u8> {
    [&[VERSION], key_id.as_slice(), nonce, encrypted].concat()
}
