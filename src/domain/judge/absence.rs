//! A record that some systems lack and others hold.

use super::{Circumstances, FLIPS, Finding};
use crate::domain::diff::Kind;
use crate::domain::ids::SystemId;
use crate::domain::policy::{Deletes, Effective};

/// What policy makes of it, and whether a lost record is made there again: only where the policy
/// says so, the source of truth holds it, and no incident, allowed mass delete, person who asked, or tug
/// of war stands against it.
/// One that was never there is always reviewed.
pub fn absence(
    kind: Kind,
    policy: &Effective,
    circumstances: &Circumstances,
    holds: impl Fn(&SystemId) -> bool,
) -> (Vec<Finding>, bool) {
    let mut findings = Vec::new();
    let incident = circumstances.incident.clone();
    findings.extend(incident.map(|incident| Finding::Incident { incident }));
    // What a person allowed to be gone, no rule makes again.
    if kind != Kind::Deleted || policy.deletes == Deletes::Review || circumstances.allowed {
        findings.push(Finding::AlwaysReviewed);
        return (findings, false);
    }
    let Some(source) = policy.source_of_truth.as_ref().filter(|source| holds(source)) else {
        findings.push(Finding::NoSource);
        return (findings, false);
    };
    let stops = findings.len();
    if circumstances.reopened {
        findings.push(Finding::Reopened);
    }
    if circumstances.flips >= FLIPS {
        findings.push(Finding::Flapping { times: circumstances.flips });
    }
    let restores = stops == 0 && findings.is_empty();
    findings.insert(stops, Finding::Restores { system: source.clone() });
    (findings, restores)
}
