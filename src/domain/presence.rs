//! Which systems lack a record that others hold.

use super::diff::Kind;
use super::ids::SystemId;
use super::mapping::Mapping;
use super::record::{Base, Holding};
use std::collections::BTreeSet;

/// The field that a record missing on one side is a difference of.
pub const RECORD: &str = "record";

/// Where a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No system lacks it that should have it, or it is gone everywhere.
    Whole,
    /// Only systems that hold it twice are left: nobody knows which row to make elsewhere.
    Unclear,
    Lacking(Lacking),
}

/// The systems that lack a record, in the order of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    pub kind: Kind,
    pub absent: Vec<SystemId>,
    /// Those of the absent that held it once.
    pub gone: Vec<SystemId>,
    /// Holders that changed it since all agreed; None where nothing was ever agreed on.
    pub changed: Option<BTreeSet<SystemId>>,
}

/// Where a record is, by its holdings in every system, absent ones and duplicates among them.
/// `missed` tells whether a system was read whole since the record was known: only then does it
/// lack what it never showed, and only if it should hold every record. `moved` are the systems
/// that changed some field since all agreed on `base`.
#[must_use]
pub fn of<'a>(
    mappings: impl Iterator<Item = &'a Mapping>,
    holdings: &[Holding],
    missed: impl Fn(&SystemId) -> bool,
    (base, moved): (&Base, &BTreeSet<SystemId>),
) -> Presence {
    let present = || holdings.iter().filter(|holding| holding.present);
    let once = |own: &Holding| present().filter(|other| other.system == own.system).count() == 1;
    if !present().any(once) {
        return if present().next().is_some() { Presence::Unclear } else { Presence::Whole };
    }
    let (mut absent, mut gone) = (Vec::new(), Vec::new());
    for mapping in mappings {
        let own = || holdings.iter().filter(|holding| holding.system == mapping.system);
        let was_there = own().next().is_some();
        if was_there && own().all(|holding| !holding.present) {
            gone.push(mapping.system.clone());
            absent.push(mapping.system.clone());
        } else if !was_there && mapping.complete && missed(&mapping.system) {
            absent.push(mapping.system.clone());
        }
    }
    if absent.is_empty() {
        return Presence::Whole;
    }
    // What was there and is gone makes it a deletion, whatever others never had.
    let kind = if gone.is_empty() { Kind::Missing } else { Kind::Deleted };
    let holders = present().map(|holding| &holding.system);
    let changed = (!base.0.is_empty()).then(|| holders.filter(|own| moved.contains(*own)).cloned().collect());
    Presence::Lacking(Lacking { kind, absent, gone, changed })
}
