//! The rows of a group: what was seen, what it becomes, and how that stands.

use super::super::{MemberRow, SeenValue};
use crate::domain::catalog::Catalog;
use crate::domain::conflict::{Dispute, Distinct, Holder};
use crate::domain::group::Row;
use crate::domain::ids::{DifferenceId, ResolutionId};
use crate::domain::resolution::{Chosen, Outcome};
use crate::domain::value::Tuple;
use crate::engine::Setup;
use crate::store::conflicts::Difference;
use crate::store::groups::{Group, Member};
use crate::store::resolutions::Resolution;
use crate::store::{Session, StoreError, conflicts, resolutions};
use crate::web::marks::{Mark, Piece, against, beside};
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::pages::words;
use std::collections::HashMap;

/// What rows are read with.
pub struct Read<'a> {
    pub setup: &'a Setup,
    pub group: &'a Group,
}

/// One row: what was disputed, and the value all shall hold; none where they stay different.
pub struct Seen {
    pub member: Member,
    pub standing: Option<String>,
    pub dispute: Option<Dispute>,
    pub becomes: Option<Tuple>,
    /// It is another question by now than the one that was frozen.
    pub moved: bool,
}

/// Members with their values: as they were decided, or as they stand.
pub async fn seen(
    s: &mut Session,
    read: &Read<'_>,
    found: Vec<(Member, Option<String>)>,
) -> Result<Vec<Seen>, StoreError> {
    let decided: Vec<ResolutionId> =
        found.iter().filter_map(|(member, _)| member.resolution.clone()).collect();
    let decided = resolutions::of_ids(s, &decided).await?;
    let decided: HashMap<_, Resolution> = decided.into_iter().map(|one| (one.id.clone(), one)).collect();
    let open = found.iter().filter(|(member, _)| member.resolution.is_none());
    let open: Vec<DifferenceId> = open.map(|(member, _)| member.difference.clone()).collect();
    let open = conflicts::of_ids(s, &open).await?;
    let mut open: HashMap<_, _> = open.into_iter().map(|one| (one.id.clone(), one)).collect();
    let mut rows = Vec::with_capacity(found.len());
    for (member, standing) in found {
        let resolution = member.resolution.as_ref().and_then(|id| decided.get(id));
        let (dispute, becomes, moved) = match resolution {
            Some(resolution) => {
                let page = resolution.disputes()?;
                let own = |chosen: &&Chosen| chosen.difference == member.difference;
                let becomes = resolution.outcomes.iter().find(own).and_then(|chosen| chosen.meant(&page));
                (page.into_iter().find(|dispute| dispute.field == member.field), becomes, false)
            }
            None => {
                let found = open.remove(&member.difference);
                let moved =
                    member.state == "included" && found.as_ref().is_some_and(|own| moved(read, &member, own));
                let found = found.filter(|_| !moved);
                let becomes = found.as_ref().and_then(|own| meant(read, own));
                let becomes = becomes.filter(|_| member.state != "excluded");
                (found.map(|own| own.dispute), becomes, moved)
            }
        };
        rows.push(Seen { member, standing, dispute, becomes, moved });
    }
    Ok(rows)
}

/// What the choice means for a row as it stands.
fn outcome(read: &Read<'_>, now: &Difference) -> Option<Outcome> {
    let entity = read.setup.catalog.entity(&now.entity);
    let slot = entity.and_then(|entity| entity.slot(&now.dispute.field));
    let row = Row { id: &now.id, dispute: &now.dispute, slot: slot.as_ref() };
    read.group.choice.outcome(&row).ok()
}

/// Whether a row that was frozen will be left out, as it does not stand any longer.
fn moved(read: &Read<'_>, member: &Member, now: &Difference) -> bool {
    let becomes = outcome(read, now).map(|outcome| read.group.choice.becomes(&now.dispute, &outcome));
    let other = !member.becomes.is_empty() && becomes.is_some_and(|becomes| becomes != member.becomes);
    now.fingerprint != member.fingerprint || other
}

