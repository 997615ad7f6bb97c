//! MariaDB's and MySQL's side of the statements. Every value goes there and comes back as text,
//! and texts are compared by their bytes: the collations of these servers take `a` for `A`, `ü` for
//! `u` and `a` for `a `.

use crate::connectors::ConnectorError;
use crate::connectors::lexeme;
use crate::connectors::sql::{Column, Dialect, Param, Statement};
use crate::connectors::time::instant;
use crate::domain::time::Time;
use crate::domain::value::Cell;
use chrono::TimeDelta;

/// The types of integers.
pub(super) const INTEGERS: [&str; 5] = ["tinyint", "smallint", "mediumint", "int", "bigint"];

/// How a moment is written there.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S%.6f";

pub(in crate::connectors) struct Mysql;

impl Dialect for Mysql {
    const COUNT: &'static str = "CAST(count(*) AS SIGNED)";
    const DEFAULTS: &'static str = "() VALUES ()";

    fn place(statement: &mut Statement, param: Param) -> String {
        statement.put(param);
        "?".to_owned()
    }

    fn delete_from(table: &str) -> String {
        format!("DELETE t FROM {table} AS t")
    }

    fn returning(_key: &Column) -> String {
        String::new()
    }

    fn key(column: &Column) -> String {
        bytes(column)
    }

    fn has_key(column: &Column) -> String {
        format!("({} IS NOT NULL AND LENGTH({}) > 0)", column.quoted(), text(column))
    }

    fn key_is(column: &Column, key: &str, statement: &mut Statement) -> String {
        let exact = |statement: &mut Statement| {
            format!("{} = {}", bytes(column), sent(statement, Param::Text(key.to_owned())))
        };
        let name = column.quoted();
        // The first half finds it by the index; the second keeps `a` from finding `A`, and `007` from 7.
        let near = match column.base.as_str() {
            base if INTEGERS.contains(&base) || base == "decimal" => {
                format!("{name} = {}", Self::place(statement, Param::Text(key.to_owned())))
            }
            _ if !column.cast.is_empty() => {
                let place = Self::place(statement, Param::Text(key.to_owned()));
                format!("{name} = CONVERT({place} USING {})", column.cast)
            }
            _ => return exact(statement),
        };
        format!("{near} AND {}", exact(statement))
    }

    fn cell(column: &Column) -> String {
        bytes(column)
    }

    fn since(column: &Column, time: Time, statement: &mut Statement) -> Result<String, ConnectorError> {
        let name = column.quoted();
        Ok(match column.base.as_str() {
            "timestamp" | "datetime" | "date" => {
                let moment = if column.base == "date" { "%Y-%m-%d" } else { MOMENT };
                let place = Self::place(statement, Param::Text(time.format(moment).to_string()));
                format!("{name} >= {place}")
            }
            "decimal" | "float" | "double" => seconds(&name, time, statement),
            base if INTEGERS.contains(&base) => seconds(&name, time, statement),
            _ if !column.cast.is_empty() => {
                // Texts carry offsets, so only the day can be told here; the rest is told from the row.
                let day = (time - TimeDelta::days(1)).format("%Y-%m-%d").to_string();
                format!("{} >= {}", bytes(column), sent(statement, Param::Text(day)))
            }
            other => {
                let message = format!("the column {:?} of type {other} tells no time", column.name);
                return Err(ConnectorError::Shape(message));
            }
        })
    }

    fn holds(column: &Column, cell: &Cell, statement: &mut Statement) -> String {
        format!("{} <=> {}", bytes(column), sent(statement, param(cell)))
    }

    fn value(column: &Column, cell: &Cell, statement: &mut Statement) -> String {
        let param = match (column.base.as_str(), cell) {
            // These take no offset: an instant is written as they keep it, in the connection's UTC.
            ("timestamp" | "datetime", Cell::Text(text)) if text.contains('T') => {
                let moment = instant(cell).map(|time| time.format(MOMENT).to_string());
                Param::Text(moment.unwrap_or_else(|| text.clone()))
            }
            (_, Cell::Bool(value)) => Param::Text(if *value { "1" } else { "0" }.to_owned()),
            _ => param(cell),
        };
        let place = Self::place(statement, param);
        if is_binary(column) { format!("UNHEX({place})") } else { place }
    }
}

fn param(cell: &Cell) -> Param {
    cell.text().map_or(Param::Null, |text| Param::Text(text.to_owned()))
}

fn is_binary(column: &Column) -> bool {
    let base = column.base.as_str();
    base.ends_with("blob") || base.ends_with("binary") || base == "bit"
}

/// The column as text in UTF-8; what is no text as hexadecimal digits.
fn text(column: &Column) -> String {
    let name = column.quoted();
    if is_binary(column) { format!("HEX({name})") } else { format!("CONVERT({name} USING utf8mb4)") }
}

/// The bytes of that text: they are compared as they are, without a collation.
fn bytes(column: &Column) -> String {
    format!("CAST({} AS BINARY)", text(column))
}

/// The bytes of what is sent.
fn sent(statement: &mut Statement, param: Param) -> String {
    format!("CAST({} AS BINARY)", Mysql::place(statement, param))
}

fn seconds(name: &str, time: Time, statement: &mut Statement) -> String {
    let place = Mysql::place(statement, Param::Text(time.timestamp().to_string()));
    format!("{name} >= CAST({place} AS SIGNED)")
}

/// The cell of a column's text.
pub(super) fn cell(column: &Column, text: Option<String>) -> Cell {
    let Some(text) = text else { return Cell::Null };
    match column.base.as_str() {
        "decimal" | "float" | "double" | "year" => lexeme::number(text),
        base if INTEGERS.contains(&base) => lexeme::number(text),
        "json" if text.trim_start().starts_with(['{', '[']) => Cell::Json(text),
        _ => Cell::Text(text),
    }
}
