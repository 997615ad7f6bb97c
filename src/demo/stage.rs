//! The demo on its stage: the world laid down, a year played and read chapter by chapter, the
//! stories told, the accounts made.
//!
//! Referee reads the past as it would have: its clock is set back while the year is played.
//! Nothing here writes conflicts; each arises because a system was edited and read again.

use super::{DemoError, Fault, Helpdesk, Start, System, World, stories};
use crate::app::App;
use crate::domain::access::{Role, Viewer};
use crate::domain::audit::Actor;
use crate::domain::ids::SystemId;
use crate::domain::time::{Clock, Time};
use crate::engine::accounts::{AccountError, Accounts, NewToken, NewUser};
use crate::engine::sync::Trigger;
use crate::engine::{Engine, Refusal};
use crate::store::{StoreError, users};
use crate::web::site::{Faults, State};
use chrono::{SubsecRound, TimeDelta};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    #[error(transparent)]
    World(#[from] DemoError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{system} {entity} could not be read: {error}")]
    Read { system: SystemId, entity: String, error: String },
}

/// The real clock, which can be set back while the past is played.
pub struct StageClock {
    inner: Arc<dyn Clock>,
    back_micros: AtomicI64,
}

impl StageClock {
    #[must_use]
    pub fn new(inner: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { inner, back_micros: AtomicI64::new(0) })
    }

    fn set(&self, time: Time) {
        let back = (self.inner.now() - time).num_microseconds().unwrap_or(0);
        self.back_micros.store(back, Ordering::SeqCst);
    }

    fn release(&self) {
        self.back_micros.store(0, Ordering::SeqCst);
    }
}

impl Clock for StageClock {
    fn now(&self) -> Time {
        (self.inner.now() - TimeDelta::microseconds(self.back_micros.load(Ordering::SeqCst))).trunc_subsecs(6)
    }
}

/// Somebody who can sign in to the demo.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DemoAccount {
    pub role: &'static str,
    pub login: &'static str,
    pub password: String,
    pub token: String,
}

/// Hours before now at which the stories told so far are read: a few conflicts have been waiting
/// for days, most came today, as in a queue that is kept up with.
const STRETCHES: [i64; 2] = [204, 2];

/// The first role is what the account is told as. Iris leads, and decides what stewards do not see.
const PEOPLE: [(&str, &str, &[Role]); 5] = [
    ("ana", "Ana Ruiz", &[Role::Steward]),
    ("jonas", "Jonas Beck", &[Role::Steward]),
    ("maya", "Maya Klein", &[Role::Manager]),
    ("tariq", "Tariq Nasser", &[Role::Admin]),
    ("iris", "Iris Vogt", &[Role::Steward, Role::Manager]),
];

/// The demo while it runs.
pub struct Stage {
    pub world: Arc<World>,
    /// Ends with the stage.
    pub helpdesk: Helpdesk,
    pub(super) engine: Arc<Engine>,
}

impl Stage {
    /// Brings Referee and the world together. A store that is configured already goes on where
    /// it stopped.
    ///
    /// # Errors
    /// The world cannot be reached, or Referee refused its configuration.
    pub async fn set(app: &App, world: Arc<World>, clock: &StageClock) -> Result<Self, StageError> {
        let helpdesk = world.start_helpdesk().await?;
        let stage = Self { world, helpdesk, engine: app.engine.clone() };
        if stage.engine.setup().catalog_version == 0 {
            stage.play(clock).await?;
        } else {
            // The helpdesk's port or the folder may be another one than at the last start.
            let catalog = stage.world.catalog(&stage.helpdesk)?;
            stage.engine.configure(Actor::referee(), catalog, "the demo's systems moved").await?;
        }
        Ok(stage)
    }

    async fn play(&self, clock: &StageClock) -> Result<(), StageError> {
        let chapters = self.world.history();
        clock.set(self.world.begins_at());
        self.engine.seed(self.world.catalog(&self.helpdesk)?).await?;
        self.engine.save_secret(&"helpdesk".into(), &self.world.token(), Actor::referee()).await?;
        // HR stays watch only: what is decided there is entered by hand.
        for system in System::ALL.into_iter().filter(|system| *system != System::Hr) {
            self.engine.enable_writes(&Viewer::referee(), &system.id().into(), true).await?;
        }
        self.read().await?;
        for chapter in chapters {
            clock.set(chapter.ends_at + TimeDelta::minutes(2));
            self.world.apply(&chapter.edits).await?;
            self.read().await?;
        }
        clock.set(self.world.agreed_at());
        self.read().await?;
        self.play_stories(clock).await
    }

