//! What an attribute may not say when a feature of the runtime is off.

use super::tokens;
use crate::expand;
use crate::syntax::Features;

const NONE: Features = Features { jwt: false, cookie_tokens: false };

#[test]
fn tokens_need_a_feature() {
    let route = expand::session(tokens("required, bearer"), tokens("async fn account(user: Session<User>) {}"), NONE);
    let principal = tokens("#[principal(bearer(alg(\"EdDSA\")))] struct User { #[principal(id)] id: u64 }");
    let principal = expand::principal(principal, NONE);
    for expansion in [route, principal] {
        let expansion = expansion.to_string();
        assert!(expansion.contains("`bearer` needs the `jwt` feature of `session-runtime`"), "{expansion}");
        assert!(expansion.contains("= help: enable it in Cargo.toml"), "{expansion}");
    }
}

#[test]
fn sessions_in_their_cookie_need_a_feature() {
    let principal = "#[principal(cookie(token = \"jwt\", revocable))] struct User { #[principal(id)] id: u64 }";
    let expansion = expand::principal(tokens(principal), NONE).to_string();
    assert!(expansion.contains("`token` needs the `cookie-tokens` feature of `session-runtime`"), "{expansion}");
    assert!(expansion.contains("features = [\\\"cookie-tokens\\\"]"), "{expansion}");
}

#[test]
fn cookies_need_none() {
    let route = expand::session(tokens("required, cookie"), tokens("async fn account(user: Session<User>) {}"), NONE);
    assert!(!route.to_string().contains("compile_error"), "{route}");
}
