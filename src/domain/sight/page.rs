//! What stands on pages: disputes, what was chosen over them, and why they are judged as they are.

use super::{Sight, WORDS, veil, veil_all};
use crate::domain::cause::{Cause, Suspect};
use crate::domain::conflict::{Dispute, Distinct};
use crate::domain::explanation::{Explanation, Said};
use crate::domain::group::GroupChoice;
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::judge::Finding;
use crate::domain::question::{Answer, Choice, Offered};
use crate::domain::resolution::{Chosen, Left, Outcome};
use crate::domain::sample;
use crate::domain::value::Held;

impl Dispute {
    /// Whether its values are hidden from whoever reads it.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        let agreed = self.agreed.iter().flat_map(|(tuple, _)| tuple);
        self.values.iter().flat_map(|value| &value.normal).chain(agreed).any(Held::is_hidden)
    }
}

impl Sight {
    /// Veils the values of a dispute and what could tell of them. Who holds the same, who changed it
    /// and when, and the kind of its cause stay.
    pub fn dispute(&self, entity: &EntityId, dispute: &mut Dispute) {
        if !self.hides(entity, &dispute.field) {
            return;
        }
        dispute.values.iter_mut().for_each(distinct);
        veil_all(dispute.agreed.iter_mut().flat_map(|(tuple, _)| tuple));
        dispute.findings.retain(is_harmless);
        dispute.causes.iter_mut().for_each(suspect);
    }

    /// Veils the disputes of a decision's page.
    pub fn page(&self, entity: &EntityId, page: &mut [Dispute]) {
        page.iter_mut().for_each(|dispute| self.dispute(entity, dispute));
    }

    /// Veils a value of one's own in what was chosen.
    pub fn chosen(&self, entity: &EntityId, chosen: &mut Chosen) {
        if self.hides(entity, &chosen.field) {
            outcome(&mut chosen.outcome);
        }
    }

    /// Leaves out kept choices over what is hidden.
    ///
    /// # Errors
    /// The text holds no choices.
    pub fn drafts(
        &self,
        entity: &EntityId,
        kept: Option<String>,
    ) -> Result<Option<String>, serde_json::Error> {
        let Some(text) = kept.as_ref().filter(|_| !self.sees_all(entity)) else { return Ok(kept) };
        let mut left = Left::read(Some(text))?;
        left.without(|field| self.hides(entity, field));
        left.text()
    }

    /// Whether what a group is about is hidden. Without a field it may be about any.
    #[must_use]
    pub fn hides_group(&self, entity: &EntityId, field: &FieldId) -> bool {
        if field.as_str().is_empty() { !self.sees_all(entity) } else { self.hides(entity, field) }
    }

    /// Veils the one value that all of a group get.
    pub fn group_choice(&self, entity: &EntityId, field: &FieldId, choice: &mut GroupChoice) {
        if let GroupChoice::One { values } = choice
            && self.hides_group(entity, field)
        {
            veil_all(values);
        }
    }

    /// Veils what was answered of a sampled difference.
    pub fn sample_answer(&self, entity: &EntityId, field: &FieldId, answer: &mut sample::Answer) {
        if let sample::Answer::Type { values } = answer
            && self.hides(entity, field)
        {
            veil_all(values);
        }
    }

    /// Veils what a question offers.
    pub fn offered(&self, entity: &EntityId, field: &FieldId, offered: &mut [Offered]) {
        if self.hides(entity, field) {
            veil_all(offered.iter_mut().flat_map(|own| &mut own.values));
        }
    }

    /// Veils the words of an answer from outside.
    pub fn answer(&self, entity: &EntityId, field: &FieldId, answer: &mut Answer) {
        if !self.hides(entity, field) {
            return;
        }
        if let Choice::Other { value } = &mut answer.choice {
            WORDS.clone_into(value);
        }
        if !answer.text.is_empty() {
            WORDS.clone_into(&mut answer.text);
        }
    }

