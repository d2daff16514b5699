//! What staff and treasury demand of their visitors. Other routes say it themselves.

use session_runtime::policy;

use super::Shop;
use super::treasury::keeps_fund;
use super::user::{Role, User};

/// Anyone on the staff, and nobody who was away for half an hour.
#[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
pub(super) struct Staff;

/// Money moves only for admins who signed in just now, in a browser, and only out of funds that they keep.
#[policy(
    extends(Staff),
    role(Role::Admin),
    fresh = "5m",
    cookie,
    check(keeps_fund),
    reauthenticate = "/reauthenticate",
    state(Shop)
)]
pub(super) struct Treasury;
