//! base64url as the parts of a token are spelled (RFC 7515 2): without padding, and without stray bits in the last character.

use std::sync::LazyLock;

use base64::Engine as _;
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

/// The bytes of `text`, which is their only spelling.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // Not `Engine::decode`: it has its buffer zeroed by the allocator, which glibc does the long way round.
    let mut bytes = Vec::new();
    ENGINE.decode_vec(text, &mut bytes).ok()?;
    Some(bytes)
}
