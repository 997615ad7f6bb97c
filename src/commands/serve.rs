//! `referee serve`.

use super::place::{Place, address};
use super::{Failed, logging};
use clap::Args;
use referee::app::App;
use referee::store::users;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Answer people and programs until told to stop.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Address and port, such as 127.0.0.1:8080; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        let start = self.place.start(self.listen)?;
        logging::start(&start.config.log);
        let exposed =
            !start.config.server.listen.ip().is_loopback() && start.config.server.public_url.is_none();
        let app = App::build(start).await?;
        tracing::info!(url = app.url, data = %app.folder().path().display(), "Referee is listening");
        if exposed {
            tracing::warn!(
                "other computers can connect without TLS: put a proxy in front, set server.public_url"
            );
        }
        if users::none(&mut app.engine.store().session().await?).await? {
            tracing::warn!("nobody has an account: run 'referee user add NAME --role admin --name \"...\"'");
        }
        tokio::spawn(signals(app.stopper()));
        app.run().await?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

/// The first signal asks, the second insists.
pub async fn signals(stop: CancellationToken) {
    let (term, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut term), Ok(mut interrupt)) = (term, interrupt) else {
        tracing::error!("signals cannot be received: stop with kill -9");
        return;
    };
    for _ in 0..2 {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        if stop.is_cancelled() {
            tracing::warn!("stopped at once");
            std::process::exit(1);
        }
        tracing::info!("stopping; once more to stop at once");
        stop.cancel();
    }
}
