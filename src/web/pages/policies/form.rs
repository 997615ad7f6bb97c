//! The form of one field's policy: what is typed becomes a policy, or mistakes that keep it.

use super::build::{inherited, own, rule, warning};
use super::{PolicyForm, RuleChoice};
use crate::domain::entity::{Entity, Slot};
use crate::domain::expression::Expression;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::policy::{Deletes, Effective, Policy, Rule, Stakes};
use crate::engine::Setup;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::{Choice, Problem};
use serde::Deserialize;

/// The field of the problem that somebody else saved first.
pub const STALE: &str = "rule";
/// The kind of record itself, where an address names a field.
const ALL: &str = "_all";

/// What a form is about.
pub struct Place<'a> {
    pub entity: &'a Entity,
    /// None: the kind of record itself.
    pub slot: Option<Slot<'a>>,
    own: Policy,
}

impl<'a> Place<'a> {
    /// # Errors
    /// There is no such kind of record or field.
    pub fn find(setup: &'a Setup, entity: &str, slot: &str) -> Result<Self, Failure> {
        let entity = setup.entity(&entity.into())?;
        let slot = match slot {
            ALL => None,
            // A single child row has no policy of its own.
            id => {
                let slot = entity.slot(&id.into()).filter(|slot| slot.policy_id() == &*slot.id);
                Some(slot.ok_or_else(|| Failure::new(Code::NotFound))?)
            }
        };
        let own = own(setup, entity, slot.as_ref().map(|slot| &*slot.id));
        Ok(Self { entity, slot, own })
    }

    /// The policy set here itself.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.own
    }

    #[must_use]
    pub fn slot_id(&self) -> Option<FieldId> {
        self.slot.as_ref().map(|slot| slot.id.clone())
    }
}

/// The form as it was sent; empty takes over what is set above.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// The version the form was opened on.
    pub version: String,
    pub rule: String,
    pub source: String,
    pub stakes: String,
    pub reason: String,
    pub hold: String,
    pub due: String,
    pub review_if: String,
    /// Systems in the order of trust, by name or id, with commas between them.
    pub priority: String,
    pub half_life: String,
    pub blank: String,
    pub tidy: String,
    pub blind: String,
    pub deletes: String,
    pub bulk: String,
    pub second: String,
    pub approval: String,
    pub if_wrong: String,
    pub because: String,
}

impl Sent {
    /// The form of a stored policy.
    #[must_use]
    pub fn of(policy: &Policy, version: i64, setup: &Setup) -> Self {
        let label = |system: &SystemId| setup.catalog.label(system).to_owned();
        let order: Vec<String> = policy.priority.iter().flatten().map(label).collect();
        let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        Self {
            version: version.to_string(),
            rule: policy.rule.map_or("", Rule::as_str).to_owned(),
            source: policy.source_of_truth.as_ref().map(|source| source.0.clone()).unwrap_or_default(),
            stakes: policy.stakes.map_or("", Stakes::as_str).to_owned(),
            reason: policy.reason_asked.map_or("", |asked| if asked { "yes" } else { "no" }).to_owned(),
            hold: number(policy.hold_seconds),
            due: number(policy.due_hours),
            review_if: policy.review_if.clone().unwrap_or_default(),
            priority: order.join(", "),
            half_life: number(policy.half_life_days),
            blank: policy.allow_blank.map_or("", |allowed| if allowed { "yes" } else { "no" }).to_owned(),
            tidy: policy.tidy_formatting.map_or("", |tidies| if tidies { "yes" } else { "no" }).to_owned(),
            blind: policy.decide_blind.map_or("", |blind| if blind { "yes" } else { "no" }).to_owned(),
            deletes: policy.deletes.map_or("", Deletes::as_str).to_owned(),
            bulk: policy.bulk_allowed.map_or("", |allowed| if allowed { "yes" } else { "no" }).to_owned(),
            second: policy.second_approver.map_or("", |asked| if asked { "yes" } else { "no" }).to_owned(),
            approval: number(policy.approval_hours),
            if_wrong: policy.if_wrong.clone().unwrap_or_default(),
            because: String::new(),
        }
    }

