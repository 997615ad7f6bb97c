//! One page of a run: read, looked through beside the store's writer, and stored.

use super::{Ended, Reading, lease, still_ours};
use crate::connectors::Page;
use crate::domain::ids::RunId;
use crate::domain::time::Time;
use crate::engine::Engine;
use crate::engine::absences::Absences;
use crate::engine::clocks::Listening;
use crate::engine::detect::Foreseen;
use crate::engine::incidents::change;
use crate::engine::incoming::Incoming;
use crate::engine::intake::{Held, Passed, Source, Taken};
use crate::faults::{self, Point};
use crate::store::runs::Run;
use crate::store::{StoreError, runs};
use chrono::TimeDelta;
use std::sync::Arc;

/// Rows asked for with the first page; what they are like tells how many the next may have.
pub(super) const FIRST_PAGE: usize = 500;
/// Most rows asked for at once: each page is a transaction, and others wait for it.
const MOST_ROWS: usize = 1000;
/// A page is to take no more memory than this, as it comes: several stages of it are there at a time.
const PAGE_BYTES: usize = 384 * 1024;
/// What a cell takes beside its own text and its name.
const CELL_BYTES: usize = 64;

/// Where nothing is new, a run says so often how far it is: a commit for each page costs more than reading it.
const IDLE_SECONDS: i64 = 2;

/// What a run learns from its pages beside their rows.
pub(super) struct Met {
    pub absences: Absences,
    pub clock: Listening,
}

impl Met {
    pub fn of(reading: &Reading) -> Self {
        Self { absences: Absences::of(reading), clock: Listening::default() }
    }
}

/// A page that can be stored.
pub(super) struct Ready {
    pub incoming: Incoming,
    /// What is held where its rows are, and what of that it passes by.
    held: Held,
    passed: Passed,
    /// The time of which it tells.
    at: Time,
    rows: usize,
    unusable: usize,
    /// How many rows like these the next page may have.
    pub most: usize,
}

impl Ready {
    /// Whether it brings nothing that is to be stored.
    fn is_idle(&self) -> bool {
        let passes_none = matches!(self.passed, Passed::None);
        passes_none && self.incoming.set_aside.is_empty() && self.held.has_all(&self.incoming)
    }
}

impl Engine {
    /// Whether a run has not stored for a while how far it is.
    fn is_due(&self, run: &Run) -> bool {
        let idle = TimeDelta::seconds(IDLE_SECONDS).min(lease() / 4);
        run.lease_until.is_none_or(|until| until - self.now() <= lease() - idle)
    }

    /// Reads the page after `position` and does all that can be done before the store's writer is
    /// asked for.
    pub(super) async fn page(
        &self,
        run: &RunId,
        reading: &Reading,
        met: &mut Met,
        position: Option<&str>,
        most: usize,
    ) -> Result<Ready, Ended> {
        let asked = self.now();
        let page = reading.connector.pull(&reading.spec, &reading.scope, position, most).await?;
        let at = asked - TimeDelta::from_std(page.age).unwrap_or_default();
        met.clock.hear(page.clock.as_ref(), self.now());
        met.absences.meet(&page);
        let (rows, unusable, most) = (page.rows.len(), page.unusable.len(), rows_at_once(&page));
        let mut incoming = Incoming::of(&reading.mapping, page);
        let source = source(reading, run, at);
        let after = met.absences.merges().then(|| position.unwrap_or_default());
        let mut session = self.store.session().await?;
        let (held, passed) = source.look(&mut session, after, &incoming).await?;
        if reading.foresees {
            let foreseen = self.foresee(&mut session, &source, &incoming).await;
            // What cannot be worked out now is the judge's, who can leave a single record out.
            incoming.foreseen = foreseen.unwrap_or_else(|error| {
                tracing::warn!(run = %run, %error, "a page is not judged on its way in");
                Foreseen::default()
            });
        }
        Ok(Ready { incoming, held, passed, at, rows, unusable, most })
    }

    /// Stores a page with the run's counts and the position of the next one.
    pub(super) async fn take_page(
        &self,
        run: &mut Run,
        reading: &Arc<Reading>,
        page: Ready,
    ) -> Result<(), Ended> {
        let after = run.position.clone().unwrap_or_default();
        let is_idle = page.is_idle() && !self.is_due(run);
        let Ready { mut incoming, held, passed, at, rows, unusable, .. } = page;
        if !incoming.foreseen.is_under(&self.setup()) {
            incoming.foreseen = Foreseen::default();
        }
        let mut next = run.clone();
        next.position.clone_from(&incoming.next);
        next.counts.read += i64::try_from(rows + unusable).unwrap_or(0);
        if is_idle {
            *run = next;
            return Ok(());
        }
        let measure = self.measure(run, reading, rows).await?;
        let (incoming, reading) = (Arc::new(incoming), Arc::clone(reading));
        // Mostly let go of last here, since taking it apart takes the writer's time.
        let _ours = incoming.clone();
        let saved = self
            .store
            .write::<_, StoreError, _>(async move |w| {
                let mut run = next.clone();
                if !still_ours(w, &run).await? {
                    return Ok((None, Vec::new()));
                }
                let source = source(&reading, &next.id, at);
                source.pass_by(w, (run.started_at, &after), &incoming, &passed).await?;
                let Taken { changed, set_aside, moved } = source.take(w, &incoming, &held).await?;
                run.counts.changed += changed;
                run.counts.moved += i64::try_from(moved.len()).unwrap_or(0);
                let opened = match &measure {
                    Some(measure) => change::look(w, &run, &moved, measure).await?,
                    None => None,
                };
                run.counts.quarantined += i64::try_from(set_aside.len()).unwrap_or(0);
                runs::set_aside(w, &run, &set_aside).await?;
                run.lease_until = Some(w.now() + lease());
                runs::save(w, &run).await?;
                Ok((Some(run), opened.into_iter().collect()))
            })
            .await?;
        *run = saved.ok_or(Ended::TakenOver)?;
        faults::pass(Point::K17);
        Ok(())
    }
}

fn source<'a>(reading: &'a Reading, run: &'a RunId, at: Time) -> Source<'a> {
    let (entity, mapping) = (&reading.entity, &reading.mapping);
    Source { entity, mapping, run, origin: "run", read_after: reading.cursor.read_at, at }
}

/// How many rows like those of a page the next one may have.
fn rows_at_once(page: &Page) -> usize {
    let some = page.rows.iter().take(100);
    let (rows, bytes) = some.fold((0, 0), |(rows, bytes), row| {
        let cells =
            row.cells.iter().map(|(name, cell)| name.len() + cell.text().map_or(0, str::len) + CELL_BYTES);
        (rows + 1, bytes + cells.sum::<usize>())
    });
    if rows == 0 { FIRST_PAGE } else { (PAGE_BYTES * rows / bytes.max(1)).clamp(1, MOST_ROWS) }
}
