//! `referee demo`.

use super::place::address;
use super::serve::signals;
use super::{Failed, logging};
use clap::Args;
use referee::app::{App, Start, StartError};
use referee::clock::SystemClock;
use referee::config::{Config, Environment};
use referee::demo::stage::{DemoAccount, Stage, StageClock};
use referee::demo::{self, Facts, World};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Try Referee: five systems on this computer that disagree.
#[derive(Args)]
#[command(after_help = "\
Lays down a portal, a warehouse, billing and HR (SQLite files) and a helpdesk (HTTP on loopback)
with 2,000 customers, 300 products, 60 employees and 12 suppliers, plays a year in which they agree, then lets them disagree. The
second start goes on where the first one stopped.")]
pub struct Demo {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder of the demo's systems and of Referee's own data
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Forget the demo in that folder first
    #[arg(long)]
    reset: bool,
    /// Another seed makes other people and other stories
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When ready, print one line of JSON instead of words
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Ready<'a> {
    url: &'a str,
    accounts: &'a [DemoAccount],
    systems: &'a [Facts],
}

/// Whether the address can be listened on: asked before a year is played for it.
fn free(address: SocketAddr) -> Result<(), StartError> {
    std::net::TcpListener::bind(address).map(drop).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortInUse { address },
        _ => StartError::Listen { address, error },
    })
}

impl Demo {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        if !self.listen.ip().is_loopback() {
            return Err(
                "the demo listens on this computer only: take an address of 127.0.0.0/8 or [::1]".into()
            );
        }
        let folder = self.folder()?;
        let (own, systems) = (folder.join("referee"), folder.join("systems"));
        if self.reset {
            forget(&own)?;
            forget(&systems)?;
        }
        free(self.listen)?;
        std::fs::create_dir_all(&systems).map_err(|error| {
            format!("the folder {} cannot be made ({error}): name another with --data", systems.display())
        })?;
        let mut config = Config::default();
        config.server.listen = self.listen;
        config.data.folder = Some(own);
        config.log.level = if self.json { "warn" } else { "warn,referee=warn" }.to_owned();
        logging::start(&config.log);
        let clock = StageClock::new(Arc::new(SystemClock));
        let world = Arc::new(self.world(&systems, &clock).await?);
        let start = Start { clock: clock.clone(), demo: true, ..Start::new(config) };
        let app = App::build(start).await?;
        let stage = Arc::new(Stage::set(&app, world, &clock).await?);
        let accounts = stage.accounts(&app.accounts).await?;
        app.show_demo(stage.clone());
        self.tell(&app.url, &accounts, &stage.world.facts(&stage.helpdesk), &folder)?;
        tokio::spawn(signals(app.stopper()));
        app.run().await?;
        Ok(ExitCode::SUCCESS)
    }

    fn folder(&self) -> Result<PathBuf, Failed> {
        if let Some(folder) = &self.data {
            return Ok(folder.clone());
        }
        let environment: Environment = std::env::vars().collect();
        let (config, _) = Config::load(None, &environment)?;
        let beside = config.folder()?.parent().map(Path::to_path_buf);
        Ok(beside.ok_or("there is no home folder: name one with --data")?.join("referee-demo"))
    }

    async fn world(&self, folder: &Path, clock: &Arc<StageClock>) -> Result<World, Failed> {
        if let Some(world) = World::open(folder, clock.clone()).await? {
            return Ok(world);
        }
        Ok(World::lay_down(folder, self.seed, clock.clone(), demo::Start::AYearAgo).await?)
    }

    fn tell(
        &self,
        url: &str,
        accounts: &[DemoAccount],
        systems: &[Facts],
        folder: &Path,
    ) -> Result<(), Failed> {
        if self.json {
            println!("{}", serde_json::to_string(&Ready { url, accounts, systems })?);
            return Ok(());
        }
        println!("Referee's demo is ready: {url}\n\nSign in as");
        for account in accounts {
            println!("  {:<9} {:<7} {}", account.role, account.login, account.password);
        }
        println!("\nThe systems");
        for system in systems {
            let path = system.path.as_ref().map(|path| path.display().to_string());
            let address = system.address.as_ref().map(ToString::to_string);
            println!("  {:<9} {}", system.id, path.or(address).unwrap_or_default());
        }
        println!(
            "\nDemo data in {}, Referee's own in its folder referee: for other commands,",
            folder.display()
        );
        println!("--data {}", folder.join("referee").display());
        println!("\nNothing leaves this computer. Stop with Ctrl-C.");
        Ok(())
    }
}

fn forget(folder: &Path) -> Result<(), Failed> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()).into())
        }
        _ => Ok(()),
    }
}
