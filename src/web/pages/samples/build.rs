//! The pages of a blind review, from what was read.

use super::{Holder, ItemPage, ItemRow, SamplePage, SampleRow, Tally, Typed, Value};
use crate::domain::conflict::{Dispute, Distinct, Holder as Held};
use crate::domain::ids::RecordId;
use crate::domain::judge::time_of_change;
use crate::domain::policy::Rule;
use crate::domain::resolution::Chosen;
use crate::domain::sample::{Answer, Verdict};
use crate::domain::value::Tuple;
use crate::engine::Setup;
use crate::store::samples::{Item, Sample};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::Choice;
use crate::web::pages::policies::build::rule as rule_name;
use crate::web::pages::reviews::Ask;
use crate::web::pages::words;
use crate::web::when::Clockface;
use std::collections::HashMap;

/// What a sample was drawn from.
#[must_use]
pub fn scope(setup: &Setup, sample: &Sample) -> Msg {
    if sample.entity.as_str().is_empty() {
        return msg("samples-everything");
    }
    let entity = setup.catalog.entity(&sample.entity);
    let entity = entity.map_or_else(|| sample.entity.0.clone(), |entity| entity.label.clone());
    if sample.field.as_str().is_empty() {
        return literal(entity);
    }
    let field = words::field(&setup.catalog, Some(&sample.entity), &sample.field);
    msg("samples-field-of").with("entity", entity).with("field", field)
}

/// Everything, each kind of record, and each of its fields.
#[must_use]
pub fn choices(setup: &Setup, chosen: &str) -> Vec<Choice> {
    let choice = |value: String, text: Msg| Choice { chosen: value == chosen, value, text };
    let mut all = vec![choice(String::new(), msg("samples-everything"))];
    for entity in &setup.catalog.entities {
        all.push(choice(entity.id.0.clone(), literal(&entity.label)));
        all.extend(entity.slots().iter().map(|slot| {
            let text = msg("samples-field-of").with("entity", &entity.label).with("field", &*slot.label);
            choice(format!("{}/{}", entity.id, slot.id), text)
        }));
    }
    all
}

/// Answers: as the rule decided, otherwise, undecidable.
#[derive(Clone, Copy, Default)]
struct Count {
    agrees: usize,
    differs: usize,
    unsure: usize,
}

impl Count {
    fn of<'i>(items: impl Iterator<Item = &'i Item>) -> Self {
        let mut count = Self::default();
        for (_, verdict) in items.filter_map(|item| item.answer.as_ref()) {
            match verdict {
                Verdict::Agrees => count.agrees += 1,
                Verdict::Differs => count.differs += 1,
                Verdict::Unsure => count.unsure += 1,
            }
        }
        count
    }

    fn figure(self) -> Msg {
        match self.agrees + self.differs {
            0 => msg("samples-figure-none"),
            all => msg("samples-figure").with("agrees", self.agrees).with("all", all),
        }
    }
}

/// A line of the list.
#[must_use]
pub fn row(setup: &Setup, face: &Clockface, sample: &Sample, items: &[Item]) -> SampleRow {
    let done = items.iter().filter(|item| item.answer.is_some()).count();
    SampleRow {
        href: format!("/samples/{}", sample.id),
        drawn: face.day(sample.created_at),
        by: sample.actor.name.clone(),
        of: scope(setup, sample),
        done: msg("samples-row").with("done", done).with("all", items.len()),
        figure: Count::of(items.iter()).figure(),
    }
}

/// The first difference after this place that is not answered, or else the first one of all.
#[must_use]
pub fn next(sample: &Sample, items: &[Item], after: i64) -> Option<String> {
    let open = || items.iter().filter(|item| item.answer.is_none());
    let item = open().find(|item| item.place > after).or_else(|| open().next())?;
    Some(format!("/samples/{}/items/{}", sample.id, item.place))
}

