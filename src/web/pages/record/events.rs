//! The timeline: versions, conflicts, decisions and deliveries of a record as one list.

use super::TimelineEvent;
use super::build::shown;
use crate::domain::audit::ActorKind;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::record::Agreed;
use crate::domain::resolution::{Chosen, Outcome};
use crate::domain::rows;
use crate::domain::time::{Time, stamp};
use crate::domain::value::Held;
use crate::engine::dossier::Dossier;
use crate::store::holdings::Version;
use crate::store::resolutions::{Delivery, Resolution};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::words;
use crate::web::when::Clockface;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One event with what it is filtered and ordered by.
pub struct Happened {
    /// Time and identifier: newer keys are greater.
    pub key: String,
    pub system: Option<SystemId>,
    /// Fields and groups it is about; none where it is about the whole record.
    pub fields: Vec<FieldId>,
    pub event: TimelineEvent,
}

/// The end of an identifier: what tells it apart where people read it.
#[must_use]
pub fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(8);
    id.chars().skip(skip).collect()
}

/// Everything that happened to a record, newest first. What was agreed of several fields at one
/// instant is one event, unless the timeline is of one field.
#[must_use]
pub fn of(dossier: &Dossier, face: &Clockface, field: Option<&FieldId>) -> Vec<Happened> {
    let teller = Teller { dossier, face };
    let mut all = Vec::new();
    teller.versions(&mut all);
    teller.unchanged(&mut all);
    teller.conflicts(&mut all);
    dossier.decisions.iter().for_each(|decision| teller.decision(decision, &mut all));
    dossier.deliveries.iter().for_each(|delivery| teller.delivery(delivery, &mut all));
    teller.comments(&mut all);
    teller.questions(&mut all);
    teller.agreed(field, &mut all);
    all.sort_by(|a, b| b.key.cmp(&a.key));
    all
}

/// The names of what a decision decided.
#[must_use]
pub fn fields_of(dossier: &Dossier, decision: &Resolution) -> Vec<String> {
    let teller_label = |chosen: &Chosen| label(dossier, &chosen.field);
    decision.outcomes.iter().map(teller_label).collect()
}

pub(super) fn label(dossier: &Dossier, slot: &FieldId) -> String {
    let entity = dossier.entity();
    let of_slot = entity.and_then(|entity| entity.slot(slot)).map(|slot| slot.label.to_owned());
    let of_field = || entity.and_then(|entity| entity.field_label(slot));
    of_slot.or_else(of_field).unwrap_or_else(|| dossier.record.title.clone())
}

pub(super) struct Teller<'a> {
    pub(super) dossier: &'a Dossier,
    face: &'a Clockface,
}

