//! What an attribute says: durations, paths and demands instead of tokens.

mod bearer;
mod cookie;
mod demand;
mod fields;
mod given;
mod policy;
mod principal;
mod runtime;
mod serde;
mod subject;
mod whose;

pub(crate) use self::bearer::BearerOptions;
pub(crate) use self::cookie::{CookieOptions, SameSite};
pub(crate) use self::demand::{Demand, DemandKind};
pub(crate) use self::fields::{Field, Fields};
pub(crate) use self::given::Given;
pub(crate) use self::policy::{Access, Csrf, PolicyAttribute};
pub(crate) use self::principal::PrincipalAttribute;
pub(crate) use self::runtime::{Private, Runtime};
pub(crate) use self::subject::{Mention, Subject};
pub(crate) use self::whose::Whose;
