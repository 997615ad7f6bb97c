//! What a row that was read says about a delivery, and the columns to write over it.

use crate::connectors::Row;
use crate::domain::delivery::Stamp;
use crate::domain::delivery::attempt::{Found, Look};
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::mapping::Mapping;
use crate::domain::rows;
use crate::domain::value::{Cells, Held};
use crate::store::resolutions::Delivery;
use std::collections::BTreeMap;

/// A delivery and what its rows mean.
pub(super) struct Lens<'a> {
    pub delivery: &'a Delivery,
    pub entity: &'a Entity,
    pub mapping: &'a Mapping,
}

impl Lens<'_> {
    pub fn look(&self, row: &Row) -> Look {
        Look { found: self.found(row), beside: self.stands_beside(row), stamp: stamp(row) }
    }

    fn found(&self, row: &Row) -> Found {
        match () {
            // What is removed becomes nothing that could be read.
            () if !self.delivery.change.remove && self.all_are(row, |(_, becomes)| becomes) => Found::Becomes,
            () if self.all_are(row, |(was, _)| was) && self.was_seen(row) => Found::Was,
            () => Found::Other,
        }
    }

    /// A field of a row to be removed that was not there, such as an order line, was not seen either.
    fn was_seen(&self, row: &Row) -> bool {
        let change = &self.delivery.change;
        !change.remove || self.mapping.read(&row.cells).fields.keys().all(|id| change.fields.contains_key(id))
    }

    /// Whether all fields of the change read as one side of it.
    fn all_are(&self, row: &Row, side: fn(&(Held, Held)) -> &Held) -> bool {
        let (now, change) = (self.mapping.read(&row.cells).fields, &self.delivery.change);
        change.fields.iter().all(|(id, pair)| match change.form {
            // Of its form alone every text of the value is another one.
            true => rows::held(&now, id) == Some(side(pair)),
            false => self.is_now(id, side(pair), &now, row),
        })
    }

    fn stands_beside(&self, row: &Row) -> bool {
        let now = self.mapping.read(&row.cells).fields;
        self.delivery.change.beside.iter().all(|(id, was)| self.is_now(id, was, &now, row))
    }

    /// Whether a field reads as it is said to, in normal form and to the digit: a value that is
    /// merely within a tolerance of the one on the page was not seen. Two texts that cannot be read
    /// are the same only if they are the same text.
    fn is_now(&self, id: &FieldId, said: &Held, now: &BTreeMap<FieldId, Held>, row: &Row) -> bool {
        let comparison = self.entity.field(id).map(|field| &field.comparison);
        let same = |one: &Held, other: &Held| {
            comparison.map_or_else(|| one == other, |c| c.normal(one) == c.normal(other))
        };
        match (said, rows::held(now, id)) {
            (Held::Unknown, Some(Held::Unknown)) => {
                let before = &self.delivery.change.before;
                let columns = self.mapping.field(id).map_or(&[][..], |field| &field.columns);
                columns.iter().all(|column| before.get(column) == row.cells.get(column))
            }
            (Held::Unknown, _) | (_, Some(Held::Unknown) | None) => false,
            (said, Some(held)) => same(held, said),
        }
    }

    /// How the fields of the change read, and those beside them.
    pub fn fields(&self, row: &Row, beside: bool) -> BTreeMap<FieldId, Held> {
        let (all, change) = (self.mapping.read(&row.cells).fields, &self.delivery.change);
        let beside = change.beside.keys().filter(|_| beside);
        let own = change.fields.keys().chain(beside);
        own.filter_map(|id| Some((id.clone(), rows::held(&all, id)?.clone()))).collect()
    }

    /// The columns to write, made anew over the row just read: a column shared by several
    /// fields keeps the parts that are not ours. The columns of the slot's other fields are there
    /// as they stand, for the write's condition.
    ///
    /// # Errors
    /// The mapping cannot say a value.
    pub fn cells(&self, current: &Cells) -> Result<Cells, String> {
        let change = &self.delivery.change;
        let values = change.fields.iter().map(|(id, (_, becomes))| (id.clone(), becomes.clone())).collect();
        let write = self.mapping.write(&values, current);
        let mut cells = write.map_err(|(field, error)| format!("{field}: {error}"))?;
        let beside = change.beside.keys().filter_map(|id| self.mapping.field(id));
        for column in beside.flat_map(|field| &field.columns) {
            if let Some(cell) = current.get(column) {
                cells.entry(column.clone()).or_insert_with(|| cell.clone());
            }
        }
        Ok(cells)
    }
}

/// How a row shows that it was changed.
fn stamp(row: &Row) -> Stamp {
    Stamp { token: row.token.clone(), modified_at: row.modified_at }
}
