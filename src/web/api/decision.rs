//! A decision as a program posts it, and what is wrong with it, each with its place.

use super::resolutions::decided;
use super::values;
use crate::domain::conflict::Dispute;
use crate::domain::entity::Slot;
use crate::domain::resolution::{self, Outcome, OutcomeError, Reason};
use crate::engine::Refusal;
use crate::engine::once::Receipt;
use crate::engine::review::Decision;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::idempotency::RequestKey;
use crate::web::failure::{Code, Failure, FieldError};
use crate::web::site::Site;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

/// Characters a note may have.
const NOTE: usize = 2000;

/// A decision over one or more differences of one conflict.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionBody {
    /// The conflict's version that was decided upon.
    pub version: i64,
    pub outcomes: Vec<OutcomeBody>,
    /// `source_of_truth`, `newer_change`, `confirmed_with_customer`, `document_seen`,
    /// `formatting` or `other`, which needs a note.
    #[schema(value_type = Option<String>)]
    pub reason: Option<Reason>,
    pub note: Option<String>,
    /// Lengthens the hold; what the policy asks for is never shortened.
    pub hold_seconds: Option<u32>,
}

/// What is chosen for one difference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeBody {
    pub difference: String,
    pub outcome: OutcomeName,
    /// For `keep` and `create_there` the number of a listed value; for `type` a text or null, or
    /// for a group an object with one for each member.
    #[serde(default, deserialize_with = "there")]
    #[schema(value_type = Option<Value>)]
    pub value: Option<Value>,
    /// For `leave_different`: the end of the exception, within a year.
    pub until: Option<DateTime<Utc>>,
}

/// The kinds of outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeName {
    Keep,
    Type,
    /// Empty on purpose.
    Clear,
    /// Every member of every list.
    Combine,
    LeaveDifferent,
    CreateThere,
    RemoveElsewhere,
}

/// Null is a value here, and not the same as nothing.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

pub(super) fn error(pointer: impl Into<String>, detail: impl Into<String>) -> FieldError {
    FieldError { pointer: pointer.into(), detail: detail.into() }
}

pub(super) fn invalid(errors: Vec<FieldError>) -> Failure {
    Failure { errors, ..Failure::new(Code::Invalid) }
}

/// The decision that was posted.
pub(super) fn decision(
    site: &Site,
    conflict: &Conflict,
    differences: &[Difference],
    body: &ResolutionBody,
    key: Option<RequestKey>,
) -> Result<Decision, Failure> {
    let setup = site.engine.setup();
    let entity = setup.catalog.entity(&conflict.entity);
    let (mut outcomes, mut errors) = (Vec::new(), Vec::new());
    for (at, posted) in body.outcomes.iter().enumerate() {
        let place = format!("/outcomes/{at}");
        let Some(difference) = differences.iter().find(|known| known.id.0 == posted.difference) else {
            errors.push(error(place + "/difference", "is not a difference of this conflict"));
            continue;
        };
        if outcomes.iter().any(|(id, _)| *id == difference.id) {
            errors.push(error(place + "/difference", "stands here twice"));
            continue;
        }
        let slot = entity.and_then(|entity| entity.slot(&difference.dispute.field));
        match posted.read(slot.as_ref(), Some(&difference.dispute)) {
            Ok(outcome) => outcomes.push((difference.id.clone(), outcome)),
            Err(wrong) => errors.push(error(place + &wrong.pointer, wrong.detail)),
        }
    }
    if body.outcomes.is_empty() {
        errors.push(error("/outcomes", "holds nothing: choose an outcome for at least one difference"));
    }
    let note = body.note.clone().unwrap_or_default();
    if note.chars().count() > NOTE {
        errors.push(error("/note", format!("may have {NOTE} characters")));
    }
    if body.reason == Some(Reason::Other) && note.trim().is_empty() {
        errors.push(error("/note", "the reason “other” needs a note that says what"));
    }
    if !errors.is_empty() {
        return Err(invalid(errors));
    }
    let receipt = key.map(|key| Receipt { key, answer: decided });
    let (version, reason, hold_seconds) = (body.version, body.reason, body.hold_seconds);
    let seen = true;
    Ok(Decision { version, outcomes, reason, note, hold_seconds, receipt, seen, ..Decision::default() })
}

