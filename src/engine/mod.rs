//! Floor 2: the verbs. Each one that changes anything is a closure handed to the store, which
//! commits it with its audit events.

mod absences;
pub mod accounts;
pub mod alerts;
mod approvals;
pub mod ask;
pub mod case;
mod clocks;
pub mod comments;
mod deliveries;
pub mod detect;
pub mod dossier;
pub mod dry_run;
pub mod explain;
pub mod failed;
mod grades;
pub mod incidents;
mod incoming;
mod intake;
pub mod links;
mod merge;
pub mod notices;
pub mod objections;
pub mod on_demand;
pub mod once;
pub mod pauses;
pub mod policies;
mod post;
mod quarantine;
pub mod questions;
mod refusal;
pub mod reports;
pub mod review;
pub mod routing;
pub mod samples;
pub mod separate;
pub mod setup;
mod sight;
pub mod sync;
pub mod tags;
pub mod validate;
pub mod verify;
pub mod views;
pub mod watch;
pub mod watchers;
pub mod worker;
pub mod writeback;

pub use crate::connectors::Capabilities;
pub use post::{Posted, is_address};
pub use refusal::Refusal;
pub use setup::Setup;

use crate::connectors::Connector;
use crate::connectors::mail::Mailer;
use crate::domain::ids::SystemId;
use crate::store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

/// The engine: the store it works on and the connectors it talks through.
pub struct Engine {
    store: Store,
    setup: RwLock<Arc<Setup>>,
    /// One reload at a time: of two, the one that read earlier must not be kept later.
    reloading: tokio::sync::Mutex<()>,
    connectors: Mutex<HashMap<SystemId, Arc<dyn Connector>>>,
    checks: watch::Checks,
    /// Up to where the track records of suggestions were looked at.
    looked: grades::Looked,
    dry_runs: dry_run::DryRuns,
    /// By whom letters leave, if a mail server is set.
    post: OnceLock<Arc<Mailer>>,
    /// Wakes the worker of this server that decides, or takes back, many at once.
    many_asked: tokio::sync::Notify,
}

impl Engine {
    /// An engine on this store, with the configuration that is in force there.
    ///
    /// # Errors
    /// The store cannot be read, or holds a configuration this program does not understand.
    pub async fn start(store: Store) -> Result<Arc<Self>, StoreError> {
        let setup = Setup::load(&mut store.session().await?).await?;
        let (setup, connectors) = (RwLock::new(Arc::new(setup)), Mutex::default());
        let (checks, dry_runs, reloading, post, looked, many_asked) = Default::default();
        let engine = Self { store, setup, reloading, connectors, checks, dry_runs, post, looked, many_asked };
        Ok(Arc::new(engine))
    }

    /// The store: for reading, and for the verbs of this floor.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}
