//! Bearer tokens: what is accepted as one.

use syn::LitStr;

use super::values::not_zero;
use crate::diagnostics::{Diagnostics, Mistake, Warning, nearest};
use crate::model::{BearerOptions, Fields, Given};

/// What this version verifies.
const ALGORITHMS: [&str; 8] = ["HS256", "HS384", "HS512", "ES256", "ES384", "EdDSA", "PS256", "RS256"];

/// Longer, and a token that was meant to expire does not.
const LONGEST_LEEWAY: u64 = 5 * 60;

/// Longer, and rights that were withdrawn are still used.
const LONGEST_RIGHTS: u64 = 60 * 60;

pub(super) fn check(bearer: &Given<BearerOptions>, fields: &Fields, diagnostics: &mut Diagnostics) {
    let options = &bearer.value;
    match &options.algorithms {
        Some(algorithms) => {
            for algorithm in &algorithms.value {
                is_known(algorithm, diagnostics);
                is_up_to_date(algorithm, options, diagnostics);
            }
            one_kind_of_key(&algorithms.value, diagnostics);
        }
        None => diagnostics.mistake(
            Mistake::at(&bearer.key, "`bearer(..)` without `alg(..)` accepts no token")
                .help("name the algorithm your issuer signs with: `bearer(alg(\"EdDSA\"))`"),
        ),
    }
    options.max_age.iter().for_each(|age| not_zero(age, diagnostics));
    clocks_agree(options, diagnostics);
    tells_access_tokens_apart(options, diagnostics);
    legacy_is_needed(options, diagnostics);
    issuer_is_encrypted(options, diagnostics);
    rights_are_recent(options, fields, diagnostics);
    revocations_end(options, diagnostics);
}

/// A name of the registry that is verified here, spelt as there.
fn is_known(algorithm: &LitStr, diagnostics: &mut Diagnostics) {
    let name = algorithm.value();
    if ALGORITHMS.contains(&name.as_str()) {
        return;
    }
    if name.eq_ignore_ascii_case("none") {
        diagnostics.mistake(
            Mistake::at(algorithm, format!("`{name}` means unsigned: anyone can write such a token"))
                .help("name the algorithm your issuer signs with: `alg(\"EdDSA\")`"),
        );
        return;
    }
    let exists = ["RS384", "RS512", "PS384", "PS512", "ES512", "ES256K", "Ed25519", "Ed448"].contains(&name.as_str());
    let valid = format!("valid algorithms: {}", ALGORITHMS.map(|name| format!("`{name}`")).join(", "));
    if exists {
        diagnostics.mistake(Mistake::at(algorithm, format!("`{name}` is not verified by this version")).note(valid));
        return;
    }
    let mistake = Mistake::at(algorithm, format!("unknown algorithm `{name}`"));
    diagnostics.mistake(match nearest(&name, ALGORITHMS) {
        Some(similar) => mistake.help(format!("a similar one exists: `{similar}`")),
        None => mistake.note(valid),
    });
}

/// RSASSA-PKCS1-v1.5 is on its way out.
fn is_up_to_date(algorithm: &LitStr, options: &BearerOptions, diagnostics: &mut Diagnostics) {
    if algorithm.value() == "RS256" && options.legacy.is_none() {
        let text = "RSASSA-PKCS1-v1.5 is being retired (ASVS 5.0)\n\
            = help: prefer `PS256`, `ES256` or `EdDSA`; write `legacy` beside it to say that you know";
        diagnostics.warn(Warning::at(algorithm.span(), "rs256_is_being_retired", text));
    }
}

/// A verifier that takes both would take an HMAC made with the public key, which everybody has.
fn one_kind_of_key(algorithms: &[LitStr], diagnostics: &mut Diagnostics) {
    let is_hmac = |literal: &LitStr| literal.value().starts_with("HS");
    let Some(first) = algorithms.first() else { return };
    if let Some(other) = algorithms.iter().find(|other| is_hmac(other) != is_hmac(first)) {
        diagnostics.mistake(
            Mistake::at(other, "a public key could be used as an HMAC secret").help("declare HMAC algorithms alone"),
        );
    }
}

