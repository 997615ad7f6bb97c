//! What every request may use: the engine, the accounts, and how this server is reached.

use super::idempotency::Running;
use crate::domain::access::Viewer;
use crate::domain::chance;
use crate::domain::language::Language;
use crate::engine::Engine;
use crate::engine::accounts::Accounts;
use crate::store::{Session, Store, StoreError};
use actix_web::HttpRequest;
use actix_web::web::Data;
use futures_util::future::BoxFuture;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How this server is reached and what it takes; from the settings of the installation.
#[derive(Clone, Debug)]
pub struct Reach {
    /// `https://referee.example.com`, if a proxy stands in front.
    pub origin: Option<String>,
    /// The name of the session's cookie.
    pub cookie: String,
    pub body_limit: usize,
    pub timeout: Duration,
    /// The caller's address is the last one of `X-Forwarded-For`.
    pub trust_forwarded: bool,
    pub demo: bool,
    /// The language where nobody asks for one, and of mails.
    pub language: Language,
}

impl Reach {
    /// Whether people come by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.starts_with("https:"))
    }
}

/// Tries whether the data folder can be written.
pub type Probe = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

/// The faults a system can have, and whether it has them now.
pub type Faults = Vec<(String, bool)>;

/// A cell of the coverage grid in a running demo.
pub struct State {
    /// `queue`, `conflict`, `writes` or `bulk`.
    pub screen: &'static str,
    pub id: &'static str,
    /// Where it is now, if it is.
    pub address: Option<String>,
    /// It can be brought about on request.
    pub can_act: bool,
}

/// The buttons of a demo: what they do is the roof's, each answers in words.
pub trait DemoControls: Send + Sync {
    /// One more conflict, made by editing a system.
    fn make_conflict(&self) -> BoxFuture<'_, Result<String, String>>;
    fn break_system<'a>(&'a self, system: &'a str, fault: &'a str) -> BoxFuture<'a, Result<String, String>>;
    fn heal<'a>(&'a self, system: &'a str) -> BoxFuture<'a, Result<String, String>>;
    fn reset(&self) -> BoxFuture<'_, Result<String, String>>;
    /// The cells of the coverage grid.
    fn states(&self) -> BoxFuture<'_, Result<Vec<State>, String>>;
    /// Brings a cell about; false if there is none such.
    fn bring_about<'a>(&'a self, screen: &'a str, id: &'a str) -> BoxFuture<'a, Result<bool, String>>;
    /// Each system with the faults it can have, and which it has now.
    fn faults(&self) -> BoxFuture<'_, Vec<(String, Faults)>>;
}

/// The shared state of all requests.
pub struct Site {
    pub engine: Arc<Engine>,
    pub accounts: Accounts,
    pub reach: Reach,
    pub probe: Probe,
    /// Requests under an idempotency key that are being answered.
    pub running: Running,
    stopping: AtomicBool,
    demo: OnceLock<Arc<dyn DemoControls>>,
    url: OnceLock<String>,
}

impl Site {
    #[must_use]
    pub fn new(engine: Arc<Engine>, accounts: Accounts, reach: Reach, probe: Probe) -> Self {
        let (running, stopping) = (Running::default(), AtomicBool::new(false));
        Self {
            engine,
            accounts,
            reach,
            probe,
            running,
            stopping,
            demo: OnceLock::new(),
            url: OnceLock::new(),
        }
    }

    /// The demo's buttons, if a demo runs here.
    #[must_use]
    pub fn demo(&self) -> Option<Arc<dyn DemoControls>> {
        self.demo.get().cloned()
    }

    /// From now on the demo's buttons work.
    pub fn show_demo(&self, demo: Arc<dyn DemoControls>) {
        // A second demo in one process would be a mistake of ours; the first one stays.
        let _ = self.demo.set(demo);
    }

    /// Where people reach this server, for links in letters.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.get().or(self.reach.origin.as_ref()).cloned().unwrap_or_default()
    }

    /// People reach this server there.
    pub fn reached_at(&self, url: &str) {
        let _ = self.url.set(url.to_owned());
    }

    /// A session in which whatever is read is as this person may see it: the only way from here to
    /// what is stored.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn session(&self, viewer: &Viewer) -> Result<Session, StoreError> {
        self.engine.session_for(viewer).await
    }

    /// The same where nobody is known to ask.
    ///
    /// # Errors
    /// As [`Site::session`].
    pub async fn session_outside(&self) -> Result<Session, StoreError> {
        self.engine.session_outside().await
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        self.engine.store()
    }

    /// From now on the server is not ready for more.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// `bits / 5` random letters and digits that are easily read out.
    #[must_use]
    pub fn random_text(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&chance::bytes::<20>(&**self.store().random())).to_lowercase()
    }

    /// Random bytes, as many as a secret has.
    #[must_use]
    pub fn random_bytes(&self) -> [u8; 32] {
        chance::bytes::<32>(&**self.store().random())
    }

    /// The site of a request.
    ///
    /// # Panics
    /// Never in a server made by `app`, which gives every request its site.
    #[must_use]
    pub fn of(request: &HttpRequest) -> &Data<Self> {
        request.app_data().unwrap_or_else(|| unreachable!("the app gives every request its site"))
    }
}
