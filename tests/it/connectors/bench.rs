//! A system of each kind with the same customers, a connector to it, and a way to look at it
//! and change it behind the connector's back.

use crate::support::rest_target::{RestTarget, TOKEN};
use crate::support::{mariadb, postgres};
use referee::connectors::{
    Auth, Collection, Connector, FileObject, FilesSettings, MysqlSettings, ObjectSpec, Page, Paging,
    PostgresSettings, RestSettings, Scope, Secret, Settings, SqliteSettings, Tls, open,
};
use referee::domain::value::{Cell, Cells};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection, Row as _, SqliteConnection};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Mutex;

/// The columns of a customer and their types in SQL.
const COLUMNS: [(&str, &str); 7] = [
    ("id", "TEXT PRIMARY KEY"),
    ("name", "TEXT"),
    ("phone", "VARCHAR(30)"),
    ("balance", "NUMERIC"),
    ("stock", "INTEGER"),
    ("updated_at", "TIMESTAMP"),
    ("updated_by", "TEXT"),
];

pub struct Bench {
    pub connector: Arc<dyn Connector>,
    pub outside: Outside,
}

/// The system, past the connector.
pub enum Outside {
    Sqlite { folder: TempDir, connection: Mutex<SqliteConnection> },
    Postgres { url: String, connection: Mutex<PgConnection> },
    MariaDb { url: String, connection: Mutex<MySqlConnection> },
    Rest(RestTarget),
    Files(super::files::Exports),
}

