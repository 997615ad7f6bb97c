//! Lanes: the deliveries to each system are worked off by workers of their own, so that one that is
//! slow, or swallows what it is sent, costs nobody else anything.

use super::repeat;
use crate::domain::ids::SystemId;
use crate::engine::writeback::Step;
use crate::engine::{Engine, Refusal};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often it is looked what is due where.
const LOOK: Duration = Duration::from_millis(250);
/// Workers of one system.
const WIDTH: usize = 16;
/// A worker that may not send for longer ends; another one begins when it is time.
const PATIENCE: Duration = Duration::from_millis(500);

type Lanes = Arc<Mutex<HashMap<SystemId, Vec<JoinHandle<()>>>>>;

/// Gives each system that something is due for a worker, and at each further look as many again as are
/// still at work, up to its width. Told to stop it waits for those under way, each of which ends what
/// it has in hand.
pub(super) async fn send_what_is_due(engine: Arc<Engine>, stop: CancellationToken) {
    let lanes = Lanes::default();
    let (own, token) = (lanes.clone(), stop.clone());
    repeat(stop, LOOK, move || {
        let (engine, lanes, stop) = (engine.clone(), own.clone(), token.clone());
        async move {
            let due = engine.targets_with_work().await?;
            let mut lanes = lanes.lock().unwrap_or_else(PoisonError::into_inner);
            lanes.retain(|_, workers| {
                workers.retain(|worker| !worker.is_finished());
                !workers.is_empty()
            });
            for system in due {
                let workers = lanes.entry(system.clone()).or_default();
                // Those that are still at work have not caught up: twice as many may.
                for _ in 0..workers.len().max(1).min(WIDTH - workers.len()) {
                    workers.push(tokio::spawn(lane(engine.clone(), system.clone(), stop.clone())));
                }
            }
            Ok(false)
        }
    })
    .await;
    let all = std::mem::take(&mut *lanes.lock().unwrap_or_else(PoisonError::into_inner));
    for worker in all.into_values().flatten() {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a worker of deliveries broke off");
        }
    }
}

/// One delivery to a system after the other, for as long as there are any.
async fn lane(engine: Arc<Engine>, system: SystemId, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let wait = match engine.deliver_to(&system).await.map_err(Refusal::from) {
            Ok(Step::Done) => continue,
            Ok(Step::Nothing) => return,
            Ok(Step::Wait(time)) => time.to_std().unwrap_or_default(),
            Err(error) => {
                tracing::error!(%system, %error, "a delivery could not be worked on");
                return;
            }
        };
        if wait > PATIENCE {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
