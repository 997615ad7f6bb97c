//! The one file that knows both database drivers: sessions, statements, arguments and rows.
//!
//! A store function is one chain over one static text that serves both databases:
//! `s.sql("SELECT ... WHERE id = $1").bind(id).maybe::<Row>().await`. A read session has no
//! `run`, so a write in it does not compile.

mod row;

pub use row::{Column, FromRow, Row};

use super::error::StoreError;
use super::whereabouts;
use crate::domain::sight::Sight;
use row::Cells;
use serde_json::Value;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Postgres, SqlSafeStr as _, SqlStr, Sqlite};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::sync::Arc;

/// Arguments of one statement that SQLite and PostgreSQL both take.
const MAX_ARGUMENTS: usize = 30_000;
/// Longer lists of texts go to SQLite as one argument: it finds a numbered placeholder by walking over
/// all of them, and so does the driver, for each.
const LONG_LIST: usize = 16;
/// Rows of one statement that inserts many: a few sizes, for each is a statement that is kept prepared.
const CHUNKS: [usize; 4] = [256, 32, 4, 1];
/// Rows that one page of a list brings at most, whatever was asked for.
pub const MOST_ROWS: i64 = 10_000;

/// Which database is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

pub(super) enum Link {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A connection to read with.
pub struct Session {
    pub(super) link: Link,
    /// A statement was refused by the database: PostgreSQL then stores nothing of the transaction.
    pub(super) refused: bool,
    /// What whoever reads may see: every row that comes is read by it.
    sight: Arc<Sight>,
}

/// A value bound to a statement.
#[derive(Clone, Debug)]
pub enum Arg {
    Text(Option<String>),
    Int(Option<i64>),
    Float(Option<f64>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! arg {
    ($($type:ty => $variant:ident $convert:expr),+ $(,)?) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self {
                Self::$variant(Some($convert(value)))
            }
        }
        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )+};
}
arg! {
    String => Text std::convert::identity,
    &str => Text str::to_owned,
    &String => Text String::clone,
    i64 => Int std::convert::identity,
    f64 => Float std::convert::identity,
    bool => Bool std::convert::identity,
    Vec<u8> => Bytes std::convert::identity,
    crate::domain::time::Time => Text crate::domain::time::stamp,
}
macro_rules! id_arg {
    ($($id:ident),+) => {$(arg! {
        &crate::domain::ids::$id => Text |id: &crate::domain::ids::$id| id.0.clone(),
        crate::domain::ids::$id => Text |id: crate::domain::ids::$id| id.0,
    })+};
}
id_arg!(SystemId, EntityId, FieldId, RecordId, ConflictId, DifferenceId);
id_arg!(ResolutionId, DeliveryId, RunId, VersionId, UserId, IncidentId, GroupId);
id_arg!(NoticeId, CommentId, QuestionId, ObjectionId);

/// Mark of statements that only read.
pub struct Reading;
/// Mark of statements that may change rows.
pub struct Writing;

/// A statement being built.
pub struct Query<'s, Mode> {
    session: &'s mut Session,
    text: Cow<'static, str>,
    args: Vec<Arg>,
    /// The columns, where all rows are to come in one text.
    packed: Option<&'static [&'static str]>,
    mode: PhantomData<Mode>,
}

impl Session {
    pub(super) fn new(link: Link) -> Self {
        Self { link, refused: false, sight: Arc::default() }
    }

    /// The same session for somebody who sees no more than this.
    pub(super) fn seen_by(self, sight: Sight) -> Self {
        Self { sight: Arc::new(sight), ..self }
    }