    /// Veils the values of a tuple of one slot.
    pub fn tuple(&self, entity: &EntityId, field: &FieldId, tuple: &mut [Held]) {
        if self.hides(entity, field) {
            veil_all(tuple);
        }
    }

    /// Veils why a field is judged as it is.
    pub fn explanation(&self, entity: &EntityId, own: &mut Explanation) {
        if !self.hides(entity, &own.field) {
            return;
        }
        for voice in &mut own.voices {
            veil_all(voice.values.iter_mut().chain(&mut voice.normal));
            voice.left_out = voice.left_out.as_ref().map(|_| WORDS.to_owned());
        }
        if let Some(agreed) = &mut own.agreed {
            veil_all(agreed.values.iter_mut().chain(&mut agreed.normal));
        }
        own.findings.retain(is_harmless);
        own.guards.iter_mut().for_each(|guard| guard.findings.retain(is_harmless));
        if let Some(Said::Settle { values, .. }) = &mut own.verdict {
            veil_all(values);
        }
        own.untidy.clear();
        own.causes.iter_mut().for_each(suspect);
    }
}

fn distinct(value: &mut Distinct) {
    veil_all(&mut value.normal);
    for holder in &mut value.holders {
        veil_all(holder.candidate.shown.iter_mut().chain(&mut holder.candidate.normal));
    }
    if let Some(was) = &mut value.was {
        veil_all(&mut was.values);
    }
}

fn outcome(outcome: &mut Outcome) {
    match outcome {
        Outcome::Type { values } | Outcome::Clear { values } | Outcome::Combine { values } => {
            values.iter_mut().for_each(veil);
        }
        // Numbers of a page, times and decisions.
        Outcome::Keep { .. }
        | Outcome::CreateThere { .. }
        | Outcome::LeaveDifferent { .. }
        | Outcome::RemoveElsewhere
        | Outcome::PutBack { .. } => {}
    }
}

/// The kind of a cause stays, what a conversion did to a value does not: it may tell how long it is.
fn suspect(suspect: &mut Suspect) {
    match &mut suspect.cause {
        Cause::Transformation { shape, .. } => *shape = None,
        Cause::Race { .. }
        | Cause::StaleCopy { .. }
        | Cause::HumanOverride { .. }
        | Cause::BulkUpdate { .. }
        | Cause::InterfaceChange { .. }
        | Cause::Echo { .. }
        | Cause::MissingRecord { .. }
        | Cause::DeletedRecord { .. }
        | Cause::Unknown => {}
    }
}

/// Whether a finding tells nothing of a value. A new kind of finding has to be placed here.
fn is_harmless(finding: &Finding) -> bool {
    match finding {
        Finding::Invalid { .. }
        | Finding::RuleMakes { .. }
        | Finding::ReviewIf { .. }
        | Finding::ReviewIfFailed { .. }
        | Finding::BlankWins { .. }
        | Finding::NotOrdered { .. }
        | Finding::NotLists => false,
        Finding::Unreadable { .. }
        | Finding::NoRule
        | Finding::AlwaysReviewed
        | Finding::RuleChooses { .. }
        | Finding::NoSource
        | Finding::NeverAgreed
        | Finding::NoPriority
        | Finding::Trust { .. }
        | Finding::TooFew { .. }
        | Finding::Tie { .. }
        | Finding::SameChange { .. }
        | Finding::Restores { .. }
        | Finding::Removes { .. }
        | Finding::NotRemovedUnasked
        | Finding::ChangedHere { .. }
        | Finding::NoTime { .. }
        | Finding::TooClose { .. }
        | Finding::Tidied { .. }
        | Finding::Incident { .. }
        | Finding::Reopened
        | Finding::Flapping { .. }
        | Finding::Bulk { .. }
        | Finding::HumanEdit { .. } => true,
    }
}
