//! SQLite's side of the statements. Values have a type each, whatever the column says, so they
//! are read and compared as the type they have.

use super::digits;
use crate::connectors::sql::{Column, Dialect, Param, Statement, Table};
use crate::connectors::{ConnectorError, lexeme};
use crate::domain::time::Time;
use crate::domain::value::Cell;
use chrono::TimeDelta;

/// The base type of a column that is the row's own number: integers, and nothing else.
pub(super) const ROWID: &str = "INTEGER PRIMARY KEY";

pub(super) struct Sqlite;

impl Dialect for Sqlite {
    fn key(column: &Column) -> String {
        // A text column is left bare so that its index can be walked.
        match affinity(&column.base) {
            Affinity::Text => format!("{} COLLATE BINARY", column.quoted()),
            _ => format!("CAST({} AS TEXT) COLLATE BINARY", column.quoted()),
        }
    }

    fn has_key(column: &Column) -> String {
        let name = column.quoted();
        format!("(typeof({name}) IN ('text', 'integer', 'real') AND {name} <> '')")
    }

    fn key_is(column: &Column, key: &str, statement: &mut Statement) -> String {
        let place = statement.put(Param::Text(key.to_owned()));
        let exact = format!("CAST({} AS TEXT) COLLATE BINARY = {place}", column.quoted());
        match affinity(&column.base) {
            // Without a type a text never equals a number, so only the text form finds both.
            Affinity::None => exact,
            // The second half keeps `007` from finding 7, and `a` from `A` under NOCASE.
            _ => format!("{} = {place} AND {exact}", column.quoted()),
        }
    }

    fn next(
        table: &Table,
        column: &Column,
        position: Option<&str>,
        count: usize,
        statement: &mut Statement,
    ) -> Option<String> {
        if column.base != ROWID {
            return None;
        }
        let name = column.quoted();
        let spans = digits::after(position)?.into_iter().map(|span| {
            let (low, high) =
                (statement.put(Param::Integer(span.low)), statement.put(Param::Integer(span.high)));
            let order = if span.low < 0 { "DESC" } else { "ASC" };
            format!(
                "SELECT k FROM (SELECT {name} AS k FROM {} AS t WHERE {name} BETWEEN {low} AND {high} \
                 ORDER BY {name} {order} LIMIT {count})",
                table.quoted
            )
        });
        let all = spans.collect::<Vec<_>>().join(" UNION ALL ");
        let first = format!("SELECT k FROM ({all}) ORDER BY CAST(k AS TEXT) COLLATE BINARY LIMIT {count}");
        Some(format!("{name} IN ({first})"))
    }

    fn cell(column: &Column) -> String {
        column.quoted()
    }

    fn since(column: &Column, time: Time, statement: &mut Statement) -> Result<String, ConnectorError> {
        let name = column.quoted();
        let epoch = statement.put(Param::Integer(time.timestamp()));
        // Texts carry offsets, so only the day can be told here; the rest is told from the row.
        let day = (time - TimeDelta::days(1)).format("%Y-%m-%d").to_string();
        let day = statement.put(Param::Text(day));
        Ok(format!(
            "((typeof({name}) IN ('integer', 'real') AND {name} >= {epoch}) \
             OR (typeof({name}) = 'text' AND {name} COLLATE BINARY >= {day}))"
        ))
    }

    fn holds(column: &Column, cell: &Cell, statement: &mut Statement) -> String {
        let place = statement.put(typed(cell));
        format!("{} COLLATE BINARY IS {place}", column.quoted())
    }

    fn value(column: &Column, cell: &Cell, statement: &mut Statement) -> String {
        let param = match (affinity(&column.base), cell) {
            // As text, so that a text column keeps `12.10` as it is written.
            (Affinity::Text, cell) => cell.text().map_or(Param::Null, |text| Param::Text(text.to_owned())),
            (_, cell) => typed(cell),
        };
        statement.put(param)
    }
}

/// What a column does to the values it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Affinity {
    Text,
    Number,
    None,
}

/// The rules of SQLite's documentation (datatype3, 3.1), in their order.
fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_ascii_uppercase();
    let has = |part: &str| declared.contains(part);
    if has("INT") {
        Affinity::Number
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || declared.is_empty() || declared == "ANY" {
        Affinity::None
    } else {
        Affinity::Number
    }
}

fn typed(cell: &Cell) -> Param {
    match cell {
        // Nothing is written of what was read for somebody's eyes.
        Cell::Null | Cell::Hidden(_) => Param::Null,
        Cell::Bool(value) => Param::Integer(i64::from(*value)),
        Cell::Text(text) | Cell::Json(text) => Param::Text(text.clone()),
        Cell::Number(lexeme) => match (lexeme.parse(), lexeme.parse::<f64>()) {
            (Ok(whole), _) => Param::Integer(whole),
            (_, Ok(real)) if real.is_finite() => Param::Real(real),
            _ => Param::Text(lexeme.clone()),
        },
    }
}

/// A real number's shortest text that reads back as the same number.
pub(super) fn real(value: f64) -> Cell {
    lexeme::number(format!("{value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affinity_follows_the_declared_type() {
        for (declared, expected) in [
            ("INTEGER", Affinity::Number),
            ("decimal(10,2)", Affinity::Number),
            ("CHARINT", Affinity::Number),
            ("varchar(20)", Affinity::Text),
            ("", Affinity::None),
            ("BLOB", Affinity::None),
        ] {
            assert_eq!(affinity(declared), expected, "{declared}");
        }
    }

    #[test]
    fn reals_keep_every_digit() {
        for (value, text) in
            [(0.1 + 0.2, "0.30000000000000004"), (12.0, "12.0"), (1e300, "1e300"), (1e-7, "1e-7")]
        {
            assert_eq!(real(value), Cell::Number(text.to_owned()));
        }
        assert_eq!(real(f64::INFINITY), Cell::Text("inf".to_owned()));
    }
}