/// How a sample was answered.
#[must_use]
pub fn page(
    setup: &Setup,
    face: &Clockface,
    (sample, items): (&Sample, &[Item]),
    own: bool,
    titles: &HashMap<RecordId, String>,
) -> SamplePage {
    let mut kinds: Vec<(&Item, Vec<&Item>)> = Vec::new();
    for item in items {
        let is_its = |first: &Item| {
            first.entity == item.entity && first.field == item.field && first.rule == item.rule
        };
        match kinds.iter_mut().find(|(first, _)| is_its(first)) {
            Some((_, all)) => all.push(item),
            None => kinds.push((item, vec![item])),
        }
    }
    let tally = |(first, all): &(&Item, Vec<&Item>)| {
        let count = Count::of(all.iter().copied());
        Tally {
            field: words::field(&setup.catalog, Some(&first.entity), &first.field),
            rule: Rule::of(&first.rule).map_or_else(|| literal(&first.rule), rule_name),
            figure: count.figure(),
            unsure: (count.unsure > 0).then(|| msg("sample-unsure").with("n", count.unsure)),
        }
    };
    let item = |item: &Item| ItemRow {
        href: format!("/samples/{}/items/{}", sample.id, item.place),
        at: usize::try_from(item.place).unwrap_or(0),
        record: titles.get(&item.record).cloned().unwrap_or_default(),
        field: words::field(&setup.catalog, Some(&item.entity), &item.field),
        state: msg(match item.answer.as_ref().map(|(_, verdict)| verdict) {
            None => "sample-open",
            Some(Verdict::Agrees) => "sample-agrees",
            Some(Verdict::Differs) => "sample-differs",
            Some(Verdict::Unsure) => "sample-cannot-tell",
        }),
        differs: matches!(item.answer, Some((_, Verdict::Differs))),
    };
    SamplePage {
        heading: msg("sample-title").with("what", scope(setup, sample)),
        by: sample.actor.name.clone(),
        drawn: face.day(sample.created_at),
        figure: Count::of(items.iter()).figure(),
        next: next(sample, items, 0).filter(|_| own),
        begun: items.iter().any(|item| item.answer.is_some()),
        tallies: kinds.iter().map(tally).collect(),
        items: items.iter().map(item).collect(),
    }
}

/// One difference, and who looks at it.
pub struct Seen<'a> {
    pub setup: &'a Setup,
    pub face: &'a Clockface,
    pub sample: &'a Sample,
    pub items: &'a [Item],
    pub item: &'a Item,
    pub dispute: &'a Dispute,
    pub chosen: &'a Chosen,
    pub title: &'a str,
    /// It is the viewer's sample.
    pub own: bool,
    pub may_ask: bool,
}

