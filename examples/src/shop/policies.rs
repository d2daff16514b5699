//! What staff and treasury demand of their visitors. Other routes say it themselves.

use session_runtime::policy;

use super::Shop;
use super::treasury::keeps_fund;
use super::user::{Role, User};

/// Anyone on the staff, and nobody who was away for half an hour.
#[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
pub(super) struct Staff;

/// What only an admin may do, in a browser.
#[policy(extends(Staff), role(Role::Admin), cookie)]
pub(super) struct Administration;

/// What is about a fund, for the admin who keeps it.
#[policy(extends(Administration), check(keeps_fund), state(Shop))]
pub(super) struct Funds;

/// Money is shown to, and moved by, an admin who has signed in just now.
#[policy(extends(Funds), fresh = "5m", reauthenticate = "/reauthenticate")]
pub(super) struct Treasury;