/// The value that a choice comes to.
fn meant(read: &Read<'_>, now: &Difference) -> Option<Tuple> {
    let dispute = &now.dispute;
    match outcome(read, now)? {
        Outcome::Keep { value } => {
            Some(dispute.value(value)?.shown(dispute.policy.source_of_truth.as_ref()).to_vec())
        }
        Outcome::Type { values } => Some(values),
        _ => None,
    }
}

/// Rows as a page shows them.
pub async fn seen_rows(
    s: &mut Session,
    read: &Read<'_>,
    found: Vec<(Member, Option<String>)>,
) -> Result<Vec<MemberRow>, StoreError> {
    Ok(seen(s, read, found).await?.into_iter().map(|seen| row(read, seen)).collect())
}

/// Where a row leads.
pub fn place(member: &Member) -> String {
    match &member.resolution {
        Some(resolution) => format!("/resolutions/{resolution}"),
        None => format!("/conflicts/{}", member.conflict),
    }
}

fn row(read: &Read<'_>, seen: Seen) -> MemberRow {
    let (catalog, member) = (&read.setup.catalog, &seen.member);
    let becomes = seen.becomes.as_ref().map(|values| words::values(values));
    let chosen = becomes.as_ref().and_then(|text| text.as_ref().ok());
    // What was left out, or is taken back, or still to come, is no row to be taken back.
    let stands = |standing: &str| matches!(standing, "confirmed" | "waiting" | "failed");
    MemberRow {
        id: member.difference.0.clone(),
        tickable: seen.standing.as_deref().is_none_or(stands),
        ticked: member.state == "included",
        name: member.title.clone(),
        href: place(member),
        field: words::field(catalog, Some(&read.group.entity), &member.field),
        seen: seen.dispute.as_ref().map(|dispute| values(catalog, dispute, chosen)).unwrap_or_default(),
        // Nothing was decided for what was left out.
        becomes: match seen.moved || member.state == "excluded" {
            true => literal(""),
            false => {
                becomes.map_or_else(|| msg("group-stays"), |text| text.map_or_else(|state| state, literal))
            }
        },
        state: match seen.moved {
            true => msg("member-moved"),
            false => state(member, seen.standing.as_deref()),
        },
    }
}

/// What the systems say, each value against what it becomes; against another one where all of them stay.
fn values(catalog: &Catalog, dispute: &Dispute, chosen: Option<&String>) -> Vec<SeenValue> {
    let source = dispute.policy.source_of_truth.as_ref();
    let text = |value: &Distinct| words::values(value.shown(source));
    let value = |value: &Distinct| {
        let label = |holder: &Holder| catalog.label(&holder.candidate.system).to_owned();
        let systems = value.holders.iter().map(label).collect();
        let own = match text(value) {
            Ok(own) => own,
            Err(state) => return SeenValue { pieces: Vec::new(), state: Some(state), systems },
        };
        let mut others = dispute.values.iter().filter(|other| other.n != value.n);
        let other = chosen.cloned().or_else(|| others.find_map(|other| text(other).ok()));
        let pieces = match other {
            Some(other) => beside(against(&other, &own)),
            None => Piece::whole(Mark::Plain, own),
        };
        SeenValue { pieces, state: None, systems }
    };
    dispute.values.iter().map(value).collect()
}

fn state(member: &Member, standing: Option<&str>) -> Msg {
    let left = || msg(format!("left-{}", member.why.replace('_', "-")));
    match (member.back.as_str(), standing) {
        (back @ ("undo" | "reverse"), _) => msg(format!("member-back-{back}")),
        ("kept", _) => msg("group-kept-back").with("why", said(&member.back_detail)),
        (_, Some("left_out")) => left(),
        (_, Some(standing)) => msg(format!("group-standing-{standing}")),
        (_, None) if member.state == "excluded" => left(),
        (_, None) => msg(format!("member-{}", member.state)),
    }
}
