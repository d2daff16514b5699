//! Why something is no key.

use std::fmt;

use crate::principal::Algorithm;

/// Why bytes are no key for an algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The algorithm takes a PEM, and a secret was given.
    NeedsPem(Algorithm),
    /// The algorithm takes a secret, and a PEM was given.
    NeedsSecret(Algorithm),
    /// The secret is shorter than the hash's output (RFC 7518 3.2); lengths in bytes.
    SecretTooShort {
        /// The algorithm it was given for.
        algorithm: Algorithm,
        /// How long it is.
        length: usize,
        /// How long it must at least be.
        minimum: usize,
    },
    /// Not the text of a PEM (RFC 7468).
    NotPem,
    /// A PEM of something else; what its first line names, and what is expected there.
    WrongLabel {
        /// What the PEM says it holds.
        found: Box<str>,
        /// What it has to hold.
        expected: &'static str,
    },
    /// A PEM whose key does not fit the algorithm: another family or curve, or damaged.
    DoesNotFit(Algorithm),
    /// An RSA key of fewer than 2048 bits (RFC 7518 3.3).
    RsaTooShort,
    /// An RSA key of more than 8192 bits.
    RsaTooLong,
    /// Not the JSON of a key (RFC 7517 4).
    NotJwk,
    /// Not the JSON of a set of keys (RFC 7517 5).
    NotJwkSet,
    /// The `use` or `key_ops` of a JWK say that it is for something else (RFC 7517 4.2, 4.3).
    OtherUse,
    /// The `alg` of a JWK says that it is for another algorithm (RFC 7517 4.4).
    OtherAlgorithm {
        /// What the JWK says.
        found: Box<str>,
        /// For what it was given.
        expected: Algorithm,
    },
    /// A JWK with its private half, where a public one is needed.
    PrivateJwk,
    /// Two keys of a set have this id (RFC 7517 4.5).
    DuplicateId(Box<str>),
    /// Secrets beside public keys: who confuses them signs with the public key (RFC 8725 2.1).
    MixedFamilies,
    /// More than 128 keys in a set.
    TooMany,
    /// Keys of this algorithm are not drawn here: `openssl genpkey` makes one.
    NotGenerated(Algorithm),
    /// The system gave no random bytes.
    Randomness,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsPem(algorithm) => write!(f, "{} takes a key pair: give it a PEM", algorithm.as_str()),
            Self::NeedsSecret(algorithm) => write!(f, "{} takes a secret, not a PEM", algorithm.as_str()),
            Self::SecretTooShort { algorithm, length, minimum } => write!(
                f,
                "a secret for {} has at least {minimum} bytes, this one has {length}; \
                 `openssl rand {minimum}` makes one",
                algorithm.as_str()
            ),
            Self::NotPem => f.write_str("this is not a PEM: it starts with no `-----BEGIN ..-----` line"),
            Self::WrongLabel { found, expected } => write!(
                f,
                "this PEM holds a `{found}` where a `{expected}` is needed; \
                 `openssl pkey -pubout` extracts a public key, `openssl pkcs8 -topk8 -nocrypt` converts a private one"
            ),
            Self::DoesNotFit(algorithm) => write!(
                f,
                "the key in this PEM is not one for {}: another kind of key, another curve, or damaged",
                algorithm.as_str()
            ),
            Self::RsaTooShort => f.write_str("an RSA key has at least 2048 bits, this one has fewer"),
            Self::RsaTooLong => f.write_str("an RSA key has at most 8192 bits, this one has more"),
            Self::NotJwk => f.write_str("this is not the JSON of a key (RFC 7517)"),
            Self::NotJwkSet => f.write_str("this is not the JSON of a set of keys: `{\"keys\": [..]}` (RFC 7517)"),
            Self::OtherUse => f.write_str("the `use` or `key_ops` of this key say that it is for something else"),
            Self::OtherAlgorithm { found, expected } => {
                write!(f, "the `alg` of this key says `{found}`, it was given for {}", expected.as_str())
            }
            Self::PrivateJwk => {
                f.write_str("this JWK holds a private key where a public one is needed: remove its `d`")
            }
            Self::DuplicateId(id) => write!(f, "two keys have the id `{id}`"),
            Self::MixedFamilies => f.write_str("secrets are beside public keys: keep one kind"),
            Self::TooMany => f.write_str("there are more than 128 keys"),
            Self::NotGenerated(algorithm) => write!(
                f,
                "keys for {} are not drawn here; `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072` makes one",
                algorithm.as_str()
            ),
            Self::Randomness => f.write_str("the system gave no random bytes"),
        }
    }
}

impl std::error::Error for KeyError {}
