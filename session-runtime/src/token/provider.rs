//! Who computes the signatures: AWS-LC or `RustCrypto`, fixed by a feature when the program is compiled.
//!
//! `jsonwebtoken` keeps a process-wide provider, which panics once two crates of a program switch on a backend each, and
//! stays as it was when first asked for. It is never touched: each backend's own provider is called directly.

use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::{Algorithm as Backend, AlgorithmFamily};

use crate::principal::Algorithm;

#[cfg(all(feature = "aws_lc_rs", feature = "rust_crypto"))]
compile_error!(
    "`session-runtime` has both `aws_lc_rs` and `rust_crypto` switched on, and does not choose between them: keep one; \
     for `rust_crypto` that takes `default-features = false` at every dependency on `session-runtime`"
);

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "the feature `jwt` of `session-runtime` needs something that signs: switch on `aws_lc_rs` or `rust_crypto` instead \
     of it"
);

#[cfg(feature = "aws_lc_rs")]
pub(super) fn provider() -> &'static CryptoProvider {
    &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER
}

#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
pub(super) fn provider() -> &'static CryptoProvider {
    &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER
}

/// Only there so that the error above stands alone.
#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
pub(super) fn provider() -> &'static CryptoProvider {
    std::process::abort()
}

/// The provider's name for `algorithm`.
pub(super) const fn backend(algorithm: Algorithm) -> Backend {
    match algorithm {
        Algorithm::HS256 => Backend::HS256,
        Algorithm::HS384 => Backend::HS384,
        Algorithm::HS512 => Backend::HS512,
        Algorithm::ES256 => Backend::ES256,
        Algorithm::ES384 => Backend::ES384,
        Algorithm::EdDSA => Backend::EdDSA,
        Algorithm::PS256 => Backend::PS256,
        Algorithm::RS256 => Backend::RS256,
    }
}

/// Whether whoever verifies could also sign.
pub(crate) fn is_symmetric(algorithm: Algorithm) -> bool {
    backend(algorithm).family() == AlgorithmFamily::Hmac
}
