//! base64url as the parts of a token are spelled (RFC 7515 2): without padding, and without stray bits in the last character.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::decoded_len_estimate;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::GeneralPurpose as Engine;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::Simd as Engine;

/// By vector instructions where the processor has them.
static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn engine() -> Engine {
    Engine::url_safe(base64::engine::general_purpose::NO_PAD)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> Engine {
    base64::engine::general_purpose::URL_SAFE_NO_PAD
}

/// Makes `bytes` what `text` says, which is their only spelling.
pub(super) fn decode(text: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    // All that is kept of it is written over. Not emptied before, for it would be filled with zeros then.
    bytes.resize(decoded_len_estimate(text.len()), 0);
    let length = ENGINE.decode_slice(text, bytes).ok()?;
    bytes.truncate(length);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    proptest! {
        // Whatever was in it before, longer, shorter or refused.
        #[test]
        fn a_buffer_holds_the_last_text_alone(texts: Vec<Vec<u8>>, last in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = Vec::new();
            for text in texts {
                prop_assert_eq!(decode(&text, &mut bytes).is_some(), URL_SAFE_NO_PAD.decode(&text).is_ok());
            }
            prop_assert_eq!(decode(URL_SAFE_NO_PAD.encode(&last).as_bytes(), &mut bytes), Some(()));
            prop_assert_eq!(bytes, last);
        }
    }
}
