//! The systems' clocks: heard while a system is read, kept for the judge of times.

use super::Engine;
use crate::connectors::Heard;
use crate::domain::clock::{Measured, Offset};
use crate::domain::ids::SystemId;
use crate::domain::time::Time;
use crate::store::{StoreError, clocks};
use chrono::TimeDelta;
use std::time::Duration;

/// The most exact of what one run heard.
#[derive(Default)]
pub(super) struct Listening(Option<Offset>);

impl Listening {
    /// Takes in what came with a page, `now` being when it is looked at.
    pub fn hear(&mut self, heard: Option<&Heard>, now: Time) {
        let offset = match heard {
            None => return,
            Some(Heard::Ours) => Offset::default(),
            Some(Heard::Said { time, step, trip, answered }) => {
                let answered = now - span(answered.elapsed());
                Offset::of(*time, span(*step), answered - span(*trip), answered)
            }
        };
        if self.0.is_none_or(|known| offset.within_ms < known.within_ms) {
            self.0 = Some(offset);
        }
    }
}

fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or_default()
}

impl Engine {
    /// Keeps what a run heard of a system's clock, before what it read is judged. A clock that is
    /// this machine's is written down once.
    pub(super) async fn keep_clock(&self, system: &SystemId, heard: &Listening) -> Result<(), StoreError> {
        let Some(offset) = heard.0 else { return Ok(()) };
        let ours = Offset::default();
        let known = self.setup().clocks.of(system).copied();
        if offset == ours && known.is_some_and(|known| known.now == ours && known.before.is_none()) {
            return Ok(());
        }
        let system = system.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let known = clocks::get(w, &system).await?;
                clocks::save(w, &system, &Measured::after(known, offset, w.now())).await?;
                Ok(((), Vec::new()))
            })
            .await?;
        self.reload().await?;
        Ok(())
    }
}
