//! The calls to a store, of whichever release of tower-sessions: its trait is the same text in each, and another trait.

use std::sync::Arc;

use super::entry::{Data, Entry};
use crate::store::StoreError;

/// What stands under an id.
pub(super) enum Found {
    Nothing,
    Data(Data),
    /// Something that the store itself does not understand: another release of it wrote it, or somebody else.
    Undecodable,
}

/// Defines an engine over these releases, each with the feature that brings it and the crate that has its trait.
macro_rules! engine {
    ($($release:ident, $module:ident: $feature:literal, $core:ident;)+) => {
        /// A store of one of the releases.
        #[derive(Clone)]
        pub(super) enum Engine {
            $(#[cfg(feature = $feature)] $release(Arc<dyn $core::SessionStore>),)+
        }

        impl Engine {
            $(
                #[cfg(feature = $feature)]
                pub(super) fn $module(store: impl $core::SessionStore) -> Self {
                    Self::$release(Arc::new(store))
                }
            )+

            pub(super) async fn load(&self, id: i128) -> Result<Found, StoreError> {
                match self {
                    $(#[cfg(feature = $feature)] Self::$release(store) => $module::load(&**store, id).await,)+
                }
            }

            /// Answers with the id under which the store keeps it, which need not be the one that was asked for.
            pub(super) async fn create(&self, entry: Entry) -> Result<i128, StoreError> {
                match self {
                    $(#[cfg(feature = $feature)] Self::$release(store) => $module::create(&**store, entry).await,)+
                }
            }

            pub(super) async fn save(&self, entry: Entry) -> Result<(), StoreError> {
                match self {
                    $(#[cfg(feature = $feature)] Self::$release(store) => $module::save(&**store, entry).await,)+
                }
            }

            pub(super) async fn delete(&self, id: i128) -> Result<(), StoreError> {
                match self {
                    $(#[cfg(feature = $feature)] Self::$release(store) => $module::delete(&**store, id).await,)+
                }
            }
        }

        $(
            #[cfg(feature = $feature)]
            mod $module {
                use $core::SessionStore;
                use $core::session::{Id, Record};
                use $core::session_store::Error;

                use super::{Entry, Found, StoreError};

                pub(super) async fn load(store: &dyn SessionStore, id: i128) -> Result<Found, StoreError> {
                    match store.load(&Id(id)).await {
                        Ok(None) => Ok(Found::Nothing),
                        Ok(Some(record)) => Ok(Found::Data(record.data)),
                        Err(Error::Decode(_)) => Ok(Found::Undecodable),
                        Err(error) => Err(failed(error)),
                    }
                }

                pub(super) async fn create(store: &dyn SessionStore, entry: Entry) -> Result<i128, StoreError> {
                    let mut record = record(entry);
                    store.create(&mut record).await.map_err(failed)?;
                    Ok(record.id.0)
                }

                pub(super) async fn save(store: &dyn SessionStore, entry: Entry) -> Result<(), StoreError> {
                    store.save(&record(entry)).await.map_err(failed)
                }

                pub(super) async fn delete(store: &dyn SessionStore, id: i128) -> Result<(), StoreError> {
                    store.delete(&Id(id)).await.map_err(failed)
                }

                fn failed(error: Error) -> StoreError {
                    let reason = match error {
                        Error::Encode(_) => "the store cannot encode the record",
                        Error::Decode(_) => "the store cannot decode the record",
                        Error::Backend(_) => "the store's backend failed",
                    };
                    StoreError::new(error).with_reason(reason)
                }

                fn record(entry: Entry) -> Record {
                    Record { id: Id(entry.id), data: entry.data, expiry_date: entry.expires_at.into() }
                }
            }
        )+
    };
}

engine! {
    Release015, release_0_15: "tower-sessions", tower_sessions_core;
    Release014, release_0_14: "tower-sessions-0-14", tower_sessions_core_0_14;
}
