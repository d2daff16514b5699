//! A handler that this crate alone can name.

use renamed::session;

use crate::Staff;

#[session(policy(Staff), scope("desk"), crate(::renamed))]
pub(crate) async fn desk() {}
