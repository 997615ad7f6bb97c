//! A merge of scans: the rows of several systems that have the same key come together, in the
//! order of the keys. Memory holds some blocks of each scan and nothing else.

use crate::connectors::ConnectorError;
use crate::connectors::scan::{self, Block, Order, Scan};
use futures_util::stream::StreamExt as _;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Scans being merged.
pub(super) struct Merge<'a> {
    order: Order,
    sides: Vec<Side<'a>>,
    /// The sides whose present row is of the present key.
    group: Vec<usize>,
    /// The sides whose row has the key of the group before: a key that stands twice.
    repeated: bool,
    last: Vec<u8>,
}

struct Side<'a> {
    scan: Scan<'a>,
    block: Block,
    at: usize,
    ended: bool,
    integer: i64,
}

impl<'a> Merge<'a> {
    /// Merges scans that all have `order`.
    pub fn new(order: Order, scans: Vec<Scan<'a>>) -> Self {
        let side = |scan| Side { scan, block: Block::default(), at: 0, ended: false, integer: 0 };
        let sides = scans.into_iter().map(side).collect();
        Self { order, sides, group: Vec::new(), repeated: false, last: Vec::new() }
    }

    /// Goes to the next key; false at the end.
    ///
    /// # Errors
    /// A scan failed, or did not come in its order: which one, by its place, and why.
    pub async fn next(&mut self) -> Result<bool, (usize, ConnectorError)> {
        self.remember();
        for (at, side) in self.sides.iter_mut().enumerate() {
            if side.at >= side.block.len() && !side.ended {
                side.fill(self.order).await.map_err(|error| (at, error))?;
            }
        }
        self.choose();
        let Some(first) = self.group.first() else { return Ok(false) };
        let started = !self.last.is_empty();
        let order = self.sides[*first].against(&self.last, self.order);
        if started && order == Ordering::Less {
            let message = "its rows do not come in the order of their keys".to_owned();
            return Err((*first, ConnectorError::Shape(message)));
        }
        self.repeated = started && order == Ordering::Equal;
        Ok(true)
    }

    /// The sides that have a row of the present key, in order, each with its line.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (usize, &[u8])> {
        self.group.iter().map(|side| (*side, self.sides[*side].line()))
    }

    /// Whether the present rows have the key of those before them.
    pub fn is_repeated(&self) -> bool {
        self.repeated
    }

    /// The present key.
    pub fn key(&self) -> Cow<'_, str> {
        self.group.first().map_or(Cow::Borrowed(""), |side| scan::text(self.sides[*side].key()))
    }

    /// Moves past the present rows and keeps their key.
    fn remember(&mut self) {
        if let Some(first) = self.group.first() {
            self.last.clear();
            self.last.extend_from_slice(self.sides[*first].key());
        }
        for side in self.group.drain(..) {
            let side = &mut self.sides[side];
            side.at += 1;
            side.parse(self.order);
        }
    }

    fn choose(&mut self) {
        for (at, side) in self.sides.iter().enumerate() {
            if side.at >= side.block.len() {
                continue;
            }
            let order = self.group.first().map_or(Ordering::Equal, |first| {
                let first = &self.sides[*first];
                match self.order {
                    Order::Integer => side.integer.cmp(&first.integer),
                    Order::Bytes => scan::text(side.key()).cmp(&scan::text(first.key())),
                }
            });
            if order == Ordering::Less {
                self.group.clear();
            }
            if order != Ordering::Greater {
                self.group.push(at);
            }
        }
    }
}

impl Side<'_> {
    async fn fill(&mut self, order: Order) -> Result<(), ConnectorError> {
        (self.at, self.block) = (0, Block::default());
        while self.block.is_empty() && !self.ended {
            match self.scan.next().await {
                Some(block) => self.block = block?,
                None => self.ended = true,
            }
        }
        self.parse(order);
        Ok(())
    }

    fn line(&self) -> &[u8] {
        self.block.line(self.at)
    }

    fn key(&self) -> &[u8] {
        scan::raw_key(self.line())
    }

    /// How its key stands to one that was before.
    fn against(&self, last: &[u8], order: Order) -> Ordering {
        match order {
            Order::Integer => self.integer.cmp(&integer(last)),
            Order::Bytes => scan::text(self.key()).cmp(&scan::text(last)),
        }
    }

    fn parse(&mut self, order: Order) {
        if order == Order::Integer && self.at < self.block.len() {
            self.integer = integer(self.key());
        }
    }
}

/// A key that a column of integers gave.
fn integer(key: &[u8]) -> i64 {
    std::str::from_utf8(key).ok().and_then(|key| key.parse().ok()).unwrap_or(i64::MAX)
}
