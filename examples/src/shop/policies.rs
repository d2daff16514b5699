//! What staff and treasury demand of their visitors. Other routes say it themselves.

use session_runtime::policy;

use super::Shop;
use super::treasury::keeps_fund;
use super::user::{Role, User};

/// Anyone on the staff, and nobody who was away for half an hour.
#[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
pub(super) struct Staff;

/// Whatever only an admin may do, in a browser, and who has signed in just now.
#[policy(extends(Staff), role(Role::Admin), fresh = "5m", cookie, reauthenticate = "/reauthenticate")]
pub(super) struct Administration;

/// Money moves only out of funds that the admin keeps.
#[policy(extends(Administration), check(keeps_fund), state(Shop))]
pub(super) struct Treasury;