impl OutcomeBody {
    pub(super) fn read(
        &self,
        slot: Option<&Slot<'_>>,
        dispute: Option<&Dispute>,
    ) -> Result<Outcome, FieldError> {
        let (value, until) = (self.value.as_ref(), self.until);
        let dated = self.outcome == OutcomeName::LeaveDifferent;
        if until.is_some() && !dated {
            return Err(error("/until", "goes with leave_different only"));
        }
        let valued = matches!(self.outcome, OutcomeName::Keep | OutcomeName::CreateThere | OutcomeName::Type);
        if value.is_some() && !valued {
            return Err(error("/value", "does not go with this outcome"));
        }
        let wrong = |problem: OutcomeError| error("/outcome", problem.to_string());
        match self.outcome {
            OutcomeName::Keep => Ok(Outcome::Keep { value: number(value)? }),
            OutcomeName::CreateThere => Ok(Outcome::CreateThere { value: number(value)? }),
            OutcomeName::RemoveElsewhere => Ok(Outcome::RemoveElsewhere),
            OutcomeName::Clear => {
                let values = slot.zip(dispute).and_then(|(slot, dispute)| resolution::cleared(slot, dispute));
                let label = slot.map_or_else(|| "the record".to_owned(), |slot| slot.label.to_owned());
                Ok(Outcome::Clear { values: values.ok_or_else(|| wrong(OutcomeError::NotCleared(label)))? })
            }
            OutcomeName::Combine => {
                let values =
                    slot.zip(dispute).and_then(|(slot, dispute)| resolution::combined(slot, dispute));
                Ok(Outcome::Combine { values: values.ok_or_else(|| wrong(OutcomeError::NotLists))? })
            }
            OutcomeName::Type => {
                let value = value.ok_or_else(|| error("/value", "is missing"))?;
                let values = values::typed(slot, value)
                    .map_err(|wrong| error(format!("/value{}", wrong.pointer), wrong.detail))?;
                Ok(Outcome::Type { values })
            }
            OutcomeName::LeaveDifferent => {
                let until = until.ok_or_else(|| error("/until", "is missing: until when may it differ?"))?;
                Ok(Outcome::LeaveDifferent { until })
            }
        }
    }
}

fn number(value: Option<&Value>) -> Result<usize, FieldError> {
    let number = value.and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| error("/value", "has to be the number of a listed value"))
}

/// A refusal of the engine, with the places of the body that caused it.
pub(super) fn refused(refusal: Refusal, body: &ResolutionBody) -> Failure {
    match refusal {
        Refusal::Outcomes(problems) => invalid(
            problems
                .into_iter()
                .map(|(id, problem)| {
                    let at = body.outcomes.iter().position(|posted| posted.difference == id).unwrap_or(0);
                    error(format!("/outcomes/{at}/{}", member(&problem)), problem.to_string())
                })
                .collect(),
        ),
        // What the policy asks for beyond the outcomes is a reason.
        Refusal::Invalid(text) => {
            let errors = vec![error("/reason", text.clone())];
            Failure { errors, ..Refusal::Invalid(text).into() }
        }
        other => other.into(),
    }
}

fn member(problem: &OutcomeError) -> &'static str {
    match problem {
        OutcomeError::BadUntil => "until",
        OutcomeError::Twice => "difference",
        OutcomeError::NothingToCreate
        | OutcomeError::MissingRecord
        | OutcomeError::NotCleared(_)
        | OutcomeError::NotLists => "outcome",
        _ => "value",
    }
}