impl Teller<'_> {
    pub(super) fn event(&self, time: Time, id: &str, system: Msg) -> TimelineEvent {
        TimelineEvent {
            when: self.face.moment(time),
            system,
            who: msg("product"),
            text: None,
            was: None,
            now: None,
            tag: None,
            how: literal(""),
            id: short(id),
            field: None,
        }
    }

    fn system(&self, system: &SystemId) -> Msg {
        literal(self.dossier.setup.catalog.label(system))
    }

    fn versions(&self, all: &mut Vec<Happened>) {
        let versions = &self.dossier.versions;
        let by_id: HashMap<&str, &Version> =
            versions.iter().map(|version| (version.id.as_str(), version)).collect();
        for version in versions {
            match &version.parent {
                None => all.push(self.first_read(version)),
                Some(parent) => self.change(version, by_id.get(parent.as_str()).copied(), all),
            }
        }
    }

    fn first_read(&self, version: &Version) -> Happened {
        self.first(&version.system, version.read.at, &version.id.0, &version.run.0)
    }

    fn first(&self, system: &SystemId, at: Time, id: &str, run: &str) -> Happened {
        let event = TimelineEvent {
            text: Some(msg("event-first-read")),
            how: msg("event-run").with("n", short(run)),
            ..self.event(at, id, self.system(system))
        };
        let key = format!("{}/{id}", stamp(at));
        Happened { key, system: Some(system.clone()), fields: Vec::new(), event }
    }

    /// Systems whose row never changed have no version yet: their holding is the first reading.
    fn unchanged(&self, all: &mut Vec<Happened>) {
        for holding in self.dossier.holdings.iter().filter(|holding| holding.version.is_none()) {
            let run = self.dossier.first_runs.get(&holding.system).map_or("", String::as_str);
            let id = format!("{}-{}", short(&self.dossier.record.id.0), holding.system);
            let mut first = self.first(&holding.system, holding.read.at, &id, run);
            first.event.id = id;
            all.push(first);
        }
    }

    fn change(&self, version: &Version, parent: Option<&Version>, all: &mut Vec<Happened>) {
        let at = changed_at(version);
        let who = self.author(version);
        let base = TimelineEvent {
            who,
            how: self.how(version, at),
            ..self.event(at, &version.id.0, self.system(&version.system))
        };
        let changes = self.changed_fields(version, parent);
        let gone = parent.is_none_or(|parent| parent.present) && !version.present;
        let back = parent.is_some_and(|parent| !parent.present) && version.present;
        if gone || back || changes.is_empty() {
            let text = match (gone, back) {
                (true, _) => msg("past-gone"),
                (_, true) => msg("past-back"),
                _ => msg("past-touched"),
            };
            let event = TimelineEvent { text: Some(text), ..base };
            all.push(Happened {
                key: format!("{}/{}", stamp(at), version.id),
                system: Some(version.system.clone()),
                fields: Vec::new(),
                event,
            });
            return;
        }
        for (n, (field, was, now)) in changes.into_iter().enumerate() {
            let (was_text, now_text) = (said(was.as_ref()), said(Some(&now)));
            let event = TimelineEvent {
                field: Some(label(self.dossier, &field)),
                text: blank(was.as_ref(), &now),
                was: was_text,
                now: now_text,
                id: if n == 0 { base.id.clone() } else { format!("{}-{n}", base.id) },
                ..base.clone()
            };
            all.push(Happened {
                key: format!("{}/{}/{:03}", stamp(at), version.id, 999 - n.min(999)),
                system: Some(version.system.clone()),
                fields: vec![field],
                event,
            });
        }
    }

    /// Fields that differ from the version before: the field, before, after.
    fn changed_fields(
        &self,
        version: &Version,
        parent: Option<&Version>,
    ) -> Vec<(FieldId, Option<Held>, Held)> {
        let Some(mapping) = self.dossier.setup.catalog.mapping(&version.system, &version.entity) else {
            return Vec::new();
        };
        let now = mapping.read(&version.cells).fields;
        let was: BTreeMap<FieldId, Held> =
            parent.map(|parent| mapping.read(&parent.cells).fields).unwrap_or_default();
        // Of child rows the fields that either has, row by row.
        let of_rows = now.keys().chain(was.keys()).filter(|id| rows::row_of_field(id).is_some());
        let of_rows: BTreeSet<&FieldId> = of_rows.collect();
        let order = mapping.fields.iter().map(|field| &field.field).chain(of_rows);
        let held = |all: &BTreeMap<FieldId, Held>, id: &FieldId| rows::held(all, id).cloned();
        let pair = |field: &FieldId| Some((field.clone(), held(&was, field), held(&now, field)?));
        order.filter_map(pair).filter(|(_, was, now)| was.as_ref() != Some(now)).collect()
    }

    /// Our own write names the person whose decision it carried out.
    fn author(&self, version: &Version) -> Msg {
        if version.origin != "write" {
            return version.read.modified_by.as_ref().map_or_else(|| msg("who-unknown"), literal);
        }
        let delivery = self.dossier.deliveries.iter().find(|delivery| delivery.id.0 == version.run.0);
        let decision = delivery.and_then(|delivery| self.dossier.decision(&delivery.resolution));
        match decision {
            Some(decision) => msg("past-for").with("name", &decision.actor.name),
            None => msg("product"),
        }
    }

    fn how(&self, version: &Version, at: Time) -> Msg {
        let read = self.face.moment(version.read.at).text;
        if version.origin == "write" {
            return msg("past-read-back").with("when", read);
        }
        let later = (version.read.at - at).num_seconds();
        match later {
            1.. => msg("past-polled-later").with("when", read).with("span", Clockface::length(later)),
            _ => msg("event-polled").with("when", read),
        }
    }

    fn conflicts(&self, all: &mut Vec<Happened>) {
        for conflict in &self.dossier.conflicts {
            let of = |id: &_| conflict.id == *id;
            let slots: Vec<FieldId> = self
                .dossier
                .differences
                .iter()
                .filter(|difference| of(&difference.conflict))
                .map(|difference| difference.dispute.field.clone())
                .collect();
            let labels: Vec<String> = slots.iter().map(|slot| label(self.dossier, slot)).collect();
            let mut push = |at: Time, key: &'static str, mark: &str| {
                let text = msg(key).with("fields", &labels);
                let id = format!("{}{mark}", conflict.id);
                let event = TimelineEvent { text: Some(text), ..self.event(at, &id, msg("product")) };
                let key = format!("{}/{id}", stamp(at));
                all.push(Happened { key, system: None, fields: slots.clone(), event });
            };
            push(conflict.opened_at, "past-conflict-opened", "o");
            if let Some(closed) = conflict.closed_at {
                push(closed, "past-conflict-closed", "c");
            }
        }
    }

    fn decision(&self, decision: &Resolution, all: &mut Vec<Happened>) {
        for (n, chosen) in decision.outcomes.iter().enumerate() {
            let by_rule = decision.actor.kind == ActorKind::Rule;
            let id = format!("{}{n}", decision.id);
            let event = TimelineEvent {
                who: literal(&decision.actor.name),
                field: Some(label(self.dossier, &chosen.field)),
                text: Some(self.outcome(chosen)),
                how: msg(if by_rule { "past-by-rule" } else { "past-by-person" }),
                tag: matches!(decision.state.as_str(), "undone" | "overtaken")
                    .then(|| msg(format!("past-{}", decision.state))),
                ..self.event(decision.created_at, &id, msg("product"))
            };
            let key = format!("{}/{id}", stamp(decision.created_at));
            all.push(Happened { key, system: None, fields: vec![chosen.field.clone()], event });
        }
    }

    fn outcome(&self, chosen: &Chosen) -> Msg {
        match &chosen.outcome {
            Outcome::Keep { value } => self.value_of(chosen, *value, "past-kept", "past-kept-n"),
            Outcome::CreateThere { value } => self.value_of(chosen, *value, "past-created", "past-created-n"),
            Outcome::RemoveElsewhere => msg("past-removed"),
            Outcome::PutBack { .. } => msg("past-put-back"),
            Outcome::Type { values } => msg("past-typed").with("value", value(values)),
            Outcome::Clear { .. } => msg("past-cleared-field"),
            Outcome::Combine { values } => msg("past-combined").with("value", value(values)),
            Outcome::LeaveDifferent { until } => msg("past-left").with("until", self.face.date(*until)),
        }
    }

    fn value_of(&self, chosen: &Chosen, n: usize, known: &'static str, numbered: &'static str) -> Msg {
        let difference = self.dossier.differences.iter().find(|d| d.id == chosen.difference);
        let found = difference.and_then(|difference| {
            let dispute = &difference.dispute;
            Some(dispute.value(n)?.shown(dispute.policy.source_of_truth.as_ref()))
        });
        match found {
            Some(tuple) => msg(known).with("value", value(tuple)),
            None => msg(numbered).with("n", n),
        }
    }

    /// A delivery that did not end in the system's own row: that row tells of it itself.
    fn delivery(&self, delivery: &Delivery, all: &mut Vec<Happened>) {
        let (at, text) = match &delivery.state {
            DeliveryState::Refused { at, message, .. } => {
                (*at, msg("past-write-refused").with("said", words::told(message)))
            }
            DeliveryState::Overtaken { at, .. } => (*at, msg("past-write-overtaken")),
            DeliveryState::ByHand { since } => (*since, msg("past-write-by-hand")),
            _ => return,
        };
        let event = TimelineEvent {
            field: Some(label(self.dossier, &delivery.change.slot)),
            text: Some(text),
            ..self.event(at, &delivery.id.0, self.system(&delivery.system))
        };
        all.push(Happened {
            key: format!("{}/{}", stamp(at), delivery.id),
            system: Some(delivery.system.clone()),
            fields: vec![delivery.change.slot.clone()],
            event,
        });
    }

    /// What all systems agree on, by the instant since which they do.
    fn agreed(&self, only: Option<&FieldId>, all: &mut Vec<Happened>) {
        let mut since: BTreeMap<Time, Vec<(&FieldId, &Held)>> = BTreeMap::new();
        for (field, Agreed(held, time)) in &self.dossier.base.0 {
            if only.is_none_or(|only| only == field) {
                since.entry(*time).or_default().push((field, held));
            }
        }
        for (n, (time, agreed)) in since.into_iter().enumerate() {
            let id = format!("{}a{n}", self.dossier.record.id);
            let labels: Vec<String> = agreed.iter().map(|(field, _)| label(self.dossier, field)).collect();
            let (field, text) = match agreed.as_slice() {
                [(_, held)] => (labels.first().cloned(), msg("event-agreed").with("value", shown(held))),
                _ => (None, msg("past-agreed").with("fields", labels)),
            };
            let event = TimelineEvent {
                field,
                text: Some(text),
                how: msg("past-compared"),
                ..self.event(time, &id, msg("timeline-all-systems"))
            };
            let fields = agreed.into_iter().map(|(field, _)| field.clone()).collect();
            all.push(Happened { key: format!("{}/~{id}", stamp(time)), system: None, fields, event });
        }
    }
}

/// When a version came to be: the source's own word if it lies between the two readings.
fn changed_at(version: &Version) -> Time {
    let read = &version.read;
    let between = |time: &Time| *time <= read.at && read.after.is_none_or(|after| *time > after);
    read.modified_at.filter(between).unwrap_or(read.at)
}

fn value(values: &[Held]) -> Msg {
    if values.iter().any(Held::is_hidden) {
        return msg("state-hidden");
    }
    let texts = values.iter().map(Held::to_string).filter(|text| !text.is_empty());
    literal(texts.collect::<Vec<_>>().join(", "))
}

fn said(held: Option<&Held>) -> Option<String> {
    held.and_then(Held::value).map(str::to_owned)
}

/// Words for a side of a change that has no value to show.
fn blank(was: Option<&Held>, now: &Held) -> Option<Msg> {
    match now {
        Held::Value(_) => was.filter(|was| was.is_blank()).map(|_| msg("past-filled")),
        Held::Unknown => Some(msg("timeline-unreadable")),
        Held::Hidden(_) => Some(msg("state-hidden")),
        Held::Empty | Held::Null => Some(msg("past-cleared")),
    }
}