    /// Tells the stories in stretches, each read at its end, as a nightly check would have
    /// found them: so some conflicts are days old.
    async fn play_stories(&self, clock: &StageClock) -> Result<(), StageError> {
        let (stories, mut from) = (self.world.stories(), self.world.agreed_at());
        let now = clock.inner.now();
        for hours in STRETCHES {
            let to = now - TimeDelta::hours(hours);
            clock.set(to);
            self.world.apply(&stories::edits_between(&stories, from, to)).await?;
            self.read().await?;
            from = to;
        }
        clock.release();
        self.world.apply(&stories::edits_between(&stories, from, Time::MAX_UTC)).await?;
        self.read().await
    }

    /// Tells every story as having just happened, and has Referee find out: what it remembers goes
    /// on in its own time, so its clock is not set back as when the year is played.
    async fn tell(&self) -> Result<(), StageError> {
        let edits = stories::just_now(&self.world.stories(), self.engine.now());
        self.world.apply(&edits).await?;
        self.read().await
    }

    /// Reads every system whole.
    pub(super) async fn read(&self) -> Result<(), StageError> {
        let trigger = Trigger { name: "command", by: Actor::referee(), full: true };
        for run in self.engine.sync_all(&trigger).await? {
            if let Some(error) = run.error {
                return Err(StageError::Read { system: run.system, entity: run.entity.0, error });
            }
        }
        Ok(())
    }

    /// One person per role, with the same password at every start and a fresh token.
    ///
    /// # Errors
    /// The store failed.
    pub async fn accounts(&self, accounts: &Accounts) -> Result<Vec<DemoAccount>, StageError> {
        let mut made = Vec::new();
        for (login, name, roles) in PEOPLE {
            // It opens invented data on this computer only, and must be told again at each start.
            let secret = self.engine.store().key().mac(&format!("demo password of {login}"));
            let password = format!("{login}-{}", secret.chars().take(16).collect::<String>());
            let known = users::by_login(&mut self.engine.store().session().await?, login).await?;
            if known.is_none() {
                let (login, name, password) = (login.to_owned(), name.to_owned(), password.clone());
                let new =
                    NewUser { login, name, roles: roles.iter().copied().collect(), password, mail: None };
                accounts.add_user(Actor::referee(), new).await?;
            }
            let new = NewToken { login: login.to_owned(), name: "demo".to_owned(), days: 30 };
            let token = accounts.issue_token(Actor::referee(), new).await?;
            let role = roles.first().map_or("", |role| role.as_str());
            made.push(DemoAccount { role, login, password, token });
        }
        Ok(made)
    }
}

/// What a press of a button did, in words.
type Done<'a> = BoxFuture<'a, Result<String, String>>;

impl crate::web::site::DemoControls for Stage {
    fn make_conflict(&self) -> Done<'_> {
        async {
            let story = self.world.make_conflict().await.map_err(|error| error.to_string())?;
            self.read().await.map_err(|error| error.to_string())?;
            Ok(story.name)
        }
        .boxed()
    }

    fn break_system<'a>(&'a self, system: &'a str, fault: &'a str) -> Done<'a> {
        async move {
            let found = System::of_id(system).zip(Fault::of_id(fault)).ok_or("there is no such fault")?;
            self.world.break_system(found.0, found.1).await.map_err(|error| error.to_string())?;
            Ok(system.to_owned())
        }
        .boxed()
    }

    fn heal<'a>(&'a self, system: &'a str) -> Done<'a> {
        async move {
            let found = System::of_id(system).ok_or("there is no such system")?;
            self.world.heal(found).await.map_err(|error| error.to_string())?;
            self.engine.retry_target(&system.into()).await.map_err(|error| error.to_string())?;
            Ok(system.to_owned())
        }
        .boxed()
    }

    fn reset(&self) -> Done<'_> {
        async {
            // The systems go back to where all agreed; what Referee remembers stays, as it must.
            self.world.reset(Start::Agreed).await.map_err(|error| error.to_string())?;
            self.read().await.map_err(|error| error.to_string())?;
            self.tell().await.map_err(|error| error.to_string())?;
            Ok(String::new())
        }
        .boxed()
    }

    fn states(&self) -> BoxFuture<'_, Result<Vec<State>, String>> {
        async { self.all_states().await.map_err(|error| error.to_string()) }.boxed()
    }

    fn bring_about<'a>(&'a self, screen: &'a str, id: &'a str) -> BoxFuture<'a, Result<bool, String>> {
        // The inherent one of the same name does it.
        async move { Stage::bring_about(self, screen, id).await.map_err(|error| error.to_string()) }.boxed()
    }

    fn faults(&self) -> BoxFuture<'_, Vec<(String, Faults)>> {
        async {
            let now = self.world.faults().await.unwrap_or_default();
            let of = |system: System| {
                let own = Fault::of(system)
                    .iter()
                    .map(|fault| (fault.id().to_owned(), now.contains(&(system, *fault))));
                (system.id().to_owned(), own.collect())
            };
            System::ALL.map(of).to_vec()
        }
        .boxed()
    }
}
