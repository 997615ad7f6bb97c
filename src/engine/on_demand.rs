//! Runs a person asks for: begun at once, carried out while the page shows them.

use super::sync::Trigger;
use super::{Engine, Refusal};
use crate::connectors::Capabilities;
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::{EntityId, SystemId};
use crate::store::runs::Run;
use std::sync::Arc;

impl Engine {
    /// Begins to read a system, one run per object, and answers the first run. The rest is done
    /// by a task of its own; how each run ends stands in the run.
    ///
    /// # Errors
    /// The viewer may not, there is no such system, nothing of it is mapped, it is being read
    /// already, or the store failed.
    pub async fn run_now(
        self: &Arc<Self>,
        viewer: &Viewer,
        system: &SystemId,
        trigger: Trigger,
    ) -> Result<Run, Refusal> {
        if !viewer.may(Right::Operate) {
            return Err(Refusal::Forbidden);
        }
        let setup = self.reload().await?;
        setup.catalog.system(system).ok_or(Refusal::NotFound("system"))?;
        let mut entities = setup.read_of(system);
        let first = entities.next().ok_or_else(|| setup.nothing_to_read(system))?;
        let rest: Vec<EntityId> = entities.collect();
        let run = self.start_run(system, &first, &trigger).await?;
        let (engine, begun) = (self.clone(), run.clone());
        tokio::spawn(async move {
            if let Err(error) = engine.go_on(begun, rest, &trigger).await {
                tracing::error!(%error, "a run that was asked for could not be carried out");
            }
        });
        Ok(run)
    }

    async fn go_on(&self, first: Run, rest: Vec<EntityId>, trigger: &Trigger) -> Result<(), Refusal> {
        let system = first.system.clone();
        let run = self.carry_out(first).await?;
        self.judge_run(&run).await?;
        for entity in rest {
            // Begun only now, so that its lease does not pass while it waits.
            let run = self.start_run(&system, &entity, trigger).await?;
            let run = self.carry_out(run).await?;
            self.judge_run(&run).await?;
        }
        Ok(())
    }

    /// What the connector of a system can do, if it can be opened.
    #[must_use]
    pub fn capabilities(&self, system: &SystemId) -> Option<Capabilities> {
        self.connector(system).ok().map(|connector| connector.capabilities())
    }
}
