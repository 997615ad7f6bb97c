//! The statements, written once for every dialect.

use super::{Column, Table, quote};
use crate::connectors::{ConnectorError, ObjectSpec, Scope, differing};
use crate::domain::time::Time;
use crate::domain::value::{Cell, Cells};
use crate::faults::{self, Protection};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One value of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::connectors) enum Param {
    Null,
    Text(String),
    Integer(i64),
    Real(f64),
}

/// An SQL text and its parameters, in order.
#[derive(Clone, Debug, Default)]
pub(in crate::connectors) struct Statement {
    pub sql: String,
    pub params: Vec<Param>,
}

impl Statement {
    /// Takes a parameter and returns its place: `$3`.
    pub fn put(&mut self, param: Param) -> String {
        self.params.push(param);
        format!("${}", self.params.len())
    }
}

/// Where the databases differ. Every answer is a piece of SQL about the table called `t`.
pub(in crate::connectors) trait Dialect {
    /// The key as text, in byte order.
    fn key(column: &Column) -> String;
    /// A count as a 64-bit integer.
    const COUNT: &'static str = "CAST(count(*) AS BIGINT)";
    /// What a row is made of that has nothing but its defaults.
    const DEFAULTS: &'static str = "DEFAULT VALUES";
    /// Takes a parameter and returns its place.
    fn place(statement: &mut Statement, param: Param) -> String {
        statement.put(param)
    }
    /// The beginning of a removal, up to its condition.
    fn delete_from(table: &str) -> String {
        format!("DELETE FROM {table} AS t")
    }
    /// What makes an insertion answer the key as text, where one can.
    fn returning(key: &Column) -> String {
        format!(" RETURNING CAST({} AS TEXT)", quote(&key.name))
    }
    /// Whether the key can be one.
    fn has_key(column: &Column) -> String;
    /// Whether the key is exactly that text, by the column's index where it can be.
    fn key_is(column: &Column, key: &str, statement: &mut Statement) -> String;
    /// A condition that finds the next `count` keys by the key's own index, where its order is
    /// another than that of the texts and the table would be sorted for every page.
    fn next(
        _table: &Table,
        _column: &Column,
        _position: Option<&str>,
        _count: usize,
        _statement: &mut Statement,
    ) -> Option<String> {
        None
    }
    /// The column's value, to be read into a cell.
    fn cell(column: &Column) -> String;
    /// Whether the column was changed at or after an instant; `Shape` for a type without time.
    fn since(column: &Column, time: Time, statement: &mut Statement) -> Result<String, ConnectorError>;
    /// Whether the column still holds what was read.
    fn holds(column: &Column, cell: &Cell, statement: &mut Statement) -> String;
    /// A cell as a value for the column.
    fn value(column: &Column, cell: &Cell, statement: &mut Statement) -> String;
}

/// What is read of a table: the key, then the columns, every name out of the catalogue.
pub(in crate::connectors) struct Selection<'a> {
    pub table: &'a Table,
    pub key: &'a Column,
    pub columns: Vec<&'a Column>,
}

impl<'a> Selection<'a> {
    /// # Errors
    /// `Shape`, naming the column the table does not have.
    pub fn new(table: &'a Table, object: &ObjectSpec) -> Result<Self, ConnectorError> {
        let times = [&object.modified_at, &object.modified_by];
        let names: BTreeSet<&String> = object.columns.iter().chain(times.into_iter().flatten()).collect();
        let columns = names.into_iter().map(|name| table.column(name)).collect::<Result<_, _>>()?;
        Ok(Self { table, key: table.column(&object.key)?, columns })
    }

    fn start<D: Dialect>(&self) -> Statement {
        let mut sql = format!("SELECT {}", D::key(self.key));
        for column in &self.columns {
            let _ = write!(sql, ", {}", D::cell(column));
        }
        let _ = write!(sql, " FROM {} AS t", self.table.quoted);
        Statement { sql, params: Vec::new() }
    }

