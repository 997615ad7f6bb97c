//! Building and running Referee: the same start-up for production and for tests.
//!
//! Everything that can fail does so in [`App::build`], before the first request is taken, with
//! a text that says what to do. [`App::run`] ends within ten seconds of being told to.

pub mod folder;

use crate::clock::{SystemChance, SystemClock};
use crate::config::{self, Config, ConfigError, MailSecurity};
use crate::connectors;
use crate::connectors::mail::{MailError, MailSettings, Mailer, Protection};
use crate::domain::chance::Random;
use crate::domain::time::Clock;
use crate::engine::accounts::{AccountError, Accounts};
use crate::engine::alerts::Mail;
use crate::engine::dry_run::Limits;
use crate::engine::reports::Report;
use crate::engine::{Engine, Refusal, Setup};
use crate::store::users::User;
use crate::store::{self, Options, Store, StoreError};
use crate::web::letter;
use crate::web::pages::views;
use crate::web::routes;
use crate::web::site::{Reach, Site};
use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use actix_web::web::Data;
use folder::{DataFolder, FolderError};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long requests under way and workers may take when the server stops.
const STOP: Duration = Duration::from_secs(8);
/// How long the database may take to close.
const CLOSE: Duration = Duration::from_secs(1);

/// Why Referee does not start; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("the database {url}: {error}")]
    Store { url: String, error: StoreError },
    #[error("the key file in {} is not the one this database was sealed with: put the right one back", .0.display())]
    WrongKey(std::path::PathBuf),
    #[error("{address} is in use by another program: stop it, or choose another with --listen")]
    PortInUse { address: SocketAddr },
    #[error(
        "cannot listen on {address} ({error}): choose an address of this computer, and a port you may use, with --listen"
    )]
    Listen { address: SocketAddr, error: io::Error },
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("settings: {0}")]
    Mail(#[from] MailError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{} cannot be used, nothing was taken from it:\n{problem}", .path.display())]
    Business { path: std::path::PathBuf, problem: String },
}

/// What a start needs.
pub struct Start {
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// The demo runs here: every page says so.
    pub demo: bool,
    /// Deliveries and schedules work by themselves; a test may step them instead.
    pub workers: bool,
}

impl Start {
    /// A start by the machine's own clock and randomness.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemChance::new()));
        Self { config, clock, random, demo: false, workers: true }
    }

    /// Opens folder and store beside a server that may run on them: for commands.
    ///
    /// # Errors
    /// As [`App::build`].
    pub async fn store(&self) -> Result<(DataFolder, Store), StartError> {
        let (folder, alone) = DataFolder::take_or_share(self.config.folder()?)?;
        // Of PostgreSQL every instance may bring the schema up to date: it has a lock for that.
        let alone = alone || self.config.store.url.is_some();
        let store = self.open(&folder, alone).await?;
        Ok((folder, store))
    }

    /// The engine on this store, an empty one seeded from the business configuration.
    ///
    /// # Errors
    /// The store cannot be read, or the file is no configuration.
    pub async fn engine(&self, store: &Store) -> Result<Arc<Engine>, StartError> {
        let engine = self.bare_engine(store).await?;
        if let Some(file) = &self.config.business.file {
            seed(&engine, file).await?;
        }
        Ok(engine)
    }

    /// The engine for a dry run: an empty store stays empty, its configuration is only considered.
    ///
    /// # Errors
    /// As [`Start::engine`].
    pub async fn dry_engine(&self, store: &Store) -> Result<Arc<Engine>, StartError> {
        let engine = self.bare_engine(store).await?;
        if let (Some(file), 0) = (&self.config.business.file, engine.setup().catalog_version) {
            engine.consider(config::business(file)?).map_err(|refusal| business_error(file, refusal))?;
        }
        Ok(engine)
    }

    async fn bare_engine(&self, store: &Store) -> Result<Arc<Engine>, StartError> {
        // Fails only if it is installed already, as in tests that start many.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed = |error| StartError::Store { url: "in use".to_owned(), error };
        Engine::start(store.clone()).await.map_err(failed)
    }

    async fn open(&self, folder: &DataFolder, alone: bool) -> Result<Store, StartError> {
        let key = folder.key(&*self.random)?;
        let (url, shown) = match &self.config.store.url {
            Some(url) => (url.expose().to_owned(), url.to_string()),
            None => folder.database().map(|url| (url.clone(), url))?,
        };
        let options = Options { url, key, clock: self.clock.clone(), random: self.random.clone() };
        let failed = |error| StartError::Store { url: shown.clone(), error };
        let opened = if alone { Store::open(options).await } else { Store::open_beside(options).await };
        let store = opened.map_err(failed)?;
        let mut session = store.session().await.map_err(failed)?;
        if !store::audit::key_opens(&mut session, store.key()).await.map_err(failed)? {
            return Err(StartError::WrongKey(folder.path().to_owned()));
        }
        Ok(store)
    }
}