    /// The policy it asks for; what the form does not show stays as it is in `before`.
    ///
    /// # Errors
    /// What is wrong, each with its field.
    pub fn policy(&self, before: &Policy, setup: &Setup, entity: &Entity) -> Result<Policy, Vec<Problem>> {
        let mut wrong = Vec::new();
        let mut say = |field: &str, text: Msg| wrong.push(Problem { field: field.to_owned(), text });
        let rule = Rule::ALL.into_iter().find(|rule| rule.as_str() == self.rule);
        if rule.is_none() && !self.rule.is_empty() {
            say("rule", msg("problem-rule"));
        }
        let source = (!self.source.is_empty()).then(|| SystemId(self.source.clone()));
        if source.as_ref().is_some_and(|source| setup.catalog.mapping(source, &entity.id).is_none()) {
            say("source", msg("problem-source"));
        }
        let mut number = |field: &str, text: &str, most: (u32, u32), key: &'static str| {
            number(text, most.0, most.1).unwrap_or_else(|()| {
                say(field, msg(key));
                None
            })
        };
        let half_life_days = number("half_life", &self.half_life, (0, 36_500), "problem-half-life");
        let hold_seconds = number("hold", &self.hold, (0, 300), "problem-hold");
        let due_hours = number("due", &self.due, (1, 8760), "problem-due");
        let approval_hours = number("approval", &self.approval, (1, 8760), "problem-due");
        let priority = self.order(setup, entity).unwrap_or_else(|_| {
            say("priority", msg("problem-priority"));
            None
        });
        let review_if = self.review_if.trim();
        if let Some(Err(error)) = (!review_if.is_empty()).then(|| Expression::parse(review_if)) {
            say("review_if", msg("problem-review-if").with("why", error.0));
        }
        if self.because.trim().is_empty() || self.because.chars().count() > 500 {
            say("because", msg("problem-because-policy"));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let if_wrong = self.if_wrong.trim();
        Ok(Policy {
            source_of_truth: source,
            rule,
            stakes: Stakes::ALL.into_iter().find(|stakes| stakes.as_str() == self.stakes),
            reason_asked: yes_or_no(&self.reason),
            review_if: match review_if {
                // An empty text that takes away what is above cannot be seen here: it stays.
                "" => before.review_if.clone().filter(String::is_empty),
                text => Some(text.to_owned()),
            },
            priority,
            half_life_days,
            allow_blank: yes_or_no(&self.blank),
            tidy_formatting: yes_or_no(&self.tidy),
            decide_blind: yes_or_no(&self.blind),
            deletes: Deletes::ALL.into_iter().find(|deletes| deletes.as_str() == self.deletes),
            bulk_allowed: yes_or_no(&self.bulk),
            second_approver: yes_or_no(&self.second),
            hold_seconds,
            due_hours,
            approval_hours,
            if_wrong: (!if_wrong.is_empty()).then(|| if_wrong.to_owned()),
            ..before.clone()
        })
    }

    /// The systems in the order of trust; None without any.
    fn order(&self, setup: &Setup, entity: &Entity) -> Result<Option<Vec<SystemId>>, ()> {
        let names = self.priority.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut order: Vec<SystemId> = Vec::new();
        for name in names {
            let is = |system: &&SystemId| {
                let same = |known: &str| known.to_lowercase() == name.to_lowercase();
                same(system.as_str()) || same(setup.catalog.label(system))
            };
            let known = setup.catalog.mappings_of(&entity.id).map(|mapping| &mapping.system).find(is);
            let known = known.filter(|known| !order.contains(known)).ok_or(())?;
            order.push(known.clone());
        }
        Ok((!order.is_empty()).then_some(order))
    }
}

fn yes_or_no(sent: &str) -> Option<bool> {
    match sent {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn number(text: &str, least: u32, most: u32) -> Result<Option<u32>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().ok().filter(|n| (least..=most).contains(n)).map(Some).ok_or(()),
    }
}

/// Which roles see the field's values, where not all do.
fn limited(place: &Place<'_>) -> Option<Msg> {
    let roles = place.entity.limited_to(&place.slot.as_ref()?.id)?;
    let names: Vec<Msg> = roles.iter().map(|role| msg(format!("role-{}", role.as_str()))).collect();
    Some(msg("policy-limited").with("roles", names))
}

