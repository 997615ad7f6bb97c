//! What a conflict's form sends: read into a decision, and kept to be shown again.

use super::super::parts::Problem;
use super::Chosen;
use crate::domain::conflict::Dispute;
use crate::domain::diff;
use crate::domain::entity::Entity;
use crate::domain::ids::DifferenceId;
use crate::domain::resolution::{self, Draft, Left, Outcome, Reason};
use crate::domain::time::Time;
use crate::domain::value::{Held, Tuple};
use crate::engine::case::Case;
use crate::engine::review::Decision;
use crate::store::conflicts::Difference;
use crate::web::messages::msg;
use crate::web::when::Clockface;
use std::collections::BTreeMap;

/// The fields of the form by name; at most one value each.
#[derive(Clone, Debug, Default)]
pub struct Sent(BTreeMap<String, String>);

impl Sent {
    /// Reads a form's body.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The form as a cancelled decision or whoever passed it on left it, its choices offered again; or as
    /// the decision was made, where it stands.
    #[must_use]
    pub fn of_case(case: &Case, face: &Clockface) -> Self {
        if case.conflict.open {
            let left = Left::read(case.conflict.draft.as_deref()).unwrap_or_default();
            let listed = |draft: &Draft| listed(case, &draft.chosen.difference, draft.meant.as_ref());
            let choices = left.choices.iter().map(|draft| (&draft.chosen, listed(draft)));
            let mut sent = Self::of(case, face, choices);
            for draft in left.choices.iter().filter(|draft| !draft.because.is_empty()) {
                sent.0.insert(format!("because.{}", draft.chosen.difference), draft.because.clone());
            }
            sent.0.insert("note".to_owned(), left.note);
            sent.0.insert("reason".to_owned(), left.reason);
            return sent;
        }
        let standing = case.decisions.iter().filter(|decision| decision.state != "undone").take(1);
        let chosen = standing.flat_map(|decision| &decision.outcomes).map(|chosen| {
            let number = match chosen.outcome {
                Outcome::Keep { value } | Outcome::CreateThere { value } => Some(value),
                _ => None,
            };
            (chosen, number)
        });
        Self::of(case, face, chosen)
    }

    /// Choices, each with the number its value has now.
    fn of<'c>(
        case: &Case,
        face: &Clockface,
        choices: impl Iterator<Item = (&'c resolution::Chosen, Option<usize>)>,
    ) -> Self {
        let mut sent = Self::default();
        for (choice, number) in choices {
            let id = &choice.difference;
            let outcome = match (&choice.outcome, number) {
                (Outcome::Keep { .. }, Some(n)) => format!("keep:{n}"),
                (Outcome::CreateThere { .. }, Some(n)) => format!("create:{n}"),
                (Outcome::Keep { .. } | Outcome::CreateThere { .. }, None) => continue,
                (Outcome::Type { values }, _) => {
                    let entity = case.setup.catalog.entity(&case.conflict.entity);
                    let slot = entity.and_then(|entity| entity.slot(&choice.field));
                    for (field, held) in slot.iter().flat_map(|slot| slot.fields()).zip(values) {
                        sent.0.insert(format!("typed.{id}.{}", field.id), held.to_string());
                    }
                    "type".to_owned()
                }
                (Outcome::Clear { .. }, _) => "clear".to_owned(),
                // With members that came since, it is another choice than the one that was made.
                (Outcome::Combine { values }, _) if case.conflict.open && !combines(case, id, values) => {
                    continue;
                }
                (Outcome::Combine { .. }, _) => "combine".to_owned(),
                (Outcome::RemoveElsewhere, _) => "remove".to_owned(),
                // A reversal is no choice of this form.
                (Outcome::PutBack { .. }, _) => continue,
                (Outcome::LeaveDifferent { until }, _) => {
                    sent.0.insert(format!("until.{id}"), face.iso_date(*until));
                    "leave".to_owned()
                }
            };
            sent.0.insert(format!("outcome.{id}"), outcome);
        }
        sent
    }

    /// The same with fields of another form over it.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Forgets the fields whose names begin so.
    pub fn forget(&mut self, part: &str) {
        self.0.retain(|name, _| !name.starts_with(part));
    }