    /// What whoever reads may see.
    #[must_use]
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// A statement that reads, with `$1`, `$2`, ... as placeholders.
    pub fn sql(&mut self, text: &'static str) -> Query<'_, Reading> {
        Query::new(self, text)
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.link {
            Link::Sqlite(_) => Backend::Sqlite,
            Link::Postgres(_) => Backend::Postgres,
        }
    }

    /// A word of the dialect.
    #[must_use]
    pub fn either(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.backend() {
            Backend::Sqlite => sqlite,
            Backend::Postgres => postgres,
        }
    }

    async fn fetch(&mut self, text: &str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        let done = self.fetched(text, args).await;
        self.refused |= done.as_ref().is_err_and(|error| *error != StoreError::Nul);
        done
    }

    async fn fetched(&mut self, text: &str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        let sql = AssertSqlSafe(text.to_owned());
        let row = |cells| Row { cells, sight: self.sight.clone() };
        match &mut self.link {
            Link::Sqlite(conn) => {
                let query = sqlx::query_with(sql, sqlite_arguments(args)?);
                Ok(query
                    .fetch_all(&mut **conn)
                    .await?
                    .into_iter()
                    .map(|own| row(Cells::Sqlite(own)))
                    .collect())
            }
            Link::Postgres(conn) => {
                let query = sqlx::query_with(sql, postgres_arguments(args)?);
                Ok(query
                    .fetch_all(&mut **conn)
                    .await?
                    .into_iter()
                    .map(|own| row(Cells::Postgres(own)))
                    .collect())
            }
        }
    }

    pub(super) async fn execute(
        &mut self,
        text: Cow<'static, str>,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        let done = self.executed(text, args).await;
        self.refused |= done.as_ref().is_err_and(|error| *error != StoreError::Nul);
        done
    }

    async fn executed(&mut self, text: Cow<'static, str>, args: Vec<Arg>) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(text.into_owned());
        match &mut self.link {
            Link::Sqlite(conn) => {
                let query = sqlx::query_with(sql, sqlite_arguments(args)?);
                Ok(query.execute(&mut **conn).await?.rows_affected())
            }
            Link::Postgres(conn) => {
                let query = sqlx::query_with(sql, postgres_arguments(args)?);
                Ok(query.execute(&mut **conn).await?.rows_affected())
            }
        }
    }

    /// Inserts many rows by multi-row statements, the fastest way on both databases.
    /// `tail` follows the rows: an ON CONFLICT clause, or nothing.
    pub(super) async fn insert_rows(
        &mut self,
        head: &'static str,
        rows: Vec<Vec<Arg>>,
        tail: &'static str,
    ) -> Result<u64, StoreError> {
        let Some(width) = rows.first().map(Vec::len) else { return Ok(0) };
        let (mut done, mut rows) = (0, rows.into_iter());
        while rows.len() > 0 {
            let most = rows.len().min(MAX_ARGUMENTS / width);
            let count = CHUNKS.into_iter().find(|count| *count <= most).unwrap_or(1);
            let chunk: Vec<Vec<Arg>> = rows.by_ref().take(count).collect();
            let text = format!("{head} VALUES {} {tail}", self.tuples(chunk.len(), width));
            done += self.execute(text.into(), chunk.into_iter().flatten().collect()).await?;
        }
        Ok(done)
    }

    /// `(?,?),(?,?)`: thousands of numbered placeholders are quadratic on SQLite, so it gets bare ones.
    fn tuples(&self, rows: usize, width: usize) -> String {
        let mut text = String::with_capacity(rows * width * 4);
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ",(" });
            for column in 0..width {
                let comma = if column == 0 { "" } else { "," };
                let _ = match self.backend() {
                    Backend::Sqlite => write!(text, "{comma}?"),
                    Backend::Postgres => write!(text, "{comma}${}", row * width + column + 1),
                };
            }
            text.push(')');
        }
        text
    }
}

impl<'s, Mode> Query<'s, Mode> {
    pub(super) fn new(session: &'s mut Session, text: &'static str) -> Self {
        Self { session, text: text.into(), args: Vec::new(), packed: None, mode: PhantomData }
    }

    /// Binds the next `$N`.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Arg>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Appends a literal piece of text.
    #[must_use]
    pub fn push(mut self, piece: &'static str) -> Self {
        self.text.to_mut().push_str(piece);
        self
    }

    /// What whoever reads may see.
    pub fn sight(&self) -> Arc<Sight> {
        Arc::clone(&self.session.sight)
    }

    /// Appends a literal piece in which each `?` takes the next of `args`.
    #[must_use]
    pub fn push_bind(mut self, piece: &'static str, args: impl IntoIterator<Item = Arg>) -> Self {
        let (mut args, text) = (args.into_iter(), self.text.to_mut());
        for (index, part) in piece.split('?').enumerate() {
            if index > 0 {
                self.args.extend(args.next());
                let _ = write!(text, "${}", self.args.len());
            }
            text.push_str(part);
        }
        self
    }

    /// Appends `($4,$5,...)`; an empty list becomes `(NULL)`, which matches nothing.
    #[must_use]
    pub fn push_list(mut self, values: impl IntoIterator<Item = impl Into<Arg>>) -> Self {
        let before = self.args.len();
        self.args.extend(values.into_iter().map(Into::into));
        if self.args.len() - before > LONG_LIST
            && let Some(list) = json_list(&self.args[before..])
        {
            self.args.truncate(before);
            let text = match self.session.backend() {
                Backend::Sqlite => "(SELECT value FROM json_each(?))",
                Backend::Postgres => "(SELECT jsonb_array_elements_text(?::jsonb))",
            };
            return self.push_bind(text, [list.into()]);
        }
        let text = self.text.to_mut();
        text.push('(');
        for number in before + 1..=self.args.len() {
            let _ = write!(text, "{}${number}", if number == before + 1 { "" } else { "," });
        }
        text.push_str(if self.args.len() == before { "NULL)" } else { ")" });
        self
    }

    /// Appends `LIMIT`: at most so many rows, and never more than [`MOST_ROWS`].
    #[must_use]
    pub fn limit(self, rows: i64) -> Self {
        self.push_bind(" LIMIT ?", [rows.clamp(0, MOST_ROWS).into()])
    }

