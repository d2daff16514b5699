//! What can be done to the sessions of a principal, as bounds: it depends on where they live.

/// A principal whose sessions can be ended before they expire.
#[diagnostic::on_unimplemented(
    message = "the sessions of `{Self}` cannot be ended: they live in their cookies alone (`unrevocable`)",
    label = "nobody is logged out by this",
    note = "call `forget_cookie`, which lets the browser forget its copy; or declare `cookie(token = \"jwt\", revocable)`"
)]
pub trait EndsSessions {}

/// A principal whose sessions are in a store, where they can be found.
#[diagnostic::on_unimplemented(
    message = "the sessions of `{Self}` are in no store: they live in their cookies (`token = \"jwt\"`)",
    label = "nobody knows these sessions",
    note = "remove `token` from `cookie(..)` of `{Self}` to keep its sessions in a store"
)]
pub trait ListsSessions {}

/// A principal of whose sessions a browser can only forget its copy.
#[diagnostic::on_unimplemented(
    message = "forgetting the cookie does not end a session of `{Self}`",
    label = "the session would go on without its visitor",
    note = "call `log_out`, which ends the session and removes the cookie"
)]
pub trait ForgetsCookies {}
