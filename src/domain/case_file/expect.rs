//! What a case expects of the judge.

use crate::domain::cause::{Cause, Shape};
use crate::domain::diff::Kind;
use crate::domain::explanation::{Explanation, Outcome, Said};
use crate::domain::ids::SystemId;
use crate::domain::judge::Finding;
use crate::domain::tidy::Untidy;
use crate::domain::value::{Held, Tuple};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// What must come of one field, group or child row, or of the record as a whole. What is left out
/// is not asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    outcome: Come,
    #[serde(default)]
    kind: Option<Kind>,
    /// What every system gets: a text, or the texts of a group; an empty text is a blank.
    #[serde(default)]
    value: Option<Values>,
    /// Which system holds that; an empty text: none does.
    #[serde(default)]
    from: Option<String>,
    /// Findings that must be there, by name.
    #[serde(default)]
    findings: Vec<FindingName>,
    /// Findings that must not.
    #[serde(default)]
    without: Vec<FindingName>,
    /// How far systems are trusted, in hundredths; those that are not here are not asked for.
    #[serde(default)]
    trust: BTreeMap<SystemId, u32>,
    /// The causes, the likeliest first; the first ones of them are enough.
    #[serde(default)]
    causes: Vec<CauseName>,
    /// The shape of the likeliest conversion.
    #[serde(default)]
    shape: Option<ShapeName>,
    /// Systems that are left out.
    #[serde(default)]
    left_out: Vec<SystemId>,
    /// Systems that lack the record.
    #[serde(default)]
    absent: Option<Vec<SystemId>>,
    /// Systems that agree and are tidied, each with what it gets; `{}`: none is.
    #[serde(default)]
    tidied: Option<BTreeMap<SystemId, Values>>,
}

/// Where the order of judgement ends, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Come {
    Agreed,
    Waiting,
    Excepted,
    Review,
    Settle,
    Restore,
    Remove,
}

impl Come {
    fn of(found: &Explanation) -> Self {
        match (found.standing, &found.verdict) {
            (Outcome::Agreed, _) => Self::Agreed,
            (Outcome::Waiting, _) => Self::Waiting,
            (Outcome::Excepted, _) => Self::Excepted,
            (Outcome::Judged, Some(Said::Settle { .. })) => Self::Settle,
            (Outcome::Judged, Some(Said::Restore { .. })) => Self::Restore,
            (Outcome::Judged, Some(Said::Remove { .. })) => Self::Remove,
            (Outcome::Judged, _) => Self::Review,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Waiting => "waiting",
            Self::Excepted => "excepted",
            Self::Review => "review",
            Self::Settle => "settle",
            Self::Restore => "restore",
            Self::Remove => "remove",
        }
    }
}

/// A name that is checked when the case is read: one that is misspelled could never be found.
macro_rules! name {
    ($name:ident, $of:ty, $json:expr) => {
        #[derive(Clone, Debug, Deserialize)]
        #[serde(try_from = "String")]
        struct $name(String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(name: String) -> Result<Self, String> {
                let json: fn(&str) -> serde_json::Value = $json;
                unknown::<$of>(json(&name)).map_or(Ok(Self(name)), Err)
            }
        }
    };
}

name!(FindingName, Finding, |name| json!(name));
name!(CauseName, Cause, |name| json!({ "cause": name }));
name!(ShapeName, Shape, |name| json!({ "shape": name }));

/// Why there is nothing of that name, with the names there are.
fn unknown<T: DeserializeOwned>(json: serde_json::Value) -> Option<String> {
    let error = serde_json::from_value::<T>(json).err()?.to_string();
    error.starts_with("unknown variant").then_some(error)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Values {
    One(String),
    Many(Vec<String>),
}

impl Values {
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts.iter().map(String::as_str).collect(),
        }
    }

    fn fits(&self, tuple: &Tuple) -> bool {
        tuple.iter().map(|held: &Held| held.value().unwrap_or("")).eq(self.texts())
    }

    pub fn tuple(&self) -> Tuple {
        self.texts().into_iter().map(Held::from).collect()
    }
}

