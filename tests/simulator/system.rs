//! The system that is written to: one row, what it shows of it, and a journal of what was done.

use super::Moment;
use super::dice::Dice;
use super::network::Request;
use referee::domain::delivery::Stamp;
use referee::domain::delivery::attempt::{Found, Kind};
use std::collections::BTreeMap;

/// What kind of system it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A write names the version it is for.
    Version,
    /// A write names the value it is for.
    Value,
    No,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamps {
    Version,
    Time,
    No,
}

/// How a system is, for a whole story.
#[derive(Clone, Debug)]
pub struct Traits {
    pub condition: Condition,
    pub stamps: Stamps,
    /// It honours idempotency keys.
    pub keys: bool,
    /// Its yes shows what it did.
    pub shows: bool,
    /// What is read is as old as this.
    pub lag: Moment,
    /// It makes something else of one of the values.
    pub rewrites: bool,
    pub kind: Kind,
    /// A row to be made has a key of ours.
    pub own_key: bool,
}

/// The row at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub value: i64,
    pub version: u64,
    pub modified: Moment,
}

/// Something that was really changed.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Moment,
    /// None: from outside.
    pub delivery: Option<usize>,
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub sent: Moment,
    /// How the row read before it was sent, and whether whoever sent it had given it up.
    pub looked: Found,
    pub late: bool,
}

/// How it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Yes { shown: bool },
    Made,
    ConditionFailed,
    Gone,
    Exists,
}

#[derive(Debug)]
pub struct System {
    pub traits: Traits,
    /// As it was from these moments on.
    pub history: Vec<(Moment, Option<Row>)>,
    pub journal: Vec<Entry>,
    /// When somebody else touched it, whether or not that changed the value.
    pub touched: Vec<Moment>,
    known: BTreeMap<String, Reply>,
    versions: u64,
}

pub const VALUES: i64 = 4;
/// The one that some systems rewrite, and what they make of it.
const REWRITTEN: (i64, i64) = (3, 33);

impl System {
    pub fn new(dice: &mut Dice) -> Self {
        let condition = [Condition::Version, Condition::Value, Condition::No][dice.weighted(&[2, 2, 2])];
        let stamps = match condition {
            Condition::Version => Stamps::Version,
            _ => [Stamps::Time, Stamps::No][dice.weighted(&[1, 1])],
        };
        // A statement in a transaction: it counts its rows, and reads what was written.
        let sql = condition == Condition::Value;
        let kind = [Kind::Change, Kind::Remove, Kind::Create][dice.weighted(&[8, 1, 1])];
        let traits = Traits {
            condition,
            stamps,
            keys: !sql && dice.percent(50),
            shows: sql || dice.percent(50),
            lag: if sql { 0 } else { [0, 5_000, 60_000][dice.weighted(&[3, 1, 1])] },
            rewrites: dice.percent(20),
            kind,
            own_key: dice.percent(50),
        };
        let first = Row { value: 0, version: 1, modified: -1 };
        let first = Some(first).filter(|_| kind != Kind::Create);
        Self {
            traits,
            history: vec![(Moment::MIN, first)],
            journal: Vec::new(),
            touched: Vec::new(),
            known: BTreeMap::new(),
            versions: 1,
        }
    }

    pub fn row(&self) -> Option<&Row> {
        self.history.last().and_then(|(_, row)| row.as_ref())
    }

    /// What a read shows.
    pub fn shows(&self, now: Moment) -> Option<Row> {
        let then = now - self.traits.lag;
        self.history.iter().rev().find(|(from, _)| *from <= then).and_then(|(_, row)| row.clone())
    }

    /// Whether it showed, or had, that value at some moment between the two.
    pub fn had(&self, value: Option<i64>, from: Moment, to: Moment) -> bool {
        let ends = self.history.iter().skip(1).map(|(end, _)| *end).chain([Moment::MAX]);
        self.history.iter().zip(ends).any(|((begin, row), end)| {
            *begin <= to && end >= from - self.traits.lag && row.as_ref().map(|row| row.value) == value
        })
    }

    pub fn stamp(&self, row: &Row) -> Stamp {
        stamp(&self.traits, row)
    }

    /// Somebody else changes it.
    pub fn edit(&mut self, now: Moment, dice: &mut Dice) -> String {
        let makes = self.traits.kind == Kind::Create;
        if makes && self.row().is_none() {
            return "there is nothing to change".to_owned();
        }
        let removes = !makes && self.row().is_some() && dice.percent(4);
        let value = dice.from(0, VALUES - 1);
        let after = Some(value).filter(|_| !removes);
        self.touched.push(now);
        let told = format!("{:?} becomes {after:?}", self.row().map(|row| row.value));
        self.put(
            now,
            after,
            Entry {
                at: now,
                sent: now,
                delivery: None,
                before: None,
                after,
                looked: Found::Was,
                late: false,
            },
        );
        told
    }

    fn put(&mut self, now: Moment, after: Option<i64>, entry: Entry) {
        let before = self.row().map(|row| row.value);
        self.versions += 1;
        let modified = self.row().map_or(now, |row| now.max(row.modified + 1));
        let row = after.map(|value| Row { value, version: self.versions, modified });
        self.history.push((now, row));
        if before != after {
            self.journal.push(Entry { before, after, ..entry });
        }
    }

    /// Does what a request asks.
    pub fn does(&mut self, now: Moment, request: &Request) -> Reply {
        if let Some(known) = self.known.get(&request.key).filter(|_| self.traits.keys) {
            return known.clone();
        }
        let reply = self.acts(now, request);
        if matches!(reply, Reply::Yes { .. } | Reply::Made) {
            self.known.insert(request.key.clone(), reply.clone());
        }
        reply
    }

    fn acts(&mut self, now: Moment, request: &Request) -> Reply {
        let becomes = match request.becomes {
            value if self.traits.rewrites && value == REWRITTEN.0 => REWRITTEN.1,
            value => value,
        };
        let own = Entry {
            at: now,
            sent: request.sent,
            delivery: Some(request.delivery),
            before: None,
            after: None,
            looked: request.looked,
            late: request.late,
        };
        if request.kind == Kind::Create {
            if self.row().is_some() && self.traits.own_key {
                return Reply::Exists;
            }
            // Without a key of ours every one is another row: the first stands for all.
            let before = self.row().map(|row| row.value);
            if before.is_some() {
                self.journal.push(Entry { before: None, after: Some(becomes), ..own });
            } else {
                self.put(now, Some(becomes), own);
            }
            return Reply::Made;
        }
        let Some(row) = self.row() else { return Reply::Gone };
        let expected = request.row.as_ref().filter(|_| !request.unconditional);
        let stands = expected.is_none_or(|expected| match self.traits.condition {
            Condition::Version => expected.version == row.version,
            Condition::Value => expected.value == row.value,
            Condition::No => true,
        });
        if !stands {
            return Reply::ConditionFailed;
        }
        let after = Some(becomes).filter(|_| request.kind != Kind::Remove);
        self.put(now, after, own);
        let shown = self.traits.shows && becomes == request.becomes && request.kind != Kind::Remove;
        Reply::Yes { shown: shown || self.traits.condition == Condition::Value }
    }
}

/// How a row shows that it was changed.
pub fn stamp(traits: &Traits, row: &Row) -> Stamp {
    match traits.stamps {
        Stamps::Version => Stamp { token: Some(row.version.to_string()), modified_at: None },
        Stamps::Time => Stamp { token: None, modified_at: Some(super::desk::time(row.modified)) },
        Stamps::No => Stamp::default(),
    }
}
