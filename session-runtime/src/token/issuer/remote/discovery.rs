//! Where an issuer says that its keys are (`OpenID` Connect Discovery 1.0).

use std::borrow::Cow;

use serde::Deserialize;

use super::fetch::FetchError;
use crate::json_fault::JsonFault;

#[derive(Deserialize)]
struct Configuration<'j> {
    #[serde(borrow)]
    issuer: Cow<'j, str>,
    #[serde(borrow)]
    jwks_uri: Cow<'j, str>,
}

/// Where an issuer's configuration is (section 4.1).
pub(super) fn configuration_of(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// The URL of the keys in a configuration, which has to be of this very issuer (section 4.3): else whoever can place a file
/// on one host would speak for another.
pub(super) fn jwks_uri(issuer: &str, json: &[u8]) -> Result<String, FetchError> {
    let configuration: Configuration<'_> =
        serde_json::from_slice(json).map_err(|error| FetchError::new(JsonFault::from(&error).to_string()))?;
    if configuration.issuer != issuer {
        return Err(FetchError::new("the configuration is that of another issuer"));
    }
    Ok(configuration.jwks_uri.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_lies_below_the_issuer() {
        let expected = "https://id.example/realms/a/.well-known/openid-configuration";
        assert_eq!(configuration_of("https://id.example/realms/a"), expected);
        assert_eq!(configuration_of("https://id.example/realms/a/"), expected);
    }

    #[test]
    fn a_configuration_is_of_its_issuer() {
        let json = br#"{"issuer":"https://id.example","jwks_uri":"https:\/\/id.example/jwks","x":[]}"#;
        assert_eq!(jwks_uri("https://id.example", json).ok().as_deref(), Some("https://id.example/jwks"));
        assert!(jwks_uri("https://id.example/", json).is_err());
        assert!(jwks_uri("https://evil.example", json).is_err());
        for json in
            ["", "{}", r#"{"issuer":"https://id.example"}"#, r#"{"issuer":["https://id.example"],"jwks_uri":"x"}"#]
        {
            assert!(jwks_uri("https://id.example", json.as_bytes()).is_err(), "{json}");
        }
    }
}