/// Clocks are seconds apart, not minutes.
fn clocks_agree(options: &BearerOptions, diagnostics: &mut Diagnostics) {
    let Some(leeway) = options.leeway.as_ref().filter(|leeway| leeway.value.seconds > LONGEST_LEEWAY) else { return };
    diagnostics.mistake(
        Mistake::at(&leeway.value.literal, format!("a leeway of {} lets dead tokens live", leeway.value.written()))
            .help("use at most `\"5m\"`; the default is `30s`"),
    );
}

/// An ID token says who logged in to an application, not what its bearer may do (RFC 9068 5).
fn tells_access_tokens_apart(options: &BearerOptions, diagnostics: &mut Diagnostics) {
    let Some(typ) = &options.typ else { return };
    let (text, known) = (typ.value.value(), options.legacy.is_some() && options.claim.is_some());
    if text.is_empty() {
        diagnostics.mistake(
            Mistake::at(&typ.value, "no token has an empty `typ`").help("use `typ = \"at+jwt\"`, or leave it out"),
        );
    } else if text.eq_ignore_ascii_case("jwt") && !known {
        diagnostics.mistake(
            Mistake::at(&typ.value, "every token is a `JWT`: this does not tell an access token from an ID token")
                .help(
                    "use `typ = \"at+jwt\"`; for an issuer that cannot, \
                 `typ = \"JWT\", legacy, claim(\"token_use\", \"access\")`",
                ),
        );
    }
}

/// `legacy` says that something is meant that would be reported without it.
fn legacy_is_needed(options: &BearerOptions, diagnostics: &mut Diagnostics) {
    let Some(legacy) = &options.legacy else { return };
    let algorithms = options.algorithms.iter().flat_map(|given| &given.value);
    let old_algorithm = algorithms.into_iter().any(|algorithm| algorithm.value() == "RS256");
    let old_type = options.typ.as_ref().is_some_and(|typ| typ.value.value().eq_ignore_ascii_case("jwt"));
    if !old_algorithm && !old_type {
        diagnostics.mistake(
            Mistake::at(legacy, "nothing here is being retired, so `legacy` has no effect").help("remove `legacy`"),
        );
    }
}

/// Whoever is between us and the issuer could exchange its keys.
fn issuer_is_encrypted(options: &BearerOptions, diagnostics: &mut Diagnostics) {
    let Some(issuer) = &options.issuer else { return };
    let text = issuer.value.value();
    let Some(rest) = text.strip_prefix("http://") else { return };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = if host.starts_with('[') { host.split_inclusive(']').next() } else { host.split(':').next() };
    let host = host.unwrap_or_default();
    let is_loopback =
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || host.starts_with("127.");
    if !is_loopback {
        diagnostics.mistake(
            Mistake::at(&issuer.value, "keys and tokens of an http issuer can be changed on the way")
                .help(format!("use its https URL: `issuer = \"https://{rest}\"`")),
        );
    }
}

/// Rights in a token stay as they were when it was issued.
fn rights_are_recent(options: &BearerOptions, fields: &Fields, diagnostics: &mut Diagnostics) {
    let Some(age) = options.max_age.as_ref().filter(|age| age.value.seconds > LONGEST_RIGHTS) else { return };
    if fields.roles.is_empty() && fields.scopes.is_empty() {
        return;
    }
    let text = format!(
        "rights that are withdrawn keep working for up to {}\n\
         = help: shorten it to at most `\"1h\"`, or write `#[allow(deprecated)]` to say that you know",
        age.value.written()
    );
    diagnostics.warn(Warning::at(age.key.span(), "rights_outlive_their_withdrawal", text));
}

/// What was revoked is remembered for as long as it could otherwise be used.
fn revocations_end(options: &BearerOptions, diagnostics: &mut Diagnostics) {
    let Some(revocable) = options.revocable.as_ref().filter(|_| options.max_age.is_none()) else { return };
    diagnostics.mistake(
        Mistake::at(revocable, "nobody knows how long tokens live, so what was revoked could never be forgotten")
            .help("write `max_age = \"15m\"` beside it: older tokens are refused"),
    );
}
