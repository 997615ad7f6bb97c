//! PostgreSQL's side of the statements. Every value goes there and comes back as text, with the
//! catalogue's type beside it, so that no number passes through a binary float.

use crate::connectors::ConnectorError;
use crate::connectors::lexeme;
use crate::connectors::sql::{Column, Dialect, Param, Statement};
use crate::domain::time::{Time, stamp};
use crate::domain::value::Cell;
use chrono::TimeDelta;

/// Key types whose own index finds a key; the others are found by their text.
const INDEXED: [&str; 8] =
    ["smallint", "integer", "bigint", "numeric", "text", "character varying", "bpchar", "uuid"];

pub(in crate::connectors) struct Postgres;

impl Dialect for Postgres {
    fn key(column: &Column) -> String {
        format!("{}::text COLLATE \"C\"", column.quoted())
    }

    fn has_key(column: &Column) -> String {
        let name = column.quoted();
        format!("({name} IS NOT NULL AND {name}::text <> '')")
    }

    fn key_is(column: &Column, key: &str, statement: &mut Statement) -> String {
        let place = statement.put(Param::Text(key.to_owned()));
        let exact = format!("{} = {place}", Self::key(column));
        if !INDEXED.contains(&column.base.as_str()) {
            return exact;
        }
        // The second half keeps `007` from finding 7, and `a` from `A` under a loose collation.
        format!("{} = {place}::text::{} AND {exact}", column.quoted(), column.base)
    }

    fn cell(column: &Column) -> String {
        format!("{}::text", column.quoted())
    }

    fn since(column: &Column, time: Time, statement: &mut Statement) -> Result<String, ConnectorError> {
        let name = column.quoted();
        let instant = |statement: &mut Statement| {
            format!("{}::text::timestamptz", statement.put(Param::Text(stamp(time))))
        };
        Ok(match column.base.as_str() {
            "timestamp with time zone" => format!("{name} >= {}", instant(statement)),
            "timestamp without time zone" => {
                format!("{name} >= ({} AT TIME ZONE 'UTC')", instant(statement))
            }
            "date" => format!("{name} >= ({} AT TIME ZONE 'UTC')::date", instant(statement)),
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
                let place = statement.put(Param::Text(time.timestamp().to_string()));
                format!("{name} >= {place}::text::numeric")
            }
            "text" | "character varying" | "bpchar" => {
                // Texts carry offsets, so only the day can be told here; the rest is told from
                // the row.
                let day = (time - TimeDelta::days(1)).format("%Y-%m-%d").to_string();
                format!("{name}::text COLLATE \"C\" >= {}", statement.put(Param::Text(day)))
            }
            other => {
                let message = format!("the column {:?} of type {other} tells no time", column.name);
                return Err(ConnectorError::Shape(message));
            }
        })
    }

    fn holds(column: &Column, cell: &Cell, statement: &mut Statement) -> String {
        let place = statement.put(text(cell));
        format!("({}::text COLLATE \"C\") IS NOT DISTINCT FROM {place}", column.quoted())
    }

    fn value(column: &Column, cell: &Cell, statement: &mut Statement) -> String {
        format!("{}::text::{}", statement.put(text(cell)), column.cast)
    }
}

fn text(cell: &Cell) -> Param {
    cell.text().map_or(Param::Null, |text| Param::Text(text.to_owned()))
}

/// The cell of a column's text.
pub(super) fn cell(column: &Column, text: Option<String>) -> Cell {
    let Some(text) = text else { return Cell::Null };
    match column.base.as_str() {
        "boolean" => Cell::Bool(text == "true"),
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "oid" => {
            lexeme::number(text)
        }
        // A bare text or number inside JSON stays as it is written there, quotes and all: the
        // condition of a write compares exactly this.
        "json" | "jsonb" if text.trim_start().starts_with(['{', '[']) => Cell::Json(text),
        _ => Cell::Text(text),
    }
}
