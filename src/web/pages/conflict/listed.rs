//! Child rows in dispute: those of one list stand together, in the order of their keys, under one
//! head that says once what holds for all of them.

use super::Difference;
use crate::domain::entity::Entity;
use crate::domain::rows::row_of;
use crate::engine::case::Case;
use crate::store::conflicts::Difference as Stored;
use crate::web::messages::{Msg, msg};

/// What stands over the rows of one list.
#[derive(Clone, Debug)]
pub struct ListHead {
    /// The list, as the configuration names it.
    pub label: String,
    /// `4 of 13 rows differ`.
    pub said: Msg,
    pub rule: Msg,
    pub notes: Vec<Msg>,
    /// The members of a row, in the order of its values.
    pub members: Vec<String>,
}

/// Members that stand side by side; with more, each has a line of its own.
const ABREAST: usize = 4;

/// Brings the rows of a list together, by number where their keys are numbers.
pub fn in_order(stored: Vec<&Stored>) -> Vec<&Stored> {
    let lists: Vec<Option<&str>> = stored.iter().map(|own| list_of(own)).collect();
    let place = |at: usize, own: &Stored| {
        let first = lists.iter().position(|list| list.is_some() && *list == lists[at]).unwrap_or(at);
        let key = row_of(&own.dispute.field).map_or("", |(_, key)| key);
        (first, key.parse::<u64>().unwrap_or(u64::MAX), key.to_owned())
    };
    let mut placed: Vec<_> = stored.into_iter().enumerate().map(|(at, own)| (place(at, own), own)).collect();
    placed.sort_by(|(a, _), (b, _)| a.cmp(b));
    placed.into_iter().map(|(_, own)| own).collect()
}

fn list_of(stored: &Stored) -> Option<&str> {
    row_of(&stored.dispute.field).map(|(list, _)| list)
}

/// Gives the first row of each list its head, and takes from the rows what the head says.
pub fn under_heads(differences: &mut [Difference], stored: &[&Stored], case: &Case, entity: &Entity) {
    let (mut above, mut said) = (None, None::<ListHead>);
    for (own, difference) in stored.iter().zip(differences) {
        let list = list_of(own).filter(|_| difference.members.len() <= ABREAST);
        if let Some(list) = list {
            if above != Some(list) {
                difference.list = head(list, difference, stored, case, entity);
                said = difference.list.clone();
            }
            difference.under_head = said.is_some();
            // A row that is asked about for another reason says so itself.
            let same = |head: &ListHead| head.rule == difference.rule && head.notes == difference.notes;
            difference.told_above = said.as_ref().is_some_and(same);
        }
        above = list;
    }
}

fn head(
    list: &str,
    first: &Difference,
    stored: &[&Stored],
    case: &Case,
    entity: &Entity,
) -> Option<ListHead> {
    let children = entity.children.iter().find(|children| children.id.as_str() == list)?;
    let n = stored.iter().filter(|own| list_of(own) == Some(list)).count();
    let slots = entity.slots_of(&case.base, &case.holdings, std::iter::empty());
    let total = slots.iter().filter(|slot| row_of(&slot.id).is_some_and(|(own, _)| own == list)).count();
    Some(ListHead {
        label: children.label.clone(),
        said: msg("rows-differ").with("n", n).with("total", total.max(n)),
        rule: first.rule.clone(),
        notes: first.notes.clone(),
        members: first.members.clone(),
    })
}
