//! What a form was made over: it carries, per difference, which value had which number and who held
//! it, so that a page made anew can say what moved and keep what was meant.

use super::Chosen;
use super::form::Sent;
use crate::domain::conflict::{Dispute, Distinct, Holder};
use crate::domain::ids::DifferenceId;
use crate::domain::seal::sha256;
use crate::domain::value::Tuple;
use crate::engine::case::Case;
use crate::store::conflicts::Difference;
use std::collections::BTreeSet;

/// Hexadecimal digits that stand for a value.
const DIGITS: usize = 12;

/// What a form says of one difference: number, system and digest of each value; no system where
/// nobody held it.
pub struct Seen<'s>(Vec<(usize, &'s str, &'s str)>);

/// The text a form carries for a difference.
#[must_use]
pub fn carried(dispute: &Dispute) -> String {
    let mut parts = Vec::new();
    for value in &dispute.values {
        let digest = digest(&value.normal);
        if value.holders.is_empty() {
            parts.push(format!("{}~~{digest}", value.n));
        }
        let holder = |holder: &Holder| format!("{}~{}~{digest}", value.n, holder.candidate.system);
        parts.extend(value.holders.iter().map(holder));
    }
    parts.join(" ")
}

fn digest(normal: &Tuple) -> String {
    let text = format!("{normal:?}");
    sha256(&[text.as_bytes()]).chars().take(DIGITS).collect()
}

impl<'s> Seen<'s> {
    /// What the form says of a difference; None where it had not seen it.
    #[must_use]
    pub fn of(sent: &'s Sent, id: &DifferenceId) -> Option<Self> {
        let part = |text: &'s str| {
            let mut parts = text.split('~');
            let (n, system, digest) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
            Some((n, system, digest))
        };
        let all: Vec<_> = sent.get(&format!("seen.{id}")).split(' ').filter_map(part).collect();
        (!all.is_empty()).then_some(Self(all))
    }

    /// Whether a system holds something else now.
    #[must_use]
    pub fn is_new(&self, holder: &Holder) -> bool {
        let system = holder.candidate.system.as_str();
        let known = self.0.iter().find(|(_, own, _)| *own == system);
        known.is_none_or(|(_, _, seen)| **seen != digest(&holder.candidate.normal))
    }

    /// Whether the values are the ones it was made over, all of them and no other.
    fn is_all(&self, dispute: &Dispute) -> bool {
        let now: BTreeSet<String> = dispute.values.iter().map(|value| digest(&value.normal)).collect();
        let then: BTreeSet<String> = self.0.iter().map(|(.., seen)| (*seen).to_owned()).collect();
        now == then
    }

    /// The value that had that number then, as it is listed now.
    fn now<'d>(&self, n: usize, dispute: &'d Dispute) -> Option<&'d Distinct> {
        let (_, _, seen) = self.0.iter().find(|(number, ..)| *number == n)?;
        dispute.values.iter().find(|value| digest(&value.normal) == *seen)
    }
}

/// Keeps each choice on the value that was meant, whatever number it has now. Answers the differences
/// whose chosen value nobody holds any longer, or whose lists were to be combined and moved: nothing is
/// chosen for them.
pub fn carry_over<'c>(sent: &mut Sent, case: &'c Case) -> Vec<&'c Difference> {
    let mut lost = Vec::new();
    if sent.get("version") == case.conflict.version.to_string() {
        return lost;
    }
    for difference in &case.differences {
        let n = match sent.chosen(&difference.id) {
            Chosen::Keep(n) => n,
            Chosen::Combine => {
                // Members that nobody has seen would be written along.
                if !Seen::of(sent, &difference.id).is_some_and(|seen| seen.is_all(&difference.dispute)) {
                    sent.choose(&difference.id, Chosen::Open);
                    lost.push(difference);
                }
                continue;
            }
            _ => continue,
        };
        let now = match Seen::of(sent, &difference.id) {
            Some(seen) => seen.now(n.into(), &difference.dispute).map(|value| value.n),
            None => continue,
        };
        match now.and_then(|n| u8::try_from(n).ok()) {
            Some(now) => sent.choose(&difference.id, Chosen::Keep(now)),
            None => {
                sent.choose(&difference.id, Chosen::Open);
                lost.push(difference);
            }
        }
    }
    lost
}
