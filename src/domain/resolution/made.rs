//! Values that nobody holds and that follow from those on the page: empty on purpose, and all lists
//! in one.

use crate::domain::compare::Comparison;
use crate::domain::conflict::{Dispute, Holder};
use crate::domain::entity::Slot;
use crate::domain::value::{Held, Tuple};

/// Nothing, for every member of a slot: in the form in which a system on the page has nothing, else
/// an empty text for texts and null for all else. None for a child row, which is there or is not.
#[must_use]
pub fn cleared(slot: &Slot<'_>, dispute: &Dispute) -> Option<Tuple> {
    if slot.is_row() || slot.is_all_rows() || !dispute.absent.is_empty() {
        return None;
    }
    let blank = |at: usize, kind: &Comparison| {
        let mut shown = holders(dispute).filter_map(|holder| holder.candidate.shown.get(at));
        let held = shown.find(|held| held.is_blank()).cloned();
        held.unwrap_or(match kind {
            Comparison::Decimal | Comparison::Tolerance { .. } | Comparison::Date | Comparison::Boolean => {
                Held::Null
            }
            _ => Held::Empty,
        })
    };
    Some(slot.fields().enumerate().map(|(at, field)| blank(at, &field.comparison)).collect())
}

/// Every member of every list once, those of the source of truth first, written as its list is. None
/// where the field is no list, one of them cannot be read, or only one list is there.
#[must_use]
pub fn combined(slot: &Slot<'_>, dispute: &Dispute) -> Option<Tuple> {
    let mut fields = slot.fields();
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    let source = dispute.policy.source_of_truth.as_ref();
    let mut all: Vec<&Holder> = holders(dispute).collect();
    all.sort_by_key(|holder| Some(&holder.candidate.system) != source);
    let texts: Vec<&str> = all.iter().filter_map(|holder| holder.candidate.shown.first()?.value()).collect();
    let lists = dispute.values.iter().filter(|value| !value.normal.iter().all(Held::is_blank)).count();
    if lists < 2 {
        return None;
    }
    field.comparison.union(&texts).map(|joined| vec![Held::from(joined.as_str())])
}

fn holders(dispute: &Dispute) -> impl Iterator<Item = &Holder> {
    dispute.values.iter().flat_map(|value| &value.holders)
}
