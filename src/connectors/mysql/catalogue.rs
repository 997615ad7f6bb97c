//! The catalogue of MariaDB and MySQL: the only source of names for statements.

use crate::connectors::sql::{Column, Table, quote};
use sqlx::{MySqlConnection, Row};

/// Tables, views and their columns of the connection's database that this user may read. The `?`
/// are a name, or null for all. Names are compared by their bytes: the catalogue's own collation
/// takes `Kunde` for `kunde`.
const COLUMNS: &str = r"
SELECT CONVERT(c.TABLE_NAME USING utf8mb4) AS relation,
       CONVERT(c.COLUMN_NAME USING utf8mb4) AS attribute,
       CONVERT(c.COLUMN_TYPE USING utf8mb4) AS declared,
       CONVERT(c.DATA_TYPE USING utf8mb4) AS base,
       CONVERT(COALESCE(c.CHARACTER_SET_NAME, '') USING utf8mb4) AS letters,
       CAST(k.ORDINAL_POSITION AS SIGNED) AS place
FROM information_schema.COLUMNS AS c
LEFT JOIN information_schema.KEY_COLUMN_USAGE AS k
       ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME
      AND k.COLUMN_NAME = c.COLUMN_NAME AND k.CONSTRAINT_NAME = 'PRIMARY'
WHERE c.TABLE_SCHEMA = DATABASE()
  AND (? IS NULL OR CAST(c.TABLE_NAME AS BINARY) = CAST(? AS BINARY))
ORDER BY CAST(c.TABLE_NAME AS BINARY), c.ORDINAL_POSITION";

/// The table of that name, or every table.
pub(super) async fn tables(
    line: &mut MySqlConnection,
    name: Option<&str>,
) -> Result<Vec<Table>, sqlx::Error> {
    let mut tables: Vec<Table> = Vec::new();
    for row in sqlx::query(COLUMNS).bind(name).bind(name).fetch_all(line).await? {
        let relation: String = row.try_get("relation")?;
        if tables.last().is_none_or(|last| last.name != relation) {
            tables.push(Table { quoted: quote(&relation), name: relation, columns: Vec::new() });
        }
        let place: Option<i64> = row.try_get("place")?;
        let column = Column {
            name: row.try_get("attribute")?,
            declared: row.try_get("declared")?,
            cast: row.try_get("letters")?,
            base: row.try_get("base")?,
            key: place.and_then(|place| usize::try_from(place).ok()),
        };
        if let Some(table) = tables.last_mut() {
            table.columns.push(column);
        }
    }
    Ok(tables)
}