impl Seen<'_> {
    /// The page, with what was sent and what is wrong with it.
    #[must_use]
    pub fn page(&self, chosen: &str, typed: &HashMap<String, String>, error: Option<Msg>) -> ItemPage {
        let Self { setup, sample, items, item, .. } = *self;
        let answered = item.answer.as_ref();
        let field = words::field(&setup.catalog, Some(&item.entity), &item.field);
        let place = format!("/samples/{}/items/{}", sample.id, item.place);
        let waits = || msg("sample-theirs").with("name", &sample.actor.name);
        let ask = || {
            let field = Choice { value: item.field.0.clone(), text: field.clone(), chosen: true };
            Ask::about(&item.record, vec![field], Some(&item.resolution))
        };
        let differs = matches!(answered, Some((_, Verdict::Differs)));
        ItemPage {
            sample: format!("/samples/{}", sample.id),
            heading: msg("sample-worth").with("field", &field).with("record", self.title),
            position: msg("sample-item").with("at", item.place).with("all", items.len()),
            action: (self.own && answered.is_none()).then(|| format!("{place}/answer")),
            facts: self.facts(),
            values: self.values(),
            typed: self.typed(typed),
            chosen: chosen.to_owned(),
            error,
            told: answered.map(|(_, verdict)| self.told(*verdict)),
            waits: (!self.own && answered.is_none()).then(waits),
            ask: (differs && self.may_ask).then(ask),
            next: next(sample, items, item.place).filter(|_| self.own && answered.is_some()),
        }
    }

    fn facts(&self) -> Vec<Msg> {
        let read = self.dispute.values.iter().flat_map(|value| &value.holders);
        let read = read.map(|holder| holder.candidate.read.at).max();
        let settled = read.map(|at| msg("sample-settled").with("when", self.face.on(at)));
        let agreed = match &self.dispute.agreed {
            Some((tuple, since)) => {
                msg("sample-agreed").with("value", text(tuple)).with("when", self.face.date(*since))
            }
            None => msg("sample-agreed-none"),
        };
        settled.into_iter().chain([agreed]).collect()
    }

    fn told(&self, verdict: Verdict) -> Msg {
        let rules = self.chosen.meant(std::slice::from_ref(self.dispute)).unwrap_or_default();
        msg(match verdict {
            Verdict::Agrees => "sample-told-agrees",
            Verdict::Differs => "sample-told-differs",
            Verdict::Unsure => "sample-told-unsure",
        })
        .with("value", text(&rules))
    }

    /// The values that were held; once it is answered those that were made as well, and who chose which.
    fn values(&self) -> Vec<Value> {
        let source = self.dispute.policy.source_of_truth.as_ref();
        // Which one the source of truth writes otherwise must not be seen, so the first one's text stands.
        let shown = |value: &Distinct| match self.item.answer {
            Some(_) => value.shown(source).to_vec(),
            None => value.shown(None).to_vec(),
        };
        let value = |value: &Distinct| Value {
            n: Some(value.n),
            text: text(&shown(value)),
            holders: value.holders.iter().map(|holder| self.holder(holder)).collect(),
            by: Vec::new(),
        };
        let mut all: Vec<Value> = self.dispute.values.iter().map(value).collect();
        let Some((answer, _)) = &self.item.answer else { return all };
        let rules = self.chosen.meant(std::slice::from_ref(self.dispute));
        let rules = rules.zip(self.number()).map(|(values, n)| (n, values, msg("sample-rule")));
        let own = answer.meant(self.dispute).map(|values| {
            let n = if let Answer::Keep { value } = answer { Some(*value) } else { None };
            (n, values, literal(&self.sample.actor.name))
        });
        for (n, values, by) in own.into_iter().chain(rules) {
            match all.iter_mut().find(|known| known.n.is_some() && known.n == n) {
                Some(known) => known.by.push(by),
                None => all.push(Value { n: None, text: text(&values), holders: Vec::new(), by: vec![by] }),
            }
        }
        all
    }

    /// The number of what the rule kept; inner None where it made a value.
    fn number(&self) -> Option<Option<usize>> {
        use crate::domain::resolution::Outcome;
        match &self.chosen.outcome {
            Outcome::Keep { value } => Some(Some(*value)),
            Outcome::Type { .. } => Some(None),
            _ => None,
        }
    }

    fn holder(&self, holder: &Held) -> Holder {
        let candidate = &holder.candidate;
        let when = time_of_change(candidate).unwrap_or(candidate.read.at);
        let changed = msg("fact-changed").with("when", self.face.day(when).text);
        let by = candidate.read.modified_by.as_deref().map(words::by);
        let same = msg("fact-same-as-agreed");
        let facts = match (candidate.moved, &self.dispute.agreed) {
            (false, Some(_)) => vec![same],
            _ => std::iter::once(changed).chain(by).collect(),
        };
        Holder { system: self.setup.catalog.label(&candidate.system).to_owned(), facts }
    }

    fn typed(&self, sent: &HashMap<String, String>) -> Vec<Typed> {
        let entity = self.setup.catalog.entity(&self.item.entity);
        let Some(slot) = entity.and_then(|entity| entity.slot(&self.item.field)) else { return Vec::new() };
        let many = slot.fields().count() > 1;
        let field = |field: &crate::domain::entity::Field| Typed {
            field: field.id.0.clone(),
            label: match many {
                true => msg("sample-another-of").with("field", &field.label),
                false => msg("sample-another"),
            },
            value: sent.get(&format!("typed.{}", field.id)).cloned().unwrap_or_default(),
        };
        slot.fields().map(field).collect()
    }
}

fn text(tuple: &Tuple) -> Msg {
    words::values(tuple).map_or_else(|state| state, literal)
}