impl Bench {
    pub async fn sqlite() -> Option<Self> {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("system.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let connection = Mutex::new(SqliteConnection::connect_with(&options).await.expect("create"));
        let outside = Outside::Sqlite { folder, connection };
        outside.sql(&table("customer")).await;
        Some(Self { connector: sqlite(path), outside })
    }

    pub async fn postgres() -> Option<Self> {
        let url = postgres::database().await?;
        let connection = Mutex::new(PgConnection::connect(&url).await.expect("connect"));
        let outside = Outside::Postgres { url: url.clone(), connection };
        outside.sql(&table("customer")).await;
        let settings = Settings::Postgres(postgres_settings(&url));
        Some(Self { connector: open(&settings, None).expect("open"), outside })
    }

    /// A MariaDB whose database has UTF-8 for its texts.
    pub async fn mariadb() -> Option<Self> {
        Self::mariadb_in("utf8mb4").await
    }

    /// A MariaDB whose database has these letters for its texts.
    pub async fn mariadb_in(letters: &str) -> Option<Self> {
        let url = mariadb::database(letters).await?;
        let mut connection = MySqlConnection::connect(&url).await.expect("connect");
        // As the other two write texts, and times with a `Z`.
        let words = "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'";
        sqlx::raw_sql(words).execute(&mut connection).await.expect("set");
        let outside = Outside::MariaDb { url: url.clone(), connection: Mutex::new(connection) };
        outside.sql(&table("customer")).await;
        let settings = Settings::Mysql(mariadb_settings(&url));
        Some(Self { connector: open(&settings, None).expect("open"), outside })
    }

    pub async fn rest() -> Option<Self> {
        Some(Self::rest_with(|_| {}))
    }

    /// A REST system whose collection is described a little differently.
    pub fn rest_with(change: impl FnOnce(&mut Collection)) -> Self {
        let target = RestTarget::start();
        target.put("customer", r#"{"id":"seed"}"#);
        target.remove("customer", "seed");
        let settings = Settings::Rest(rest_settings(&target.url, change));
        let connector = open(&settings, Some(&Secret::new(TOKEN))).expect("open");
        Self { connector, outside: Outside::Rest(target) }
    }

    /// A folder with a file of that ending.
    pub async fn files(ending: &str) -> Option<Self> {
        let exports = super::files::Exports::new(ending, &COLUMNS.map(|(name, _)| name));
        let file = format!("customer.{ending}");
        let null = (ending == "csv").then(|| "\\N".to_owned());
        let object = FileObject { file, null, ..FileObject::default() };
        let objects = BTreeMap::from([("customer".to_owned(), object)]);
        let settings = FilesSettings { folder: exports.path().to_owned(), objects, quiet_seconds: 0 };
        let connector = open(&Settings::Files(settings), None).expect("open");
        Some(Self { connector, outside: Outside::Files(exports) })
    }

    /// The cell as this kind of system keeps it: a CSV knows no numbers.
    pub fn kept(&self, cell: Cell) -> Cell {
        match (&self.outside, cell) {
            (Outside::Files(exports), Cell::Number(lexeme)) if exports.is_csv() => Cell::Text(lexeme),
            (_, cell) => cell,
        }
    }

    /// The whole pull in pages of `limit`, and how many there were.
    pub async fn pull(&self, object: &ObjectSpec, scope: Scope, limit: usize) -> (Page, usize) {
        let (mut whole, mut count, mut position) = (Page::default(), 0, None);
        loop {
            let page = self.connector.pull(object, &scope, position.as_deref(), limit).await.expect("page");
            assert!(page.rows.len() <= limit, "{} rows of at most {limit}", page.rows.len());
            count += 1;
            whole.rows.extend(page.rows);
            whole.unusable.extend(page.unusable);
            whole.clock = page.clock;
            position = page.next;
            if position.is_none() || count > 1000 {
                return (whole, count);
            }
        }
    }
}

pub fn sqlite(path: PathBuf) -> Arc<dyn Connector> {
    open(&Settings::Sqlite(SqliteSettings { path }), None).expect("open")
}

pub fn postgres_settings(url: &str) -> PostgresSettings {
    let url = url::Url::parse(url).expect("url");
    PostgresSettings {
        host: url.host_str().expect("host").to_owned(),
        port: url.port().expect("port"),
        database: url.path().trim_start_matches('/').to_owned(),
        user: url.username().to_owned(),
        tls: Tls::Off,
        ca_file: None,
    }
}

pub fn mariadb_settings(url: &str) -> MysqlSettings {
    let url = url::Url::parse(url).expect("url");
    MysqlSettings {
        host: url.host_str().expect("host").to_owned(),
        port: url.port().expect("port"),
        database: url.path().trim_start_matches('/').to_owned(),
        user: url.username().to_owned(),
        tls: Tls::Off,
        ca_file: None,
    }
}

/// The same statement in the words of MariaDB: a key has a length, a number its digits.
fn as_mariadb(sql: &str) -> String {
    let words = [
        ("TEXT PRIMARY KEY", "VARCHAR(190) PRIMARY KEY"),
        ("NUMERIC", "DECIMAL(30,4)"),
        ("INTEGER PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY", "INTEGER PRIMARY KEY AUTO_INCREMENT"),
        ("AS TEXT)", "AS CHAR)"),
        ("TIMESTAMP", "TIMESTAMP NULL"),
    ];
    words.iter().fold(sql.to_owned(), |sql, (from, to)| sql.replace(from, to))
}

pub fn rest_settings(url: &str, change: impl FnOnce(&mut Collection)) -> RestSettings {
    let collection = r#"{"path":"/customer","record_path":"/data","item_path":"/customer/{key}","paging":"page",
        "size_param":"size","since_param":"since","etag":true,"create":true,"delete":true}"#;
    let mut collection: Collection = serde_json::from_str(collection).expect("settings");
    change(&mut collection);
    assert_ne!(collection.paging, Paging::None);
    RestSettings {
        base_url: url.parse().expect("url"),
        auth: Auth::Bearer,
        allow: vec!["127.0.0.0/8".to_owned()],
        collections: BTreeMap::from([("customer".to_owned(), collection)]),
    }
}

/// The statement that makes a table of customers.
pub fn table(quoted: &str) -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|(name, kind)| format!("\"{name}\" {kind}")).collect();
    format!("CREATE TABLE {quoted} ({})", columns.join(", "))
}

/// What is read of a customer.
pub fn customer() -> ObjectSpec {
    ObjectSpec {
        object: "customer".to_owned(),
        key: "id".to_owned(),
        modified_at: Some("updated_at".to_owned()),
        modified_by: Some("updated_by".to_owned()),
        columns: COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect(),
    }
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub fn number(lexeme: &str) -> Cell {
    Cell::Number(lexeme.to_owned())
}

pub fn cells(cells: &[(&str, Cell)]) -> Cells {
    cells.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())).collect()
}

