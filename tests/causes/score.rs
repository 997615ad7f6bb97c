//! Precision and recall of each cause.

use super::scene::Scene;
use referee::domain::cause::{Cause, Shape, Suspect};
use std::collections::BTreeMap;
use std::fmt;

/// How one cause fared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub done: usize,
    pub found: usize,
    /// Found first, and it was done.
    pub right: usize,
    /// Done, and somewhere in the list.
    pub listed: usize,
}

#[expect(clippy::cast_precision_loss, reason = "counts of some thousands")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

impl Count {
    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

    pub fn recall(&self) -> f64 {
        share(self.right, self.done)
    }
}

/// What was found of all cases.
#[derive(Default)]
pub struct Table {
    /// By cause, and by `transformation/shape`.
    pub counts: BTreeMap<String, Count>,
    /// What was done and what was found instead, with some of the cases.
    pub missed: BTreeMap<(String, String), (usize, Vec<String>)>,
    cases: usize,
}

pub fn name(cause: &Cause) -> String {
    let Cause::Transformation { shape, .. } = cause else { return cause.name().to_owned() };
    let shape = match shape {
        None => "other",
        Some(Shape::SwappedDayAndMonth) => "swapped",
        Some(Shape::Truncated { .. }) => "truncated",
        Some(Shape::Encoding) => "encoding",
        Some(Shape::ZoneShift { .. }) => "zone",
        Some(Shape::UnitFactor { .. }) => "unit",
        Some(Shape::Rounded { .. }) => "rounded",
        Some(Shape::LetterCase) => "case",
        Some(Shape::LeadingZeros) => "zeros",
        Some(Shape::Notation) => "notation",
        Some(Shape::DialCode) => "dial_code",
    };
    format!("transformation/{shape}")
}

impl Table {
    pub fn cases(&self) -> usize {
        self.cases
    }

    pub fn add(&mut self, done: &str, suspects: &[Suspect], scene: &Scene) {
        self.cases += 1;
        let names: Vec<String> = suspects.iter().map(|suspect| name(&suspect.cause)).collect();
        self.count(done, &names[0], names.iter().any(|name| name == done));
        let cause = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
        if done.contains('/') || names[0].contains('/') {
            // The cause as a whole, whatever its shape.
            let listed = names.iter().any(|name| cause(name) == cause(done));
            self.tally(&cause(done), &cause(&names[0]), listed, (done.contains('/'), names[0].contains('/')));
        }
        if names[0] != done {
            let (n, cases) = self.missed.entry((done.to_owned(), names[0].clone())).or_default();
            *n += 1;
            if cases.len() < 6 {
                cases.push(scene.told.clone());
            }
        }
    }

    fn count(&mut self, done: &str, found: &str, listed: bool) {
        self.tally(done, found, listed, (true, true));
    }

    fn tally(&mut self, done: &str, found: &str, listed: bool, (of_done, of_found): (bool, bool)) {
        let right = usize::from(done == found);
        if of_done {
            let count = self.counts.entry(done.to_owned()).or_default();
            count.done += 1;
            count.right += right;
            count.listed += usize::from(listed);
        }
        if of_found {
            self.counts.entry(found.to_owned()).or_default().found += 1;
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| cause | cases | found | precision | recall | in the list |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for (name, count) in &self.counts {
            let listed = share(count.listed, count.done);
            let (precision, recall) = (count.precision(), count.recall());
            writeln!(
                f,
                "| {name} | {} | {} | {precision:.3} | {recall:.3} | {listed:.3} |",
                count.done, count.found
            )?;
        }
        Ok(())
    }
}
