//! A small world for the flow tests: two or three real SQLite systems, a store on either
//! database, and a clock that moves when told to.

use chrono::{TimeDelta, TimeZone, Utc};
use referee::domain::access::{Role, Viewer};
use referee::domain::catalog::Catalog;
use referee::domain::chance::Random;
use referee::domain::ids::{SystemId, UserId};
use referee::domain::seal::Key;
use referee::domain::time::{Clock, Time};
use referee::engine::Engine;
use referee::engine::accounts::{Accounts, command_line};
use referee::engine::sync::Trigger;
use referee::engine::writeback::Step;
use referee::store::users::{self, User};
use referee::store::{Options, Store, StoreError, WriteSession};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn at(time: Time) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(time.timestamp_micros())))
    }
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        // One microsecond a look, so that what follows is later.
        Utc.timestamp_micros(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// Random bytes from the operating system, as in production.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), bytes).unwrap();
    }
}

pub struct World {
    pub engine: Arc<Engine>,
    pub clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

pub const NOON: &str = "2026-03-03T12:00:00Z";

impl World {
    /// A world on this database, with the systems of `config` laid down by `tables`.
    pub async fn on(store_url: Option<String>, config: &str, tables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = TestClock::at(NOON.parse().unwrap());
        let url = store_url.unwrap_or_else(|| format!("sqlite://{}/referee.db", folder.path().display()));
        let options =
            Options { url, key: Key::new([7; 32]), clock: clock.clone(), random: Arc::new(SystemRandom) };
        let store = Store::open(options).await.unwrap();
        let world = Self { engine: Engine::start(store).await.unwrap(), clock, folder };
        for (system, sql) in tables {
            let file = world.path(system);
            std::fs::File::create(&file).unwrap();
            world.sql(system, sql).await;
        }
        let config = config.replace("FOLDER", &world.folder.path().display().to_string());
        let catalog: Catalog = toml::from_str(&config).unwrap();
        assert!(world.engine.seed(catalog).await.unwrap());
        for viewer in [steward(), other_steward(), admin()] {
            world.add(viewer).await;
        }
        world
    }

    /// An account for a viewer, who cannot sign in.
    async fn add(&self, viewer: Viewer) {
        let add = async move |w: &mut WriteSession| {
            let user = User {
                id: viewer.user.clone(),
                login: viewer.login.clone(),
                name: viewer.name.clone(),
                roles: viewer.roles.clone(),
                zone: "UTC".to_owned(),
                theme: "system".to_owned(),
                preferences: Default::default(),
                mail: None,
                disabled: false,
                epoch: 0,
                created_at: w.now(),
            };
            Ok::<_, StoreError>((users::insert(w, &user, "none").await?, Vec::new()))
        };
        self.engine.store().write(add).await.unwrap();
    }

    pub fn path(&self, system: &str) -> PathBuf {
        self.folder.path().join(format!("{system}.sqlite"))
    }

    async fn connect(&self, system: &str) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path(system)).connect().await.unwrap()
    }

    /// Changes a system from outside.
    pub async fn sql(&self, system: &str, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.connect(system).await)
            .await
            .unwrap();
    }

    /// Looks into a system from outside.
    pub async fn value(&self, system: &str, sql: &str) -> String {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
        query.fetch_one(&mut self.connect(system).await).await.unwrap()
    }

    /// Reads every system whole, and judges.
    pub async fn sync(&self) {
        self.clock.advance(TimeDelta::minutes(1));
        let trigger = Trigger { full: true, ..Trigger::schedule() };
        for run in self.engine.sync_all(&trigger).await.unwrap() {
            assert_eq!(run.error, None, "{} {}", run.system, run.entity);
        }
    }

    /// Lets Referee write to these systems.
    pub async fn enable_writes(&self, systems: &[&str]) {
        for system in systems {
            self.engine.enable_writes(&admin(), &SystemId::from(*system), true).await.unwrap();
        }
    }

    /// Works off every delivery that is due, and says how many.
    pub async fn deliver(&self) -> usize {
        let mut done = 0;
        loop {
            let (before, mut wait) = (done, None);
            for system in self.engine.targets_with_work().await.unwrap() {
                match self.engine.deliver_to(&system).await.unwrap() {
                    Step::Done => done += 1,
                    Step::Wait(time) => wait = wait.into_iter().chain([time]).min(),
                    Step::Nothing => {}
                }
            }
            assert!(done < 1000, "deliveries do not end");
            match wait {
                _ if done > before => {}
                // Only a system's rate is waited for here.
                Some(time) if time < TimeDelta::seconds(1) => self.clock.advance(time),
                _ => return done,
            }
        }
    }
}

/// Lets somebody in no more.
pub async fn disable(world: &World, viewer: &Viewer) {
    let accounts = Accounts::new(world.engine.store().clone());
    accounts.set_disabled(command_line(), &viewer.login, true).await.unwrap();
}

fn viewer(name: &str, role: Role) -> Viewer {
    Viewer {
        user: UserId::from(name),
        login: name.into(),
        name: name.into(),
        roles: [role].into(),
        entities: None,
        program: false,
        hold: Default::default(),
    }
}

pub fn steward() -> Viewer {
    viewer("ana", Role::Steward)
}
pub fn other_steward() -> Viewer {
    viewer("jonas", Role::Steward)
}
pub fn admin() -> Viewer {
    viewer("tariq", Role::Admin)
}
