//! A statement and how it ended, as text for whoever has to find out why it was refused.

use super::{Param, Statement};
use crate::connectors::exchange::{self, Recorder};

/// A statement that is kept, if anybody wants to know.
pub(in crate::connectors) struct Told(Option<(Recorder, String)>);

impl Told {
    pub fn of(statement: &Statement) -> Self {
        let value = |param: &Param| match param {
            Param::Null => "NULL".to_owned(),
            Param::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Param::Integer(number) => number.to_string(),
            Param::Real(number) => format!("{number:?}"),
        };
        let told = |recorder| {
            let values = statement.params.iter().enumerate();
            let values = values.map(|(at, param)| format!("{}: {}\n", at + 1, value(param)));
            (recorder, format!("{}\n\n{}", statement.sql, values.collect::<String>()))
        };
        Self(exchange::recorder().map(told))
    }

    /// Keeps it with how it ended: how many rows it changed, or the database's words.
    pub fn keep(self, done: &Result<u64, sqlx::Error>) {
        let Some((recorder, statement)) = self.0 else { return };
        let answer = match done {
            Ok(rows) => format!("rows: {rows}"),
            Err(error) => error.to_string(),
        };
        recorder.keep(&statement, &answer);
    }
}