/// The form with what was typed.
#[must_use]
pub fn page(setup: &Setup, place: &Place<'_>, sent: &Sent, problems: Vec<Problem>) -> PolicyForm {
    let (entity, slot) = (place.entity, place.slot.as_ref());
    let above = inherited(setup, entity, slot);
    let now = match (slot, place.own.rule) {
        (Some(slot), _) => {
            let effective = setup.policy(entity, slot);
            if effective.rule_is_set { rule(effective.rule) } else { msg("rule-unset") }
        }
        (None, Some(own)) => rule(own),
        (None, None) => msg("rule-unset"),
    };
    let options = Options { setup, place, sent, above: &above };
    PolicyForm {
        limited: limited(place),
        entity: entity.label.clone(),
        entity_href: format!("/policies/{}", entity.id),
        field: slot.map(|slot| slot.label.to_owned()),
        action: format!("/policies/{}/{}", entity.id, slot.map_or(ALL, |slot| slot.id.as_str())),
        version: sent.version.clone(),
        now,
        sources: options.sources(),
        rules: options.rules(),
        stakes: options.stakes(),
        reasons: options.reasons(),
        hold: sent.hold.clone(),
        hold_inherited: above.hold_seconds.to_string(),
        due: sent.due.clone(),
        due_inherited: above.due_hours.to_string(),
        review_if: sent.review_if.clone(),
        review_if_inherited: above.review_if.clone().unwrap_or_default(),
        trial: format!("/policies/{}/{}/trial", entity.id, slot.map_or(ALL, |slot| slot.id.as_str())),
        tried: None,
        priority: sent.priority.clone(),
        priority_inherited: above
            .priority
            .iter()
            .map(|system| setup.catalog.label(system))
            .collect::<Vec<_>>()
            .join(", "),
        half_life: sent.half_life.clone(),
        half_life_inherited: above.half_life_days.unwrap_or(0).to_string(),
        blanks: options.blanks(),
        tidies: options.tidies(),
        blinds: options.blinds(),
        deletes: if slot.is_none() { options.deletes() } else { Vec::new() },
        bulk: options.yes_or_no(above.bulk_allowed, &sent.bulk, ["bulk-no", "bulk-yes"]),
        second: options.yes_or_no(above.second_approver, &sent.second, ["second-no", "second-yes"]),
        approval: sent.approval.clone(),
        approval_inherited: above.approved_within().to_string(),
        if_wrong: sent.if_wrong.clone(),
        because: sent.because.clone(),
        problems,
    }
}

struct Options<'a> {
    setup: &'a Setup,
    place: &'a Place<'a>,
    sent: &'a Sent,
    above: &'a Effective,
}

