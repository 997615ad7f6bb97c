//! What a field's values must be, beyond comparing: asked of what is typed and of what a rule
//! would choose. A value that fails is never changed and never hidden; it is not written.

mod pattern;
#[cfg(test)]
mod tests;

pub use pattern::Pattern;

use super::compare::moment::Moment;
use super::compare::{Comparison, Invalid, decimal, short};
use super::entity::Field;
use super::figure::Figure;
use super::value::Held;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization as _;

/// The demands on a field's values. For a set or a sequence `pattern`, `min`, `max` and `one_of`
/// are asked of every member, the rest of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// It may not be blank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// A regular expression that the whole value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// A value that the pattern matches: people are shown it in the pattern's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The least number, or the first day or instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Figure>,
    /// The greatest number, or the last day or instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Figure>,
    /// The values there are, compared as the field's values are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// Fewest and most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
}

impl Validation {
    /// Whether nothing is demanded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Field {
    /// Whether a value is one that this field may hold: of its kind, and as `validate` demands.
    /// What is unknown is nobody's value and passes. The reason follows a field's name and a
    /// colon: `“x” is not a decimal number`.
    ///
    /// # Errors
    /// The first demand that is not met.
    pub fn check(&self, held: &Held) -> Result<(), Invalid> {
        let text = match held {
            Held::Unknown => return Ok(()),
            Held::Hidden(_) => return Err(Invalid("a value is needed".to_owned())),
            Held::Null | Held::Empty if self.validate.required => {
                return Err(Invalid("a value is needed".to_owned()));
            }
            Held::Null | Held::Empty => return Ok(()),
            Held::Value(text) => text,
        };
        // Signs that are written in two parts in one system and as one in another are one sign.
        let text = &text.nfc().collect::<String>();
        let normal = self.comparison.normal_text(text)?;
        if normal.is_empty() && self.validate.required {
            return Err(Invalid("a value is needed, and this one says nothing".to_owned()));
        }
        self.check_length(text)?;
        match self.comparison.members(text) {
            Some((of, members)) => {
                let mut named = members.iter().filter(|member| !member.is_empty());
                named.try_for_each(|member| self.check_one(of, member))
            }
            None => self.check_one(&self.comparison, text),
        }
    }

    /// Most characters of a value, if it is said anywhere.
    #[must_use]
    pub fn most_characters(&self) -> Option<usize> {
        [self.max_length, self.validate.max_length].into_iter().flatten().min()
    }

    fn check_length(&self, text: &str) -> Result<(), Invalid> {
        let length = text.chars().count();
        if let Some(most) = self.most_characters().filter(|most| length > *most) {
            return Err(Invalid(format!("it is longer than {most} characters")));
        }
        match self.validate.min_length {
            Some(least) if length < least => Err(Invalid(format!("it is shorter than {least} characters"))),
            _ => Ok(()),
        }
    }

    /// A value that is no list, or one member of a list.
    fn check_one(&self, kind: &Comparison, text: &str) -> Result<(), Invalid> {
        let rules = &self.validate;
        if let Some(pattern) = rules.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
            let text = short(text);
            return Err(Invalid(match &rules.example {
                Some(example) => format!("“{text}” is not written like {}", short(example)),
                None => format!("“{text}” does not have the form {}", short(&pattern.text)),
            }));
        }
        let held = Held::from(text);
        let known = |choice: &String| kind.same(&Held::from(choice.as_str()), &held);
        if !rules.one_of.is_empty() && !rules.one_of.iter().any(known) {
            return Err(Invalid(format!("“{}” is none of {}", short(text), choices(&rules.one_of))));
        }
        let beyond = |limit: &Option<Figure>, side: Ordering| {
            limit.clone().filter(|limit| order(kind, text, &limit.0) == Some(side))
        };
        if let Some(min) = beyond(&rules.min, Ordering::Less) {
            return Err(Invalid(format!("“{}” is below {min}, the least allowed", short(text))));
        }
        match beyond(&rules.max, Ordering::Greater) {
            Some(max) => Err(Invalid(format!("“{}” is above {max}, the most allowed", short(text)))),
            None => Ok(()),
        }
    }

    /// What is wrong with the demands themselves, each as a sentence with what to do.
    pub(in crate::domain) fn validation_problems(&self) -> Vec<String> {
        let (rules, kind) = (&self.validate, self.comparison.of_one());
        let mut problems = self.comparison.problems();
        if let Some(problem) = rules.pattern.as_ref().and_then(Pattern::problem) {
            problems.push(format!("its pattern {problem}"));
        } else if let Some(example) = &rules.example
            && !rules.pattern.as_ref().is_some_and(|pattern| pattern.matches(example))
        {
            let example = short(example);
            problems.push(format!("its example “{example}” is of no use: give one that its pattern matches"));
        }
        for (name, limit) in [("min", &rules.min), ("max", &rules.max)] {
            let Some(limit) = limit else { continue };
            if order(kind, &limit.0, &limit.0).is_none() {
                problems.push(format!(
                    "its {name} “{}” bounds nothing here: give a number to a field compared as decimal, \
                     a day (2026-01-31) to one compared as date",
                    short(&limit.0)
                ));
            }
        }
        if let Some((min, max)) = rules.min.as_ref().zip(rules.max.as_ref())
            && order(kind, &min.0, &max.0) == Some(Ordering::Greater)
        {
            problems.push(format!("its min {min} is above its max {max}: no value could pass"));
        }
        for choice in rules.one_of.iter().filter(|choice| kind.normal_text(choice).is_err()) {
            problems.push(format!("“{}” in its one_of is not of the field's own kind", short(choice)));
        }
        if let Some((least, most)) = rules.min_length.zip(self.most_characters()).filter(|(l, m)| l > m) {
            problems.push(format!("its min_length {least} is above its max_length {most}"));
        }
        problems
    }
}

/// How two values of a kind that has an order stand to each other; None where one is not of the
/// kind, or the kind has none. Days and times that cannot be told apart exactly go by their day.
fn order(kind: &Comparison, one: &str, other: &str) -> Option<Ordering> {
    match kind {
        Comparison::Decimal | Comparison::Tolerance { .. } => decimal::order(one, other),
        Comparison::Date => {
            let (one, other) = (Moment::parse(one)?, Moment::parse(other)?);
            Some(one.order(other))
        }
        _ => None,
    }
}

/// At most ten choices, for a message.
fn choices(all: &[String]) -> String {
    let named: Vec<String> = all.iter().take(10).map(|choice| format!("“{}”", short(choice))).collect();
    let more = all.len().saturating_sub(named.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", named.join(", "))
}
