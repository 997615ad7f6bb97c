//! What a case expects of the judge.

use crate::domain::tidy::Untidy;
use crate::domain::value::{Held, Tuple};
use crate::engine::explain::{Explanation, Outcome, Said};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What must come of one field or group. What is left out is not asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `agreed`, `waiting`, `excepted`, `review` or `settle`.
    outcome: String,
    /// `change`, `clash` or `first`.
    #[serde(default)]
    kind: Option<String>,
    /// What every system gets: a text, or the texts of a group; an empty text is a blank.
    #[serde(default)]
    value: Option<Values>,
    /// Which system holds that; an empty text: none does.
    #[serde(default)]
    from: Option<String>,
    /// Findings that must be there, by name.
    #[serde(default)]
    findings: Vec<String>,
    /// Findings that must not.
    #[serde(default)]
    without: Vec<String>,
    /// The causes, the likeliest first; the first ones of them are enough.
    #[serde(default)]
    causes: Vec<String>,
    /// The shape of the likeliest conversion.
    #[serde(default)]
    shape: Option<String>,
    /// Systems that are left out.
    #[serde(default)]
    left_out: Vec<String>,
    /// Systems that agree and are tidied, each with what it gets; `{}`: none is.
    #[serde(default)]
    tidied: Option<BTreeMap<String, Values>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

impl Values {
    fn fits(&self, tuple: &Tuple) -> bool {
        let wanted: Vec<&str> = match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts.iter().map(String::as_str).collect(),
        };
        tuple.iter().map(|held: &Held| held.value().unwrap_or("")).eq(wanted)
    }
}

impl Expect {
    pub(super) fn unmet(&self, found: &Explanation, unmet: &mut Vec<String>) {
        let mut say = |what: &str, wanted: &str, is: &str| {
            unmet.push(format!("{}: {what} should be {wanted} and is {is}", found.field));
        };
        let outcome = outcome(found);
        if self.outcome != outcome {
            say("the outcome", &self.outcome, outcome);
        }
        let kind = found.kind.map_or("none", |kind| kind.as_str());
        if self.kind.as_deref().is_some_and(|wanted| wanted != kind) {
            say("the kind", self.kind.as_deref().unwrap_or(""), kind);
        }
        if let Some(Said::Settle { system, values }) = &found.verdict {
            if self.value.as_ref().is_some_and(|wanted| !wanted.fits(values)) {
                say("the value", &format!("{:?}", self.value), &format!("{values:?}"));
            }
            let from = system.as_ref().map_or("", |system| system.as_str());
            if self.from.as_deref().is_some_and(|wanted| wanted != from) {
                say("its system", self.from.as_deref().unwrap_or(""), from);
            }
        } else if self.value.is_some() || self.from.is_some() {
            say("the value", &format!("{:?}", self.value), "not settled");
        }
        let findings = names(&found.findings);
        for wanted in self.findings.iter().filter(|name| !findings.contains(name)) {
            say("a finding", wanted, &findings.join(", "));
        }
        for unwanted in self.without.iter().filter(|name| findings.contains(name)) {
            say("no finding", unwanted, &findings.join(", "));
        }
        let causes: Vec<&str> = found.causes.iter().map(|suspect| suspect.cause.name()).collect();
        if !causes.iter().zip(&self.causes).all(|(is, wanted)| is == wanted)
            || causes.len() < self.causes.len()
        {
            say("the causes", &self.causes.join(", "), &causes.join(", "));
        }
        let shape = found.causes.iter().find_map(|suspect| tag(&suspect.cause, "/shape/shape"));
        if self.shape.is_some() && self.shape != shape {
            say("the shape", self.shape.as_deref().unwrap_or(""), shape.as_deref().unwrap_or("none"));
        }
        let out = found.voices.iter().filter(|voice| voice.left_out.is_some());
        let mut out: Vec<&str> = out.map(|voice| voice.system.as_str()).collect();
        out.dedup();
        if !self.left_out.is_empty() && self.left_out != out {
            say("left out", &self.left_out.join(", "), &out.join(", "));
        }
        self.unmet_forms(found, unmet);
    }

    fn unmet_forms(&self, found: &Explanation, unmet: &mut Vec<String>) {
        let becomes = |own: &Untidy| own.fields.iter().map(|form| form.becomes.clone()).collect::<Tuple>();
        let tidied: Vec<(&str, Tuple)> =
            found.untidy.iter().map(|own| (own.system.as_str(), becomes(own))).collect();
        let fits = |wanted: &BTreeMap<String, Values>| {
            let is = |(system, tuple): &(&str, Tuple)| wanted.get(*system).is_some_and(|own| own.fits(tuple));
            wanted.len() == tidied.len() && tidied.iter().all(is)
        };
        if self.tidied.as_ref().is_some_and(|wanted| !fits(wanted)) {
            let wanted = &self.tidied;
            unmet.push(format!("{}: tidied should be {wanted:?} and is {tidied:?}", found.field));
        }
    }
}

fn outcome(found: &Explanation) -> &'static str {
    match (found.standing, &found.verdict) {
        (Outcome::Agreed, _) => "agreed",
        (Outcome::Waiting, _) => "waiting",
        (Outcome::Excepted, _) => "excepted",
        (Outcome::Judged, Some(Said::Settle { .. })) => "settle",
        (Outcome::Judged, _) => "review",
    }
}

/// The names of findings, as they stand in JSON.
fn names<T: Serialize>(findings: &[T]) -> Vec<String> {
    let name = |finding: &T| match serde_json::to_value(finding).ok()? {
        serde_json::Value::String(name) => Some(name),
        serde_json::Value::Object(parts) => parts.keys().next().cloned(),
        _ => None,
    };
    findings.iter().filter_map(name).collect()
}

fn tag<T: Serialize>(value: &T, pointer: &str) -> Option<String> {
    Some(serde_json::to_value(value).ok()?.pointer(pointer)?.as_str()?.to_owned())
}