    /// Whether something is chosen or written that is saved nowhere.
    #[must_use]
    pub fn is_unsaved(&self, case: &Case) -> bool {
        let chosen = |difference: &Difference| self.chosen(&difference.id) != Chosen::Open;
        let written = |(name, text): (&String, &String)| {
            let kept = ["typed.", "because.", "comment", "tag", "question-", "wait-at", "return-words"];
            let written = kept.iter().any(|kept| name.starts_with(kept))
                || ["note", "reason", "escalate-question"].contains(&name.as_str());
            let given = ["comment-key", "question-about", "question-to", "question-days"];
            written && !given.contains(&name.as_str()) && !text.trim().is_empty()
        };
        let cause = case.open().any(|own| self.cause(&own.id).is_some());
        cause || self.0.iter().any(written) || (!self.get("version").is_empty() && case.open().any(chosen))
    }

    /// Whether a field was sent, be it empty.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A field's text; empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The cause that was chosen for a difference and not said yet; empty: as it was found.
    #[must_use]
    pub fn cause(&self, id: &DifferenceId) -> Option<&str> {
        let name = format!("cause-{id}");
        let found = self.0.get(&format!("found-{name}"))?;
        self.0.get(&name).filter(|chosen| *chosen != found).map(String::as_str)
    }

    /// Whether Enter in a field sent it, and no button.
    #[must_use]
    pub fn is_implicit(&self) -> bool {
        self.get("then").is_empty() && !self.get("go").is_empty()
    }

    /// What the pressed button does.
    #[must_use]
    pub fn then(&self) -> &str {
        match self.get("then") {
            "" => self.get("go"),
            then => then,
        }
    }

    /// What was chosen for a difference.
    #[must_use]
    pub fn chosen(&self, id: &DifferenceId) -> Chosen {
        let text = self.get(&format!("outcome.{id}"));
        let number = text.strip_prefix("keep:").or_else(|| text.strip_prefix("create:"));
        match (text, number.and_then(|n| n.parse().ok())) {
            (_, Some(n)) => Chosen::Keep(n),
            ("type", _) => Chosen::Type,
            ("clear", _) => Chosen::Clear,
            ("combine", _) => Chosen::Combine,
            ("leave", _) => Chosen::Leave,
            ("remove", _) => Chosen::Remove,
            _ => Chosen::Open,
        }
    }

    /// Chooses for a difference, as if it had been sent so.
    pub fn choose(&mut self, id: &DifferenceId, chosen: Chosen) {
        let text = match chosen {
            Chosen::Open => String::new(),
            Chosen::Keep(n) => format!("keep:{n}"),
            Chosen::Type => "type".to_owned(),
            Chosen::Clear => "clear".to_owned(),
            Chosen::Combine => "combine".to_owned(),
            Chosen::Leave => "leave".to_owned(),
            Chosen::Remove => "remove".to_owned(),
        };
        self.0.insert(format!("outcome.{id}"), text);
    }

    /// The text typed for a field of a difference.
    #[must_use]
    pub fn typed(&self, id: &DifferenceId, field: &str) -> &str {
        self.get(&format!("typed.{id}.{field}"))
    }

