//! The sessions of each release of tower-sessions: their code is the same text in each, and other types.

/// Defines the module of a release from the crate that has its session.
macro_rules! release {
    ($module:ident: $feature:literal, $core:ident) => {
        #[cfg(feature = $feature)]
        pub(super) mod $module {
            use std::sync::Arc;
            use std::time::{Duration, SystemTime};

            use async_trait::async_trait;
            use http::Extensions;
            use $core::session::{Expiry, Id, Record};
            use $core::session_store::{Error, Result};
            use $core::{Session, SessionStore};

            use super::super::shelf::Shelf;
            use super::super::view::View;
            use crate::sessions::{Data, SessionError};

            /// A session of this release, over a store that knows one record.
            #[derive(Clone)]
            pub(in super::super) struct Given {
                session: Session,
                store: Arc<OneRecord>,
            }

            #[derive(Debug)]
            struct OneRecord {
                view: View,
                /// As the session was given it.
                given: Record,
            }

            impl Given {
                /// A session with a record behind it, or, for all that is known, without.
                pub(in super::super) fn new(shelf: &Arc<Shelf>, has_record: bool) -> Self {
                    let view = View::of(Arc::clone(shelf));
                    let now = SystemTime::now();
                    let expiry_date = now.checked_add(view.remaining()).unwrap_or(now).into();
                    // Drawn for this request: whoever sees it learns nothing of the cookie.
                    let id = Id::default();
                    let store = Arc::new(OneRecord { view, given: Record { id, data: Data::new(), expiry_date } });
                    let expiry = Some(Expiry::AtDateTime(expiry_date));
                    let session = Session::new(has_record.then_some(id), Arc::clone(&store), expiry);
                    Self { session, store }
                }

                pub(in super::super) fn insert_into(&self, extensions: &mut Extensions) {
                    extensions.insert(self.session.clone());
                }

                /// Whether [`keep`](Self::keep) has something to write.
                pub(in super::super) fn is_changed(&self) -> bool {
                    self.session.is_modified() || self.store.view.is_deleted()
                }

                /// Writes what was changed and not saved. A failure is found on the shelf.
                pub(in super::super) async fn keep(&self, save: bool) {
                    let view = &self.store.view;
                    if save && self.session.is_modified() {
                        let _ = self.session.save().await;
                    } else if view.is_deleted() && (self.session.id().is_some() || self.session.is_empty().await) {
                        let _ = view.save(&Data::new(), None).await;
                    }
                }

                /// Empties the session and forgets what it had not saved.
                pub(in super::super) async fn forget(&self) {
                    self.session.clear().await;
                    self.store.view.clear();
                }
            }

            impl OneRecord {
                /// By how much the session ends before the time that it was given.
                fn sooner(&self, record: &Record) -> Option<Duration> {
                    let sooner = Duration::try_from(self.given.expiry_date - record.expiry_date).ok()?;
                    (!sooner.is_zero()).then_some(sooner)
                }
            }

            #[async_trait]
            impl SessionStore for OneRecord {
                async fn create(&self, record: &mut Record) -> Result<()> {
                    self.view.create(&record.data, self.sooner(record)).await.map_err(refused)
                }

                async fn save(&self, record: &Record) -> Result<()> {
                    self.view.save(&record.data, self.sooner(record)).await.map_err(refused)
                }

                async fn load(&self, id: &Id) -> Result<Option<Record>> {
                    let data = self.view.load().await.map_err(refused)?;
                    Ok(Some(Record { id: *id, data, ..self.given.clone() }))
                }

                async fn delete(&self, _: &Id) -> Result<()> {
                    self.view.delete();
                    Ok(())
                }
            }

            fn refused(error: SessionError) -> Error {
                Error::Backend(error.to_string())
            }
        }
    };
}

release!(release_0_15: "tower-sessions", tower_sessions_core);
release!(release_0_14: "tower-sessions-0-14", tower_sessions_core_0_14);
