//! The suggestion of a row, and the way to accept it without opening the conflict.

use super::read::Desk;
use crate::domain::access::Right;
use crate::domain::conflict::Distinct;
use crate::domain::group::{self, Excluded, GroupChoice};
use crate::domain::ids::SystemId;
use crate::domain::resolution::Outcome;
use crate::store::conflicts::{Conflict, Difference};
use crate::web::marks::beginning;
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::conflict::seen::carried;
use crate::web::pages::words;

/// Characters of a suggested value that a row shows.
const SHOWN: usize = 40;

/// What a row suggests.
#[derive(Clone, Debug)]
pub struct RowSuggestion {
    /// The suggested value, or why none is shown.
    pub text: Msg,
    pub accept: Option<Accept>,
}

/// What the form sends that accepts it: the decision the conflict's own page would send.
#[derive(Clone, Debug)]
pub struct Accept {
    pub action: String,
    pub version: i64,
    pub difference: String,
    pub outcome: String,
    pub seen: String,
}

/// The suggestion for the one difference of a conflict. It is accepted here only where policy lets many
/// be decided at once and asks for no reason, by the rule that accepts many.
#[must_use]
pub fn of(desk: &Desk, conflict: &Conflict, open: &[&Difference]) -> RowSuggestion {
    let none = |key: &'static str| RowSuggestion { text: msg(key), accept: None };
    let [difference] = open else { return none("row-suggested-several") };
    let (dispute, catalog) = (&difference.dispute, &desk.setup.catalog);
    let slot = catalog.entity(&conflict.entity).and_then(|entity| entity.slot(&dispute.field));
    let row = group::Row { id: &difference.id, dispute, slot: slot.as_ref() };
    let value = match GroupChoice::Suggested.outcome(&row) {
        Ok(Outcome::Keep { value }) => dispute.value(value),
        Err(Excluded::Blind) => return none("row-suggested-blind"),
        _ => None,
    };
    let Some(value) = value else { return none("row-suggested-none") };
    let lets = dispute.policy.bulk_allowed && !dispute.policy.reason_asked;
    let may = desk.viewer.may(Right::Decide) && lets && !dispute.is_hidden();
    let query = desk.address.from_the_top().query();
    let accept = may.then(|| Accept {
        action: format!("/conflicts/{}/resolution?{query}", conflict.id),
        version: conflict.version,
        difference: difference.id.0.clone(),
        outcome: format!("keep:{}", value.n),
        seen: carried(dispute),
    });
    RowSuggestion { text: text(value, dispute.policy.source_of_truth.as_ref()), accept }
}

fn text(value: &Distinct, source: Option<&SystemId>) -> Msg {
    words::values(value.shown(source)).map_or_else(|state| state, |text| literal(beginning(&text, SHOWN)))
}