/// Referee, listening but not yet answering.
pub struct App {
    /// The port it listens on, also when it was asked for any.
    pub port: u16,
    /// Where people go.
    pub url: String,
    pub engine: Arc<Engine>,
    pub accounts: Accounts,
    site: Data<Site>,
    server: Server,
    handle: ServerHandle,
    mail: Option<Mail>,
    works: bool,
    stop: CancellationToken,
    /// Holds the instance lock.
    folder: DataFolder,
}

impl App {
    /// Takes the data folder, opens the store, starts the engine and listens.
    ///
    /// # Errors
    /// Any of these is not possible: the error says which and what to do.
    pub async fn build(start: Start) -> Result<Self, StartError> {
        let folder = DataFolder::take(start.config.folder()?)?;
        let store = start.open(&folder, true).await?;
        let engine = start.engine(&store).await?;
        // Of a store in this folder the lock makes us the only one; others may share a PostgreSQL.
        if start.config.store.url.is_none() {
            let failed = |error| StartError::Store { url: "in use".to_owned(), error };
            engine.take_over_deliveries().await.map_err(failed)?;
        }
        let stop = CancellationToken::new();
        let reports = folder.path().join("dry-runs");
        let kept = engine.dry_runs().keep_in(&reports, Limits::default(), stop.child_token());
        kept.map_err(|error| FolderError::Other { path: reports, error })?;
        let accounts = Accounts::new(store.clone());
        let reach = reach(&start, &store);
        let probed = folder.path().to_owned();
        let site =
            Site::new(engine.clone(), accounts.clone(), reach, Box::new(move || DataFolder::probe(&probed)));
        let site = Data::new(site);
        let (server, address) = listen(&start.config, site.clone())?;
        let shown = format!("http://{address}");
        let url = site.reach.origin.clone().unwrap_or(shown);
        site.reached_at(&url);
        let handle = server.handle();
        let mail = mail(&start.config, &url, &engine)?;
        let (port, works) = (address.port(), start.workers);
        Ok(Self { port, url, engine, accounts, site, server, handle, mail, works, stop, folder })
    }

    /// Everything that works without being asked by a request. Each ends when `stop` is cancelled.
    fn start_workers(&mut self) -> Vec<JoinHandle<()>> {
        let (accounts, stopped) = (self.accounts.clone(), self.stop.clone());
        let warm_up = async move {
            if let Some(Err(error)) = stopped.run_until_cancelled(accounts.warm_up()).await {
                tracing::error!(%error, "passwords cannot be checked");
            }
        };
        let mut workers = vec![tokio::spawn(warm_up)];
        if self.works {
            workers.extend(self.engine.start_workers(&self.stop, self.mail.take(), Some(views::reader())));
        }
        workers
    }

    /// The folder it runs on.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Gives the demo's page its buttons.
    pub fn show_demo(&self, demo: Arc<dyn crate::web::site::DemoControls>) {
        self.site.show_demo(demo);
    }

    /// Cancelling this token stops the server.
    #[must_use]
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Answers until told to stop, then finishes what is under way.
    ///
    /// # Errors
    /// The server itself failed.
    pub async fn run(mut self) -> io::Result<()> {
        let workers = self.start_workers();
        let Self { engine, accounts, site, server, handle, stop, folder, .. } = self;
        let mut server = tokio::spawn(server);
        let ended = tokio::select! {
            ended = &mut server => Some(ended),
            () = stop.cancelled() => None,
        };
        stop.cancel();
        site.stop();
        let working = tokio::time::timeout(STOP, futures_util::future::join_all(workers));
        let (working, ()) = tokio::join!(working, handle.stop(true));
        if working.is_err() {
            tracing::warn!("a worker did not stop in time and was left behind");
        }
        let ended = match ended {
            Some(ended) => ended,
            None => server.await,
        };
        let store = site.store().clone();
        drop((engine, accounts, site));
        if tokio::time::timeout(CLOSE, store.close()).await.is_err() {
            tracing::warn!("the database was not closed in time; the next start recovers it");
        }
        drop(folder);
        ended.map_err(io::Error::other)?
    }
}