    /// The decision that was sent, and what is wrong with it as far as the form can tell.
    #[must_use]
    pub fn decision(&self, case: &Case, face: &Clockface) -> (Decision, Vec<Problem>) {
        let entity = case.setup.catalog.entity(&case.conflict.entity);
        let (mut outcomes, mut problems, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        // Of all differences, also those decided meanwhile: a form sent twice is the same decision.
        for difference in &case.differences {
            match self.outcome(entity, difference, face) {
                Ok(outcome) => outcomes.extend(outcome.map(|outcome| (difference.id.clone(), outcome))),
                Err(problem) => problems.push(problem),
            }
            let because = self.get(&format!("because.{}", difference.id)).trim();
            if !because.is_empty() && self.chosen(&difference.id) == Chosen::Leave {
                notes.push(because.to_owned());
            }
        }
        let note = self.get("note").trim().to_owned();
        let note = Some(note).filter(|note| !note.is_empty()).into_iter().chain(notes).collect::<Vec<_>>();
        let decision = Decision {
            version: self.get("version").parse().unwrap_or(0),
            outcomes,
            reason: Reason::of(self.get("reason")),
            note: note.join("; "),
            seen: true,
            ..Decision::default()
        };
        (decision, problems)
    }

    fn outcome(
        &self,
        entity: Option<&Entity>,
        difference: &Difference,
        face: &Clockface,
    ) -> Result<Option<Outcome>, Problem> {
        let id = &difference.id;
        let label = label(entity, &difference.dispute);
        let problem =
            |field: String, key: &'static str| Problem { field, text: msg(key).with("field", &label) };
        match self.chosen(id) {
            Chosen::Open => Ok(None),
            Chosen::Keep(n) if difference.dispute.absent.is_empty() => {
                Ok(Some(Outcome::Keep { value: n.into() }))
            }
            Chosen::Keep(n) => Ok(Some(Outcome::CreateThere { value: n.into() })),
            Chosen::Remove => Ok(Some(Outcome::RemoveElsewhere)),
            Chosen::Clear => {
                let slot = entity.and_then(|entity| entity.slot(&difference.dispute.field));
                let values = slot.and_then(|slot| resolution::cleared(&slot, &difference.dispute));
                let values = values.ok_or_else(|| problem(format!("d-{id}"), "problem-clear"))?;
                Ok(Some(Outcome::Clear { values }))
            }
            Chosen::Combine => {
                let slot = entity.and_then(|entity| entity.slot(&difference.dispute.field));
                let values = slot.and_then(|slot| resolution::combined(&slot, &difference.dispute));
                let values = values.ok_or_else(|| problem(format!("d-{id}"), "problem-combine"))?;
                Ok(Some(Outcome::Combine { values }))
            }
            Chosen::Type => {
                let slot = entity.and_then(|entity| entity.slot(&difference.dispute.field));
                let fields = slot.iter().flat_map(|slot| slot.fields());
                let values: Vec<Held> =
                    fields.map(|field| Held::from(self.typed(id, field.id.as_str()).trim())).collect();
                let first =
                    slot.iter().flat_map(|slot| slot.fields()).next().map_or("", |field| field.id.as_str());
                if values.iter().all(Held::is_blank) {
                    return Err(problem(format!("t-{id}-{first}"), "problem-typed-empty"));
                }
                Ok(Some(Outcome::Type { values }))
            }
            Chosen::Leave => {
                let until: Option<Time> = face.end_of_day(self.get(&format!("until.{id}")));
                let until = until.ok_or_else(|| problem(format!("u-{id}"), "problem-until"))?;
                let because = self.get(&format!("because.{id}")).trim();
                if because.is_empty() && self.get("note").trim().is_empty() && self.get("reason").is_empty() {
                    return Err(problem(format!("b-{id}"), "problem-because"));
                }
                Ok(Some(Outcome::LeaveDifferent { until }))
            }
        }
    }
}

/// The name of what is disputed.
#[must_use]
pub fn label(entity: Option<&Entity>, dispute: &Dispute) -> String {
    let slot = entity.and_then(|entity| entity.slot(&dispute.field).map(|slot| slot.label.to_owned()));
    slot.or_else(|| entity.map(|entity| entity.label.clone())).unwrap_or_else(|| dispute.field.to_string())
}

/// Whether the lists of a difference come to the same together as they did.
fn combines(case: &Case, id: &DifferenceId, meant: &Tuple) -> bool {
    let entity = case.setup.catalog.entity(&case.conflict.entity);
    let difference = case.open().find(|difference| difference.id == *id);
    let slot = difference.and_then(|own| Some((entity?.slot(&own.dispute.field)?, &own.dispute)));
    slot.and_then(|(slot, dispute)| resolution::combined(&slot, dispute)).is_some_and(|now| now == *meant)
}

/// The number under which the value a draft meant is listed now; None when nobody holds it any
/// longer: what has another value's number is not chosen for anybody.
fn listed(case: &Case, id: &DifferenceId, meant: Option<&Tuple>) -> Option<usize> {
    let difference = case.open().find(|difference| difference.id == *id)?;
    let dispute = &difference.dispute;
    let entity = case.setup.catalog.entity(&case.conflict.entity)?;
    let meant = match entity.slot(&dispute.field) {
        Some(slot) => diff::normal(&slot, meant?),
        None => meant?.clone(),
    };
    dispute.values.iter().find(|value| value.normal == meant).map(|value| value.n)
}
