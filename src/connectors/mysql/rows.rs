//! The rows of a long statement, taken as they are wanted. These servers send them one after the other
//! over the line of the statement, which does nothing else meanwhile.

use super::{Mysql, bound, dialect, text};
use crate::connectors::scan::{BLOCK, Block, Order, Scan, ScanSpec};
use crate::connectors::sql::{Column, Dialect as _, Server, Statement, Table};
use crate::connectors::{ConnectorError, DEADLINE, calls};
use crate::domain::value::Cell;
use futures_util::stream::{self, StreamExt as _};
use sqlx::mysql::MySqlRow;
use sqlx::{Executor as _, MySqlConnection};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// Rows, or blocks of a scan, read ahead of whoever takes them.
const AHEAD: usize = 64;
const BLOCKS: usize = 4;

type Sent = Result<Block, ConnectorError>;

/// A statement under way.
pub(in crate::connectors) struct Rows {
    rows: Receiver<Result<MySqlRow, sqlx::Error>>,
    /// Gives the line back once all of its rows were taken.
    task: JoinHandle<Option<MySqlConnection>>,
}

impl Rows {
    pub fn of(mut line: MySqlConnection, statement: Statement) -> Self {
        let (sender, rows) = mpsc::channel(AHEAD);
        let task = tokio::spawn(async move {
            let mut sent = bound(statement).fetch(&mut line);
            while let Some(row) = sent.next().await {
                let failed = row.is_err();
                // Nobody takes them any longer: the line is closed with what it has not sent.
                if sender.send(row).await.is_err() || failed {
                    return None;
                }
            }
            drop(sent);
            Some(line)
        });
        Self { rows, task }
    }

    pub async fn next(&mut self) -> Option<Result<MySqlRow, sqlx::Error>> {
        self.rows.recv().await
    }

    /// The line, where all rows were taken.
    pub async fn line(self) -> Option<MySqlConnection> {
        drop(self.rows);
        self.task.await.ok().flatten()
    }
}

/// The rows, read by a task of its own while those before are compared. A scan that nobody
/// reads on ends with its connection.
pub(super) fn scan(server: &Arc<Server<Mysql>>, spec: &ScanSpec, order: Order) -> Scan<'static> {
    let (sender, receiver) = mpsc::channel(BLOCKS);
    let (server, spec) = (Arc::clone(server), spec.clone());
    tokio::spawn(async move {
        if let Err(error) = server.send(&spec, order, &sender).await {
            // Whoever asked may be gone.
            let _ = sender.send(Err(error)).await;
        }
    });
    stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) }).boxed()
}

impl Server<Mysql> {
    async fn send(&self, spec: &ScanSpec, order: Order, sender: &Sender<Sent>) -> Result<(), ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        let late = || self.late();
        let begin = async {
            let mut line = self.connection().await?;
            let table = self.table(&mut line, &spec.object_spec()).await?;
            Ok((line, table))
        };
        let (mut line, table) = calls::within(DEADLINE, late, begin).await?;
        let columns = spec.columns.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let statement = statement(&table, table.column(&spec.by)?, &columns, order);
        let mut rows = line.fetch(bound(statement));
        loop {
            let filled = async {
                let mut block = Block::default();
                while block.bytes() < BLOCK {
                    let Some(row) = rows.next().await else { return Ok((block, true)) };
                    push(&mut block, &columns, &row.map_err(|error| self.fault(&error))?)
                        .map_err(|error| self.fault(&error))?;
                }
                Ok((block, false))
            };
            let (block, ended) = calls::within(DEADLINE, late, filled).await?;
            if sender.send(Ok(block)).await.is_err() {
                return Ok(());
            }
            if ended {
                break;
            }
        }
        drop(rows);
        self.keep(line);
        Ok(())
    }
}

fn push(block: &mut Block, columns: &[&Column], row: &MySqlRow) -> Result<(), sqlx::Error> {
    let cells = columns.iter().enumerate().map(|(at, column)| Ok(dialect::cell(column, text(row, at + 1)?)));
    let cells: Vec<Cell> = cells.collect::<Result<_, sqlx::Error>>()?;
    block.push_row(&text(row, 0)?.unwrap_or_default(), cells.iter().map(Some));
    Ok(())
}

/// Every name in it is the catalogue's, and quoted.
fn statement(table: &Table, key: &Column, columns: &[&Column], order: Order) -> Statement {
    let mut sql = format!("SELECT {}", dialect::Mysql::key(key));
    for column in columns {
        let _ = write!(sql, ", {}", dialect::Mysql::cell(column));
    }
    let order = match order {
        Order::Integer => key.quoted(),
        Order::Bytes => dialect::Mysql::key(key),
    };
    let has_key = dialect::Mysql::has_key(key);
    let _ = write!(sql, " FROM {} AS t WHERE {has_key} ORDER BY {order}", table.quoted);
    Statement { sql, params: Vec::new() }
}
