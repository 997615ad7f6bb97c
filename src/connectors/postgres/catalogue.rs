//! PostgreSQL's catalogue: the only source of names for statements.

use crate::connectors::sql::{Column, Table, quote};
use sqlx::{PgConnection, Row};

/// Tables, views and their columns that this user may read. A table of the current schema has
/// its bare name, any other `schema.table`. `$1` is such a name, or null for all.
const COLUMNS: &str = r#"
SELECT named.name, named.schema, named.relation, named.oid::text AS oid,
       a.attname::text AS attribute,
       format_type(a.atttypid, a.atttypmod) AS declared,
       format_type(a.atttypid, -1) AS "cast",
       format_type(CASE WHEN ty.typtype = 'd' THEN ty.typbasetype ELSE ty.oid END, -1) AS base,
       CAST(array_position(i.indkey::int2[], a.attnum) AS BIGINT) AS place
FROM (SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation,
             n.nspname IS NOT DISTINCT FROM current_schema() AS near,
             CASE WHEN n.nspname IS NOT DISTINCT FROM current_schema() THEN c.relname::text
                  ELSE n.nspname || '.' || c.relname END AS name
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
        AND has_schema_privilege(n.oid, 'USAGE')) AS named
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = named.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS ty ON ty.oid = a.atttypid
LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = named.oid AND i.indisprimary
WHERE has_column_privilege(named.oid, a.attnum, 'SELECT') AND ($1::text IS NULL OR named.name = $1)
ORDER BY named.near DESC, named.name COLLATE "C", named.oid, a.attnum
"#;

/// The table of that name, or every table; of two that share a name the nearer one stands first.
pub(super) async fn tables(
    connection: &mut PgConnection,
    name: Option<&str>,
) -> Result<Vec<Table>, sqlx::Error> {
    let mut tables: Vec<Table> = Vec::new();
    let mut last = String::new();
    for row in sqlx::query(COLUMNS).bind(name).fetch_all(connection).await? {
        let oid: String = row.try_get("oid")?;
        if tables.is_empty() || oid != last {
            let (schema, relation): (String, String) = (row.try_get("schema")?, row.try_get("relation")?);
            let quoted = format!("{}.{}", quote(&schema), quote(&relation));
            tables.push(Table { name: row.try_get("name")?, quoted, columns: Vec::new() });
            last = oid;
        }
        let place: Option<i64> = row.try_get("place")?;
        let column = Column {
            name: row.try_get("attribute")?,
            declared: row.try_get("declared")?,
            cast: row.try_get("cast")?,
            base: row.try_get("base")?,
            key: place.and_then(|place| usize::try_from(place).ok()),
        };
        if let Some(table) = tables.last_mut() {
            table.columns.push(column);
        }
    }
    Ok(tables)
}
