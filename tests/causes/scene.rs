//! A record of some systems with one slot in question, as the engine would see it.

use super::corpus::Sort;
use chrono::TimeDelta;
use referee::domain::author::{AuthorKind, Hand};
use referee::domain::cause::{self, Evidence, Past, Suspect};
use referee::domain::compare::Comparison;
use referee::domain::diff::{self, Standing};
use referee::domain::entity::{Entity, Field, Group};
use referee::domain::ids::{EntityId, FieldId, RecordId, SystemId};
use referee::domain::record::{Agreed, Base, Holding, Reading};
use referee::domain::time::{Time, parse_stamp};
use referee::domain::validate::Validation;
use referee::domain::value::{Held, Tuple};
use std::collections::{BTreeMap, BTreeSet};

/// One system and what it says.
pub struct Voice {
    pub system: SystemId,
    pub values: Tuple,
    /// When its row changed, as far as it tells.
    pub modified_at: Option<Time>,
    pub author: Option<String>,
    pub hand: AuthorKind,
    pub burst: i64,
    pub revision: i64,
    pub read_after: Time,
    pub read_at: Time,
}

pub struct Scene {
    pub sorts: Vec<Sort>,
    /// What all had, unless nothing was ever agreed.
    pub agreed: Option<Tuple>,
    pub voices: Vec<Voice>,
    pub past: Vec<(SystemId, Tuple, Time)>,
    pub written: BTreeMap<SystemId, Tuple>,
    /// The width of a system's column for the first member.
    pub limits: BTreeMap<SystemId, usize>,
    pub source: Option<SystemId>,
    /// Where telephone numbers without a country code are dialled.
    pub region: String,
    pub told: String,
}

pub fn beginning() -> Time {
    parse_stamp("2026-02-01T09:00:00Z").unwrap()
}

fn comparison(sort: Sort, region: &str) -> Comparison {
    match sort {
        Sort::Phone => Comparison::Phone(region.to_owned()),
        Sort::Day | Sort::Instant => Comparison::Date,
        Sort::Price | Sort::Quantity | Sort::Measure => Comparison::Decimal,
        Sort::Email => Comparison::Email,
        Sort::Code | Sort::Label => Comparison::Exact,
        Sort::Name | Sort::Street | Sort::City | Sort::Word | Sort::Note => Comparison::Text,
    }
}

fn id(at: usize) -> FieldId {
    FieldId::from(format!("f{at}").as_str())
}

impl Scene {
    fn entity(&self) -> Entity {
        let field = |(at, sort): (usize, &Sort)| Field {
            id: id(at),
            label: format!("{sort:?}"),
            comparison: comparison(*sort, &self.region),
            tag: None,
            max_length: None,
            validate: Validation::default(),
            visible_to: None,
        };
        let fields: Vec<Field> = self.sorts.iter().enumerate().map(field).collect();
        let members: Vec<FieldId> = fields.iter().map(|field| field.id.clone()).collect();
        let group = Group { id: FieldId::from("group"), label: "Group".to_owned(), members };
        let groups = if fields.len() > 1 { vec![group] } else { Vec::new() };
        Entity {
            id: EntityId::from("thing"),
            label: "Thing".to_owned(),
            process: String::new(),
            title: id(0),
            fields,
            groups,
            children: Vec::new(),
        }
    }

    fn holding(&self, voice: &Voice) -> Holding {
        Holding {
            record: RecordId::default(),
            system: voice.system.clone(),
            external_id: "1".to_owned(),
            present: true,
            cells: BTreeMap::new(),
            fields: voice.values.iter().enumerate().map(|(at, held)| (id(at), held.clone())).collect(),
            problems: BTreeMap::new(),
            revision: voice.revision,
            version: None,
            read: Reading {
                after: Some(voice.read_after),
                at: voice.read_at,
                modified_at: voice.modified_at,
                modified_by: voice.author.clone(),
            },
            token: None,
        }
    }

    /// The causes found; None where the systems do not differ.
    pub fn judge(&self) -> Option<Vec<Suspect>> {
        let entity = self.entity();
        let slots = entity.slots();
        let slot = &slots[0];
        let since = beginning() - TimeDelta::days(40);
        let agreed = |(at, held): (usize, &Held)| (id(at), Agreed(held.clone(), since));
        let base = Base(self.agreed.iter().flat_map(|tuple| tuple.iter().enumerate().map(agreed)).collect());
        let holdings: Vec<Holding> = self.voices.iter().map(|voice| self.holding(voice)).collect();
        let compared = diff::compare(slot, &base, &holdings);
        let Standing::Differs(kind) = compared.standing else { return None };
        let hands: Vec<Hand> =
            self.voices.iter().map(|voice| Hand { kind: voice.hand, burst: voice.burst }).collect();
        let moved: BTreeSet<SystemId> =
            compared.candidates.iter().filter(|own| own.moved).map(|own| own.system.clone()).collect();
        let mut past: Vec<Past> = Vec::new();
        for (system, values, read_at) in &self.past {
            past.push(Past {
                system: system.clone(),
                normal: diff::normal(slot, values),
                read: Reading { after: None, at: *read_at, modified_at: None, modified_by: None },
            });
        }
        past.sort_by_key(|past| std::cmp::Reverse(past.read.at));
        let limits = self.limits.iter().map(|(system, limit)| ((system.clone(), id(0)), *limit)).collect();
        Some(cause::of_values(&Evidence {
            slot,
            kind,
            compared: &compared,
            hands: &hands,
            moved: &moved,
            source_of_truth: self.source.as_ref(),
            past: &past,
            written: &self.written,
            limits: &limits,
        }))
    }
}
