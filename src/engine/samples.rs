//! Blind review: a sample of what rules settled, answered without seeing what the rules chose.

use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::conflict::Dispute;
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::resolution::Chosen;
use crate::domain::sample::{Answer, Verdict};
use crate::domain::seal::sha256;
use crate::store::resolutions::Resolution;
use crate::store::samples::{self, Item, Sample};
use crate::store::{WriteSession, resolutions};
use chrono::TimeDelta;

/// Differences of one sample at most.
pub const LARGEST: usize = 50;
/// Days a sample reaches back at most.
pub const MOST_DAYS: i64 = 365;
/// Samples somebody may have begun.
pub const MOST_BEGUN: i64 = 5;

/// What a sample is drawn from.
#[derive(Clone, Debug, Default)]
pub struct Draw {
    /// Empty: any kind of record.
    pub entity: EntityId,
    /// Empty: any field.
    pub field: FieldId,
    pub days: i64,
    pub size: usize,
}

/// Whether somebody may review what rules settled.
fn may_review(viewer: &Viewer) -> Result<(), Refusal> {
    let may = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}

impl Engine {
    /// Draws a sample at random, and answers its id.
    ///
    /// # Errors
    /// The viewer may not, a number is out of bounds, rules settled nothing like it, or too many
    /// samples of the viewer's are not answered.
    pub async fn draw(&self, viewer: &Viewer, draw: Draw) -> Result<String, Refusal> {
        may_review(viewer)?;
        if !(1..=LARGEST).contains(&draw.size) {
            return Err(Refusal::Invalid(format!("a sample has 1 to {LARGEST} differences")));
        }
        if !(1..=MOST_DAYS).contains(&draw.days) {
            return Err(Refusal::Invalid(format!("a sample reaches back 1 to {MOST_DAYS} days")));
        }
        let (viewer, setup) = (viewer.clone(), self.setup());
        self.store
            .write(async move |w| {
                if samples::unfinished(w, &viewer.user).await? >= MOST_BEGUN {
                    let text = format!("you have {MOST_BEGUN} samples to answer: finish one of them first");
                    return Err(Refusal::WrongState(text));
                }
                let sample = Sample {
                    id: w.new_id(),
                    entity: draw.entity.clone(),
                    field: draw.field.clone(),
                    days: draw.days,
                    actor: viewer.actor(),
                    created_at: w.now(),
                };
                let items = drawn(w, &setup, &viewer, &sample, draw.size).await?;
                if items.is_empty() {
                    return Err(Refusal::Invalid("no rule settled anything like that".to_owned()));
                }
                samples::insert(w, &sample, &items).await?;
                let event = Event::new(Action::SampleDrawn, viewer.actor(), about(&sample));
                let event = event.fact("sample", &sample.id).fact("size", items.len());
                Ok((sample.id, vec![event.fact("days", sample.days)]))
            })
            .await
    }

    /// Answers one difference of one's own sample. The first answer counts.
    ///
    /// # Errors
    /// It is not the viewer's sample, there is no such difference in it, it is answered, or the
    /// answer does not fit its values.
    pub async fn answer(
        &self,
        viewer: &Viewer,
        sample: &str,
        place: i64,
        answer: Answer,
    ) -> Result<Verdict, Refusal> {
        may_review(viewer)?;
        let (viewer, setup, id) = (viewer.clone(), self.setup(), sample.to_owned());
        self.store
            .write(async move |w| {
                let sample = samples::get(w, &id).await?.ok_or(Refusal::NotFound("sample"))?;
                if sample.actor.id != viewer.user.0 {
                    return Err(Refusal::Forbidden);
                }
                let all = samples::items(w, &viewer, std::slice::from_ref(&id)).await?;
                let item = all.into_iter().map(|(_, item)| item).find(|item| item.place == place);
                let item = item.ok_or(Refusal::NotFound("difference"))?;
                setup.check_sight(&viewer, &item.entity, &item.field)?;
                let decision = resolutions::get(w, &viewer, &item.resolution).await?;
                let decision = decision.ok_or(Refusal::NotFound("decision"))?;
                let (dispute, chosen) = seen(&decision, &item)?;
                let slot = setup.catalog.entity(&item.entity).and_then(|entity| entity.slot(&item.field));
                let verdict = answer.beside(&chosen, &dispute, slot.as_ref());
                let unfit = || Refusal::Invalid("there is no such value here".to_owned());
                let verdict = verdict.ok_or_else(unfit)?;
                if !samples::answer(w, &id, place, &answer, verdict).await? {
                    return Err(Refusal::WrongState("this one is answered already".to_owned()));
                }
                let about = About {
                    entity: Some(item.entity.clone()),
                    record: Some(item.record.clone()),
                    field: Some(item.field.clone()),
                    resolution: Some(item.resolution.clone()),
                    ..About::default()
                };
                let event = Event::new(Action::SampleAnswered, viewer.actor(), about);
                Ok((verdict, vec![event.fact("sample", &id).fact("verdict", verdict.as_str())]))
            })
            .await
    }
}

fn about(sample: &Sample) -> About {
    About {
        entity: Some(sample.entity.clone()).filter(|entity| !entity.as_str().is_empty()),
        field: Some(sample.field.clone()).filter(|field| !field.as_str().is_empty()),
        ..About::default()
    }
}

/// What was on the page of a rule's decision, and what it chose.
///
/// # Errors
/// The stored decision cannot be read, or is about another field.
pub fn seen(decision: &Resolution, item: &Item) -> Result<(Dispute, Chosen), Refusal> {
    let page = decision.disputes()?;
    let dispute = page.into_iter().find(|dispute| dispute.field == item.field);
    let chosen = decision.outcomes.iter().find(|chosen| chosen.field == item.field).cloned();
    dispute.zip(chosen).ok_or(Refusal::NotFound("decision"))
}

/// Draws: which of them come is decided by the random part of the sample's id alone.
async fn drawn(
    w: &mut WriteSession,
    setup: &Setup,
    viewer: &Viewer,
    sample: &Sample,
    size: usize,
) -> Result<Vec<Item>, Refusal> {
    let since = sample.created_at - TimeDelta::days(sample.days);
    let mut all = samples::settled(w, viewer, (&sample.entity, &sample.field), since).await?;
    let sight = setup.sight(viewer);
    // Nobody is asked about values that they may not see.
    all.retain(|one| !sight.hides(&one.entity, &one.field));
    all.sort_by_cached_key(|one| sha256(&[sample.id.as_bytes(), one.difference.as_str().as_bytes()]));
    all.truncate(size);
    let ids: Vec<_> = all.iter().map(|one| one.resolution.clone()).collect();
    let decisions = resolutions::of_ids(w, &ids).await?;
    let differences: Vec<_> = all.iter().map(|one| one.difference.clone()).collect();
    let differences = crate::store::conflicts::of_ids(w, &differences).await?;
    let mut items = Vec::new();
    for one in all {
        let difference = differences.iter().find(|difference| difference.id == one.difference);
        let decision = decisions.iter().find(|decision| decision.id == one.resolution);
        let Some((difference, decision)) = difference.zip(decision) else { continue };
        let mut item = Item {
            place: i64::try_from(items.len() + 1).unwrap_or(i64::MAX),
            resolution: one.resolution,
            difference: one.difference,
            record: difference.record.clone(),
            entity: difference.entity.clone(),
            field: difference.dispute.field.clone(),
            rule: String::new(),
            answer: None,
            answered_at: None,
        };
        let (dispute, _) = seen(decision, &item)?;
        dispute.rule_name().clone_into(&mut item.rule);
        items.push(item);
    }
    Ok(items)
}