/// A cell as it stands in an SQL text.
fn literal(cell: &Cell) -> String {
    match cell {
        Cell::Null | Cell::Hidden(_) => "NULL".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Number(lexeme) => lexeme.clone(),
        Cell::Text(text) | Cell::Json(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

impl Outside {
    /// Runs statements of the test's own; only SQL systems have them.
    pub async fn sql(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite { connection, .. } => {
                sqlx::raw_sql(sql).execute(&mut *connection.lock().await).await.expect("sql");
            }
            Self::Postgres { connection, .. } => {
                sqlx::raw_sql(sql).execute(&mut *connection.lock().await).await.expect("sql");
            }
            Self::MariaDb { connection, .. } => {
                let sql = AssertSqlSafe(as_mariadb(&sql.0));
                sqlx::raw_sql(sql).execute(&mut *connection.lock().await).await.expect("sql");
            }
            Self::Rest(_) | Self::Files(_) => panic!("no SQL there"),
        }
    }

    /// The first column of every row, as text.
    pub async fn column(&self, sql: &str) -> Vec<Option<String>> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite { connection, .. } => {
                let rows = sqlx::query(sql).fetch_all(&mut *connection.lock().await).await.expect("sql");
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres { connection, .. } => {
                let rows = sqlx::query(sql).fetch_all(&mut *connection.lock().await).await.expect("sql");
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::MariaDb { connection, .. } => {
                let sql = AssertSqlSafe(as_mariadb(&sql.0));
                let rows = sqlx::query(sql).fetch_all(&mut *connection.lock().await).await.expect("sql");
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Rest(_) | Self::Files(_) => panic!("no SQL there"),
        }
    }

    pub fn rest(&self) -> &RestTarget {
        let Self::Rest(target) = self else { panic!("a SQL system") };
        target
    }

    pub fn path(&self) -> PathBuf {
        let Self::Sqlite { folder, .. } = self else { panic!("no file") };
        folder.path().join("system.db")
    }

    /// Makes a customer.
    pub async fn add(&self, cells: &Cells) {
        if let Self::Rest(target) = self {
            return target.put("customer", &serde_json::to_string(cells).expect("json"));
        }
        if let Self::Files(exports) = self {
            return exports.add(cells);
        }
        let names: Vec<String> = cells.keys().map(|name| format!("\"{name}\"")).collect();
        let values: Vec<String> = cells.values().map(literal).collect();
        self.sql(&format!("INSERT INTO customer ({}) VALUES ({})", names.join(", "), values.join(", ")))
            .await;
    }

    /// Changes one value of a customer.
    pub async fn set(&self, key: &str, column: &str, cell: &Cell) {
        if let Self::Rest(target) = self {
            let mut record: BTreeMap<String, Cell> =
                serde_json::from_str(&target.records("customer")[key]).expect("record");
            record.insert(column.to_owned(), cell.clone());
            return target.put("customer", &serde_json::to_string(&record).expect("json"));
        }
        if let Self::Files(exports) = self {
            return exports.set(key, column, cell);
        }
        let (value, key) = (literal(cell), literal(&text(key)));
        self.sql(&format!("UPDATE customer SET \"{column}\" = {value} WHERE id = {key}")).await;
    }

    pub async fn remove(&self, key: &str) {
        match self {
            Self::Rest(target) => target.remove("customer", key),
            Self::Files(exports) => exports.remove(key),
            _ => self.sql(&format!("DELETE FROM customer WHERE id = {}", literal(&text(key)))).await,
        }
    }

    /// Every customer whole, as the system itself writes it, types and all; ordered by key.
    pub async fn all(&self) -> Vec<String> {
        match self {
            Self::Rest(target) => target.records("customer").into_values().collect(),
            Self::Files(exports) => exports.all(),
            Self::Sqlite { .. } => {
                let columns: Vec<String> =
                    COLUMNS.iter().map(|(name, _)| format!("quote(\"{name}\")")).collect();
                let sql = format!("SELECT {} FROM customer ORDER BY id", columns.join(" || '|' || "));
                self.column(&sql).await.into_iter().flatten().collect()
            }
            Self::MariaDb { .. } => {
                let columns: Vec<String> =
                    COLUMNS.iter().map(|(name, _)| format!("QUOTE(\"{name}\")")).collect();
                let sql = format!("SELECT CONCAT_WS('|', {}) FROM customer ORDER BY id", columns.join(", "));
                self.column(&sql).await.into_iter().flatten().collect()
            }
            Self::Postgres { .. } => {
                let sql = "SELECT customer::text FROM customer ORDER BY id COLLATE \"C\"";
                self.column(sql).await.into_iter().flatten().collect()
            }
        }
    }
}