impl Options<'_> {
    /// The choice to set nothing here, saying what is then in force.
    fn inherit(&self, value: Msg, chosen: bool) -> Choice {
        let key = if self.place.slot.is_some() { "inherit-choice" } else { "default-choice" };
        let text = msg(key).with("entity", &self.place.entity.label).with("value", value);
        Choice { value: String::new(), text, chosen }
    }

    fn sources(&self) -> Vec<Choice> {
        let label = |source: &SystemId| self.setup.catalog.label(source).to_owned();
        // Without the inherited system's name: one choice names each system once.
        let text = match self.place.slot {
            Some(_) => msg("inherit-source").with("entity", &self.place.entity.label),
            None => msg("source-none"),
        };
        let none = Choice { value: String::new(), text, chosen: self.sent.source.is_empty() };
        let systems = self.setup.catalog.mappings_of(&self.place.entity.id).map(|mapping| Choice {
            value: mapping.system.0.clone(),
            text: literal(label(&mapping.system)),
            chosen: self.sent.source == mapping.system.0,
        });
        std::iter::once(none).chain(systems).collect()
    }

    fn rules(&self) -> Vec<RuleChoice> {
        let above = if self.above.rule_is_set { rule(self.above.rule) } else { msg("rule-unset") };
        let (good, danger) = match self.place.slot {
            Some(_) => (msg("rule-inherit-good"), msg("rule-inherit-danger")),
            None => (msg("rule-manual-good"), msg("rule-manual-danger")),
        };
        let mut none = self.inherit(above, self.sent.rule.is_empty());
        if self.place.slot.is_none() {
            none.text = msg("rule-unset");
        }
        let one = |known: Rule| {
            let (good, danger) = match known {
                Rule::ManualReview => ("rule-manual-good", "rule-manual-danger"),
                Rule::SourceWins => ("rule-source-good", "rule-source-danger"),
                Rule::MostRecentWins => ("rule-newest-good", "rule-newest-danger"),
                Rule::MostFrequent => ("rule-frequent-good", "rule-frequent-danger"),
                Rule::Priority => ("rule-priority-good", "rule-priority-danger"),
                Rule::Max => ("rule-max-good", "rule-max-danger"),
                Rule::Min => ("rule-min-good", "rule-min-danger"),
                Rule::Delta => ("rule-delta-good", "rule-delta-danger"),
                Rule::Union => ("rule-union-good", "rule-union-danger"),
            };
            let chosen = self.sent.rule == known.as_str();
            let choice = Choice { value: known.as_str().to_owned(), text: rule(known), chosen };
            let best = Some(msg(format!("rule-best-{}", known.as_str())));
            let caution = self.caution(known);
            RuleChoice { choice, good: msg(good), danger: msg(danger), best, caution, figures: None }
        };
        let none = RuleChoice { choice: none, good, danger, best: None, caution: None, figures: None };
        std::iter::once(none).chain(Rule::ALL.into_iter().map(one)).collect()
    }

    /// What would go wrong with a rule at this place, as far as the configuration tells.
    fn caution(&self, known: Rule) -> Option<Msg> {
        let slot = self.place.slot.as_ref()?;
        let source_of_truth = Some(SystemId(self.sent.source.clone()))
            .filter(|source| !source.0.is_empty())
            .or_else(|| self.above.source_of_truth.clone());
        let trial = Effective { rule: known, rule_is_set: true, source_of_truth, ..self.above.clone() };
        warning(self.setup, self.place.entity, slot, &trial)
    }

    fn blanks(&self) -> Vec<Choice> {
        self.yes_or_no(self.above.allow_blank, &self.sent.blank, ["blank-rejected", "blank-allowed"])
    }

    fn tidies(&self) -> Vec<Choice> {
        self.yes_or_no(self.above.tidy_formatting, &self.sent.tidy, ["tidy-no", "tidy-yes"])
    }

    /// A setting that is on or off, with the messages of both.
    fn yes_or_no(&self, above: bool, sent: &str, texts: [&'static str; 2]) -> Vec<Choice> {
        let text = |yes: bool| msg(texts[usize::from(yes)]);
        let none = self.inherit(text(above), sent.is_empty());
        let one = |(value, yes): (&str, bool)| Choice {
            value: value.to_owned(),
            text: text(yes),
            chosen: sent == value,
        };
        std::iter::once(none).chain([("no", false), ("yes", true)].map(one)).collect()
    }

    fn blinds(&self) -> Vec<Choice> {
        let text = |blind: bool| msg(if blind { "blind-yes" } else { "blind-no" });
        let none = self.inherit(text(self.above.decide_blind), self.sent.blind.is_empty());
        let one = |(value, blind): (&str, bool)| Choice {
            value: value.to_owned(),
            text: text(blind),
            chosen: self.sent.blind == value,
        };
        std::iter::once(none).chain([("no", false), ("yes", true)].map(one)).collect()
    }

    fn deletes(&self) -> Vec<Choice> {
        let text = |deletes: Deletes| msg(format!("deletes-{}", deletes.as_str()));
        let none = self.inherit(text(self.above.deletes), self.sent.deletes.is_empty());
        let one = |deletes: Deletes| Choice {
            value: deletes.as_str().to_owned(),
            text: text(deletes),
            chosen: self.sent.deletes == deletes.as_str(),
        };
        std::iter::once(none).chain(Deletes::ALL.into_iter().map(one)).collect()
    }

    fn stakes(&self) -> Vec<Choice> {
        let text = |stakes: Stakes| msg(format!("stakes-{}", stakes.as_str()));
        let none = self.inherit(text(self.above.stakes), self.sent.stakes.is_empty());
        let one = |stakes: Stakes| Choice {
            value: stakes.as_str().to_owned(),
            text: text(stakes),
            chosen: self.sent.stakes == stakes.as_str(),
        };
        std::iter::once(none).chain(Stakes::ALL.into_iter().map(one)).collect()
    }

    fn reasons(&self) -> Vec<Choice> {
        self.yes_or_no(self.above.reason_asked, &self.sent.reason, ["reason-asked-no", "reason-asked-coded"])
    }
}