    /// Has SQLite send all rows of these columns as one text, for answers of very many: a row for each
    /// crosses from the driver's thread alone, which costs more than finding it. None may be of bytes.
    #[must_use]
    pub fn packed(mut self, columns: &'static [&'static str]) -> Self {
        self.packed = Some(columns).filter(|_| self.session.backend() == Backend::Sqlite);
        self
    }

    async fn rows(&mut self) -> Result<Vec<Row>, StoreError> {
        let args = std::mem::take(&mut self.args);
        let Some(columns) = self.packed else { return self.session.fetch(&self.text, args).await };
        let text = format!(
            "SELECT json_group_array(json_array({})) AS value FROM ({})",
            columns.join(", "),
            self.text
        );
        let rows = self.session.fetch(&text, args).await?;
        let text: Option<String> = rows.first().map_or(Ok(None), |row| row.maybe("value"))?;
        let rows: Vec<Vec<Value>> = serde_json::from_str(&text.unwrap_or_default())?;
        let row = |values| Row { cells: Cells::Packed(values, columns), sight: self.session.sight.clone() };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Every row.
    pub async fn all<R: FromRow>(mut self) -> Result<Vec<R>, StoreError> {
        let rows = self.rows().await?;
        rows.iter().map(|row| read(&self.text, row, R::from_row)).collect()
    }

    /// The only row, or none.
    pub async fn maybe<R: FromRow>(self) -> Result<Option<R>, StoreError> {
        let rows = self.session.fetch(&self.text, self.args).await?;
        rows.first().map(|row| read(&self.text, row, R::from_row)).transpose()
    }

    /// The only row.
    pub async fn one<R: FromRow>(self) -> Result<R, StoreError> {
        self.maybe().await?.ok_or(StoreError::NotFound)
    }

    /// The column `value` of the only row, if there is one and it is not null.
    pub async fn value<T: Column>(self) -> Result<Option<T>, StoreError> {
        let rows = self.session.fetch(&self.text, self.args).await?;
        rows.first().map_or(Ok(None), |row| read(&self.text, row, |row| row.maybe("value")))
    }

    /// The column `value` of every row.
    pub async fn values<T: Column>(mut self) -> Result<Vec<T>, StoreError> {
        let rows = self.rows().await?;
        rows.iter().map(|row| read(&self.text, row, |row| row.get("value"))).collect()
    }
}

/// Texts as a JSON list; None where one is no text, or one that no database takes.
fn json_list(args: &[Arg]) -> Option<String> {
    let texts = args.iter().map(|arg| match arg {
        Arg::Text(Some(text)) if !text.contains('\0') => Some(text.as_str()),
        _ => None,
    });
    serde_json::to_string(&texts.collect::<Option<Vec<&str>>>()?).ok()
}

/// Reads a row; the error of one that cannot be read names its table and which row it is.
fn read<T>(text: &str, row: &Row, read: impl Fn(&Row) -> Result<T, StoreError>) -> Result<T, StoreError> {
    read(row).map_err(|error| whereabouts::named(error, text, row))
}

impl Query<'_, Writing> {
    /// Changes rows and says how many.
    pub async fn run(self) -> Result<u64, StoreError> {
        self.session.execute(self.text, self.args).await
    }

    /// Changes exactly one row.
    pub async fn run_one(self) -> Result<(), StoreError> {
        match self.run().await? {
            1 => Ok(()),
            0 => Err(StoreError::NotFound),
            many => Err(StoreError::row("", &format!("{many} rows changed where one was meant"))),
        }
    }
}

/// A step of the schema in which every text column is ordered by its bytes, as SQLite does.
pub(super) fn text_by_bytes(sql: &'static str) -> SqlStr {
    AssertSqlSafe(sql.replace(" TEXT", " TEXT COLLATE \"C\"")).into_sql_str()
}

fn sqlite_arguments(args: Vec<Arg>) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    for arg in args {
        add::<Sqlite>(&mut arguments, arg)?;
    }
    Ok(arguments)
}

fn postgres_arguments(args: Vec<Arg>) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    for arg in args {
        add::<Postgres>(&mut arguments, arg)?;
    }
    Ok(arguments)
}

fn add<DB>(arguments: &mut DB::Arguments, arg: Arg) -> Result<(), StoreError>
where
    DB: sqlx::Database,
    Option<String>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<i64>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<f64>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<bool>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Option<Vec<u8>>: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    match arg {
        // PostgreSQL refuses NUL in text and SQLite stores it: both get the same answer here.
        Arg::Text(Some(text)) if text.contains('\0') => return Err(StoreError::Nul),
        Arg::Text(text) => arguments.add(text),
        Arg::Int(number) => arguments.add(number),
        Arg::Float(number) => arguments.add(number),
        Arg::Bool(truth) => arguments.add(truth),
        Arg::Bytes(bytes) => arguments.add(bytes),
    }
    .map_err(|e| StoreError::Database(e.to_string()))
}
