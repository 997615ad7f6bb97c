//! Mappings: how one system's object and columns become an entity's fields, and back.

use super::compare::short;
use super::ids::{EntityId, FieldId, SystemId};
use super::rows::RowsMapping;
use super::transform::{Chain, Transform, TransformError, same};
use super::value::{Cell, Cells, Held, Veil};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How one object of one system becomes records of one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    pub system: SystemId,
    pub entity: EntityId,
    /// The table, or the path of a REST collection.
    pub object: String,
    /// The column that identifies a row in its system.
    pub key: String,
    /// The column that holds the identifier shared with the other systems. Records of one
    /// entity with the same link are one record. None: linked by hand or by a file only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The column with the time of the row's last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<String>,
    /// The column with the author of the row's last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
    /// Authors that are integration users or jobs, not people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machine_authors: Vec<String>,
    /// Authors that are imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub import_authors: Vec<String>,
    /// The author that stands on what Referee writes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes_as: Option<String>,
    /// The system should hold every record of the entity, so that one it lacks is a difference.
    #[serde(default)]
    pub complete: bool,
    /// The key of a row that Referee makes there, `{link}` standing for the shared identifier.
    /// None: the system gives its rows their keys itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_key: Option<String>,
    /// A null counts as an empty text.
    #[serde(default)]
    pub null_is_empty: bool,
    /// Where a person opens a row in the system; `{key}` stands for its identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deep_link: Option<String>,
    pub fields: Vec<FieldMapping>,
    /// Child rows, each kind a JSON list in one column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowsMapping>,
}

/// One of our fields and the columns it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldMapping {
    pub field: FieldId,
    /// Column names or JSON Pointers; more than one only before a `join`.
    pub columns: Vec<String>,
    /// Conversion steps in reading order; writing runs them backwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Transform>,
    /// The system computes this field and takes no writes of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Longest text the system keeps, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
}

/// A row's fields, and why some could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    pub fields: BTreeMap<FieldId, Held>,
    pub problems: BTreeMap<FieldId, String>,
}

impl Mapping {
    /// Every column the mapping needs, in byte order, the key's among them.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let rows = self.rows.iter().map(|rows| &rows.column);
        let fields = self.fields.iter().flat_map(|field| &field.columns).chain(rows);
        let own = [Some(&self.key), self.link.as_ref(), self.modified_at.as_ref(), self.modified_by.as_ref()];
        fields.chain(own.into_iter().flatten()).map(String::as_str).collect()
    }

    /// The mapping of one field.
    #[must_use]
    pub fn field(&self, field: &FieldId) -> Option<&FieldMapping> {
        self.fields.iter().find(|mapping| &mapping.field == field)
    }

    /// Whether a field, or a field of a child row, is mapped.
    #[must_use]
    pub fn maps(&self, field: &FieldId) -> bool {
        self.field(field).is_some() || self.rows.iter().any(|rows| rows.maps(field))
    }

    /// Whether the system takes no writes of a field.
    #[must_use]
    pub fn is_read_only(&self, field: &FieldId) -> bool {
        let rows = || self.rows.iter().any(|rows| rows.read_only && rows.maps(field));
        self.field(field).is_some_and(|own| own.read_only) || rows()
    }

    /// Converts a row's cells into fields. A column that is missing or cannot be converted
    /// makes its field unknown and is named in `problems`.
    #[must_use]
    pub fn read(&self, cells: &Cells) -> Mapped {
        let mut mapped = Mapped::default();
        for field in &self.fields {
            let held = field.read(cells).unwrap_or_else(|problem| {
                mapped.problems.insert(field.field.clone(), problem.to_string());
                Held::Unknown
            });
            let held = if self.null_is_empty && held == Held::Null { Held::Empty } else { held };
            mapped.fields.insert(field.field.clone(), held);
        }
        for rows in &self.rows {
            if let Some(hidden @ Cell::Hidden(_)) = cells.get(&rows.column) {
                mapped.fields.insert(rows.children.clone(), hidden.held());
                continue;
            }
            match rows.read(cells, self.null_is_empty) {
                Ok(fields) => mapped.fields.extend(fields),
                Err(problem) => {
                    mapped.fields.insert(rows.children.clone(), Held::Unknown);
                    mapped.problems.insert(rows.children.clone(), problem);
                }
            }
        }
        mapped
    }
}

