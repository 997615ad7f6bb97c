//! A record that some systems lack and others hold.

use super::{Circumstances, FLIPS, Finding};
use crate::domain::diff::Kind;
use crate::domain::ids::SystemId;
use crate::domain::policy::{Deletes, Effective};
use std::collections::BTreeSet;

/// Who lacks a record and who holds it.
#[derive(Clone, Debug)]
pub struct Presence<'a> {
    pub kind: Kind,
    /// Systems that lost it: they held it once.
    pub gone: &'a [SystemId],
    /// Some that should hold it never did.
    pub never_there: bool,
    pub holders: BTreeSet<&'a SystemId>,
    /// Holders that changed it since all agreed; None where nothing was ever agreed on.
    pub changed: Option<BTreeSet<SystemId>>,
}

/// What policy makes of a record that is missing somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Review,
    /// It is made again where it was lost.
    Restore,
    /// It is removed where it still is.
    Remove,
}

/// What policy makes of it. A record that was never there is always reviewed; so is one that an
/// incident holds, a person asked about, or two robots fight over.
pub fn absence(
    presence: &Presence<'_>,
    policy: &Effective,
    circumstances: &Circumstances,
) -> (Vec<Finding>, Fate) {
    let mut stops = Vec::new();
    let incident = circumstances.incident.clone();
    stops.extend(incident.map(|incident| Finding::Incident { incident }));
    if presence.kind != Kind::Deleted {
        stops.push(Finding::AlwaysReviewed);
        return (stops, Fate::Review);
    }
    let (fate, finding) = match policy.deletes {
        Deletes::Review => (Fate::Review, Finding::AlwaysReviewed),
        // What a person allowed to be gone no rule makes again, nor what was never there.
        Deletes::Restore if circumstances.allowed || presence.never_there => {
            (Fate::Review, Finding::AlwaysReviewed)
        }
        Deletes::Restore => restores(presence, policy),
        Deletes::Propagate => removes(presence, policy),
    };
    if fate == Fate::Review {
        stops.push(finding);
        return (stops, Fate::Review);
    }
    let at = stops.len();
    if circumstances.reopened {
        stops.push(Finding::Reopened);
    }
    if circumstances.flips >= FLIPS {
        stops.push(Finding::Flapping { times: circumstances.flips });
    }
    let fate = if stops.is_empty() { fate } else { Fate::Review };
    stops.insert(at, finding);
    (stops, fate)
}

fn restores(presence: &Presence<'_>, policy: &Effective) -> (Fate, Finding) {
    match policy.source_of_truth.as_ref().filter(|source| presence.holders.contains(source)) {
        Some(source) => (Fate::Restore, Finding::Restores { system: source.clone() }),
        None => (Fate::Review, Finding::NoSource),
    }
}

fn removes(presence: &Presence<'_>, policy: &Effective) -> (Fate, Finding) {
    let Some(source) = policy.source_of_truth.as_ref().filter(|source| presence.gone.contains(source)) else {
        return (Fate::Review, Finding::NoSource);
    };
    match presence.changed.as_ref().map(|changed| changed.first()) {
        None => (Fate::Review, Finding::NeverAgreed),
        Some(Some(system)) => (Fate::Review, Finding::ChangedHere { system: system.clone() }),
        Some(None) => (Fate::Remove, Finding::Removes { system: source.clone() }),
    }
}
