//! Scans: one `COPY` of the columns wanted, in the order of the key.

use super::Postgres;
use crate::connectors::scan::{BLOCK, Block, Order, Scan, ScanSpec};
use crate::connectors::sql::{Column, Server, Table};
use crate::connectors::{ConnectorError, DEADLINE, calls};
use futures_util::stream::{self, StreamExt as _};
use sqlx::PgConnection;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Sender};

/// Blocks read ahead of whoever compares them.
const AHEAD: usize = 4;

type Sent = Result<Block, ConnectorError>;

/// The rows, read by a task of its own while those before are compared. A scan that nobody
/// reads on ends with its connection.
pub(super) fn start(server: &Arc<Server<Postgres>>, spec: &ScanSpec, order: Order) -> Scan<'static> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let (server, spec) = (Arc::clone(server), spec.clone());
    tokio::spawn(async move {
        if let Err(error) = server.send(&spec, order, &sender).await {
            // Whoever asked may be gone.
            let _ = sender.send(Err(error)).await;
        }
    });
    stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) }).boxed()
}

impl Server<Postgres> {
    async fn send(&self, spec: &ScanSpec, order: Order, sender: &Sender<Sent>) -> Result<(), ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        let late = || self.late();
        let begin = async {
            let mut connection = self.connection().await?;
            let table = self.table(&mut connection, &spec.object_spec()).await?;
            // The deadline is that of each block; the whole may take as long as it takes.
            let begin = "BEGIN READ ONLY; SET LOCAL statement_timeout = 0";
            self.run(&mut connection, begin).await?;
            Ok((connection, table))
        };
        let (mut connection, table) = calls::within(DEADLINE, late, begin).await?;
        if self.copy(&mut connection, &statement(&table, spec, order)?, sender).await? {
            self.run(&mut connection, "ROLLBACK").await?;
            self.keep(connection);
        }
        Ok(())
    }

    /// Whether all was sent: else nobody listens any longer.
    async fn copy(
        &self,
        connection: &mut PgConnection,
        statement: &str,
        sender: &Sender<Sent>,
    ) -> Result<bool, ConnectorError> {
        let fault = |error| self.fault(&error);
        let late = || self.late();
        let begun = async { connection.copy_out_raw(statement).await.map_err(fault) };
        let mut lines = calls::within(DEADLINE, late, begun).await?;
        loop {
            let filled = async {
                let mut block = Block::default();
                while block.bytes() < BLOCK {
                    let Some(line) = lines.next().await else { return Ok((block, true)) };
                    block.push_line(&line.map_err(fault)?);
                }
                Ok((block, false))
            };
            let (block, ended) = calls::within(DEADLINE, late, filled).await?;
            if sender.send(Ok(block)).await.is_err() {
                return Ok(false);
            }
            if ended {
                return Ok(true);
            }
        }
    }
}

/// Every name in it is the catalogue's, and quoted.
fn statement(table: &Table, spec: &ScanSpec, order: Order) -> Result<String, ConnectorError> {
    let key = table.column(&spec.by)?;
    let columns = spec.columns.iter().map(|name| table.column(name).map(cell));
    let columns: Vec<String> = [Ok(cell(key))].into_iter().chain(columns).collect::<Result<_, _>>()?;
    let (columns, name, from) = (columns.join(", "), key.quoted(), &table.quoted);
    let (condition, order) = match order {
        Order::Integer => (format!("{name} IS NOT NULL"), name),
        Order::Bytes => {
            (format!("{name} IS NOT NULL AND {name}::text <> ''"), format!("{name}::text COLLATE \"C\""))
        }
    };
    Ok(format!("COPY (SELECT {columns} FROM {from} AS t WHERE {condition} ORDER BY {order}) TO STDOUT"))
}

/// The column as `COPY` writes it: as its text, but for `t` and `f`.
fn cell(column: &Column) -> String {
    let name = column.quoted();
    if column.base == "boolean" { format!("{name}::text") } else { name }
}
