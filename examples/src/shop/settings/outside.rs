//! An issuer beside the shop whose tokens open its interface for programs, too.

use std::error::Error;
use std::time::Duration;

use session_runtime::{KeySetUrl, TrustedIssuer};

use super::variable;
use crate::shop::register::SCOPES;
use crate::shop::user::Role;

/// How this issuer is asked again soon: it is a program on this machine that somebody tries things with.
const COOLDOWN: Duration = Duration::from_secs(1);

/// What the environment says about an issuer outside of the shop.
pub(super) struct OutsideIssuer {
    issuer: String,
    audience: String,
    jwks_url: Option<String>,
}

impl OutsideIssuer {
    /// From `SHOP_ISSUER`, `SHOP_AUDIENCE` and `SHOP_JWKS_URL`; nobody where the first is not set. Without the last, the
    /// issuer's own configuration says where its keys are.
    ///
    /// # Errors
    ///
    /// When there is an issuer and no audience, or one of them is no text.
    pub(super) fn from_environment() -> Result<Option<Self>, Box<dyn Error>> {
        let Some(issuer) = variable("SHOP_ISSUER")? else { return Ok(None) };
        let audience =
            variable("SHOP_AUDIENCE")?.ok_or("`SHOP_ISSUER` needs `SHOP_AUDIENCE`: how it calls the shop")?;
        Ok(Some(Self { issuer, audience, jwks_url: variable("SHOP_JWKS_URL")? }))
    }

    /// The issuer, for the builder of sessions. It has customers, and no staff.
    pub(super) fn trusted(self) -> TrustedIssuer {
        let url = self.jwks_url.map_or_else(KeySetUrl::discovered, KeySetUrl::new);
        TrustedIssuer::new(self.issuer)
            .audience(self.audience)
            .key_set_url(url.http_on_loopback().cooldown(COOLDOWN))
            .grants_roles([Role::Customer])
            .grants_scopes(SCOPES)
    }
}