impl Expect {
    pub(super) fn unmet(&self, found: &Explanation, unmet: &mut Vec<String>) {
        let mut say = |what: &str, wanted: &str, is: &str| {
            if wanted != is {
                unmet.push(format!("{}: {what} should be {wanted} and is {is}", found.field));
            }
        };
        say("the outcome", self.outcome.as_str(), Come::of(found).as_str());
        if let Some(kind) = self.kind {
            say("the kind", kind.as_str(), found.kind.map_or("none", Kind::as_str));
        }
        let findings = names(&found.findings);
        let all = findings.join(", ");
        for wanted in self.findings.iter().filter(|name| !findings.contains(&name.0)) {
            say("a finding", &wanted.0, &all);
        }
        for unwanted in self.without.iter().filter(|name| findings.contains(&name.0)) {
            say("no finding", &unwanted.0, &format!("among {all}"));
        }
        for (wanted, percent) in &self.trust {
            let trust = |finding: &Finding| match finding {
                Finding::Trust { system, percent } if system == wanted => Some(percent.to_string()),
                _ => None,
            };
            let is = found.findings.iter().find_map(trust).unwrap_or_else(|| "none".to_owned());
            say(&format!("the trust in {wanted}"), &percent.to_string(), &is);
        }
        let causes: Vec<&str> = found.causes.iter().map(|suspect| suspect.cause.name()).collect();
        let wanted: Vec<&str> = self.causes.iter().map(|name| name.0.as_str()).collect();
        if !causes.starts_with(&wanted) {
            say("the causes", &wanted.join(", "), &causes.join(", "));
        }
        if let Some(shape) = &self.shape {
            let found = found.causes.iter().find_map(|suspect| tag(&suspect.cause, "/shape/shape"));
            say("the shape", &shape.0, found.as_deref().unwrap_or("none"));
        }
        let out = found.voices.iter().filter(|voice| voice.left_out.is_some());
        let mut out: Vec<&SystemId> = out.map(|voice| &voice.system).collect();
        out.dedup();
        if !self.left_out.is_empty() {
            say("left out", &list(&self.left_out), &list(out));
        }
        if let Some(absent) = &self.absent {
            say("the systems without it", &list(absent), &list(&found.absent));
        }
        self.unmet_values(found, &mut say);
        self.unmet_forms(found, &mut say);
    }

    fn unmet_forms(&self, found: &Explanation, say: &mut impl FnMut(&str, &str, &str)) {
        let becomes = |own: &Untidy| own.fields.iter().map(|form| form.becomes.clone()).collect::<Tuple>();
        let tidied: Vec<(&SystemId, Tuple)> =
            found.untidy.iter().map(|own| (&own.system, becomes(own))).collect();
        let fits = |wanted: &BTreeMap<SystemId, Values>| {
            let is =
                |(system, tuple): &(&SystemId, Tuple)| wanted.get(*system).is_some_and(|own| own.fits(tuple));
            wanted.len() == tidied.len() && tidied.iter().all(is)
        };
        if let Some(wanted) = self.tidied.as_ref().filter(|wanted| !fits(wanted)) {
            say("what is tidied", &format!("{wanted:?}"), &format!("{tidied:?}"));
        }
    }

    fn unmet_values(&self, found: &Explanation, say: &mut impl FnMut(&str, &str, &str)) {
        let (system, values) = match &found.verdict {
            Some(Said::Settle { system, values }) => (system.as_ref(), Some(values)),
            Some(Said::Restore { system } | Said::Remove { system }) => (Some(system), None),
            _ => (None, None),
        };
        if let Some(wanted) = &self.value
            && !values.is_some_and(|values| wanted.fits(values))
        {
            let is = values.map_or("not settled".to_owned(), |values| format!("{values:?}"));
            say("the value", &format!("{wanted:?}"), &is);
        }
        if let Some(wanted) = &self.from {
            let settled = !matches!(found.verdict, None | Some(Said::Review));
            let is = system.map_or("", SystemId::as_str);
            say("its system", wanted, if settled { is } else { "not settled" });
        }
    }
}

fn list<'a>(systems: impl IntoIterator<Item = &'a SystemId>) -> String {
    systems.into_iter().map(SystemId::as_str).collect::<Vec<_>>().join(", ")
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
