//! All steps of one field, run in order or backwards.

use super::{Transform, TransformError};
use crate::domain::value::Held;

/// The steps of one field over its columns. Until a `Join` there is one value per column.
pub(in crate::domain) struct Chain<'a> {
    steps: &'a [Transform],
}

impl<'a> Chain<'a> {
    pub fn new(steps: &'a [Transform]) -> Self {
        Self { steps }
    }

    /// The field's value, from those of its columns.
    pub fn read(&self, columns: Vec<Held>) -> Result<Held, TransformError> {
        let mut values = columns;
        for step in self.steps {
            values = read_step(step, values)?;
        }
        match <[Held; 1]>::try_from(values) {
            Ok([value]) => Ok(value),
            Err(values) => {
                let texts: Vec<&str> = values.iter().filter_map(Held::value).collect();
                Err(TransformError::unreadable(&texts.join(" "), "one value: its columns are not joined"))
            }
        }
    }

    /// The values that go into the columns, whose present ones are `columns`.
    pub fn write(&self, value: &Held, columns: &[Held]) -> Result<Vec<Held>, TransformError> {
        let before = self.inputs(columns);
        let mut values = vec![value.clone()];
        for (step, before) in self.steps.iter().zip(before).rev() {
            values = write_step(step, &values, before?.as_slice())?;
        }
        if values.len() == columns.len() {
            return Ok(values);
        }
        Err(TransformError::unwritable(value.value().unwrap_or(""), "its columns are not joined"))
    }

    /// What each step reads in the present row. Behind a step that cannot read it, the steps
    /// have nothing before them; only to a `Part`, which owns the rest of a column, that matters.
    fn inputs(&self, columns: &[Held]) -> Vec<Result<Vec<Held>, TransformError>> {
        let mut inputs = Vec::with_capacity(self.steps.len());
        let mut values: Result<Vec<Held>, TransformError> = Ok(columns.to_vec());
        let mut width = columns.len();
        for step in self.steps {
            let next = match &values {
                Ok(values) => read_step(step, values.clone()),
                Err(problem) => Err(problem.clone()),
            };
            inputs.push(match (step, std::mem::replace(&mut values, next)) {
                (Transform::Part { .. }, Err(problem)) => {
                    let reason = format!("what the column holds now cannot be read: {problem}");
                    Err(TransformError::unwritable("", reason))
                }
                (_, here) => Ok(here.unwrap_or_else(|_| vec![Held::Null; width])),
            });
            if let Transform::Join { .. } = step {
                width = 1;
            }
        }
        inputs
    }
}

/// Whether two values are the same to these steps: a letter case that is not kept, a `+` in
/// front of a number or another writing of a phone number do not count.
pub(in crate::domain) fn same(steps: &[Transform], a: &Held, b: &Held) -> bool {
    let folded = |held: &Held| match held {
        Held::Value(text) => Held::from(folded(steps, text).as_str()),
        other => other.clone(),
    };
    a == b || folded(a) == folded(b)
}

/// Columns that are trimmed before they are joined keep no spaces around their separators.
fn folded(steps: &[Transform], text: &str) -> String {
    let mut text = text.to_owned();
    let mut trimmed = false;
    for step in steps {
        text = match step {
            Transform::Join { separator } if trimmed && !separator.is_empty() => {
                let parts: Vec<&str> =
                    text.split(separator).map(str::trim).filter(|p| !p.is_empty()).collect();
                parts.join(separator)
            }
            step => step.fold(&text),
        };
        trimmed |= *step == Transform::Trim;
    }
    text
}

fn read_step(step: &Transform, values: Vec<Held>) -> Result<Vec<Held>, TransformError> {
    let convert = |held| match held {
        Held::Value(text) => step.read(&text).map(|text| Held::from(text.as_str())),
        other => Ok(other),
    };
    match step {
        Transform::Join { separator } if values.len() > 1 => Ok(vec![joined(&values, separator)]),
        _ => values.into_iter().map(convert).collect(),
    }
}

fn write_step(step: &Transform, values: &[Held], before: &[Held]) -> Result<Vec<Held>, TransformError> {
    let convert = |(at, held): (usize, &Held)| {
        let before = before.get(at).and_then(Held::value).unwrap_or("");
        match (held, step) {
            (Held::Value(text), _) => step.write(text, before).map(|text| Held::from(text.as_str())),
            (Held::Empty, Transform::Part { .. }) => {
                step.write("", before).map(|text| Held::from(text.as_str()))
            }
            (Held::Null, Transform::Part { .. }) => {
                Err(TransformError::unwritable("", "a part of a column can be empty, but not null"))
            }
            (other, _) => Ok(other.clone()),
        }
    };
    match (step, values) {
        (Transform::Join { separator }, [value]) if before.len() > 1 => {
            Ok(split(value, separator, before.len()))
        }
        _ => values.iter().enumerate().map(convert).collect(),
    }
}

/// The parts that are there, with the separator between them.
fn joined(parts: &[Held], separator: &str) -> Held {
    if parts.contains(&Held::Unknown) {
        return Held::Unknown;
    }
    if parts.iter().all(|part| *part == Held::Null) {
        return Held::Null;
    }
    let texts: Vec<&str> = parts.iter().filter_map(Held::value).collect();
    Held::from(texts.join(separator).as_str())
}

/// `count` parts, cut at the last separators. With too few of them, or with an empty part
/// between two, the first part takes all and the others are empty, so that nothing is lost.
fn split(value: &Held, separator: &str, count: usize) -> Vec<Held> {
    let Held::Value(text) = value else { return vec![value.clone(); count] };
    let mut parts: Vec<&str> = match separator {
        "" => vec![text],
        separator => text.rsplitn(count, separator).collect(),
    };
    parts.reverse();
    if parts.len() < count || parts.contains(&"") {
        parts = vec![text];
        parts.resize(count, "");
    }
    parts.into_iter().map(Held::from).collect()
}