/// Seeds an empty store from the business configuration; later differences are reported only.
async fn seed(engine: &Engine, file: &std::path::Path) -> Result<(), StartError> {
    let catalog = match config::business(file) {
        Ok(catalog) => catalog,
        // It was taken once and is not needed any longer.
        Err(error) if engine.setup().catalog_version > 0 => {
            tracing::warn!(file = %file.display(), %error, "the configuration in force stays");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let seeded = engine.seed(catalog.clone()).await.map_err(|refusal| business_error(file, refusal));
    if !seeded? {
        let in_force = engine.setup();
        let same = (&catalog.systems, &catalog.entities, &catalog.mappings)
            == (&in_force.catalog.systems, &in_force.catalog.entities, &in_force.catalog.mappings);
        if !same {
            tracing::warn!(file = %file.display(), "differs from the configuration in force, which stays");
        }
    }
    Ok(())
}

fn business_error(file: &std::path::Path, refusal: Refusal) -> StartError {
    match refusal {
        Refusal::Invalid(problem) => StartError::Business { path: file.to_owned(), problem },
        other => other.into(),
    }
}

fn mail(config: &Config, url: &str, engine: &Arc<Engine>) -> Result<Option<Mail>, StartError> {
    let settings = &config.mail;
    let Some((host, from)) = settings.host.clone().zip(settings.from.clone()) else { return Ok(None) };
    let protection = match settings.security {
        MailSecurity::Starttls => Protection::Starttls,
        MailSecurity::Tls => Protection::Tls,
        MailSecurity::None => Protection::None,
    };
    let password = settings.password.as_ref().map(|secret| connectors::Secret::new(secret.expose()));
    let (port, user, to) = (settings.port, settings.user.clone(), settings.to.clone());
    let mailer = Mailer::new(&MailSettings { host, port, protection, user, password, from, to })?;
    let mailer = Arc::new(mailer);
    engine.post_by(mailer.clone());
    let (url, language, engine) = (url.to_owned(), config.server.language, engine.clone());
    let (place, reached) = (url.clone(), url.clone());
    let notices = move |reader: &User, told: &[_]| {
        let language = reader.preferences.language.unwrap_or(language);
        letter::of_notices(&engine.setup().catalog, told, &place, language)
    };
    let alerts = move |alert: &_| letter::of_alert(alert, &url, language);
    let reports = move |reader: &User, report: &Report, setup: &Setup| {
        let language = reader.preferences.language.unwrap_or(language);
        letter::of_report(&setup.catalog, reader, report, &reached, language)
    };
    let mail = Mail::new(mailer, Box::new(alerts)).with_notices(Box::new(notices));
    Ok(Some(mail.with_reports(Box::new(reports), views::reader())))
}

fn reach(start: &Start, store: &Store) -> Reach {
    let server = &start.config.server;
    let origin = server.public_url.as_ref().map(|url| url.origin().ascii_serialization());
    let https = origin.as_ref().is_some_and(|origin| origin.starts_with("https:"));
    // Cookies do not know ports: two instances on one computer need two names.
    let instance: String = store.key().mac("name of the cookie").chars().take(8).collect();
    let cookie = if https { "__Host-referee".to_owned() } else { format!("referee-{instance}") };
    Reach {
        origin,
        cookie,
        body_limit: server.body_limit_bytes,
        timeout: Duration::from_secs(server.request_timeout_seconds),
        trust_forwarded: server.trust_forwarded,
        demo: start.demo,
        language: server.language,
    }
}

fn listen(config: &Config, site: Data<Site>) -> Result<(Server, SocketAddr), StartError> {
    let address = config.server.listen;
    let mut server = HttpServer::new(move || routes::application(site.clone()))
        .disable_signals()
        .shutdown_timeout(STOP.as_secs())
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(10))
        // A body that is refused is still read for so long, so that its sender gets the answer.
        .client_disconnect_timeout(Duration::from_secs(5));
    if config.server.workers > 0 {
        server = server.workers(config.server.workers);
    }
    let server = server.bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { address },
        _ => StartError::Listen { address, error },
    })?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), bound))
}
