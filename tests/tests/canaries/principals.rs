//! Principals that are full of canaries, and fail to be read or written when a test says so.

use std::error::Error;

use serde::de::{Error as _, Unexpected};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use session_runtime::{Principal, PrincipalSource};

use crate::{Broken, is_broken};

pub(crate) const SUBJECT: &str = "canary-subject";
pub(crate) const NAME: &str = "canary-name";

/// A person whose session is in a store.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(absolute = "12h", idle = "2h", max_sessions = 3, realm = "patient")]
pub(crate) struct Patient {
    #[principal(id)]
    pub(crate) id: String,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub(crate) name: String,
}

/// A person whose session is in the cookie.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-traveller", token = "jwt", revocable),
    absolute = "12h",
    idle = "2h",
    realm = "traveller"
)]
pub(crate) struct Traveller {
    #[principal(id)]
    pub(crate) id: String,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub(crate) name: String,
}

/// A program with tokens.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-device"),
    bearer(alg("HS256"), issuer = "https://id.example", audience = "ward", revocable, max_age = "10m"),
    realm = "device"
)]
pub(crate) struct Device {
    #[principal(id)]
    pub(crate) id: String,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub(crate) name: String,
}

fn write<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if is_broken(Broken::Writing) {
        return Err(S::Error::custom(format!("`{name}` cannot be written")));
    }
    serializer.serialize_str(name)
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if is_broken(Broken::Reading) {
        return Err(D::Error::invalid_type(Unexpected::Str(&name), &"a number"));
    }
    Ok(name)
}

/// Where the accounts are; its errors quote them.
pub(crate) struct Accounts;

macro_rules! source {
    ($($principal:ident),*) => {$(
        impl PrincipalSource<$principal> for Accounts {
            async fn load(&self, id: &String) -> Result<Option<$principal>, Box<dyn Error + Send + Sync>> {
                if is_broken(Broken::Source) {
                    return Err(format!("no row for {id}, {NAME}").into());
                }
                let id = if is_broken(Broken::OtherSubject) { format!("{id}-2") } else { id.clone() };
                Ok(Some($principal { id, name: NAME.to_owned() }))
            }
        }
    )*};
}

source!(Patient, Traveller, Device);