impl Mapping {
    /// The cells that store several values at once. Fields that are parts of one column see
    /// what the ones before them wrote into it; fields that are not mapped are passed over.
    /// Where a null counts as empty, a blank is written as either, whichever the field can hold.
    ///
    /// # Errors
    /// The first field that cannot be written, with the reason.
    pub fn write(
        &self,
        values: &BTreeMap<FieldId, Held>,
        current: &Cells,
    ) -> Result<Cells, (FieldId, TransformError)> {
        let mut row = current.clone();
        let mut changes = Cells::new();
        for mapping in &self.fields {
            let Some(value) = values.get(&mapping.field) else { continue };
            let other_blank = match value {
                Held::Null if self.null_is_empty => Some(Held::Empty),
                Held::Empty if self.null_is_empty => Some(Held::Null),
                _ => None,
            };
            let cells = mapping.write(value, &row).or_else(|problem| match &other_blank {
                Some(blank) => mapping.write(blank, &row).map_err(|_| problem),
                None => Err(problem),
            });
            let cells = cells.map_err(|problem| (mapping.field.clone(), problem))?;
            row.extend(cells.clone());
            changes.extend(cells);
        }
        for rows in &self.rows {
            if let Some(cell) = rows.write(values, &row, self.null_is_empty)? {
                row.insert(rows.column.clone(), cell.clone());
                changes.insert(rows.column.clone(), cell);
            }
        }
        Ok(changes)
    }
}

impl FieldMapping {
    /// The field's value in this row.
    ///
    /// # Errors
    /// A column is missing, or a transform could not read its text.
    pub fn read(&self, cells: &Cells) -> Result<Held, TransformError> {
        let of = |column: &String| match cells.get(column) {
            Some(cell) => Ok(cell.held()),
            None => Err(TransformError::MissingColumn(column.clone())),
        };
        // Most fields are one column as it stands.
        if let ([column], []) = (self.columns.as_slice(), self.transforms.as_slice()) {
            return of(column);
        }
        let columns: Vec<Held> = self.columns.iter().map(of).collect::<Result<_, _>>()?;
        // What is hidden is not converted.
        if columns.iter().any(Held::is_hidden) {
            return Ok(Held::Hidden(Veil::over(&columns)));
        }
        Chain::new(&self.transforms).read(columns)
    }

    /// The cells that store `value`, for the columns of this field. `current` is the row as
    /// last read: it gives each column's type and the parts of a column that other fields own.
    /// A column that is not in it counts as null. What other fields of the same column are about
    /// to write must stand in `current` already; [`Mapping::write`] sees to that.
    ///
    /// # Errors
    /// The value cannot be written in the system's form, or reads back as another value.
    pub fn write(&self, value: &Held, current: &Cells) -> Result<BTreeMap<String, Cell>, TransformError> {
        if *value == Held::Unknown || value.is_hidden() {
            return Err(TransformError::unwritable("", "it is not known"));
        }
        let now: Vec<Held> =
            self.columns.iter().map(|column| current.get(column).unwrap_or(&Cell::Null).held()).collect();
        let parts = Chain::new(&self.transforms).write(value, &now)?;
        let mut cells = BTreeMap::new();
        for (column, part) in self.columns.iter().zip(&parts) {
            let now = current.get(column).unwrap_or(&Cell::Null);
            let rest = parts.len() > 1 && value.value().is_some();
            let cell = if rest && *part == Held::Empty { now.blank() } else { now.retyped(part) };
            self.fits(column, &cell)?;
            cells.insert(column.clone(), cell);
        }
        self.reads_back(value, &cells, current)?;
        Ok(cells)
    }

    fn fits(&self, column: &str, cell: &Cell) -> Result<(), TransformError> {
        let text = cell.text().unwrap_or("");
        let Some(most) = self.max_length else { return Ok(()) };
        let length = text.chars().count();
        if length <= most {
            return Ok(());
        }
        let reason = format!("it has {length} characters, and {column} keeps {most}");
        Err(TransformError::unwritable(text, reason))
    }

    /// Writing must not change the value beyond what the steps themselves leave out.
    fn reads_back(&self, value: &Held, cells: &Cells, current: &Cells) -> Result<(), TransformError> {
        let text = value.value().unwrap_or("");
        let back = self.read(cells).map_err(|problem| {
            TransformError::unwritable(text, format!("it could not be read back: {problem}"))
        })?;
        let kind = match self.columns.as_slice() {
            [column] => current.get(column).and_then(Cell::comparison),
            _ => None,
        };
        let same_cell = kind.is_some_and(|kind| kind.same(&back, value));
        if same_cell || same(&self.transforms, &back, value) {
            return Ok(());
        }
        let back = match &back {
            Held::Value(back) => format!("“{}”", short(back)),
            Held::Empty => "empty".to_owned(),
            Held::Null | Held::Unknown | Held::Hidden(_) => "null".to_owned(),
        };
        Err(TransformError::unwritable(text, format!("it would read back as {back}")))
    }
}