    /// A page after `position`, and one row more than `limit`.
    ///
    /// # Errors
    /// `Shape` where the object's changes have no time.
    pub fn page<D: Dialect>(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Statement, ConnectorError> {
        self.ordered::<D>(object, scope, position, Some(limit.saturating_add(1)))
    }

    /// Every row after `position`, in order.
    ///
    /// # Errors
    /// `Shape` where the object's changes have no time.
    pub fn after<D: Dialect>(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
    ) -> Result<Statement, ConnectorError> {
        self.ordered::<D>(object, scope, position, None)
    }

    fn ordered<D: Dialect>(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
        count: Option<usize>,
    ) -> Result<Statement, ConnectorError> {
        let mut statement = self.start::<D>();
        let mut conditions = vec![D::has_key(self.key)];
        if let Some(position) = position {
            let place = D::place(&mut statement, Param::Text(position.to_owned()));
            conditions.push(format!("{} > {place}", D::key(self.key)));
        }
        if let Scope::Since(time) = scope {
            let Some(name) = &object.modified_at else {
                let message = format!("{} has no column that tells when a row was changed", object.object);
                return Err(ConnectorError::Shape(message));
            };
            conditions.push(D::since(self.table.column(name)?, *time, &mut statement)?);
        }
        if let (Scope::Full, Some(count)) = (scope, count) {
            conditions.extend(D::next(self.table, self.key, position, count, &mut statement));
        }
        let (conditions, order) = (conditions.join(" AND "), D::key(self.key));
        let _ = write!(statement.sql, " WHERE {conditions} ORDER BY {order}");
        if let Some(count) = count {
            let _ = write!(statement.sql, " LIMIT {count}");
        }
        Ok(statement)
    }

    /// Rows whose key cannot be one.
    pub fn keyless<D: Dialect>(&self, limit: usize) -> Statement {
        let mut statement = self.start::<D>();
        let _ = write!(statement.sql, " WHERE NOT {} LIMIT {limit}", D::has_key(self.key));
        statement
    }

    /// The row of a key; two where the key is none.
    pub fn row<D: Dialect>(&self, key: &str) -> Statement {
        let mut statement = self.start::<D>();
        let condition = D::key_is(self.key, key, &mut statement);
        let _ = write!(statement.sql, " WHERE {condition} LIMIT 2");
        statement
    }

    /// The key as its column keeps it, of a row that was made with it.
    pub fn kept_key<D: Dialect>(&self, key: &str) -> Statement {
        let mut statement = Statement::default();
        let place = D::place(&mut statement, Param::Text(key.to_owned()));
        let (kept, name) = (D::key(self.key), self.key.quoted());
        statement.sql =
            format!("SELECT {kept} FROM {} AS t WHERE {name} = {place} LIMIT 1", self.table.quoted);
        statement
    }

    /// Sets the changed columns of a key, where all that are named still hold what was expected.
    ///
    /// # Errors
    /// `Shape` where a column is missing or nothing is expected of it.
    pub fn update<D: Dialect>(
        &self,
        key: &str,
        expected: &Cells,
        changes: &Cells,
    ) -> Result<Statement, ConnectorError> {
        let mut statement = Statement::default();
        let mut sets = Vec::new();
        for (name, cell) in &differing(changes, expected) {
            let column = self.table.column(name)?;
            let value = D::value(column, cell, &mut statement);
            sets.push(format!("{} = {value}", quote(&column.name)));
        }
        let mut stands = Cells::new();
        for name in changes.keys() {
            let Some(cell) = expected.get(name) else {
                let message = format!("nothing was read of the column {name:?}, so it is not written");
                return Err(ConnectorError::Shape(message));
            };
            stands.insert(name.clone(), cell.clone());
        }
        let conditions = self.stands::<D>(key, &stands, &mut statement)?;
        let sets = sets.join(", ");
        statement.sql = format!("UPDATE {} AS t SET {sets} WHERE {conditions}", self.table.quoted);
        Ok(statement)
    }

    /// Removes the row of a key, where every column still holds what was expected.
    ///
    /// # Errors
    /// `Shape` where a column is missing.
    pub fn delete<D: Dialect>(&self, key: &str, expected: &Cells) -> Result<Statement, ConnectorError> {
        let mut statement = Statement::default();
        let conditions = self.stands::<D>(key, expected, &mut statement)?;
        statement.sql = format!("{} WHERE {conditions}", D::delete_from(&self.table.quoted));
        Ok(statement)
    }

    /// That the row of a key still holds these cells.
    fn stands<D: Dialect>(
        &self,
        key: &str,
        cells: &Cells,
        statement: &mut Statement,
    ) -> Result<String, ConnectorError> {
        let mut conditions = vec![D::key_is(self.key, key, statement)];
        for (name, cell) in cells.iter().filter(|_| !faults::without(Protection::Condition)) {
            conditions.push(D::holds(self.table.column(name)?, cell, statement));
        }
        Ok(conditions.join(" AND "))
    }

    /// How many rows have that key, counted up to two.
    pub fn count<D: Dialect>(&self, key: &str) -> Statement {
        let mut statement = Statement::default();
        let condition = D::key_is(self.key, key, &mut statement);
        let from = format!("SELECT 1 FROM {} AS t WHERE {condition} LIMIT 2", self.table.quoted);
        statement.sql = format!("SELECT {} FROM ({from}) AS found", D::COUNT);
        statement
    }

    /// Makes a row and returns its key as text.
    ///
    /// # Errors
    /// `Shape`, naming the column the table does not have.
    pub fn insert<D: Dialect>(&self, cells: &Cells) -> Result<Statement, ConnectorError> {
        let mut statement = Statement::default();
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (name, cell) in cells {
            let column = self.table.column(name)?;
            names.push(quote(&column.name));
            values.push(D::value(column, cell, &mut statement));
        }
        let table = &self.table.quoted;
        let rows = match names.is_empty() {
            true => D::DEFAULTS.to_owned(),
            false => format!("({}) VALUES ({})", names.join(", "), values.join(", ")),
        };
        statement.sql = format!("INSERT INTO {table} {rows}{}", D::returning(self.key));
        Ok(statement)
    }
}
