//! One system's side of a dry run: what is scanned there, and how a line becomes a holding.

use crate::connectors::Connector;
use crate::connectors::scan::{self, ScanSpec};
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::mapping::Mapping;
use crate::domain::record::{Holding, Reading};
use crate::domain::rows::{Children, RowsMapping};
use crate::domain::time::Time;
use crate::domain::transform::Transform;
use crate::domain::value::Cell;
use crate::engine::Refusal;
use std::sync::Arc;

pub(super) struct Side {
    pub mapping: Mapping,
    pub label: String,
    pub connector: Arc<dyn Connector>,
    pub spec: ScanSpec,
    /// How many columns of the spec, from the first, are made into fields.
    fields: usize,
    /// When the system was last read to its end.
    read_at: Option<Time>,
}

impl Side {
    /// # Errors
    /// The mapping has no column that holds the shared identifier.
    pub fn new(
        entity: &Entity,
        mapping: &Mapping,
        label: &str,
        connector: Arc<dyn Connector>,
        read_at: Option<Time>,
    ) -> Result<Self, Refusal> {
        let by = mapping.link.clone().ok_or_else(|| {
            let message = format!(
                "{} is linked to the other systems by hand or by a file, and a dry run goes by a shared \
                 identifier: give its mapping a 'link', or leave it out",
                mapping.system
            );
            Refusal::Invalid(message)
        })?;
        let mapped = entity.fields.iter().filter_map(|field| mapping.field(&field.id));
        let mut columns: Vec<String> = mapped.flat_map(|field| field.columns.clone()).collect();
        let rows = |children: &Children| mapping.rows.iter().find(|rows| rows.children == children.id);
        columns.extend(entity.children.iter().filter_map(rows).map(|rows| rows.column.clone()));
        let fields = columns.len();
        let own = [Some(&mapping.key), mapping.modified_at.as_ref(), mapping.modified_by.as_ref()];
        columns.extend(own.into_iter().flatten().cloned());
        let spec = ScanSpec { object: mapping.object.clone(), by, columns };
        let (mapping, label) = (mapping.clone(), label.to_owned());
        Ok(Self { mapping, label, connector, spec, fields, read_at })
    }

    /// The row of a line, read at `now`; None where it cannot be read.
    pub fn holding(&self, line: &[u8], now: Time) -> Option<Holding> {
        let cells = scan::cells(line, &self.spec.columns)?;
        let mapped = self.mapping.read(&cells);
        let of = |column: &Option<String>| cells.get(column.as_ref()?);
        let (modified_at, modified_by) = (of(&self.mapping.modified_at), of(&self.mapping.modified_by));
        let read = Reading {
            after: self.read_at,
            at: now,
            modified_at: modified_at.and_then(scan::instant),
            modified_by: modified_by.and_then(Cell::text).map(str::to_owned),
        };
        let external_id = cells.get(&self.mapping.key).and_then(Cell::text).unwrap_or("").to_owned();
        Some(Holding {
            record: Default::default(),
            system: self.mapping.system.clone(),
            external_id,
            present: true,
            fields: mapped.fields,
            problems: mapped.problems,
            cells,
            revision: 1,
            version: None,
            read,
            token: None,
        })
    }

    /// What makes its child rows out of its columns.
    fn rows(&self) -> Vec<RowsMapping> {
        let without_column = |rows: &RowsMapping| RowsMapping { column: String::new(), ..rows.clone() };
        let mut all: Vec<RowsMapping> = self.mapping.rows.iter().map(without_column).collect();
        all.sort_by(|one, other| one.children.cmp(&other.children));
        all
    }

    /// What makes its fields out of its columns.
    fn shape(&self) -> Vec<(&FieldId, usize, &[Transform])> {
        let ordered = self.spec.columns.iter().take(self.fields);
        let mut shape = Vec::new();
        for column in ordered {
            let field = self.mapping.fields.iter().find(|field| field.columns.contains(column));
            shape.extend(field.map(|field| (&field.field, field.columns.len(), field.transforms.as_slice())));
        }
        shape
    }
}

/// How many cells of a line, the key among them, say all about the fields, if every side makes
/// the same fields out of them in the same way: then equal cells need no mapping.
pub(super) fn aligned(sides: &[Side]) -> Option<usize> {
    let first = sides.first()?;
    let same = |side: &Side| {
        side.shape() == first.shape()
            && side.rows() == first.rows()
            && side.mapping.null_is_empty == first.mapping.null_is_empty
    };
    sides.iter().all(same).then_some(first.fields + 1)
}

/// Whether the first `count` cells of two lines are equal as bytes.
pub(super) fn same_cells(one: &[u8], other: &[u8], count: usize) -> bool {
    if one == other {
        return true;
    }
    let apart = one.iter().zip(other).position(|(one, other)| one != other);
    let common = &one[..apart.unwrap_or(one.len().min(other.len()))];
    common.iter().filter(|byte| **byte == b'\t').count() >= count
}

#[cfg(test)]
mod tests {
    use super::same_cells;

    #[test]
    fn only_the_cells_that_count_are_compared() {
        assert!(same_cells(b"k\ta\tx", b"k\ta\ty", 2));
        assert!(!same_cells(b"k\ta\tx", b"k\tb\tx", 2));
        assert!(!same_cells(b"k\ta\tx", b"k\tab\tx", 2));
        assert!(!same_cells(b"k", b"k\ta\tx", 2), "a row that cannot be read equals none");
        assert!(same_cells(b"k\ta", b"k\ta", 2));
    }
}
